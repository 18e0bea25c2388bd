"""隐患 — hazards, every step that was taken, the photos of rectifications, and the card that each person sees."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, ContactKey, EnterpriseKey, Key, Line, Prose, Record, Word, partial_index

OPEN = text("state IN ('reported', 'verified', 'ordered', 'rectified', 'rechecked')")
LOOKED_AT = text("next_look_at IS NOT NULL")
PENDING = text("state = 'pending'")


class HazardRecord(Record):
    """隐患: what stands now; its place, trade and words are those of the moment at which it was opened.

    What stood at any earlier moment is in its steps. At most one of `report_id` and `finding_id` is set.
    """

    __tablename__ = "hazards"
    __table_args__ = (
        partial_index("ix_hazards_open_due", "due_on", where=OPEN),
        partial_index("ix_hazards_open_place", "street", "grid", where=OPEN),
        partial_index("ix_hazards_looked_at", "next_look_at", where=LOOKED_AT),
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    source: Mapped[Word] = mapped_column(default="report")
    # Who found it, in words, such as the name of a third party; empty where the source says it all.
    found_by: Mapped[Line] = mapped_column(default="")
    report_id: Mapped[int | None] = mapped_column(unique=True)
    finding_id: Mapped[int | None] = mapped_column(unique=True)
    enterprise_id: Mapped[EnterpriseKey | None]
    # The visit of officials in which it was found.
    visit_id: Mapped[int | None] = mapped_column(index=True)
    street: Mapped[Line] = mapped_column(default="")
    grid: Mapped[Line] = mapped_column(default="")
    # The industries that its enterprise was of, by which it is counted; none without an enterprise.
    industries: Mapped[list[Any]] = mapped_column(JSON, default=list)
    where: Mapped[Line] = mapped_column("place_words", default="")
    what: Mapped[Prose]
    remedy: Mapped[Prose] = mapped_column(default="")
    grade: Mapped[str] = mapped_column(String(16))
    # What a checklist or a finder hinted at, whatever was decided; a disagreement can be counted.
    grade_hint: Mapped[str | None] = mapped_column(String(16))
    clause: Mapped[Prose] = mapped_column(default="")
    state: Mapped[Word] = mapped_column(default="verified")
    # How many steps it has seen; a button of an older version is refused.
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    # The official who decided that it is one; None while only its enterprise says so.
    verified_by: Mapped[int | None] = mapped_column(index=True)
    # 督促人: the official who sees to it that it is put right.
    follower_id: Mapped[int | None] = mapped_column(index=True)
    # 属地责任人, 行业责任人: the officials who answered for the enterprise when it was opened.
    area_owner_id: Mapped[int | None]
    trade_owner_id: Mapped[int | None]
    due_on: Mapped[date | None]
    asked_on: Mapped[date | None]
    asked_because: Mapped[Prose] = mapped_column(default="")
    # Which rectification is under way, from 1; its photos bear the same number.
    round: Mapped[int] = mapped_column(default=1)
    rectified_at: Mapped[datetime | None]
    rectified_by: Mapped[int | None]
    done_words: Mapped[Prose] = mapped_column(default="")
    # 整改资金 as its enterprise says, in fen.
    cost: Mapped[int | None]
    rechecked_by: Mapped[int | None]
    recheck_on: Mapped[date | None]
    # 五落实, a JSON object by part; empty for a general one.
    plan: Mapped[Prose] = mapped_column(default="{}")
    # 挂牌: under which number the bureau supervises it; empty when it does not.
    listed_as: Mapped[Line] = mapped_column(default="")
    merged_into: Mapped[int | None] = mapped_column(index=True)
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    # When its term is looked at again, to remind of it; None once nothing is left to remind of.
    next_look_at: Mapped[datetime | None]


class HazardStepRecord(Record):
    """留痕 of one hazard: a row a step, only ever added; what stood after it, so that any past day can be counted.

    `before`: the columns that the step changed as they were, a JSON object, by which it can be taken back.
    """

    __tablename__ = "hazard_steps"
    __table_args__ = (UniqueConstraint("hazard_id", "version"),)

    id: Mapped[Key]
    hazard_id: Mapped[int] = mapped_column(BIG, ForeignKey("hazards.id"), index=True)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    step: Mapped[Word]
    # None for an anonymous reporter and for the clock.
    contact_id: Mapped[int | None]
    official_id: Mapped[int | None]
    state: Mapped[Word]
    grade: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date | None]
    cost: Mapped[int | None]
    words: Mapped[Prose] = mapped_column(default="")
    before: Mapped[Prose] = mapped_column(default="{}")


class HazardPhotoRecord(Record):
    """整改照片: of a hazard, before or after; never removed, whatever becomes of the hazard."""

    __tablename__ = "hazard_photos"
    __table_args__ = (
        partial_index("ix_hazard_photos_pending", "next_look_at", where=PENDING),
        UniqueConstraint("hazard_id", "kind", "round", "file_unique_id"),
    )

    id: Mapped[Key]
    hazard_id: Mapped[int] = mapped_column(BIG, ForeignKey("hazards.id"), index=True)
    contact_id: Mapped[ContactKey]
    kind: Mapped[Word]  # before, after
    round: Mapped[int]
    file_id: Mapped[Line]
    file_unique_id: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_look_at: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(String(64))
    # 感知哈希: how it looks in 64 bits, by which a used picture is known again; a hint and no more.
    look: Mapped[str | None] = mapped_column(String(16))
    # Another hazard of the same street with a photo that looks the same.
    like_hazard_id: Mapped[int | None]
    failure: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime]


class HazardCardRecord(Record):
    """隐患卡: the one message in a person's chat that shows a hazard, and which version of it they see there.

    `message_id` is None until a notice that carries the card has been sent; `delivery_key` finds it then.
    """

    __tablename__ = "hazard_cards"
    __table_args__ = (partial_index("ix_hazard_cards_looked_at", "next_look_at", where=LOOKED_AT),)

    hazard_id: Mapped[int] = mapped_column(BIG, ForeignKey("hazards.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(BIG, ForeignKey("contacts.id"), primary_key=True, index=True)
    message_id: Mapped[int | None]
    delivery_key: Mapped[str | None] = mapped_column(String(255))
    # An older message that showed the card, to be turned into a pointer to the newer one.
    left_message_id: Mapped[int | None]
    shown: Mapped[int] = mapped_column(default=0)
    next_look_at: Mapped[datetime | None]
