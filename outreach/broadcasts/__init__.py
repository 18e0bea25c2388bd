"""群发通知 — the deeds of a broadcast: writing it, agreeing to it, telling many at once, and who has read it."""
