"""联系人、监管人员、岗位 — who speaks with the bot, and what they may speak for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import ContactKey, EnterpriseKey, Key, Line, Prose, Record, Word, partial_index


class ContactRecord(Record):
    """A person who agreed to the privacy notice. `person_id` is Telegram's user id, None once erased."""

    __tablename__ = "contacts"

    id: Mapped[Key]
    person_id: Mapped[int | None] = mapped_column(unique=True)
    chat_id: Mapped[int | None]
    name: Mapped[Line]
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    locale: Mapped[Word] = mapped_column(default="zh-CN")
    consent_version: Mapped[int]
    consented_at: Mapped[datetime]
    is_reachable: Mapped[bool] = mapped_column(default=True)
    unreachable_reason: Mapped[str | None] = mapped_column(String(64))
    erased_at: Mapped[datetime | None]


class OfficialRecord(Record):
    """监管人员: a named person of the office; bound to a contact by a one-time code.

    `street` and `grid` bound the jurisdiction; an empty one means all of them. Dates are Asia/Shanghai days,
    both included; an open `until_on` means until further notice.
    """

    __tablename__ = "officials"

    id: Mapped[Key]
    contact_id: Mapped[ContactKey | None]
    name: Mapped[Line]
    role: Mapped[Word] = mapped_column(default="head")
    street: Mapped[Line] = mapped_column(default="")
    grid: Mapped[Line] = mapped_column(default="")
    # An officer of a trade sees only these industries; empty means all.
    industries: Mapped[list[Any]] = mapped_column(JSON, default=list)
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class OfficialCodeRecord(Record):
    """一次性口令: only a digest is kept, so a copy of the database admits nobody."""

    __tablename__ = "official_codes"

    id: Mapped[Key]
    official_id: Mapped[int] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PostRecord(Record):
    """岗位: one person holding one post at one enterprise from `since_at`; a hand-over ends it, nothing is deleted."""

    __tablename__ = "posts"
    __table_args__ = (
        partial_index(
            "ix_posts_holding",
            "contact_id",
            "enterprise_id",
            "role",
            unique=True,
            where=text("until_at IS NULL"),
        ),
        # By it the sweep that looks after newcomers finds those of the last hours.
        Index("ix_posts_since", "since_at"),
    )

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    contact_id: Mapped[ContactKey]
    role: Mapped[Word]
    since_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))


class InvitationRecord(Record):
    """邀请: a link that expires. Principal and safety officer: one use. Employee: many uses, each one approved."""

    __tablename__ = "invitations"

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    role: Mapped[Word]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    is_single_use: Mapped[bool]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class EnrolmentRequestRecord(Record):
    """加入申请: someone whose phone is not on the register asks the enterprise to vouch for them."""

    __tablename__ = "enrolment_requests"
    __table_args__ = (
        partial_index(
            "ix_enrolment_requests_open",
            "contact_id",
            "enterprise_id",
            "role",
            unique=True,
            where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    contact_id: Mapped[ContactKey]
    role: Mapped[Word]
    invitation_id: Mapped[int | None]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[int | None]


class StandingRecord(Record):
    """One row per contact: what their next free message will mean, and which chat card it belongs to."""

    __tablename__ = "standings"

    contact_id: Mapped[ContactKey] = mapped_column(primary_key=True)
    meaning: Mapped[Word] = mapped_column(default="")
    subject: Mapped[Line] = mapped_column(default="")
    card_message_id: Mapped[int | None]
    asked_at: Mapped[datetime]


class JournalRecord(Record):
    """留痕: what happened, in the same transaction as the thing itself. Rows are only ever added."""

    __tablename__ = "journal"

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)
    contact_id: Mapped[int | None] = mapped_column(index=True)
    happened: Mapped[Word]
    subject: Mapped[Line] = mapped_column(index=True)
    facts: Mapped[Prose] = mapped_column(default="{}")


class CounterRecord(Record):
    """编号: the last number given out in a series, such as the inspections of one day."""

    __tablename__ = "counters"

    series: Mapped[Word] = mapped_column(primary_key=True)
    value: Mapped[int]
