"""回来 — who could not be reached and comes back hears once which notices in force they missed; a press brings each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update

from domain.broadcast import BroadcastState
from domain.contact import Contact, StalePress
from domain.notice import DeliveryState, Notice, NoticeButton
from domain.text import shortened
from outreach.broadcasts.parting import EARLIER
from outreach.delivery.holding import ASKED
from outreach.delivery.outcomes import Kind
from outreach.delivery.refusals import REFUSALS
from outreach.delivery.taking import CONTACT_GONE
from outreach.desk import Desk
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import PostRecord

# Why nothing was sent to somebody who could not be reached, then or at all.
GONE = frozenset({CONTACT_GONE, *(line.reason for line in REFUSALS if line.kind is Kind.CONTACT_GONE)})
# Urgent notices that come again by themselves, the newest; older ones stand first among those to be pressed.
MOST_URGENT = 3
# Telegram takes a hundred buttons under a message.
MOST_LISTED = 90
_TITLE = 30


async def welcome(desk: Desk, contact: Contact) -> None:
    """Say in one message what was refused meanwhile and still holds; what is urgent is sent again before it.

    What was not to leave yet waits for its time as if nothing had been. Whoever holds no post any more is told nothing.
    """
    missed = await _missed(desk, contact.id)
    if not missed:
        return
    ahead = [broadcast for _, broadcast in missed if broadcast.due_at is not None and broadcast.due_at > desk.now]
    over = [one for one in missed if one[1] not in ahead]
    urgent = [broadcast for _, broadcast in over if broadcast.is_urgent][:MOST_URGENT]
    for broadcast in (*ahead, *urgent):
        await _queue_again(desk, contact.id, broadcast.id, max(broadcast.due_at or desk.now, desk.now))
    left = [one for one in over if one[1] not in urgent]
    if left:
        await desk.tell(contact, _listed(desk, contact, left, len(urgent)))
    await desk.note("MissedNoticesOffered", f"contact:{contact.id}", contact.id, sent=len(urgent), listed=len(left))


async def fetch(desk: Desk, row: DeliveryRecord) -> bool:
    """Send a missed notice after all, in all its parts, because the person asked; whether it is one.

    Raises StalePress for one that was recalled or is over by now.
    """
    if row.kind != "broadcast" or row.state != DeliveryState.REFUSED or row.reason not in GONE:
        return False
    if row.id not in {one.id for one, _ in await _missed(desk, row.contact_id)}:
        raise StalePress
    assert row.broadcast_id is not None
    await _queue_again(desk, row.contact_id, row.broadcast_id, desk.now, ASKED)
    return True


async def _missed(desk: Desk, contact_id: int) -> Sequence[tuple[DeliveryRecord, BroadcastRecord]]:
    """The notices in force that were refused because the person could not be reached: the urgent and the newest first.

    A delivery stands for all its parts.
    """
    holds = select(PostRecord.id).where(PostRecord.contact_id == contact_id, PostRecord.until_at.is_(None))
    found = await desk.session.execute(
        select(DeliveryRecord, BroadcastRecord)
        .join(BroadcastRecord, BroadcastRecord.id == DeliveryRecord.broadcast_id)
        .where(
            *_refused(contact_id), DeliveryRecord.kind == "broadcast", DeliveryRecord.acknowledged_at.is_(None),
            BroadcastRecord.state == BroadcastState.APPROVED,
            or_(DeliveryRecord.expires_at.is_(None), DeliveryRecord.expires_at > desk.now), holds.exists(),
        )
        .order_by(BroadcastRecord.is_urgent.desc(), BroadcastRecord.id.desc())
    )  # fmt: skip
    return [(row, broadcast) for row, broadcast in found]


def _refused(contact_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        DeliveryRecord.contact_id == contact_id, DeliveryRecord.state == DeliveryState.REFUSED,
        DeliveryRecord.reason.in_(GONE),
    )  # fmt: skip


async def _queue_again(desk: Desk, contact_id: int, broadcast_id: int, due_at: datetime, reason: str = "") -> None:
    """Every part that was refused; one that arrived before does not come twice."""
    parts = DeliveryRecord.broadcast_id == broadcast_id, DeliveryRecord.kind.in_(("broadcast", EARLIER))
    again = update(DeliveryRecord).where(*_refused(contact_id), *parts)
    queued = again.values(state=DeliveryState.QUEUED, reason=reason, due_at=due_at, settled_at=None)
    await desk.session.execute(queued.execution_options(synchronize_session=False))
    desk.has_told = True


def _listed(
    desk: Desk, contact: Contact, left: Sequence[tuple[DeliveryRecord, BroadcastRecord]], urgent: int
) -> Notice:  # fmt: skip
    rows = [
        (NoticeButton(f"broadcast.missed.{'urgent' if one.is_urgent else 'routine'}", f"st:o:{row.id}",
                      (("title", _title(one)),)),)
        for row, one in left[:MOST_LISTED]
    ]  # fmt: skip
    facts: dict[str, object] = {"count": len(left), "listed": len(rows), "urgent": urgent}
    # A person comes back once at an instant; nobody waits for this but them, and they are there.
    key = f"broadcast_missed:{contact.id}:{int(desk.now.timestamp())}"
    return Notice("broadcast_missed", facts, key, (*rows, (NoticeButton("menu.my", "my:l:0"),)))


def _title(broadcast: BroadcastRecord) -> str:
    return shortened(broadcast.text, _TITLE) or broadcast.media_name or broadcast.number
