"""官方检查 — visits of officials to an enterprise, who takes part, who has which part, and each answer as a row.

Officials stand here by their appointment, as in the papers of the bureau.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, EnterpriseKey, Key, Record, Word, partial_index
from outreach.storage.kept_places import KeptPlace

GOING = text("state = 'going'")
LOOKED_AT = text("next_look_at IS NOT NULL")


class VisitRecord(KeptPlace, Record):
    """检查: one visit. Of a kind one goes on at an enterprise at a time, so that whoever comes second joins it."""

    __tablename__ = "visits"
    __table_args__ = (partial_index("uq_visits_going", "enterprise_id", "kind", where=GOING, unique=True),)

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[EnterpriseKey]
    kind: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="going")
    # The wording of the checklist that is filled in; None while none is chosen.
    edition_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("checklist_editions.id"))
    # How often anything of it changed; by it a card knows whether it is out of step.
    version: Mapped[int] = mapped_column(default=1)
    begun_at: Mapped[datetime]
    begun_by: Mapped[int]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    finished_by: Mapped[int | None]


class VisitPartyRecord(Record):
    """参加检查的人: an official who takes part."""

    __tablename__ = "visit_parties"

    visit_id: Mapped[int] = mapped_column(BIG, ForeignKey("visits.id"), primary_key=True)
    official_id: Mapped[int] = mapped_column(BIG, ForeignKey("officials.id"), primary_key=True, index=True)
    joined_at: Mapped[datetime]


class VisitTakingRecord(Record):
    """接手: a part of the list was taken, by whom and from whom; the one with the highest turn has it."""

    __tablename__ = "visit_takings"
    __table_args__ = (UniqueConstraint("visit_id", "part", "turn"),)

    id: Mapped[Key]
    visit_id: Mapped[int] = mapped_column(BIG, ForeignKey("visits.id"), index=True)
    part: Mapped[int]
    turn: Mapped[int]
    official_id: Mapped[int]
    # None for the first who takes it.
    from_official_id: Mapped[int | None]
    at: Mapped[datetime]


class VisitAnswerRecord(Record):
    """检查结果: what one official said of one item, only ever added; their latest stands, beside everybody else's.

    `part` 0 is the procedure, the item then a step of it, the verdict `done` or `undone`.
    """

    __tablename__ = "visit_answers"

    id: Mapped[Key]
    visit_id: Mapped[int] = mapped_column(BIG, ForeignKey("visits.id"), index=True)
    part: Mapped[int]
    item_id: Mapped[Word]
    official_id: Mapped[int]
    verdict: Mapped[Word]
    at: Mapped[datetime]
    # The hazard that was opened of it.
    hazard_id: Mapped[int | None]


class VisitCardRecord(Record):
    """检查卡: the one message in an official's chat that shows a visit, and which of its screens they look at there.

    `message_id` is None until a notice that carries the card has been sent; `delivery_key` finds it then.
    """

    __tablename__ = "visit_cards"
    __table_args__ = (partial_index("ix_visit_cards_looked_at", "next_look_at", where=LOOKED_AT),)

    visit_id: Mapped[int] = mapped_column(BIG, ForeignKey("visits.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(BIG, ForeignKey("contacts.id"), primary_key=True, index=True)
    message_id: Mapped[int | None]
    delivery_key: Mapped[str | None] = mapped_column(String(255))
    # An older message that showed the card, to be turned into a pointer to the newer one.
    left_message_id: Mapped[int | None]
    screen: Mapped[Word] = mapped_column(default="")
    shown: Mapped[int] = mapped_column(default=0)
    next_look_at: Mapped[datetime | None]
