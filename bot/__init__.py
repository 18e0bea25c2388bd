"""Wiring: settings in, running processes out; nobody imports this package."""
