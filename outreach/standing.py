"""所处之处 — what a contact's next free message will mean, and which chat card it belongs to: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, update

from outreach.desk import Desk
from outreach.storage.people import StandingRecord

_table = cast(Table, StandingRecord.__table__)
_LOOK = select(_table.c.meaning, _table.c.subject, _table.c.card_message_id, _table.c.asked_at).where(
    _table.c.contact_id == bindparam("contact_id")
)

_LET_GO = update(_table).where(_table.c.contact_id == bindparam("whose")).values(card_message_id=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """`meaning` names a talk's expectation such as `inspection.note`, `subject` the thing it is about."""

    meaning: str = ""
    subject: str = ""
    card_message_id: int | None = None
    asked_at: datetime | None = None


async def standing_of(desk: Desk, contact_id: int) -> Standing:
    """Where the contact stands; nothing is expected of a newcomer."""
    row = (await desk.session.execute(_LOOK, {"contact_id": contact_id})).first()
    return Standing() if row is None else Standing(*row)


async def expect(desk: Desk, contact_id: int, meaning: str, subject: str = "") -> None:
    """From now on a free message of this contact means `meaning`; an empty one means nothing in particular."""
    held = {"meaning": meaning, "subject": subject, "asked_at": desk.now}
    await desk.put(StandingRecord, {"contact_id": contact_id}, held)


async def place_card(desk: Desk, contact_id: int, message_id: int) -> None:
    """Remember which message is the one live card of this contact's conversation."""
    await desk.put(
        StandingRecord,
        {"contact_id": contact_id},
        {"card_message_id": message_id},
        {"meaning": "", "subject": "", "asked_at": desk.now},
    )


async def let_go_of_card(desk: Desk, contact_id: int) -> None:
    """No message is the live card any more; the one that was stays as it is."""
    await desk.session.execute(_LET_GO, {"whose": contact_id})
