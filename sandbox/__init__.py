"""沙盒 — Telegram's side of the wire: the Bot API methods the bot uses, and a page for the demo cast."""
