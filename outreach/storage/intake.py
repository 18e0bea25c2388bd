"""收件 — which updates took effect (ids only), and which could not be understood."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import Key, Prose, Record, Word, partial_index

UNREPLAYED = text("replayed_at IS NULL")


class SeenUpdateRecord(Record):
    """An update that took effect. Nothing but the id and a day: this table must never tie a report to a person."""

    __tablename__ = "seen_updates"

    update_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen_on: Mapped[date] = mapped_column(index=True)


class QuarantineRecord(Record):
    """隔离: an authentic update that could not be parsed or handled, kept to be looked at and replayed."""

    __tablename__ = "quarantine"
    __table_args__ = (partial_index("ix_quarantine_unreplayed", "at", where=UNREPLAYED),)

    id: Mapped[Key]
    reference: Mapped[Word] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    update_id: Mapped[int | None]
    fault: Mapped[Prose]
    body: Mapped[Prose]
    replayed_at: Mapped[datetime | None]
