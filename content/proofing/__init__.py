"""校对 — the checks behind `python -m bot proof`, one module per question that is asked of the content."""
