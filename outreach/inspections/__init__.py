"""自查 — walking a checklist, and what is found on the way."""
