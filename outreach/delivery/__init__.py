"""Claim, send, settle; private to `outreach`."""
