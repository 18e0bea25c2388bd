"""SQLite 版本 — which build of SQLite this process speaks through, and the journal that is sound with it.

Whoever needs SQLite takes it from here: two builds in one process that opened the same file would drop each other's
locks on it (https://sqlite.org/howtocorrupt.html, 2.2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3 as sqlite
else:
    try:
        # The one that comes with us. Both speak alike; the classes of their exceptions are not the same.
        import pysqlite3 as sqlite
    except ImportError:
        # No such package for this machine: then the build that Python was linked to.
        import sqlite3 as sqlite

__all__ = ["FIRST_SOUND_WAL", "TAKEN_OVER", "has_sound_wal", "sqlite"]

# The builds from 3.7.0 to 3.51.2 can corrupt a WAL database that two connections checkpoint at once.
FIRST_SOUND_WAL = (3, 51, 3)
# What SQLAlchemy asks of the module; its adapter would take them from aiosqlite.
TAKEN_OVER = (
    "DatabaseError", "Error", "IntegrityError", "NotSupportedError", "OperationalError", "ProgrammingError",
    "sqlite_version", "sqlite_version_info", "PARSE_COLNAMES", "PARSE_DECLTYPES", "Binary",
)  # fmt: skip


def has_sound_wal() -> bool:
    """Whether this build may keep a write-ahead log beside a database that several connections open."""
    return sqlite.sqlite_version_info >= FIRST_SOUND_WAL
