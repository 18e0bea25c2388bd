"""插入 — an INSERT that may say what happens ON CONFLICT, which each of the two databases spells for itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite


def insert_for(dialect: str, into: Any) -> sqlite.Insert | postgresql.Insert:
    """The statement of that dialect, "sqlite" or "postgresql", into a table or a record."""
    return sqlite.insert(into) if dialect == "sqlite" else postgresql.insert(into)
