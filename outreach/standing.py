"""所处之处 — what a contact's next free message will mean, and which chat card it belongs to: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.desk import Desk
from outreach.storage.people import StandingRecord


@dataclass(frozen=True, slots=True)
class Standing:
    """`meaning` names a talk's expectation such as `inspection.note`, `subject` the thing it is about."""

    meaning: str = ""
    subject: str = ""
    card_message_id: int | None = None
    asked_at: datetime | None = None


async def standing_of(desk: Desk, contact_id: int) -> Standing:
    """Where the contact stands; nothing is expected of a newcomer."""
    row = await _row(desk, contact_id)
    return Standing() if row is None else Standing(row.meaning, row.subject, row.card_message_id, row.asked_at)


async def _row(desk: Desk, contact_id: int) -> StandingRecord | None:
    # Kept in hand: the session itself would forget a row that nobody holds, and read it again.
    row = await desk.session.get(StandingRecord, contact_id)
    desk.in_hand.append(row)
    return row


async def expect(desk: Desk, contact_id: int, meaning: str, subject: str = "") -> None:
    """From now on a free message of this contact means `meaning`; an empty one means nothing in particular."""
    row = await _row(desk, contact_id)
    if row is None:
        desk.session.add(StandingRecord(contact_id=contact_id, meaning=meaning, subject=subject, asked_at=desk.now))
    else:
        row.meaning, row.subject, row.asked_at = meaning, subject, desk.now


async def place_card(desk: Desk, contact_id: int, message_id: int) -> None:
    """Remember which message is the one live card of this contact's conversation."""
    row = await desk.session.get(StandingRecord, contact_id)
    if row is None:
        desk.session.add(StandingRecord(contact_id=contact_id, card_message_id=message_id, asked_at=desk.now))
    else:
        row.card_message_id = message_id
