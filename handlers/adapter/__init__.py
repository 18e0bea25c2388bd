"""The only room of this door that knows Telegram: updates in (`reading`), replies out (`speaking`)."""
