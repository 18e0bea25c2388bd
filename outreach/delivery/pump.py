"""泵 — takes what is due from the outbox, sends it at the pace that is allowed, and settles it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from outreach.delivery.claims import FLOOD, TOKEN, WINDOW, Claim, Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.telegram.gateway import Attachment, Gateway

LOG = structlog.get_logger("pump")
# Makes the file that a recipe such as `inspection:17` stands for; None while it cannot be made yet.
Attach = Callable[[str], Awaitable[Attachment | None]]
IDLE_SECONDS = 1.0
TOKEN_PAUSE_FOR = timedelta(days=3650)


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
    ) -> None:
        self.claims = Claims(engine, owner)
        self._gateway = gateway
        self._attach = attach
        self._bell = bell
        self._clock = clock
        self._pacer = Pacer(per_second)

    async def run(self) -> None:
        """Until cancelled. A fault of the database is logged and tried again: nothing that is due is forgotten."""
        while True:
            try:
                busy = await self.turn()
            except Exception:
                LOG.exception("pump_fault")
                busy = False
            if not busy:
                self._bell.clear()
                try:
                    await asyncio.wait_for(self._bell.wait(), IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def turn(self) -> bool:
        """Claim, send and settle one window; whether there was anything to do."""
        now = self._clock()
        if await self.claims.paused_until(now) is not None:
            return False
        claims = await self.claims.take(now, WINDOW)
        if not claims:
            return False
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
            if outcome.kind in (Kind.FLOOD, Kind.TOKEN_REFUSED):
                results += [(later, outcome) for later in run[at + 1 :]]
            now = self._clock()
            await self.claims.settle(results, now)
            if outcome.kind is Kind.FLOOD:
                await self.claims.pause(FLOOD, now + timedelta(seconds=outcome.seconds), "telegram")
            elif outcome.kind is Kind.TOKEN_REFUSED:
                LOG.critical("token_refused", advice="set ANSHAO_BOT_TOKEN to the current token and restart")
                await self.claims.pause(TOKEN, now + TOKEN_PAUSE_FOR, "bad_token")
            moved = moved or outcome.kind is not Kind.NOT_READY
            if len(results) > 1:
                break
        return moved

    async def _send(self, claim: Claim) -> Outcome:
        attachment = None
        if claim.attachment:
            try:
                attachment = await self._attach(claim.attachment)
            except Exception:
                LOG.exception("attachment_fault", delivery=claim.id, recipe=claim.attachment)
                return Outcome(Kind.CONTENT_REFUSED, "attachment_fault")
            if attachment is None:
                return Outcome(Kind.NOT_READY)
        await self._pacer.wait()
        return await self._gateway.send(claim.chat_id, claim.text, claim.buttons, attachment)
