"""告警的第二条路 — carries alerts to robots, mail and gateways, past Telegram, the pump and their pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from outreach.delivery.aftermath import MOST_SENDS
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.robot import Robot
from outreach.delivery.taking import LEASE_FOR
from outreach.storage.alerts import AlertWordRecord

LOG = structlog.get_logger("alarms")
AT_ONCE = 8
FIRST_WAIT_FOR = timedelta(seconds=30)
LONGEST_WAIT_FOR = timedelta(minutes=30)
# What could not be said for so long is no news any more; the alert itself stands where everybody can look.
STALE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Word:
    id: int
    way: int
    title: str
    text: str
    attempts: int


class Alarms:
    """The addresses of the second path, in the order of the setting; a word is claimed, sent and settled."""

    def __init__(self, engine: AsyncEngine, robots: Sequence[Robot]) -> None:
        self._engine = engine
        self._robots = robots

    @property
    def ways(self) -> int:
        return len(self._robots)

    async def turn(self, now: datetime) -> int:
        """Say what is due; how many words there were. One that a killed process held is said once more."""
        words = await self._take(now)
        outcomes = await asyncio.gather(*(self._robots[w.way - 1].send(w.text, w.title) for w in words))
        async with AsyncSession(self._engine) as session, session.begin():
            for word, outcome in zip(words, outcomes, strict=True):
                await session.execute(
                    update(AlertWordRecord)
                    .where(AlertWordRecord.id == word.id, AlertWordRecord.state == "claimed")
                    .values(**_after(word.attempts, outcome, now))
                )
        for word, outcome in zip(words, outcomes, strict=True):
            if outcome.kind is not Kind.SENT:
                service = self._robots[word.way - 1].service
                LOG.error("alert_not_said", way=word.way, service=service, outcome=outcome.kind, reason=outcome.reason)
        return len(words)

    async def say_now(self, title: str, text: str) -> list[tuple[str, Outcome]]:
        """Say it to every address at once, past the database: the service of each and what came of it."""
        outcomes = await asyncio.gather(*(robot.send(text, title) for robot in self._robots))
        return [(robot.service, outcome) for robot, outcome in zip(self._robots, outcomes, strict=True)]

    async def _take(self, now: datetime) -> list[_Word]:
        async with AsyncSession(self._engine) as session, session.begin():
            rows = await session.scalars(
                select(AlertWordRecord)
                .where(AlertWordRecord.state.in_(("queued", "claimed")), AlertWordRecord.due_at <= now)
                .order_by(AlertWordRecord.due_at, AlertWordRecord.id)
                .limit(AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            taken = []
            for row in rows:
                was_held = row.state == "claimed"
                row.attempts += was_held
                if row.way > self.ways or now - row.said_at > STALE_AFTER:
                    row.state, row.reason = "skipped", "no_way" if row.way > self.ways else "expired"
                elif was_held and row.attempts >= MOST_SENDS:
                    row.state, row.reason = "unknown", "killed"
                else:
                    row.state, row.due_at = "claimed", now + LEASE_FOR
                    taken.append(_Word(row.id, row.way, row.title, row.text, row.attempts))
            return taken


def _after(attempts: int, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The word's new values: what was certainly not said is tried again, what may have been said once more."""
    settled = {"attempts": attempts + 1, "reason": outcome.reason}
    match outcome.kind:
        case Kind.SENT:
            return settled | {"state": "sent"}
        case Kind.NOT_SENT:
            wait = min(FIRST_WAIT_FOR * 2 ** min(attempts, 10), LONGEST_WAIT_FOR)
            return {"state": "queued", "due_at": now + wait, "reason": outcome.reason}
        case Kind.AMBIGUOUS:
            if attempts + 1 < MOST_SENDS:
                return settled | {"state": "queued", "due_at": now + FIRST_WAIT_FOR}
            return settled | {"state": "unknown"}
    return settled | {"state": "refused"}
