"""宣传活动 — what enterprises and parks did for a campaign, the photos of it, and how far a day's message has come."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import ContactKey, EnterpriseKey, Key, Line, Prose, Record, Word, partial_index

OF_ENTERPRISE = text("state = 'entered' AND enterprise_id IS NOT NULL")
OF_PARK = text("state = 'entered' AND enterprise_id IS NULL")
PENDING = text("state = 'pending'")


class ActivityRecord(Record):
    """一次活动: draft, entered or withdrawn. Of a park when `enterprise_id` is None; then `street` names it."""

    __tablename__ = "activities"
    __table_args__ = (
        partial_index(
            "ix_activities_once", "edition_id", "row_id", "enterprise_id", unique=True,
            where=OF_ENTERPRISE,
        ),
        partial_index(
            "ix_activities_once_a_park", "edition_id", "row_id", "street", unique=True,
            where=OF_PARK,
        ),
    )  # fmt: skip

    id: Mapped[Key]
    edition_id: Mapped[Word]
    row_id: Mapped[Word]
    enterprise_id: Mapped[EnterpriseKey | None]
    street: Mapped[Line] = mapped_column(default="")
    contact_id: Mapped[ContactKey]
    # The official who entered it for somebody else.
    official_id: Mapped[int | None]
    state: Mapped[Word] = mapped_column(default="draft")
    held_on: Mapped[date | None]
    head_count: Mapped[int | None]
    attendees: Mapped[Line] = mapped_column(default="")
    content: Mapped[Prose] = mapped_column(default="")
    result: Mapped[Line] = mapped_column(default="")
    begun_at: Mapped[datetime]
    entered_at: Mapped[datetime | None]


class ActivityPhotoRecord(Record):
    """A photo of an activity: pending with its record, then stored or failed."""

    __tablename__ = "activity_photos"
    __table_args__ = (
        partial_index("ix_activity_photos_pending", "next_look_at", where=PENDING),
        UniqueConstraint("activity_id", "file_unique_id"),
    )

    id: Mapped[Key]
    activity_id: Mapped[int] = mapped_column(index=True)
    contact_id: Mapped[ContactKey]
    file_id: Mapped[Line]
    file_unique_id: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_look_at: Mapped[datetime]
    sha256: Mapped[Word | None]
    failure: Mapped[Word | None]
    sent_at: Mapped[datetime]


class CampaignDayRecord(Record):
    """每日一件事: how far the message of one day has come, by the last contact who was looked at."""

    __tablename__ = "campaign_days"

    key: Mapped[Word] = mapped_column(primary_key=True)
    after_contact_id: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
