"""发言权 — this process's part of the bot's limit, lent by the database for a few seconds at a time."""

from __future__ import annotations

import asyncio
from secrets import token_hex
from typing import cast

import structlog
from sqlalchemy import Table, TextClause, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from outreach.delivery.pacing import Pacer
from outreach.delivery.portions import Portion, renewed, wanted
from outreach.storage.baton import SPEAKING
from outreach.storage.inserting import insert_for
from outreach.storage.speakers import SpeakerRecord

LOG = structlog.get_logger("speaking_time")
SPEAKERS = cast(Table, SpeakerRecord.__table__)
# Longer than the second that Telegram counts, with room for what is under way.
ROUND_SECONDS = 1.2
# Whoever is due more looks more often: others may have given it back.
HUNGRY_SECONDS = 0.3
LENT_SECONDS = 4
# What is sent in the last second of a loan would still count when somebody else has it.
USED_SECONDS = LENT_SECONDS - ROUND_SECONDS
# One at a time shares out.
LOCK = text("SELECT pg_advisory_xact_lock(CAST(:key AS bigint))")


class SpeakingTime:
    """Keeps a pacer to this process's part of `limit`. On SQLite there is one process, and it has all of it.

    A process that the database does not answer says nothing more once its loan is over: nobody else may know of it.
    Clocks of other hosts do not matter: loans end by the database's clock, and here by the seconds that passed.
    """

    def __init__(self, engine: AsyncEngine, pacer: Pacer, limit: int) -> None:
        self._engine = engine
        self._pacer = pacer
        self._limit = limit
        self._name = token_hex(8)
        self._is_shared = engine.dialect.name == "postgresql"
        self._used, self._used_until = 0, float("-inf")
        self._counted_at = float("-inf")

    @property
    def used(self) -> int:
        """How many sends a second this process may begin now."""
        return self._used if self._pacer.now() < self._used_until else 0

    async def begin(self) -> None:
        """Say nothing before a part is lent, and ask for one. Raises what the database raises."""
        if self._is_shared:
            self._pacer.limit_to(0, float("inf"))
            await self.renew()

    async def run(self) -> None:
        """Ask again and again, until cancelled; a fault of the database is logged and tried again."""
        is_due_more = True
        while self._is_shared:
            await asyncio.sleep(HUNGRY_SECONDS if is_due_more else ROUND_SECONDS)
            try:
                async with asyncio.timeout(ROUND_SECONDS):
                    is_due_more = await self.renew()
            except Exception as fault:
                LOG.warning("not_renewed", fault=type(fault).__name__)
        await asyncio.Event().wait()

    async def leave(self) -> None:
        """Say nothing more, and let the others have it as soon as what was said counts no more."""
        if not self._is_shared:
            return
        self._pacer.limit_to(0, float("inf"))
        gone = SPEAKERS.update().where(SPEAKERS.c.name == self._name).values(until_at=_in(ROUND_SECONDS))
        try:
            async with asyncio.timeout(ROUND_SECONDS), self._engine.begin() as link:
                await link.execute(gone)
        except (DBAPIError, OSError, TimeoutError) as fault:
            LOG.info("not_left", fault=type(fault).__name__)

    async def renew(self) -> bool:
        """Ask once; whether this process is due more than it got."""
        asked_at = self._pacer.now()
        async with self._engine.begin() as link:
            await link.execute(LOCK, {"key": SPEAKING})
            mine, others = await self._look(link)
            # What was said under a loan that is over counts for another round.
            used = self._used if asked_at < self._used_until + ROUND_SECONDS else 0
            held, use, is_due_more = renewed(self._limit, mine, used, others)
            await self._put(link, held, mine.wanted)
        self._used, self._used_until = use, asked_at + USED_SECONDS
        self._pacer.limit_to(use, self._used_until)
        # What it just gave back for use is let go of in a full round, not before.
        return is_due_more and use >= used

    async def _look(self, link: AsyncConnection) -> tuple[Portion, list[Portion]]:
        await link.execute(SPEAKERS.delete().where(SPEAKERS.c.until_at <= _in(0)))
        rows = (await link.execute(select(SPEAKERS.c.name, SPEAKERS.c.held, SPEAKERS.c.wanted))).all()
        live = {name: Portion(name, held, asked) for name, held, asked in rows}
        before = live.pop(self._name, None)
        held = before.held if before is not None else 0
        return Portion(self._name, held, self._wanted()), list(live.values())

    def _wanted(self) -> int:
        now, (taken, is_waiting) = self._pacer.now(), self._pacer.demand()
        a_second = taken / max(now - self._counted_at, HUNGRY_SECONDS)
        self._counted_at = now
        return wanted(a_second, is_waiting, self._limit)

    async def _put(self, link: AsyncConnection, held: int, asks: int) -> None:
        put = insert_for(link.dialect.name, SPEAKERS).values(
            name=self._name, held=held, wanted=asks, until_at=_in(LENT_SECONDS)
        )
        again = {column: put.excluded[column] for column in ("held", "wanted", "until_at")}
        await link.execute(put.on_conflict_do_update(index_elements=["name"], set_=again))


def _in(seconds: float) -> TextClause:
    """So many seconds from now by the clock of the database, the one that all processes have in common."""
    return text(f"clock_timestamp() + interval '{seconds} seconds'")
