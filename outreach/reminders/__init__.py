"""提醒 — what has come due for somebody is said once, when and as bundled as they want it."""
