"""认领与结清 — the short transactions around every send; what a killed process held is never lost from sight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.reminder import Almanac
from outreach.delivery.aftermath import Result, killed, write_down
from outreach.delivery.floods import Floods, begin_flood
from outreach.delivery.holding import SHANGHAI
from outreach.delivery.rows import DELIVERIES, PAUSES, begin_pause, write
from outreach.delivery.taking import Claim, Page, take
from outreach.storage.notices import CLAIMED

WINDOW = 25
# When nothing of a window may go out now, more is looked at in one go, up to this.
WIDEST_LOOK = 500


class Claims:
    """The outbox as one process sees it; `owner` names the process and fences its settlements."""

    def __init__(self, engine: AsyncEngine, owner: str, almanac: Almanac = SHANGHAI) -> None:
        self._engine = engine
        self._owner = owner
        self._almanac = almanac
        self._floods = Floods()

    async def paused_until(self, now: datetime) -> datetime | None:
        """The end of a pause that is in force, whichever process began it."""
        ends = select(PAUSES.c.until_at).where(PAUSES.c.until_at > now).order_by(PAUSES.c.until_at.desc())
        async with self._engine.begin() as link:
            return (await link.execute(ends.limit(1))).scalar()

    async def pause(self, name: str, until_at: datetime, reason: str) -> None:
        """Begin or lengthen a pause for all processes; it survives restarts. A shorter one changes nothing."""
        async with self._engine.begin() as link:
            await begin_pause(link, name, until_at, reason)

    async def flooded(self, now: datetime, seconds: float, *, is_untold: bool) -> datetime:
        """Begin the pause that Telegram asks for; when it is over. Without a number it is longer each time."""
        async with self._engine.begin() as link:
            return await begin_flood(link, now, seconds, is_untold=is_untold)

    async def lift(self, name: str) -> None:
        """End a pause, as a start with a good token does."""
        async with self._engine.begin() as link:
            await link.execute(PAUSES.delete().where(PAUSES.c.name == name))

    async def take(self, now: datetime, limit: int = WINDOW) -> tuple[Claim, ...]:
        """Claim what is due, urgent first; nothing during a pause.

        What is expired, was recalled or is for somebody known to be gone is settled uncalled. A push that may not go
        out now is put off, so that it never stands in the way of what may.
        """
        return await self.exchange((), now, limit)

    async def settle(self, results: Sequence[Result], now: datetime) -> None:
        """Write down what came of the sends, one transaction for all. A row whose lease was lost is left alone.

        What an answer means for others is written with it: a flood or a refused token pauses every process, a contact
        who is gone gets nothing more, a text that is refused again and again is offered to nobody else.
        """
        await self.exchange(results, now, 0)

    async def exchange(self, results: Sequence[Result], now: datetime, limit: int = WINDOW) -> tuple[Claim, ...]:
        """Settle these and claim at most `limit` others, for the price of one commit."""
        look = limit
        while True:
            async with self._engine.begin() as link:
                if results:
                    await self._settle(link, results, now)
                page = await take(link, self._owner, self._almanac, now, limit, look) if limit else Page()
            if results:
                self._floods.settled(results)
            if page.is_paused:
                self._floods.saw_a_pause()
            if page.claims or not page.has_moved:
                return page.claims
            # Nothing of that goes out now: what stands behind it may.
            results, look = (), min(look * 2, max(limit, WIDEST_LOOK))

    async def _settle(self, link: AsyncConnection, results: Sequence[Result], now: datetime) -> None:
        await write_down(link, self._owner, await self._floods.settle(link, results, now), now)

    async def rescue(self, now: datetime, *, sole: bool = False) -> int:
        """Rows claimed by a process that is gone: whether they were sent is unknown, and says so.

        An urgent notice is sent once more; a routine one waits for a person to decide. With `sole` this process
        knows that it is the only one, so every claim but its own is stale. Returns how many rows were found.
        """
        stale = DELIVERIES.c.claimed_by != self._owner if sole else DELIVERIES.c.lease_until < now
        held = select(DELIVERIES.c.id, DELIVERIES.c.attempts, DELIVERIES.c.is_urgent).where(CLAIMED, stale)
        async with self._engine.begin() as link:
            found = (await link.execute(held.with_for_update())).all()
            await write(link, [(id_, killed(attempts + 1, is_urgent, now)) for id_, attempts, is_urgent in found])
            return len(found)
