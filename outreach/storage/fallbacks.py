"""备用渠道 — the other addresses of enterprises, sealed, and what was sent there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, EnterpriseKey, Key, Line, Prose, Record, Word, partial_index

UNSETTLED = text("state IN ('queued', 'retry', 'claimed')")
SETTLED = text("settled_at IS NOT NULL")
TESTING = text("state = 'testing'")
__all__ = ["FallbackAddressRecord", "FallbackRecord"]


class FallbackAddressRecord(Record):
    """An enterprise's group robot or the like. One that is being tested stands beside the one it will replace."""

    __tablename__ = "fallback_addresses"
    __table_args__ = (partial_index("ix_fallback_addresses_testing", "due_at", where=TESTING),)

    id: Mapped[Key]
    enterprise_id: Mapped[EnterpriseKey]
    # Sealed under the route key, which no backup holds: an address is a right to write into somebody's group.
    sealed: Mapped[Prose]
    service: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="testing")
    # None for the operator.
    set_by: Mapped[int | None] = mapped_column(BIG, ForeignKey("contacts.id"))
    set_at: Mapped[datetime]
    # When the test message is to be sent, or sent again by another process.
    due_at: Mapped[datetime]


class FallbackRecord(Record):
    """One notice to one enterprise's other address, once; states as those of a delivery."""

    __tablename__ = "fallbacks"
    __table_args__ = (
        partial_index("ix_fallbacks_unsettled", "due_at", where=UNSETTLED),
        partial_index("ix_fallbacks_settled", "settled_at", where=SETTLED),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    broadcast_id: Mapped[int] = mapped_column(BIG, ForeignKey("broadcasts.id"), index=True)
    enterprise_id: Mapped[EnterpriseKey]
    why: Mapped[Word]
    title: Mapped[Line]
    text: Mapped[Prose]
    is_urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Word] = mapped_column(default="queued")
    reason: Mapped[Word] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
