"""群发通知 — what officials told many at once, and to whom, frozen when it was approved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, ContactKey, Key, Line, Prose, Record, Word, partial_index

UNREMINDED = text("approved_at IS NOT NULL AND reminded_at IS NULL")


class BroadcastRecord(Record):
    """A notice by an official to an audience.

    `next_look_at` is when its messages or its progress card are to be looked at again; None when all is done.
    """

    __tablename__ = "broadcasts"
    __table_args__ = (partial_index("ix_broadcasts_unreminded", "approved_at", where=UNREMINDED),)

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(String(32), unique=True)
    contact_id: Mapped[ContactKey]
    official_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[Word] = mapped_column(default="draft", index=True)
    text: Mapped[Prose] = mapped_column(default="")
    media_kind: Mapped[Word] = mapped_column(default="")
    media_file_id: Mapped[Line] = mapped_column(default="")
    media_name: Mapped[Line] = mapped_column(default="")
    # The file ids of an album, parted by spaces; empty for anything else.
    photos: Mapped[Prose] = mapped_column(default="")
    # How many messages each recipient gets, frozen when it was approved.
    parts: Mapped[int] = mapped_column(default=1)
    audience: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # The bounds of the audience, once more by themselves: an official sees the broadcasts within their jurisdiction.
    street: Mapped[Line] = mapped_column(default="", index=True)
    grid: Mapped[Line] = mapped_column(default="")
    is_urgent: Mapped[bool] = mapped_column(default=False)
    days_in_force: Mapped[int] = mapped_column(default=7)
    # When it is to be sent; None means at once.
    due_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    drafted_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None]
    recipients: Mapped[int] = mapped_column(default=0)
    # The enterprises that are meant but have nobody to be told, frozen with the audience.
    vacancies: Mapped[list[Any]] = mapped_column(JSON, default=list)
    recalled_at: Mapped[datetime | None]
    recalled_by: Mapped[int | None]
    chased: Mapped[int] = mapped_column(default=0)
    chased_at: Mapped[datetime | None]
    progress_chat_id: Mapped[int | None]
    progress_message_id: Mapped[int | None]
    next_look_at: Mapped[datetime | None] = mapped_column(index=True)
    # When those who had not pressed 已阅 were reminded, once, without anybody asking for it.
    reminded_at: Mapped[datetime | None]


class RecipientRecord(Record):
    """受众名单: one person once for each broadcast, with the post for which they are meant."""

    __tablename__ = "recipients"

    broadcast_id: Mapped[int] = mapped_column(BIG, ForeignKey("broadcasts.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(BIG, ForeignKey("contacts.id"), primary_key=True, index=True)
    enterprise_id: Mapped[int] = mapped_column(BIG, ForeignKey("enterprises.id"), index=True)
    role: Mapped[Word]
    # Somebody who came to an enterprise of the audience while the notice was in force.
    is_late: Mapped[bool] = mapped_column(default=False)
