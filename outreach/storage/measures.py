"""监管措施 — what officials ordered about a hazard by documents of their own, until it is lifted; never removed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, Key, Line, Prose, Record, Word, partial_index

IN_FORCE = text("lifted_at IS NULL")


class HazardMeasureRecord(Record):
    """One measure. Of a kind there is one in force for a hazard. Officials stand here by their appointment."""

    __tablename__ = "hazard_measures"
    __table_args__ = (
        partial_index("uq_hazard_measures_in_force", "hazard_id", "kind", where=IN_FORCE, unique=True),
    )  # fmt: skip

    id: Mapped[Key]
    hazard_id: Mapped[int] = mapped_column(BIG, ForeignKey("hazards.id"), index=True)
    kind: Mapped[Word]
    number: Mapped[Line]
    words: Mapped[Prose]
    set_at: Mapped[datetime]
    set_by: Mapped[int]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None]
