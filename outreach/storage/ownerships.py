"""责任人 — whom an official named to answer for an enterprise by area or by trade, instead of who would by office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped

from outreach.storage.base import EnterpriseKey, Key, Record, Word, partial_index

IN_FORCE = text("ended_at IS NULL")


class OwnershipRecord(Record):
    """One naming; nothing is removed, a later one ends it. Officials stand here by their appointment."""

    __tablename__ = "ownerships"
    __table_args__ = (partial_index("uq_ownerships_in_force", "enterprise_id", "kind", where=IN_FORCE, unique=True),)

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    kind: Mapped[Word]
    official_id: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[int]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]
