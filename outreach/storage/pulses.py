"""脉搏 — when something that must go on and on last did, for every process to see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import Record, Word


class PulseRecord(Record):
    """One row for each thing that beats. `value` is a figure that belongs to it, such as how much waits."""

    __tablename__ = "pulses"

    name: Mapped[Word] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    value: Mapped[int] = mapped_column(default=0)
