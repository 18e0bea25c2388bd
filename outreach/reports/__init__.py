"""隐患举报 — anybody reports a hazard and follows it; officials decide what becomes of it."""
