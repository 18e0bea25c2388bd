"""通知投递 — the outbox: one row per notice and contact, from queued to settled with a reason a person can read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import ContactKey, Key, Line, Prose, Record, Word, partial_index

# The pause that a restore begins and a person ends, and what it says of rows that may have been sent since.
HOLD = "hold"
RESTORED, RESTORED_FOLDED, RESTORED_LEFT = "restored", "restored_folded", "restored_left"
# The pause that Telegram asks for.
FLOOD = "flood"
# What waits to be sent; what was folded into a digest is said by the digest.
WAITING = text("state IN ('queued', 'retry') AND reason <> 'digest'")
CLAIMED = text("state = 'claimed'")
SETTLED = text("settled_at IS NOT NULL")
# The first where other tables are read with it: word for word, or neither database would use the index.
IS_WAITING = text("deliveries.state IN ('queued', 'retry') AND deliveries.reason <> 'digest'")
# Pushes that wait to be said in a digest.
FOLDED = text("state = 'queued' AND reason = 'digest'")
# Pushes that wait to be sent themselves.
UNSENT = text("state IN ('queued', 'retry') AND reason <> 'digest' AND is_push")


class DeliveryRecord(Record):
    """One thing to be said to somebody who did not ask. `key` is what makes it happen once."""

    __tablename__ = "deliveries"
    __table_args__ = (
        # In the order in which it is claimed: a backlog of a million is never sorted.
        partial_index("ix_deliveries_due", "is_urgent", "due_at", "id", where=WAITING),
        partial_index("ix_deliveries_claimed", "lease_until", where=CLAIMED),
        partial_index("ix_deliveries_folded", "due_at", where=FOLDED),
        partial_index("ix_deliveries_folded_for", "contact_id", where=FOLDED),
        partial_index("ix_deliveries_unsent_for", "contact_id", where=UNSENT),
        # For counting alone: what became of the rest of late.
        partial_index("ix_deliveries_settled", "state", "settled_at", "reason", where=SETTLED),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(128), unique=True)
    # Something too long for one message has a row for each; all but the last have the key with # and their number.
    part: Mapped[int] = mapped_column(default=1)
    contact_id: Mapped[ContactKey]
    kind: Mapped[Word]
    text: Mapped[Prose]
    buttons: Mapped[Prose] = mapped_column(default="[]")
    attachment: Mapped[str] = mapped_column(String(128), default="")
    # A photo or document that Telegram has already, by its file id: sent with the text as its caption.
    media_kind: Mapped[Word] = mapped_column(default="")
    media_file_id: Mapped[Line] = mapped_column(default="")
    # The broadcast this belongs to, if any: its rows are its frozen audience.
    broadcast_id: Mapped[int | None] = mapped_column(index=True)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    # A push is something nobody waits for: quiet hours and the weekly budget hold it back, a receipt never.
    is_push: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime | None]
    # What it is about, such as `occurrence:17 finding:5`: once all of that is over, it is not sent any more.
    about: Mapped[Prose] = mapped_column(default="")
    state: Mapped[Word] = mapped_column(default="queued")
    reason: Mapped[Word] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
    message_id: Mapped[int | None]
    # When the person pressed 已阅; a bot is never told that a message was read.
    acknowledged_at: Mapped[datetime | None]
    recalled_at: Mapped[datetime | None]


class PauseRecord(Record):
    """A flood pause or a stop, obeyed by every process and every restart until its instant has passed."""

    __tablename__ = "pauses"

    name: Mapped[Word] = mapped_column(primary_key=True)
    until_at: Mapped[datetime]
    reason: Mapped[Prose] = mapped_column(default="")
    # How long the last flood pause lasted for which Telegram gave no number; 0 once something was sent since.
    untold_seconds: Mapped[int] = mapped_column(default=0)
