"""逐级督办 — the papers of the ladder: what was drafted, who released it, and what the enterprise said to it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, EnterpriseKey, Key, Line, Prose, Record, Word, partial_index

DRAFTED = text("state = 'draft'")
NOT_WITHDRAWN = text("state <> 'withdrawn'")


class LadderPaperRecord(Record):
    """One step for one missed term of one hazard. Of a term there is one of each step, beside those withdrawn."""

    __tablename__ = "ladder_papers"
    __table_args__ = (
        partial_index("ix_ladder_papers_drafted", "drafted_at", where=DRAFTED),
        partial_index(
            "uq_ladder_papers_step", "hazard_id", "term_on", "rung", where=NOT_WITHDRAWN, unique=True
        ),
    )  # fmt: skip

    id: Mapped[Key]
    hazard_id: Mapped[int] = mapped_column(BIG, ForeignKey("hazards.id"), index=True)
    enterprise_id: Mapped[EnterpriseKey]
    rung: Mapped[Word]
    grade: Mapped[str] = mapped_column(String(16))
    # The term that was missed; another term begins another climb.
    term_on: Mapped[date]
    state: Mapped[Word]
    # How often it was changed; a button of an older version is refused.
    version: Mapped[int] = mapped_column(default=1)
    # Taken at the first release and kept from then on, so that it never stands on two papers.
    number: Mapped[str | None] = mapped_column(String(64), unique=True)
    drafted_at: Mapped[datetime]
    facts: Mapped[Prose] = mapped_column(default="")
    demand: Mapped[Prose] = mapped_column(default="")
    # Every word of it as it was released, a JSON object; empty while it is a draft.
    letter: Mapped[Prose] = mapped_column(default="")
    organ: Mapped[Line] = mapped_column(default="")
    signer: Mapped[Line] = mapped_column(default="")
    reply_on: Mapped[date | None]
    # 约谈: when and where. 联合惩戒: until when.
    meet_at: Mapped[datetime | None]
    meet_place: Mapped[Line] = mapped_column(default="")
    until_on: Mapped[date | None]
    # Officials, by id. Whoever proposed or last changed the words does not release what names an enterprise to others.
    proposed_by: Mapped[int | None]
    proposed_at: Mapped[datetime | None]
    changed_by: Mapped[int | None]
    released_by: Mapped[int | None]
    released_at: Mapped[datetime | None]
    # What came of it: said, rectified, extended, closed, declined, not_issued, upheld; empty while nothing did.
    outcome: Mapped[Word] = mapped_column(default="")
    answer: Mapped[Prose] = mapped_column(default="")
    answered_by: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    settled_by: Mapped[int | None]


class ObjectionRecord(Record):
    """异议 — what an enterprise says against a paper, or against being listed for it, and what a superior decided."""

    __tablename__ = "objections"
    __table_args__ = (UniqueConstraint("paper_id", "about"),)

    id: Mapped[Key]
    hazard_id: Mapped[int] = mapped_column(BIG, ForeignKey("hazards.id"), index=True)
    paper_id: Mapped[int] = mapped_column(BIG, ForeignKey("ladder_papers.id"))
    about: Mapped[Word]  # paper, listing
    contact_id: Mapped[int]
    words: Mapped[Prose]
    made_at: Mapped[datetime]
    state: Mapped[Word]  # open, upheld, declined
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[Prose] = mapped_column(default="")


class InterviewRecord(Record):
    """约谈记录 — who was there, what was said, and by when the result is due (`reply_on` of its paper)."""

    __tablename__ = "interviews"

    paper_id: Mapped[int] = mapped_column(BIG, ForeignKey("ladder_papers.id"), primary_key=True)
    attendees: Mapped[Prose] = mapped_column(default="")
    minutes: Mapped[Prose] = mapped_column(default="")
    # None until the record is complete.
    held_at: Mapped[datetime | None]
    recorded_by: Mapped[int]


class BlacklistingRecord(Record):
    """黑名单 — an enterprise is proposed for the list by one official and put on it by another, until a day."""

    __tablename__ = "blacklistings"

    id: Mapped[Key]
    paper_id: Mapped[int] = mapped_column(BIG, ForeignKey("ladder_papers.id"), unique=True)
    hazard_id: Mapped[int] = mapped_column(BIG, ForeignKey("hazards.id"), index=True)
    enterprise_id: Mapped[EnterpriseKey]
    ground: Mapped[Prose]
    evidence: Mapped[Prose]
    state: Mapped[Word]  # proposed, listed, declined, removed
    version: Mapped[int] = mapped_column(default=1)
    until_on: Mapped[date]
    proposed_by: Mapped[int]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None]
    entered_on: Mapped[date | None]
    removed_on: Mapped[date | None]
    removed_by: Mapped[int | None]
