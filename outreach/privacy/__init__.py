"""个人信息 — everything held about a person, shown to them or erased."""
