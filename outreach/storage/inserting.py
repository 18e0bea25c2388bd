"""插入 — an INSERT that may say what happens ON CONFLICT, which each of the two databases spells for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_for(dialect: str, into: Any) -> sqlite.Insert | postgresql.Insert:
    """The statement of that dialect, "sqlite" or "postgresql", into a table or a record."""
    if dialect == "sqlite":
        return sqlite.insert(into)
    # Three megabytes that a bureau on SQLite never needs.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(into)
