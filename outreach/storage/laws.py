"""法律文本 — laws that the bureau has imported, whole, article by article."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, Key, Line, Prose, Record, Word


class LawRecord(Record):
    """A law as imported; importing it again replaces it whole."""

    __tablename__ = "laws"

    id: Mapped[Key]
    short: Mapped[str] = mapped_column(String(255), unique=True)
    title: Mapped[Line]
    version: Mapped[Line]
    imported_at: Mapped[datetime]


class LawArticleRecord(Record):
    """One article of it; `position` is its place in the law, from 0."""

    __tablename__ = "law_articles"
    __table_args__ = (UniqueConstraint("law_id", "number"),)

    id: Mapped[Key]
    law_id: Mapped[int] = mapped_column(BIG, ForeignKey("laws.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    number: Mapped[Word]
    text: Mapped[Prose]
