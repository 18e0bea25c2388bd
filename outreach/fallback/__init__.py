"""备用渠道 — what cannot reach an enterprise on Telegram goes to another address of it, once."""
