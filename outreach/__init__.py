"""Deeds: one function is one thing that happened, done inside one transaction."""
