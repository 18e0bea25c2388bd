"""泵 — takes what is due from the outbox, sends it at the pace that is allowed, and settles it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.reminder import Almanac
from outreach.delivery.aftermath import Result
from outreach.delivery.claims import WINDOW, Claims
from outreach.delivery.holding import SHANGHAI
from outreach.delivery.ledger import Ledger
from outreach.delivery.outcomes import MEANINGS, Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.taking import Claim
from outreach.delivery.telegram.gateway import Album, Attachment, Gateway
from outreach.delivery.uploads import Uploads

LOG = structlog.get_logger("pump")
# Makes the file that a recipe such as `inspection:17` stands for; None while it cannot be made yet.
Attach = Callable[[str], Awaitable[Attachment | Album | None]]
IDLE_SECONDS = 1.0
# A paper that failed this often will fail for ever; before that it may have been the disk or the database.
PAPER_TRIES = 5


def window_for(per_second: int) -> int:
    """How many rows may be in hand at once: half a second's sends, and never fewer than a bureau needs."""
    return max(WINDOW, per_second // 2)


def at_once_for(per_second: int) -> int:
    """How many sends may be under way at once: a quarter of a second's, and never fewer than a bureau needs."""
    return max(WINDOW, per_second // 4)


class Pump:
    """One sending loop. `bell` wakes it when something was told; without it the loop looks every second.

    window: the most rows that are ever claimed and not settled, and so the most whose fate a kill leaves unknown.
    at_once: the most sends under way; the rest of the window is what waits to be sent or, sent already, to be settled,
    so that nobody who could send waits for the disk. None: as many as the window.
    """

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
        window: int = WINDOW,
        uploads: Uploads | None = None,
        at_once: int | None = None,
    ) -> None:
        self.claims = Claims(engine, owner, almanac)
        self._gateway = gateway
        self._attach = attach
        self._uploads = uploads
        # Rung by whoever tells something, by the ledger, and by a worker that has nothing left to do.
        self._bell = bell
        self._clock = clock
        # Edits of what was sent and replies to people count towards the same limit as sends.
        self.pacer = pacer or Pacer(per_second)
        self._at_once = min(at_once or window, window)
        self._ledger = Ledger(self.claims, clock, bell, window)
        # What is in hand and has not begun, by chat and in order, and the chats that nobody serves yet.
        self._chats: dict[int, deque[Claim]] = {}
        self._ready: deque[int] = deque()
        # What ended a chat, for rows of it that were claimed before the database knew; and the chats of which it does
        # not know yet.
        self._ended: dict[int, Outcome] = {}
        self._ending: set[int] = set()
        self._workers: set[asyncio.Task[None]] = set()
        # Set once a send met a flood or a refused token: what has not begun does not begin.
        self._halt: Outcome | None = None
        # How many such answers are not in the database yet.
        self._pausing = 0
        self._is_stopping = False
        self._has_moved = False
        # What ended a worker and is no mere fault, such as an order to end at once, ends everything.
        self._end: BaseException | None = None

    def stop(self) -> None:
        """Begin no more sends; `run` returns once those under way are settled. What was claimed goes back."""
        self._is_stopping = True
        self._halt = Outcome(Kind.FLOOD)
        self._bell.set()

    async def run(self) -> None:
        """Until stopped. A fault of the database is logged and tried again: nothing that is due is forgotten.

        A slow chat keeps one worker waiting and nobody else.
        """
        try:
            while not self._is_stopping:
                # Whatever is told from here on rings again.
                self._bell.clear()
                await self._turn()
                await self._ring(IDLE_SECONDS)
            await self._until_settled()
        finally:
            for worker in self._workers:
                worker.cancel()

    async def turn(self) -> bool:
        """Claim, send and settle one window; whether there was anything to do."""
        self._has_moved = False
        await self._turn()
        await self._until_settled()
        return self._has_moved

    async def _turn(self) -> None:
        """Settle what was sent and claim as much as there is room for, in one transaction, and hand it out."""
        halt, is_kept = self._halt, not self._pausing
        self._ended = {chat_id: self._ended[chat_id] for chat_id in self._ending}
        claims = await self._ledger.turn(is_open=not self._is_stopping, is_starved=not self._ready)
        if claims and is_kept and halt is self._halt and not self._is_stopping:
            # They were claimed with that pause already in the database, so it is over.
            self._halt = None
        for claim in claims:
            if claim.chat_id not in self._chats:
                self._chats[claim.chat_id] = deque()
                self._ready.append(claim.chat_id)
            self._chats[claim.chat_id].append(claim)
        for _ in range(min(len(self._ready), self._at_once - len(self._workers))):
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._is_done)

    def _is_done(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled() and (end := worker.exception()) is not None:
            self._end = end
        if not self._workers or self._end is not None:
            self._bell.set()

    async def _until_settled(self) -> None:
        """Claim nothing more; return once what is in hand is sent and settled."""
        while self._workers or not self._ledger.is_settled:
            await self._ring(IDLE_SECONDS)
            self._bell.clear()
            await self._ledger.turn(is_open=False)
        self._must_live()

    async def _ring(self, seconds: float) -> None:
        """Until somebody rings or that much time has passed."""
        timer = asyncio.get_running_loop().call_later(seconds, self._bell.set)
        await self._bell.wait()
        timer.cancel()
        self._must_live()

    def _must_live(self) -> None:
        if self._end is not None:
            raise self._end

    async def _work(self) -> None:
        """Serve one chat after another until none is left that nobody serves."""
        while self._ready:
            chat_id = self._ready.popleft()
            run = self._chats[chat_id]
            try:
                await self._send_in_order(run)
            except Exception:
                # What was in hand there is found by the sweep when its lease is over.
                LOG.exception("pump_fault")
                self._ledger.let_go(len(run) + 1)
            finally:
                del self._chats[chat_id]

    async def _send_in_order(self, run: deque[Claim]) -> None:
        """Send what one chat is to be told, also what is added meanwhile."""
        while run:
            claim = run.popleft()
            outcome = self._ended.get(claim.chat_id) or await self._send(claim)
            if outcome.kind is not Kind.NOT_READY:
                self._has_moved = True
            if outcome.kind is Kind.SENT:
                self._ledger.add((claim, outcome))
                continue
            results = [(claim, outcome)]
            meaning = MEANINGS[outcome.kind]
            if meaning.stops_chat:
                results += [(later, outcome) for later in run]
                run.clear()
            else:
                results += _parts_after(claim, outcome, run)
            if meaning.stops_all and outcome is not self._halt:
                await self._stop_all(outcome, results)
            elif meaning.stops_chat and not meaning.stops_all:
                await self._end_chat(claim.chat_id, outcome, results)
            else:
                await self._ledger.now(results)

    async def _end_chat(self, chat_id: int, outcome: Outcome, results: list[Result]) -> None:
        """A page that is being claimed at this moment may hold more for this chat: that is not sent any more."""
        self._ended[chat_id] = outcome
        self._ending.add(chat_id)
        try:
            await self._ledger.now(results)
        finally:
            self._ending.discard(chat_id)

    async def _stop_all(self, outcome: Outcome, results: list[Result]) -> None:
        if outcome.kind is Kind.TOKEN_REFUSED:
            LOG.critical("token_refused", advice="set ANSHAO_BOT_TOKEN to the current token and restart")
        # Without a wait of their own, the others go before the chat that is throttled.
        self._halt = Outcome(Kind.FLOOD)
        self._pausing += 1
        await self._ledger.now(results)
        self._pausing -= 1

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
        if isinstance(attachment, Attachment) and attachment.is_kept and self._uploads is not None:

            async def put(file: bytes | str) -> Outcome:
                if isinstance(file, str):
                    return await self._call(claim, None, "document", file)
                return await self._call(claim, attachment)

            outcome, upload = await self._uploads.send("document", attachment.data, put, claim.attachment)
            return replace(outcome, upload=upload) if upload is not None else outcome
        return await self._call(claim, attachment, claim.media_kind, claim.media_file_id)

    async def _call(
        self, claim: Claim, attachment: Attachment | Album | None, media_kind: str = "", media_file_id: str = ""
    ) -> Outcome:
        if self._halt is None and isinstance(attachment, Album):
            # Telegram counts each picture, for all chats together.
            for _ in attachment.photos[1:]:
                await self.pacer.wait()
        if self._halt is None:
            await self.pacer.wait(claim.chat_id)
        if self._halt is not None:
            return self._halt
        if claim.is_over(self._clock()):
            # Held up for longer than the lease: somebody else may be sending it by now.
            return Outcome(Kind.NOT_SENT, "lease_over")
        try:
            return await self._gateway.send(
                claim.chat_id, claim.text, claim.buttons, attachment, media_kind, media_file_id
            )
        except Exception:
            LOG.exception("send_fault", delivery=claim.id)
            return Outcome(Kind.AMBIGUOUS, "send_fault")


def _parts_after(claim: Claim, outcome: Outcome, run: deque[Claim]) -> list[Result]:
    """What becomes of the later parts of a notice when one was not sent; they are taken out of the run.

    They wait for it, or share its refusal. One of unknown fate may well have arrived: the rest follows.
    """
    later = [other for other in run if other.series == claim.series and other.part > claim.part]
    if not later or (outcome.kind is Kind.AMBIGUOUS and not claim.is_urgent):
        return []
    for other in later:
        run.remove(other)
    shared = outcome if outcome.kind is Kind.CONTENT_REFUSED else Outcome(Kind.NOT_READY)
    return [(other, shared) for other in later]
