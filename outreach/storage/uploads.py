"""已传文件 — what Telegram has of the files that we make: by their content, never by whom they were for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, Line, Record, Word


class UploadRecord(Record):
    """One file of one bot: another bot cannot use its id. Nothing of a report ever stands here."""

    __tablename__ = "uploads"

    bot_id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    # As what it was sent: `photo` or `document`.
    kind: Mapped[Word] = mapped_column(primary_key=True)
    # SHA-256 of its content, in hexadecimal figures.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    file_id: Mapped[Line]
    # The recipe of a paper that is about somebody, such as `inspection:17`; empty for what is everybody's.
    recipe: Mapped[str] = mapped_column(String(128), default="")
    kept_at: Mapped[datetime] = mapped_column(index=True)
