"""Records, files and migrations; private to `outreach`."""
