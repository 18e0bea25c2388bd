"""已阅 — somebody pressed that they have read it, and those who have not are reminded once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from domain.authority import Duty
from domain.broadcast import BroadcastState, NobodyToChase, may_chase
from domain.contact import Contact, NotYours, Official, StalePress
from domain.notice import DeliveryState, Notice, NoticeButton
from outreach.broadcasts.bulletins import moved, overseen
from outreach.delivery.relevance import NOTICE
from outreach.desk import Desk
from outreach.persons import as_contact
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

_ARRIVED = (DeliveryState.SENT, DeliveryState.UNKNOWN)
_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`at` is when it was pressed first; only then `is_first`. One that was recalled is not read any more."""

    number: str
    at: datetime
    is_first: bool
    is_recalled: bool = False


async def acknowledge(desk: Desk, contact: Contact, broadcast_id: int, message_id: int | None) -> Acknowledged:
    """The person has read it. A delivery of which nobody knew whether it arrived has arrived after all.

    message_id: the message that was pressed, when it is the notice itself. Raises NotYours.
    """
    # The broadcast first, as a recall does, so that the two never wait for each other.
    await _freshen(desk, broadcast_id)
    broadcast = await desk.session.get(BroadcastRecord, broadcast_id)
    found = await desk.session.scalars(
        select(DeliveryRecord)
        .where(
            DeliveryRecord.broadcast_id == broadcast_id,
            DeliveryRecord.contact_id == contact.id,
            DeliveryRecord.kind == "broadcast",
        )
        .with_for_update()
    )
    row = found.first()
    if row is None or broadcast is None:
        raise NotYours
    if message_id is not None and (row.state == DeliveryState.UNKNOWN or _may_have_arrived(row)):
        row.state, row.message_id, row.settled_at, row.reason = DeliveryState.SENT, message_id, desk.now, "pressed"
    if broadcast.state == BroadcastState.RECALLED:
        # Now that its message is known it can be edited like the others.
        broadcast.next_look_at = desk.now
        return Acknowledged(broadcast.number, desk.now, False, is_recalled=True)
    is_first = row.acknowledged_at is None
    if is_first:
        row.acknowledged_at = desk.now
        await desk.note("BroadcastAcknowledged", f"broadcast:{broadcast_id}", contact.id, number=broadcast.number)
    assert row.acknowledged_at is not None
    return Acknowledged(broadcast.number, row.acknowledged_at, is_first)


def _may_have_arrived(row: DeliveryRecord) -> bool:
    return row.state == DeliveryState.RETRY and row.attempts > 0


async def _freshen(desk: Desk, broadcast_id: int) -> None:
    """Let the card with the figures be looked at again, if one is shown."""
    await desk.session.execute(
        update(BroadcastRecord)
        .where(
            BroadcastRecord.id == broadcast_id,
            BroadcastRecord.progress_message_id.is_not(None),
            or_(BroadcastRecord.next_look_at.is_(None), BroadcastRecord.next_look_at > desk.now),
        )
        .values(next_look_at=desk.now)
    )


async def chase(desk: Desk, contact: Contact, official: Official, broadcast_id: int, round_: int) -> int:
    """催阅 — remind everybody who got it and has not pressed 已阅. Returns how many.

    round_: how many rounds there had been when the button was shown; another one since makes it stale, so that two
    officials' clicks are one round. Raises BroadcastMoved, StalePress, ChasedRecently, NobodyToChase.
    """
    official.must(Duty.NOTICE)
    row = await overseen(desk, official, broadcast_id)
    if row.state != BroadcastState.APPROVED:
        raise await moved(desk, row)
    may_chase(row.chased_at, desk.now)
    if row.chased != round_:
        raise StalePress
    found = await desk.session.execute(
        select(ContactRecord, DeliveryRecord.id)
        .join(DeliveryRecord, DeliveryRecord.contact_id == ContactRecord.id)
        .where(
            DeliveryRecord.broadcast_id == row.id,
            DeliveryRecord.kind == "broadcast",
            DeliveryRecord.state.in_(_ARRIVED),
            DeliveryRecord.acknowledged_at.is_(None),
        )
        .order_by(DeliveryRecord.id)
    )
    silent = [(as_contact(one), delivery_id) for one, delivery_id in found]
    if not silent:
        raise NobodyToChase
    row.chased, row.chased_at = row.chased + 1, desk.now
    opening = row.text.strip().split("\n")[0] or row.media_name
    facts: dict[str, object] = {
        "number": row.number,
        "opening": opening[:_EXCERPT] + ("…" if len(opening) > _EXCERPT else ""),
        "office": desk.office.privacy.office.name,
    }
    button = ((NoticeButton("broadcast.acknowledge", f"ak:{row.id}:c"),),)
    for one, delivery_id in silent:
        key = f"broadcast_chase:{row.id}:{row.chased}:{one.id}"
        # Held up for the night, it is of no use any more to whoever has pressed in the meantime.
        about, until = (f"{NOTICE}:{delivery_id}",), row.expires_at
        await desk.tell(
            one, Notice("broadcast_chase", facts, key, button, broadcast_id=row.id, about=about, expires_at=until)
        )
    await desk.note(
        "BroadcastChased", f"broadcast:{row.id}", contact.id, number=row.number, round=row.chased, count=len(silent)
    )
    return len(silent)
