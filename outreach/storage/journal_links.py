"""留痕链 — which stretch of the journal is closed, and the digest it was closed with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import Key, Record, partial_index

BROKEN = text("broken_at IS NOT NULL")


class JournalLinkRecord(Record):
    """One stretch: the journal's lines after the link before, up to `through_id`; `lines` is how many.

    broken_at: when a look first found that it is no longer what it was; None while it is.
    """

    __tablename__ = "journal_links"

    id: Mapped[Key]
    through_id: Mapped[int] = mapped_column(unique=True)
    lines: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    broken_at: Mapped[datetime | None]

    __table_args__ = (partial_index("ix_journal_links_broken", "id", where=BROKEN),)
