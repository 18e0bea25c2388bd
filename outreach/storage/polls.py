"""答题投票 — which poll that was sent is about what, so that an answer after a restart still means something."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import Line, Record


class PollRecord(Record):
    """A poll in a chat. `subject` names the talk's matter, such as `quiz:17:3`; a group's poll has no contact."""

    __tablename__ = "polls"

    poll_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    chat_id: Mapped[int]
    message_id: Mapped[int]
    contact_id: Mapped[int | None] = mapped_column(index=True)
    subject: Mapped[Line] = mapped_column(index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
