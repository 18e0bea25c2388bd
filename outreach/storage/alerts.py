"""告警 — where each alert stands, and the words for the second path that are still to be said."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import Key, Prose, Record, Word, partial_index

UNSAID = text("state IN ('queued', 'claimed')")


class AlertRecord(Record):
    """One row for each alert that was ever near: what was said of it is decided by this row alone."""

    __tablename__ = "alerts"

    name: Mapped[Word] = mapped_column(primary_key=True)
    figure: Mapped[float] = mapped_column(default=0.0)
    raised_at: Mapped[datetime | None]
    bad_since: Mapped[datetime | None]
    fine_since: Mapped[datetime | None]


class AlertWordRecord(Record):
    """Words of an alert for one address of the second path; `way` is its place in the setting, from 1.

    The address holds a token, so it stands in no row.
    """

    __tablename__ = "alert_words"
    __table_args__ = (partial_index("ix_alert_words_unsaid", "due_at", where=UNSAID),)

    id: Mapped[Key]
    name: Mapped[Word]
    way: Mapped[int]
    title: Mapped[Prose]
    text: Mapped[Prose]
    state: Mapped[Word] = mapped_column(default="queued")
    reason: Mapped[Word] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    said_at: Mapped[datetime]
    due_at: Mapped[datetime]
