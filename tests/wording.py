"""措辞 — how statements are worded for a kind of database is found out once for all tests, not by each one's engine.

A tenth of what the tests took was spent on wording the same few hundred statements anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

# What a wording is known by holds the dialect itself: whoever has the same one finds it.
_KNOWN: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}
MOST_WORDED = 5000


def word_together(engine: AsyncEngine) -> AsyncEngine:
    """Have this engine word its statements as the first one of its kind did. Returns the same engine."""
    mine = engine.sync_engine
    if (known := _KNOWN.get(mine.dialect.name)) is None:
        # A dialect knows its server only once it has been connected.
        if getattr(mine.dialect, "server_version_info", None):
            _keep(mine.dialect)
        else:
            event.listen(mine, "connect", lambda *_: _keep(mine.dialect), once=True)
        return engine
    mine.dialect, worded = known
    mine.update_execution_options(compiled_cache=worded)
    return engine


def _keep(dialect: Dialect) -> None:
    _KNOWN.setdefault(dialect.name, (dialect, LRUCache(MOST_WORDED)))
