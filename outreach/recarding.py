"""换卡 — every other party's card follows a step within two seconds; an older message of it becomes a pointer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select

from domain.notice import DeliveryState
from outreach.decks import DECKS, Card, Deck
from outreach.delivery.aftermath import TOKEN, TOKEN_PAUSE_FOR
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind
from outreach.delivery.pacing import Pacer
from outreach.delivery.rounds import go_round
from outreach.delivery.telegram.gateway import Gateway
from outreach.desk import Desk, Office
from outreach.persons import as_contact
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

LOG = structlog.get_logger("recarder")
IDLE_SECONDS = 2.0
AT_ONCE = 20
# Whoever takes a card up holds it this long; a process that dies over it is followed by another.
HOLD_FOR = timedelta(seconds=60)
AGAIN_FOR = timedelta(seconds=5)
# A card whose notice is not sent yet is looked at again after this.
UNSENT_FOR = timedelta(seconds=15)
_ON_THE_WAY = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.RETRY)
_SETTLES = (Kind.SENT, Kind.CONTACT_GONE, Kind.CONTENT_REFUSED)


@dataclass(frozen=True, slots=True)
class Redraw:
    """One message to be given other words; `version` is what the person sees then, None for a pointer."""

    deck: Deck
    thing_id: int
    contact_id: int
    chat_id: int
    message_id: int
    text: str
    buttons: str
    version: int | None
    screen: str = ""


class Recarder:
    """One loop beside the pump, at its pace and under its pauses. Every edit may be done twice harmlessly."""

    def __init__(self, office: Office, gateway: Gateway, claims: Claims, pacer: Pacer) -> None:
        self._office = office
        self._gateway = gateway
        self._claims = claims
        self._pacer = pacer

    async def run(self) -> None:
        """Until cancelled; a fault is logged and looked at again."""
        bell = self._office.card_bell
        await go_round(self.turn, bell, IDLE_SECONDS, lambda _: LOG.exception("recarder_fault"))

    async def turn(self) -> bool:
        """Draw the cards that are due, a few at a time; whether any message was edited."""
        if await self._claims.paused_until(self._office.clock()) is not None:
            return False
        async with self._office.desk() as desk:
            redraws = [
                one
                for deck in DECKS
                for card in await self._take(desk, deck)
                for one in await self._redraws(desk, deck, card)
            ]
        done = await asyncio.gather(*(self._draw(one) for one in redraws))
        return any(done)

    async def _take(self, desk: Desk, deck: Deck) -> list[Card]:
        cards = deck.cards
        found = await desk.session.scalars(
            select(cards)
            .where(cards.next_look_at <= desk.now)
            .order_by(cards.next_look_at, getattr(cards, deck.key), cards.contact_id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        rows = list(found)
        for row in rows:
            row.next_look_at = desk.now + HOLD_FOR
        return rows

    async def _redraws(self, desk: Desk, deck: Deck, held: Card) -> list[Redraw]:
        """What is to be edited for one card. What needs nothing is put to rest here."""
        contact = await desk.session.get(ContactRecord, held.contact_id)
        if contact is None or contact.chat_id is None or contact.erased_at is not None or not contact.is_reachable:
            held.next_look_at = None
            return []
        is_fresh = held.delivery_key is not None and await self._find(desk, held)
        words = desk.office.texts.words(contact.locale)
        row = await desk.session.get_one(deck.things, deck.thing_of(held), populate_existing=True)
        redraws = []
        if held.left_message_id is not None:
            text = words(deck.moved, number=row.number)
            buttons = json.dumps([[[words.label(deck.label), f"{deck.press}:{row.id}"]]])
            redraws.append(
                Redraw(deck, row.id, held.contact_id, contact.chat_id, held.left_message_id, text, buttons, None)
            )
        if held.message_id is None or (is_fresh and held.shown == row.version):
            if held.delivery_key is None and held.left_message_id is None:
                held.next_look_at = None
            return redraws
        shown = await deck.draw(desk, row, as_contact(contact), held)
        if shown is None:
            text, buttons = words(deck.closed, number=row.number), "[]"
        else:
            text = shown[0]
            rows = [[[words.label(b.label, **dict(b.facts)), b.press] for b in line] for line in shown[1]]
            buttons = json.dumps(rows, ensure_ascii=False)
        return [
            *redraws,
            Redraw(
                deck, row.id, held.contact_id, contact.chat_id, held.message_id, text, buttons, row.version,
                deck.screen_of(held),
            ),
        ]  # fmt: skip

    async def _find(self, desk: Desk, held: Card) -> bool:
        """Find which message the notice that carries the card has become; whether it has just been sent."""
        found = await desk.session.execute(
            select(DeliveryRecord.state, DeliveryRecord.message_id).where(DeliveryRecord.key == held.delivery_key)
        )
        state, message_id = found.first() or ("", None)
        if state == DeliveryState.SENT and message_id is not None:
            if held.message_id not in (None, message_id):
                held.left_message_id = held.message_id
            held.message_id, held.delivery_key = message_id, None
            return True
        if state in _ON_THE_WAY:
            held.next_look_at = desk.now + UNSENT_FOR
        else:
            # Refused, skipped or of unknown fate: the older message, if there is one, stays the card.
            held.delivery_key = None
        return False

    async def _draw(self, one: Redraw) -> bool:
        await self._pacer.wait(one.chat_id, is_edit=True)
        outcome = await self._gateway.edit(one.chat_id, one.message_id, one.text, one.buttons, is_caption=False)
        if outcome.kind is Kind.FLOOD:
            await self._claims.flooded(self._office.clock(), outcome.seconds, is_untold=outcome.is_untold)
        elif outcome.kind is Kind.TOKEN_REFUSED:
            await self._claims.pause(TOKEN, self._office.clock() + TOKEN_PAUSE_FOR, "bad_token")
        await self._settle(one, is_done=outcome.kind in _SETTLES)
        return outcome.kind in _SETTLES

    async def _settle(self, one: Redraw, *, is_done: bool) -> None:
        """Put the card to rest, unless there is more to be done or another step has called for it meanwhile."""
        async with self._office.desk() as desk:
            held = await desk.session.get(
                one.deck.cards, (one.thing_id, one.contact_id), with_for_update=True, populate_existing=True
            )
            row = await desk.session.get_one(one.deck.things, one.thing_id, populate_existing=True)
            if held is None:
                return
            if not is_done:
                held.next_look_at = desk.now + AGAIN_FOR
                return
            if one.version is None and held.left_message_id == one.message_id:
                held.left_message_id = None
            elif one.version is not None and held.message_id == one.message_id:
                held.shown = one.version
            if one.version is not None and held.message_id == one.message_id and one.screen != one.deck.screen_of(held):
                held.next_look_at = desk.now  # they went on to another screen meanwhile, and this one overtook it
                return
            if held.next_look_at is None or held.next_look_at <= desk.now:
                return  # called for in the meantime, or at rest already
            if held.delivery_key is not None or held.left_message_id is not None:
                return
            # The answer to a press may have overtaken this drawing: then the newer one is drawn over it.
            held.next_look_at = None if held.shown == row.version == (one.version or held.shown) else desk.now
