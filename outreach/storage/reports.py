"""隐患举报 — reports, their photos and later words, and what is told to whom nobody knows.

Nothing in a row of an anonymous report leads to its reporter without the route key: no contact, no file id, no
exact time, no number in a row of others (RELIABILITY A1, A3). Ids are random for the same reason.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CompoundSelect, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, ContactKey, EnterpriseKey, Key, Line, Prose, Record, Word, partial_index
from outreach.storage.campaigns import ActivityPhotoRecord
from outreach.storage.hazards import HazardPhotoRecord
from outreach.storage.inspections import PhotoRecord


class PlaceRecord(Record):
    """地点码: a place of an enterprise with a QR code on the wall; scanning it begins a report of that place."""

    __tablename__ = "places"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[EnterpriseKey]
    # Empty for the enterprise as a whole.
    name: Mapped[Line] = mapped_column(default="")
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ReportDraftRecord(Record):
    """举报草稿, sealed; `mark` finds it for whoever holds the route key. Gone once submitted or given up."""

    __tablename__ = "report_drafts"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[Prose]
    kept_on: Mapped[date] = mapped_column(index=True)


class ReportRecord(Record):
    """举报. `contact_id` is the reporter of a named one; an anonymous one has a sealed route or a receipt instead."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    is_named: Mapped[bool]
    contact_id: Mapped[ContactKey | None]
    who: Mapped[Line] = mapped_column(default="")
    what: Mapped[Prose]
    where: Mapped[Line] = mapped_column("place_words", default="")
    enterprise_id: Mapped[EnterpriseKey | None]
    place_id: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    street: Mapped[Line] = mapped_column(default="", index=True)
    grid: Mapped[Line] = mapped_column(default="")
    # An anonymous report keeps the hour or the day only.
    reported_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[Word] = mapped_column(default="new", index=True)
    grade: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[Prose] = mapped_column(default="")
    merged_into: Mapped[int | None] = mapped_column(index=True)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    route: Mapped[Prose] = mapped_column(default="")
    owner_mark: Mapped[str] = mapped_column(String(64), default="")
    receipt_salt: Mapped[str] = mapped_column(String(32), default="")
    receipt_hash: Mapped[str] = mapped_column(String(64), default="")


class ReportWordRecord(Record):
    """What was said about a report later: by its reporter, or by an official who asks."""

    __tablename__ = "report_words"

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    report_id: Mapped[int] = mapped_column(index=True)
    # None for the reporter.
    official_id: Mapped[int | None]
    place: Mapped[int]
    text: Mapped[Prose]
    said_at: Mapped[datetime]


class ReportPhotoRecord(Record):
    """A photo of a report. Of an anonymous one the file id is sealed, and wiped as soon as it is stored or given up."""

    __tablename__ = "report_photos"
    __table_args__ = (
        partial_index(
            "ix_report_photos_pending",
            "next_look_at",
            where=text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    report_id: Mapped[int] = mapped_column(index=True)
    place: Mapped[int]
    file_id: Mapped[Prose] = mapped_column(default="")
    is_sealed: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Word] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_look_at: Mapped[datetime]
    sha256: Mapped[str | None] = mapped_column(String(64))
    failure: Mapped[str | None] = mapped_column(String(64))


class LetterRecord(Record):
    """A word to an anonymous reporter. It says to which report, never to whom: the sealed route does, to the courier.

    `due_at` is kept to the hour until a send has failed; once settled, no instant is left.
    """

    __tablename__ = "letters"
    __table_args__ = (
        partial_index(
            "ix_letters_waiting",
            "due_at",
            where=text("state IN ('queued', 'claimed')"),
        ),
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(128), unique=True)
    report_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[Word]
    text: Mapped[Prose]
    buttons: Mapped[Prose] = mapped_column(default="[]")
    state: Mapped[Word] = mapped_column(default="queued")
    reason: Mapped[Word] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]


def photos_named() -> CompoundSelect[str | None]:
    """Asks for the digest of every picture that some row names, each once."""
    answers = select(PhotoRecord.sha256).where(PhotoRecord.sha256.is_not(None))
    reports = select(ReportPhotoRecord.sha256).where(ReportPhotoRecord.sha256.is_not(None))
    activities = select(ActivityPhotoRecord.sha256).where(ActivityPhotoRecord.sha256.is_not(None))
    hazards = select(HazardPhotoRecord.sha256).where(HazardPhotoRecord.sha256.is_not(None))
    return answers.union(reports, activities, hazards)
