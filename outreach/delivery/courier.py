"""信使 — carries letters to anonymous reporters: opens the sealed route, sends, and leaves no trace of to whom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from outreach.delivery.aftermath import MOST_SENDS, TOKEN, TOKEN_PAUSE_FOR
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.rounds import go_round
from outreach.delivery.taking import LEASE_FOR
from outreach.delivery.telegram.gateway import Gateway
from outreach.storage.reports import LetterRecord, ReportRecord
from outreach.storage.sealing import Seal, SealBroken
from outreach.storage.sharing import transaction

LOG = structlog.get_logger("courier")
IDLE_SECONDS = 1.0
AT_ONCE = 5
RESEND_FOR = timedelta(seconds=60)
RETRY_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Letter:
    id: int
    chat_id: int
    text: str
    buttons: str
    attempts: int


class Courier:
    """One sending loop for letters. A letter is claimed before it is sent and settled after, like every notice.

    Logs hold counts only: neither which letter nor to whom.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        gateway: Gateway,
        seal: Seal,
        bell: asyncio.Event,
        clock: Callable[[], datetime],
        pacer: Pacer,
    ) -> None:
        self._engine = engine
        self._gateway = gateway
        self._seal = seal
        self._bell = bell
        self._clock = clock
        self._pacer = pacer
        self._claims = Claims(engine, "courier")
        self._is_stopping = False

    def stop(self) -> None:
        """Begin no more letters; `run` returns once those under way are settled. What was claimed goes back."""
        self._is_stopping = True
        self._bell.set()

    async def run(self) -> None:
        """Until stopped. A fault of the database is logged and tried again."""

        def told(fault: Exception) -> None:
            # Its name alone: the words of a fault may say which letter.
            LOG.error("courier_fault", fault=type(fault).__name__)

        await go_round(self.turn, self._bell, IDLE_SECONDS, told, lambda: self._is_stopping)

    async def turn(self) -> bool:
        """Claim, send and settle what is due; whether there was anything."""
        now = self._clock()
        if await self._claims.paused_until(now) is not None:
            return False
        letters, found = await self._take(now)
        halt: Outcome | None = None
        for letter in letters:
            if self._is_stopping:
                halt = halt or Outcome(Kind.FLOOD)
            outcome = halt or await self._send(letter)
            await self._settle(letter, outcome, self._clock())
            if halt is None and outcome.kind is Kind.FLOOD:
                halt = outcome
                await self._claims.flooded(self._clock(), outcome.seconds, is_untold=outcome.is_untold)
            elif halt is None and outcome.kind is Kind.TOKEN_REFUSED:
                halt = outcome
                await self._claims.pause(TOKEN, self._clock() + TOKEN_PAUSE_FOR, "bad_token")
        return bool(found)

    async def _send(self, letter: _Letter) -> Outcome:
        await self._pacer.wait(letter.chat_id)
        return await self._gateway.send(letter.chat_id, letter.text, letter.buttons, None)

    async def _take(self, now: datetime) -> tuple[list[_Letter], int]:
        """Claim a few. One that a killed process held is sent once more when its lease is over, then given up."""
        async with transaction(self._engine) as session:
            rows = await session.execute(
                select(LetterRecord, ReportRecord.route)
                .join(ReportRecord, ReportRecord.id == LetterRecord.report_id)
                .where(LetterRecord.state.in_(("queued", "claimed")), LetterRecord.due_at <= now)
                .order_by(LetterRecord.due_at, LetterRecord.id)
                .limit(AT_ONCE)
                .with_for_update(skip_locked=True, of=LetterRecord)
            )
            taken, found = [], 0
            for row, route in rows:
                found += 1
                if row.state == "claimed":
                    row.attempts += 1
                    if row.attempts >= MOST_SENDS:
                        row.state, row.reason, row.due_at = "unknown", "killed", None
                        continue
                try:
                    chat_id = int(self._seal.open(f"route:{row.report_id}", route)["chat_id"])
                except SealBroken:
                    row.state, row.reason, row.due_at = "refused", "no_route", None
                    continue
                row.state, row.due_at = "claimed", now + LEASE_FOR
                taken.append(_Letter(row.id, chat_id, row.text, row.buttons, row.attempts))
            return taken, found

    async def _settle(self, letter: _Letter, outcome: Outcome, now: datetime) -> None:
        async with transaction(self._engine) as session:
            await session.execute(
                update(LetterRecord)
                .where(LetterRecord.id == letter.id, LetterRecord.state == "claimed")
                .values(**_after(letter.attempts, outcome, now))
            )


def _after(attempts: int, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The letter's new values; a settled one keeps no instant."""
    match outcome.kind:
        case Kind.SENT:
            return {"state": "sent", "due_at": None, "attempts": attempts + 1}
        case Kind.AMBIGUOUS:
            if attempts + 1 < MOST_SENDS:
                return {"state": "queued", "due_at": now + RESEND_FOR, "attempts": attempts + 1}
            return {"state": "unknown", "due_at": None, "reason": outcome.reason}
        case Kind.CONTACT_GONE | Kind.CONTENT_REFUSED:
            return {"state": "refused", "due_at": None, "reason": outcome.reason}
        case Kind.FLOOD:
            return {"state": "queued", "due_at": now + timedelta(seconds=outcome.seconds)}
        case Kind.MIGRATED:
            return {"state": "refused", "due_at": None, "reason": outcome.reason or "migrated"}
    # Never sent: tried again for as long as it takes.
    return {"state": "queued", "due_at": now + RETRY_FOR}
