"""公示栏 — what enterprises show their staff of the hazards of a month, once their principal agrees."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from outreach.storage.base import ContactKey, EnterpriseKey, Key, Prose, Record


class BoardRecord(Record):
    """公示栏: the hazards of one month as an enterprise shows them to its staff; printed once its principal agrees."""

    __tablename__ = "boards"

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    month_on: Mapped[date]
    as_of: Mapped[datetime]
    body: Mapped[Prose]
    asked_by: Mapped[ContactKey]
    approved_by: Mapped[int | None]
    approved_at: Mapped[datetime | None]
