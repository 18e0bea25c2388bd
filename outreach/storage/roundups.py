"""周报告和月调度 — what a bureau drafts, edits and releases and what it asks of whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, EnterpriseKey, Key, Line, Prose, Record, Word


class RoundupRecord(Record):
    """周报告、月调度 of one jurisdiction. `trades` are the industries' ids, joined by spaces; empty for all.

    `figures` is a JSON object: each number as it was at `as_of`, and the ids of the hazards behind it. Nothing of it
    changes afterwards; `body` is what was released, whole.
    """

    __tablename__ = "roundups"
    __table_args__ = (UniqueConstraint("kind", "street", "grid", "trades", "drafted_on"),)

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[Word]
    street: Mapped[Line] = mapped_column(default="")
    grid: Mapped[Line] = mapped_column(default="")
    trades: Mapped[Line] = mapped_column(default="")
    drafted_on: Mapped[date]
    since: Mapped[datetime]
    as_of: Mapped[datetime]
    figures: Mapped[Prose]
    # 说明: what an official adds in their own words.
    words: Mapped[Prose] = mapped_column("remark", default="")
    to_officials: Mapped[bool] = mapped_column(default=True)
    to_units: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Word] = mapped_column(default="draft")
    released_at: Mapped[datetime | None] = mapped_column(index=True)
    # The official who released it; `released_as` is their name as it was then.
    released_by: Mapped[int | None]
    released_as: Mapped[Line] = mapped_column(default="")
    body: Mapped[Prose] = mapped_column(default="")


class RoundupAskRecord(Record):
    """下一步: one line of a report. `asked_in` is the report in which it was asked first, if it was carried over."""

    __tablename__ = "roundup_asks"

    id: Mapped[Key]
    roundup_id: Mapped[int] = mapped_column(BIG, ForeignKey("roundups.id"), index=True)
    enterprise_id: Mapped[EnterpriseKey | None]
    hazard_id: Mapped[int | None]
    unit: Mapped[Line]
    what: Mapped[Prose]
    due_on: Mapped[date]
    state: Mapped[Word] = mapped_column(default="open")
    raised_on: Mapped[date]
    carried_from: Mapped[int | None]
    settled_at: Mapped[datetime | None]
