"""泵 — takes what is due from the outbox, sends it at the pace that is allowed, and settles it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.reminder import Almanac
from outreach.delivery.claims import WINDOW, Claim, Claims
from outreach.delivery.holding import SHANGHAI
from outreach.delivery.outcomes import TABLE, Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.telegram.gateway import Attachment, Gateway

LOG = structlog.get_logger("pump")
# Makes the file that a recipe such as `inspection:17` stands for; None while it cannot be made yet.
Attach = Callable[[str], Awaitable[Attachment | None]]
IDLE_SECONDS = 1.0
# A paper that failed this often will fail for ever; before that it may have been the disk or the database.
PAPER_TRIES = 5


class Pump:
    """One sending loop. `bell` wakes it when something was told; without it the loop looks every second."""

    def __init__(
        self,
        engine: AsyncEngine,
        gateway: Gateway,
        attach: Attach,
        bell: asyncio.Event,
        clock: Callable[[], datetime],
        *,
        owner: str,
        per_second: int = 25,
        pacer: Pacer | None = None,
        almanac: Almanac = SHANGHAI,
    ) -> None:
        self.claims = Claims(engine, owner, almanac)
        self._gateway = gateway
        self._attach = attach
        self._bell = bell
        self._clock = clock
        # Edits of what was sent and replies to people count towards the same limit as sends.
        self.pacer = pacer or Pacer(per_second)
        # Set once a send of this window met a flood or a refused token: what has not begun does not begin.
        self._halt: Outcome | None = None
        self._is_stopping = False

    def stop(self) -> None:
        """Begin no more sends; `run` returns once those under way are settled. What was claimed goes back."""
        self._is_stopping = True
        self._halt = Outcome(Kind.FLOOD)
        self._bell.set()

    async def run(self) -> None:
        """Until stopped. A fault of the database is logged and tried again: nothing that is due is forgotten."""
        while not self._is_stopping:
            try:
                busy = await self.turn()
            except Exception:
                LOG.exception("pump_fault")
                busy = False
            if not busy and not self._is_stopping:
                self._bell.clear()
                try:
                    await asyncio.wait_for(self._bell.wait(), IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def turn(self) -> bool:
        """Claim, send and settle one window; whether there was anything to do."""
        claims = await self.claims.take(self._clock(), WINDOW)
        if not claims:
            return False
        self._halt = Outcome(Kind.FLOOD) if self._is_stopping else None
        # One chat's notices stay in order; different chats go side by side.
        chats: dict[int, list[Claim]] = {}
        for claim in claims:
            chats.setdefault(claim.chat_id, []).append(claim)
        settled = await asyncio.gather(*(self._send_in_order(run) for run in chats.values()))
        return any(settled)

    async def _send_in_order(self, run: list[Claim]) -> bool:
        moved = False
        for at, claim in enumerate(run):
            outcome = await self._send(claim)
            results = [(claim, outcome)]
            if TABLE[outcome.kind].stops_chat:
                results += [(later, outcome) for later in run[at + 1 :]]
            if outcome is not self._halt and TABLE[outcome.kind].stops_all:
                if outcome.kind is Kind.TOKEN_REFUSED:
                    LOG.critical("token_refused", advice="set ANSHAO_BOT_TOKEN to the current token and restart")
                # Without a wait of their own, the others go before the chat that is throttled.
                self._halt = Outcome(Kind.FLOOD)
            await self.claims.settle(results, self._clock())
            moved = moved or outcome.kind is not Kind.NOT_READY
            if TABLE[outcome.kind].stops_chat:
                break
        return moved

    async def _send(self, claim: Claim) -> Outcome:
        attachment = None
        if claim.attachment:
            try:
                attachment = await self._attach(claim.attachment)
            except Exception:
                LOG.exception("attachment_fault", delivery=claim.id, recipe=claim.attachment)
                hopeless = claim.attempts + 1 >= PAPER_TRIES
                return Outcome(Kind.CONTENT_REFUSED if hopeless else Kind.NOT_SENT, "attachment_fault")
            if attachment is None:
                return Outcome(Kind.NOT_READY)
        await self.pacer.wait(claim.chat_id)
        if self._halt is not None:
            return self._halt
        if claim.is_over(self._clock()):
            # Held up for longer than the lease: somebody else may be sending it by now.
            return Outcome(Kind.NOT_SENT, "lease_over")
        return await self._gateway.send(
            claim.chat_id, claim.text, claim.buttons, attachment, claim.media_kind, claim.media_file_id
        )
