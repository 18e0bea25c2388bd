"""驻企 — which official is paired with which enterprise, and what the two sides wrote to each other."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import ContactKey, EnterpriseKey, Key, Line, Prose, Record, partial_index

IN_FORCE = text("ended_at IS NULL")


class LiaisonRecord(Record):
    """One pair. An enterprise has one at a time; a later one ends it, and the thread goes on."""

    __tablename__ = "liaisons"
    __table_args__ = (partial_index("uq_liaisons_in_force", "enterprise_id", where=IN_FORCE, unique=True),)

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    official_id: Mapped[int] = mapped_column(index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    set_at: Mapped[datetime]
    set_by: Mapped[int]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]


class LiaisonWordRecord(Record):
    """One message of a thread, which belongs to the enterprise; `liaison_id` is the pair of that moment."""

    __tablename__ = "liaison_words"

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    liaison_id: Mapped[int]
    contact_id: Mapped[ContactKey]
    is_official: Mapped[bool]
    text: Mapped[Prose] = mapped_column(default="")
    file_id: Mapped[Line] = mapped_column(default="")
    said_at: Mapped[datetime] = mapped_column(index=True)
