"""驻企结对 — an official paired with an enterprise, and what the two write to each other."""
