"""人员 — how somebody becomes a contact, the holder of a post, or an official."""
