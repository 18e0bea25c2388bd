"""共同的钟 — hosts that share a PostgreSQL go by its clock, so that a lease means the same instant to all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

LOG = structlog.get_logger("clock")
LOOK_SECONDS = 10.0
# Less is the way there and back, and no reason to move a clock.
TOLERATED_FOR = timedelta(seconds=1)
WORTH_SAYING_FOR = timedelta(seconds=30)


class CommonClock:
    """This host's clock, put right by the database's. On SQLite there is one host, and its clock stands as it is."""

    def __init__(self, own: Callable[[], datetime]) -> None:
        self._own = own
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """An aware UTC instant."""
        return self._own() + self._ahead

    async def compare(self, engine: AsyncEngine) -> None:
        """Ask the database once what time it is. Raises what it raises."""
        if engine.dialect.name != "postgresql":
            return
        async with engine.connect() as link:
            # The first statement opens the connection; only the second is timed.
            await link.execute(text("SELECT 1"))
            before = self._own()
            theirs: datetime = (await link.execute(_ask())).scalar_one()
            after = self._own()
        ahead = theirs - (before + (after - before) / 2)
        if abs(ahead - self._ahead) <= TOLERATED_FOR + (after - before):
            return
        if abs(ahead) > WORTH_SAYING_FOR:
            LOG.error(
                "clock_differs", seconds=round(ahead.total_seconds()), advice="set this host's clock: timedatectl"
            )
        self._ahead = ahead if abs(ahead) > TOLERATED_FOR else timedelta()

    async def keep(self, engine: AsyncEngine) -> None:
        """Ask again and again, until cancelled: a host's clock may be set at any time."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.compare(engine)
            except Exception as fault:
                LOG.warning("clock_not_compared", fault=type(fault).__name__)


def _ask() -> TextClause:
    return text("SELECT clock_timestamp()")
