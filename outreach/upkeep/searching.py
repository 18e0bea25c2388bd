"""巡查 — looks for what can never be: lost rows, work nobody takes up; sets right what it may, says what it found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, TextClause, and_, func, literal, select, text

from domain.broadcast import Audience, BroadcastState
from domain.contact import Role
from outreach.broadcasts.bulletins import view_of
from outreach.broadcasts.catching_up import give
from outreach.broadcasts.parting import deliveries
from outreach.desk import Desk, Office
from outreach.persons import as_contact
from outreach.storage.base import Record
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.campaigns import ActivityPhotoRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inspections import PhotoRecord
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.storage.people import ContactRecord, PostRecord
from outreach.storage.plans import WAITING, ReminderRecord
from outreach.storage.reports import LetterRecord, ReportPhotoRecord
from outreach.upkeep import chaining, pulses

LOG = structlog.get_logger("search")
# An approval and a post that were committed side by side are looked at for so long.
SIDE_BY_SIDE_FOR = timedelta(hours=1)
# The rows of a broadcast are counted for so long after its approval.
COUNTED_FOR = timedelta(days=2)
# Whatever is looked at every few seconds or half minutes and is this late has been forgotten.
STUCK_AFTER = timedelta(minutes=15)
# Nobody acts differently on more.
MOST = 1000
# As the indexes of these tables say it, so that the indexes are used.
PENDING = text("state = 'pending'")
UNSAID = text("state IN ('queued', 'claimed')")


async def search(office: Office) -> dict[str, int]:
    """Every search in turn; what was found, by the search's name. One that fails does not keep the others from it."""
    found: dict[str, int] = {}
    for name, look in LOOKS.items():
        try:
            count = await look(office)
        except Exception as fault:
            LOG.error("search_failed", search=name, fault=type(fault).__name__, words=str(fault)[:300])
            continue
        if count:
            found[name] = count
            LOG.error("found", search=name, count=count)
            async with office.desk() as desk:
                await pulses.beat(desk, pulses.found(name), count)
    return found


async def newcomers(office: Office) -> int:
    """Somebody who came to a post while a broadcast was being approved, so that neither saw the other, gets it now."""
    given = 0
    async with office.desk() as desk:
        since = desk.now - SIDE_BY_SIDE_FOR
        had = select(RecipientRecord.contact_id).where(
            RecipientRecord.broadcast_id == BroadcastRecord.id, RecipientRecord.contact_id == PostRecord.contact_id
        )
        pairs = await desk.session.execute(
            select(BroadcastRecord, PostRecord, ContactRecord, EnterpriseRecord)
            .select_from(BroadcastRecord)
            .join(PostRecord, PostRecord.since_at >= since)
            .join(ContactRecord, ContactRecord.id == PostRecord.contact_id)
            .join(EnterpriseRecord, EnterpriseRecord.id == PostRecord.enterprise_id)
            .where(
                BroadcastRecord.approved_at >= since, BroadcastRecord.state == BroadcastState.APPROVED,
                PostRecord.until_at.is_(None), ContactRecord.erased_at.is_(None), ~had.exists(),
            )
            .order_by(BroadcastRecord.id, PostRecord.id)
        )  # fmt: skip
        for row, post, person, enterprise in pairs.all():
            if row.expires_at is not None and row.expires_at <= desk.now:
                continue
            if Audience.of(row.audience).posts.roles == (Role.PRINCIPAL,) and await _has_one(desk, row, enterprise):
                # 致企业主要负责人: exactly one person for each enterprise, and that is somebody else.
                continue
            given += await give(desk, row, as_contact(person), enterprise, Role(post.role))
    return given


async def _has_one(desk: Desk, row: BroadcastRecord, enterprise: EnterpriseRecord) -> bool:
    meant = select(RecipientRecord.contact_id).where(
        RecipientRecord.broadcast_id == row.id, RecipientRecord.enterprise_id == enterprise.id
    )
    return (await desk.session.scalars(meant.limit(1))).first() is not None


async def audience_rows(office: Office) -> int:
    """A name on a broadcast's list without a delivery gets it; numbers that still disagree are only told of."""
    async with office.desk() as desk:
        recent = select(BroadcastRecord.id).where(
            BroadcastRecord.approved_at >= desk.now - COUNTED_FOR, BroadcastRecord.state == BroadcastState.APPROVED
        )
        ids = (await desk.session.scalars(recent.order_by(BroadcastRecord.id))).all()
    found = 0
    for id_ in ids:
        # One transaction for each: on SQLite nobody else can write meanwhile.
        async with office.desk() as desk:
            found += await _must_balance(desk, await desk.session.get_one(BroadcastRecord, id_))
    return found


async def _must_balance(desk: Desk, row: BroadcastRecord) -> int:
    """The law of conservation (RELIABILITY O1) for one broadcast; how many rows broke it."""
    names = await _count(desk, RecipientRecord, RecipientRecord.broadcast_id == row.id)
    of_it = DeliveryRecord.broadcast_id == row.id
    # Over an index alone, unless people were chased or are told in parts: those are rows of the broadcast too.
    of_people = [DeliveryRecord.kind == "broadcast"] if row.chased or row.parts > 1 else []
    rows = await _count(desk, DeliveryRecord, of_it, *of_people)
    if row.recipients <= names == rows:
        return 0
    own = and_(
        DeliveryRecord.broadcast_id == row.id, DeliveryRecord.contact_id == RecipientRecord.contact_id,
        DeliveryRecord.kind == "broadcast",
    )  # fmt: skip
    lacking = (
        await desk.session.execute(
            select(ContactRecord)
            .join(RecipientRecord, RecipientRecord.contact_id == ContactRecord.id)
            .join(DeliveryRecord, own, isouter=True)
            .where(
                RecipientRecord.broadcast_id == row.id, DeliveryRecord.id.is_(None), ContactRecord.erased_at.is_(None)
            )
            .limit(MOST)
        )
    ).scalars().all()  # fmt: skip
    said = await view_of(desk, row)
    for person in lacking:
        for values in deliveries(desk, said, as_contact(person)):
            desk.has_told |= await desk.put_once(DeliveryRecord, DeliveryRecord.key, **values)
    broadcasts = await _count(desk, DeliveryRecord, of_it, DeliveryRecord.kind == "broadcast")
    return len(lacking) + abs(broadcasts - names) + max(row.recipients - names, 0)


async def _count(desk: Desk, record: type[Record], *where: ColumnElement[bool]) -> int:
    return int((await desk.session.execute(select(func.count()).select_from(record).where(*where))).scalar_one())


async def reminders_stuck(office: Office) -> int:
    """Reminders that should have been looked at long ago; the sweep whose work they are says why in the log."""
    async with office.desk() as desk:
        late = ReminderRecord.next_look_at < desk.now - STUCK_AFTER
        return await _some(desk, ReminderRecord, WAITING, late)


async def photos_stuck(office: Office) -> int:
    """Photos that nobody fetched though it is time; whoever fetches them is woken."""
    found = 0
    async with office.desk() as desk:
        records: tuple[Any, ...] = (PhotoRecord, ReportPhotoRecord, ActivityPhotoRecord)
        for record in records:
            late = record.next_look_at < desk.now - STUCK_AFTER
            found += await _some(desk, record, PENDING, late)
        desk.has_photos = bool(found)
    return found


async def letters_stuck(office: Office) -> int:
    """Words to anonymous reporters that did not leave though nothing is paused; whoever carries them is woken."""
    async with office.desk() as desk:
        paused = select(PauseRecord.name).where(PauseRecord.until_at > desk.now).limit(1)
        if (await desk.session.scalars(paused)).first() is not None:
            return 0
        found = await _some(desk, LetterRecord, UNSAID, LetterRecord.due_at < desk.now - STUCK_AFTER)
        desk.has_letters = bool(found)
    return found


async def _some(desk: Desk, record: type[Record], *where: TextClause | ColumnElement[bool]) -> int:
    """How many, up to MOST."""
    few = select(literal(1)).select_from(record).where(*where).limit(MOST).subquery()
    return int((await desk.session.execute(select(func.count()).select_from(few))).scalar_one())


LOOKS: dict[str, Callable[[Office], Awaitable[int]]] = {
    "newcomers": newcomers,
    "audience_rows": audience_rows,
    "reminders_stuck": reminders_stuck,
    "photos_stuck": photos_stuck,
    "letters_stuck": letters_stuck,
    "journal": chaining.look,
}
