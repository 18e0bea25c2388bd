"""隐患 — the deeds of the closed loop: opening, taking a step, showing the card, and keeping every card in step."""
