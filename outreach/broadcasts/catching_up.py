"""补发 — who is new at an enterprise gets the broadcasts to it that are in force; who left it gets no more of them."""

from __future__ import annotations

from sqlalchemy import insert, or_, select, update

from domain.broadcast import Audience, BroadcastState
from domain.contact import Contact, Role
from domain.notice import DeliveryState
from outreach.broadcasts.audiences import is_meant
from outreach.broadcasts.bulletins import view_of
from outreach.broadcasts.parting import deliveries
from outreach.delivery.relevance import LEFT
from outreach.desk import Desk
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import PostRecord


async def catch_up(desk: Desk, contact: Contact, enterprise_id: int, role: Role) -> int:
    """Tell a new holder of a post what the enterprise was told and what still holds. Returns how many broadcasts.

    One whose audience was a list of names (those who had not read another) is not theirs.
    """
    enterprise = await desk.session.get_one(EnterpriseRecord, enterprise_id)
    rows = await desk.session.scalars(
        select(BroadcastRecord)
        .where(
            BroadcastRecord.state == BroadcastState.APPROVED,
            or_(BroadcastRecord.expires_at.is_(None), BroadcastRecord.expires_at > desk.now),
        )
        .order_by(BroadcastRecord.id)
    )
    told = 0
    for row in rows.all():
        told += await give(desk, row, contact, enterprise, role)
    return told


async def let_go(desk: Desk, contact_id: int) -> None:
    """Whoever holds no post any more is not told what still waits for the enterprise they were at; it says why."""
    held = select(PostRecord.id).where(PostRecord.contact_id == contact_id, PostRecord.until_at.is_(None))
    if (await desk.session.scalars(held.limit(1))).first() is not None:
        return
    waiting = update(DeliveryRecord).where(
        DeliveryRecord.contact_id == contact_id, DeliveryRecord.broadcast_id.is_not(None),
        DeliveryRecord.state.in_((DeliveryState.QUEUED, DeliveryState.RETRY)),
    )  # fmt: skip
    skipped = waiting.values(state=DeliveryState.SKIPPED, reason=LEFT, settled_at=desk.now)
    await desk.session.execute(skipped.execution_options(synchronize_session=False))


async def give(desk: Desk, row: BroadcastRecord, contact: Contact, enterprise: EnterpriseRecord, role: Role) -> bool:
    """One broadcast to one person who is meant by it and has not got it. Whether it was given just now."""
    audience = Audience.of(row.audience)
    if audience.unacknowledged_of is not None or role not in audience.posts.roles:
        return False
    if not is_meant(desk, audience, enterprise):
        return False
    is_new = False
    for values in deliveries(desk, await view_of(desk, row), contact):
        is_new = await desk.put_once(DeliveryRecord, DeliveryRecord.key, **values)
    if not is_new:
        return False
    await desk.session.execute(
        insert(RecipientRecord).values(
            broadcast_id=row.id, contact_id=contact.id, enterprise_id=enterprise.id, role=role, is_late=True
        )
    )
    desk.has_told = True
    return True
