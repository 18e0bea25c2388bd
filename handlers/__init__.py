"""The chat door: a person spoke."""
