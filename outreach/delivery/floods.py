"""限流 — the pause that a 429 asks for: a row that every process obeys, longer each time Telegram says no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar, cast

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreach.delivery.outcomes import Kind, Outcome, untold_seconds
from outreach.delivery.rows import PAUSES, begin_pause, expire
from outreach.storage.notices import FLOOD

# A pause longer than this is worth looking for what will be too late when it ends.
LONG_PAUSE_FOR = timedelta(seconds=60)
Sent = TypeVar("Sent")


class Floods:
    """What one process knows of the pauses: whether something was sent since the last."""

    def __init__(self) -> None:
        self._was_paused = True

    def saw_a_pause(self) -> None:
        """One is in force, whoever met it."""
        self._was_paused = True

    async def settle(
        self, link: AsyncConnection, results: Sequence[tuple[Sent, Outcome]], now: datetime
    ) -> Sequence[tuple[Sent, Outcome]]:
        """Begin the pause that an answer asks for, or see that the last is over: the results, with what they wait."""
        floods = [outcome for _, outcome in results if outcome.kind is Kind.FLOOD and outcome.seconds]
        if not floods:
            if self._was_paused and any(outcome.kind is Kind.SENT for _, outcome in results):
                await _forget_untold(link, now)
            return results
        told = max((one.seconds for one in floods if not one.is_untold), default=0.0)
        until_at = await begin_flood(link, now, told, is_untold=not told)
        if until_at - now > LONG_PAUSE_FOR:
            await expire(link, now, until_at)
        wait = (until_at - now).total_seconds()
        return [(claim, replace(one, seconds=wait) if one.is_untold else one) for claim, one in results]

    def settled(self, results: Sequence[tuple[object, Outcome]]) -> None:
        """It is committed."""
        kinds = {outcome.kind for _, outcome in results}
        if Kind.FLOOD in kinds:
            self._was_paused = True
        elif Kind.SENT in kinds:
            self._was_paused = False


async def begin_flood(link: AsyncConnection, now: datetime, seconds: float, *, is_untold: bool) -> datetime:
    """Begin the pause, and say when it is over. Without a number it is twice as long as the last without one.

    Whoever meets a 429 without a number while a pause is in force has met the one that began it.
    """
    if not is_untold:
        until_at = now + timedelta(seconds=seconds)
        await begin_pause(link, FLOOD, until_at, "telegram")
        return until_at
    asked = select(PAUSES.c.until_at, PAUSES.c.untold_seconds).where(PAUSES.c.name == FLOOD).with_for_update()
    last = (await link.execute(asked)).first()
    if last is not None and last.until_at > now:
        return cast(datetime, last.until_at)
    wait = untold_seconds(last.untold_seconds if last is not None else 0)
    await begin_pause(link, FLOOD, now + timedelta(seconds=wait), "telegram", untold_seconds=wait)
    return now + timedelta(seconds=wait)


async def _forget_untold(link: AsyncConnection, now: datetime) -> None:
    """Something was sent after the pause: the next without a number is a short one again."""
    over = update(PAUSES).where(PAUSES.c.name == FLOOD, PAUSES.c.untold_seconds > 0, PAUSES.c.until_at <= now)
    await link.execute(over.values(untold_seconds=0))
