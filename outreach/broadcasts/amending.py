"""更正 — edits what was sent: a recalled notice becomes 已撤回, the card of a running broadcast shows its progress."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update

from domain.broadcast import Audience, BroadcastState
from domain.notice import DeliveryState
from outreach.broadcasts.audiences import bound_of_id
from outreach.broadcasts.broadcasting import stop
from outreach.broadcasts.bulletins import view_of
from outreach.broadcasts.tallying import card, tally
from outreach.delivery.aftermath import TOKEN, TOKEN_PAUSE_FOR
from outreach.delivery.claims import WINDOW, Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.telegram.gateway import Gateway
from outreach.desk import Desk, Office
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

LOG = structlog.get_logger("amender")
LOOK_SECONDS = 2.0
# Whoever takes a broadcast up holds it this long; a process that dies over it is followed by another.
HOLD_FOR = timedelta(seconds=60)
AGAIN_FOR = timedelta(seconds=2)
_UNSETTLED = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.RETRY)
# A message that is gone, or of somebody who is gone, needs no further edit.
_SETTLES = (Kind.SENT, Kind.CONTACT_GONE, Kind.CONTENT_REFUSED)


@dataclass(frozen=True, slots=True)
class Edit:
    """One message to be given other words; `delivery_id` None for the official's card."""

    delivery_id: int | None
    chat_id: int
    message_id: int
    text: str
    buttons: str = "[]"
    is_caption: bool = False


class Amender:
    """One loop beside the pump, at the pump's pace and under its pauses. Every edit may be done twice harmlessly."""

    def __init__(self, office: Office, gateway: Gateway, claims: Claims, pacer: Pacer) -> None:
        self._office = office
        self._gateway = gateway
        self._claims = claims
        self._pacer = pacer
        # What each card shows, so that nothing is sent that changes nothing; forgotten by a restart, harmlessly.
        self._shown: dict[int, str] = {}

    async def run(self) -> None:
        """Until cancelled; a fault is logged and looked at again."""
        while True:
            try:
                is_busy = await self.turn()
            except Exception:
                LOG.exception("amender_fault")
                is_busy = False
            if not is_busy:
                await asyncio.sleep(LOOK_SECONDS)

    async def turn(self) -> bool:
        """Look at one broadcast that is due; whether anything was edited."""
        now = self._office.clock()
        if await self._claims.paused_until(now) is not None:
            return False
        async with self._office.desk() as desk:
            row = await self._take(desk)
            if row is None:
                return False
            held_until = row.next_look_at
            edits = await self._edits(desk, row)
            next_at = await self._next(desk, row, bool(edits))
            broadcast_id = row.id
        done = 0
        for edit in edits:
            await self._pacer.wait(edit.chat_id, is_edit=True)
            outcome = await self._gateway.edit(
                edit.chat_id, edit.message_id, edit.text, edit.buttons, is_caption=edit.is_caption
            )
            if outcome.kind is Kind.FLOOD:
                next_at = await self._claims.flooded(now, outcome.seconds, is_untold=outcome.is_untold)
                break
            if outcome.kind is Kind.TOKEN_REFUSED:
                next_at = now + AGAIN_FOR
                await self._claims.pause(TOKEN, now + TOKEN_PAUSE_FOR, "bad_token")
                break
            if not await self._settled(broadcast_id, edit, outcome):
                next_at = now + AGAIN_FOR
                continue
            done += 1
        async with self._office.desk() as desk:
            # A press or a recall in the meantime has asked for another look: that stands.
            await desk.session.execute(
                update(BroadcastRecord)
                .where(BroadcastRecord.id == broadcast_id, BroadcastRecord.next_look_at == held_until)
                .values(next_look_at=next_at)
            )
        return done > 0

    async def _take(self, desk: Desk) -> BroadcastRecord | None:
        found = await desk.session.scalars(
            select(BroadcastRecord)
            .where(BroadcastRecord.next_look_at <= desk.now)
            .order_by(BroadcastRecord.next_look_at, BroadcastRecord.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = found.first()
        if row is not None:
            row.next_look_at = desk.now + HOLD_FOR
        return row

    async def _edits(self, desk: Desk, row: BroadcastRecord) -> list[Edit]:
        edits = []
        if row.state == BroadcastState.RECALLED:
            # What a send that failed has put back in the meantime is stopped too.
            await stop(desk, row.id)
            edits = await self._takebacks(desk, row)
        shown = await self._card(desk, row)
        return [*edits, shown] if shown is not None else edits

    async def _takebacks(self, desk: Desk, row: BroadcastRecord) -> list[Edit]:
        found = await desk.session.execute(
            select(DeliveryRecord, ContactRecord.chat_id, ContactRecord.locale)
            .join(ContactRecord, ContactRecord.id == DeliveryRecord.contact_id)
            .where(
                DeliveryRecord.broadcast_id == row.id,
                DeliveryRecord.state == DeliveryState.SENT,
                DeliveryRecord.message_id.is_not(None),
                DeliveryRecord.recalled_at.is_(None),
                ContactRecord.chat_id.is_not(None),
            )
            .order_by(DeliveryRecord.id)
            .limit(WINDOW)
        )
        texts = self._office.texts
        return [
            Edit(
                sent.id, int(chat_id or 0), int(sent.message_id or 0),
                texts.words(locale)("notices/broadcast_recalled", number=row.number, at=row.recalled_at),
                is_caption=bool(sent.media_kind or sent.attachment),
            )
            for sent, chat_id, locale in found
        ]  # fmt: skip

    async def _card(self, desk: Desk, row: BroadcastRecord) -> Edit | None:
        if row.progress_chat_id is None or row.progress_message_id is None:
            return None
        if row.state not in (BroadcastState.APPROVED, BroadcastState.RECALLED):
            return None
        bound = await bound_of_id(desk, row.official_id)
        if bound is None or not bound.allows(Audience.of(row.audience)):
            # Whoever serves no more, or elsewhere, is told no more of how it goes on.
            return None
        author = await desk.session.get_one(ContactRecord, row.contact_id)
        words = self._office.texts.words(author.locale)
        text, rows = card(desk, words, await view_of(desk, row), await tally(desk, row.id))
        if self._shown.get(row.id) == text:
            return None
        buttons = json.dumps([[[words.label(one.label), one.press] for one in line] for line in rows])
        return Edit(None, row.progress_chat_id, row.progress_message_id, text, buttons)

    async def _next(self, desk: Desk, row: BroadcastRecord, has_edits: bool) -> datetime | None:
        """When this broadcast is to be looked at next: while something moves, soon; then never, until asked for."""
        due_at = (
            await desk.session.execute(
                select(func.min(DeliveryRecord.due_at)).where(
                    DeliveryRecord.broadcast_id == row.id, DeliveryRecord.state.in_(_UNSETTLED)
                )
            )
        ).scalar_one()
        if due_at is not None:
            return max(due_at, desk.now + AGAIN_FOR)
        return desk.now if has_edits and row.state == BroadcastState.RECALLED else None

    async def _settled(self, broadcast_id: int, edit: Edit, outcome: Outcome) -> bool:
        """Write down that an edit is done; False when it is to be tried again."""
        if outcome.kind not in _SETTLES:
            return False
        if edit.delivery_id is None:
            self._shown[broadcast_id] = edit.text
            return True
        async with self._office.desk() as desk:
            await desk.session.execute(
                update(DeliveryRecord).where(DeliveryRecord.id == edit.delivery_id).values(recalled_at=desk.now)
            )
        return True
