"""自查 — inspections, their answers and photos, and the findings they open."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import ContactKey, EnterpriseKey, Key, Line, Prose, Record, Word, partial_index
from outreach.storage.kept_places import KeptPlace

LOOKED_AT = text("next_look_at IS NOT NULL")
OPEN_WALK = text("submitted_at IS NULL AND discarded_at IS NULL")


class ChecklistEditionRecord(Record):
    """自查表的一个版本: kept whole, so an old record stays readable after an editor changes the wording."""

    __tablename__ = "checklist_editions"
    __table_args__ = (UniqueConstraint("checklist_id", "version", "digest"),)

    id: Mapped[Key]
    checklist_id: Mapped[Word]
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[Prose]
    kept_at: Mapped[datetime]


class InspectionRecord(KeptPlace, Record):
    """自查(一次). At most one is open per enterprise, checklist and person. It is counted where it was submitted."""

    __tablename__ = "inspections"
    __table_args__ = (
        partial_index(
            "ix_inspections_open",
            "contact_id",
            "enterprise_id",
            "edition_id",
            unique=True,
            where=OPEN_WALK,
        ),
    )

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    contact_id: Mapped[ContactKey]
    edition_id: Mapped[int] = mapped_column(index=True)
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    discarded_at: Mapped[datetime | None]
    number: Mapped[str | None] = mapped_column(String(32), unique=True)


class AnswerRecord(Record):
    """One verdict on one item. `skipped_photo_reason` is set when a failed item goes without a photo."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("inspection_id", "item_id"),)

    id: Mapped[Key]
    inspection_id: Mapped[int] = mapped_column(index=True)
    item_id: Mapped[Word]
    verdict: Mapped[Word]
    note: Mapped[Prose] = mapped_column(default="")
    is_note_settled: Mapped[bool] = mapped_column(default=True)
    is_photo_settled: Mapped[bool] = mapped_column(default=True)
    skipped_photo_reason: Mapped[Line] = mapped_column(default="")
    answered_at: Mapped[datetime]


class PhotoRecord(Record):
    """照片: committed as pending with its answer, then stored or failed; never a reason to lose the answer."""

    __tablename__ = "photos"
    __table_args__ = (
        partial_index(
            "ix_photos_pending",
            "next_look_at",
            where=text("state = 'pending'"),
        ),
        UniqueConstraint("answer_id", "file_unique_id"),
    )

    id: Mapped[Key]
    contact_id: Mapped[ContactKey]
    answer_id: Mapped[int] = mapped_column(index=True)
    file_id: Mapped[Line]
    file_unique_id: Mapped[Word]
    media_group_id: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[Word] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_look_at: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(String(64))
    failure: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime]


class FindingRecord(Record):
    """问题(自查所报): opened by a failed item when the inspection is submitted, wording frozen at that moment."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("inspection_id", "item_id"),
        partial_index("ix_findings_looked_at", "next_look_at", where=LOOKED_AT),
    )

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    inspection_id: Mapped[int] = mapped_column(index=True)
    enterprise_id: Mapped[EnterpriseKey]
    item_id: Mapped[Word]
    title: Mapped[Line]
    note: Mapped[Prose]
    remedy: Mapped[Prose]
    grade_hint: Mapped[str | None] = mapped_column(String(16))
    due_on: Mapped[date] = mapped_column(index=True)
    opened_at: Mapped[datetime]
    # When its term is looked at again, to remind of it; None once there is nothing left to remind of.
    next_look_at: Mapped[datetime | None]
