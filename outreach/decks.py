"""卡片的种类 — the cards that follow by themselves: whose messages they are, what they show, and how one is drawn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from domain.contact import Contact
from outreach.desk import Desk
from outreach.hazards import carding as hazard_carding
from outreach.hazards.carding import Rows
from outreach.storage.hazards import HazardCardRecord, HazardRecord
from outreach.storage.visits import VisitCardRecord, VisitRecord
from outreach.visits import carding as visit_carding

Card = HazardCardRecord | VisitCardRecord
Thing = HazardRecord | VisitRecord


@dataclass(frozen=True, slots=True)
class Deck:
    """One kind of card.

    cards, things: the records of the messages and of what they show; key: the column of the one that names the other.
    moved, closed: the moments that say that a card is further down, or is not theirs any more. label, press: the button
        of a pointer.
    draw: the words and buttons for a contact who does not speak just now; None for who may not see it any more.
    """

    cards: Any
    things: Any
    key: str
    moved: str
    closed: str
    label: str
    press: str
    draw: Callable[[Desk, Any, Contact, Any], Awaitable[tuple[str, Rows] | None]]

    def thing_of(self, card: Card) -> int:
        """The id of what a card shows."""
        return int(getattr(card, self.key))

    def screen_of(self, card: Card) -> str:
        """Which screen of it the person looks at; empty where there is one only."""
        return card.screen if isinstance(card, VisitCardRecord) else ""


async def _hazard(desk: Desk, row: HazardRecord, contact: Contact, _card: HazardCardRecord) -> tuple[str, Rows] | None:
    return await hazard_carding.card_for(desk, row, contact)


async def _visit(desk: Desk, row: VisitRecord, contact: Contact, card: VisitCardRecord) -> tuple[str, Rows] | None:
    return await visit_carding.card_for(desk, row, contact, card.screen)


HAZARDS = Deck(
    HazardCardRecord, HazardRecord, "hazard_id", "replies/hazard/moved", "replies/hazard/not_yours_any_more",
    "hazard.open", "hz:o", _hazard,
)  # fmt: skip
VISITS = Deck(
    VisitCardRecord, VisitRecord, "visit_id", "replies/visit/moved", "replies/visit/not_yours_any_more",
    "visit.open", "ov:o", _visit,
)  # fmt: skip
DECKS = (HAZARDS, VISITS)
