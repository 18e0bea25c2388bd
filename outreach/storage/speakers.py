"""发言者 — the processes that speak through the one bot, and what each holds of its limit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import Record, Word


class SpeakerRecord(Record):
    """One row for each process for as long as it lives; `until_at` is by the database's own clock."""

    __tablename__ = "speakers"

    name: Mapped[Word] = mapped_column(primary_key=True)
    # Sends a second.
    held: Mapped[int]
    wanted: Mapped[int]
    until_at: Mapped[datetime]
