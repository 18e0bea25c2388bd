"""起草 — an official writes a broadcast: what it says, to whom, when, and how it will look to those who get it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from domain.authority import Duty
from domain.broadcast import DEFAULT_DAYS, IN_FORCE_DAYS, Audience, BroadcastState
from domain.composition import Content
from domain.contact import Contact, NotYours, Official, StalePress
from outreach.broadcasts.audiences import Reach, bound_of
from outreach.broadcasts.bulletins import Broadcast, aim_at, locked, moved, reach_of, view_of
from outreach.broadcasts.parting import deliveries
from outreach.desk import Desk
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord


async def begin(desk: Desk, contact: Contact, official: Official) -> Broadcast:
    """A new draft with its number, for everybody whom the official may address."""
    official.must(Duty.NOTICE)
    audience = Audience().bounded(await bound_of(desk, official))
    day = f"{desk.today:%Y%m%d}"
    row = BroadcastRecord(
        number=f"TZ{day}-{await desk.next_number(f'broadcast:{day}'):03d}",
        contact_id=contact.id,
        official_id=official.id,
        state=BroadcastState.DRAFT,
        audience=audience.as_facts(),
        street=audience.street,
        grid=audience.grid,
        days_in_force=DEFAULT_DAYS,
        drafted_at=desk.now,
    )
    desk.session.add(row)
    await desk.session.flush()
    await desk.note("BroadcastDrafted", f"broadcast:{row.id}", contact.id, number=row.number)
    return await view_of(desk, row)


async def own_draft(desk: Desk, contact: Contact, official: Official, broadcast_id: int) -> BroadcastRecord:
    """The contact's own draft, locked. Raises NotYours or BroadcastMoved."""
    row = await locked(desk, broadcast_id)
    if row.contact_id != contact.id or row.official_id != official.id:
        raise NotYours
    if row.state != BroadcastState.DRAFT:
        raise await moved(desk, row)
    # The bound may have become narrower since the draft was begun.
    aim_at(row, Audience.of(row.audience).bounded(await bound_of(desk, official)))
    return row


async def open_draft(desk: Desk, contact: Contact, official: Official, broadcast_id: int) -> Broadcast:
    """The contact's own draft. Raises NotYours or BroadcastMoved."""
    return await view_of(desk, await own_draft(desk, contact, official, broadcast_id))


async def compose(
    desk: Desk, contact: Contact, official: Official, broadcast_id: int, content: Content
) -> Broadcast:  # fmt: skip
    """What it says, in place of whatever it said. Raises BroadcastEmpty or BroadcastTooLong."""
    row = await own_draft(desk, contact, official, broadcast_id)
    content.must_fit()
    return await _keep(desk, row, content)


async def add(
    desk: Desk, contact: Contact, official: Official, broadcast_id: int, more: Content
) -> Broadcast:  # fmt: skip
    """What it says besides. Raises BroadcastTooLong, MediaMixed or PhotosFull."""
    row = await own_draft(desk, contact, official, broadcast_id)
    return await _keep(desk, row, (await view_of(desk, row)).content.adding(more))


async def _keep(desk: Desk, row: BroadcastRecord, content: Content) -> Broadcast:
    row.text, row.media_kind, row.media_name = content.text, content.kind, content.name
    row.media_file_id = content.files[0] if content.files else ""
    row.photos = " ".join(content.photos) if content.kind == "album" else ""
    await desk.session.flush()
    return await view_of(desk, row)


async def aim(desk: Desk, contact: Contact, official: Official, broadcast_id: int, field: str, value: str) -> Broadcast:
    """Change one bound of the audience; an empty value lifts it. Never past the official's own bound."""
    row = await own_draft(desk, contact, official, broadcast_id)
    bound = await bound_of(desk, official)
    facts = Audience.of(row.audience).as_facts()
    facts[field] = (int(value) if value else None) if field == "unacknowledged_of" else value
    if field == "street":
        facts["grid"] = facts["group"] = ""
    aim_at(row, Audience.of(facts).bounded(bound))
    await desk.session.flush()
    return await view_of(desk, row)


async def plan(
    desk: Desk, contact: Contact, official: Official, broadcast_id: int, *,
    due_at: datetime | None = None, days: int | None = None, is_urgent: bool | None = None, at_once: bool = False,
) -> Broadcast:  # fmt: skip
    """When it leaves, for how many days it is in force, whether it is urgent; what is None stays as it is."""
    row = await own_draft(desk, contact, official, broadcast_id)
    if at_once or due_at is not None:
        row.due_at = due_at
    if days is not None:
        if days and days not in IN_FORCE_DAYS:
            raise StalePress
        row.days_in_force = days
    if is_urgent is not None:
        row.is_urgent = is_urgent
    await desk.session.flush()
    return await view_of(desk, row)


async def discard(desk: Desk, contact: Contact, official: Official, broadcast_id: int) -> None:
    """Throw a draft away."""
    row = await own_draft(desk, contact, official, broadcast_id)
    row.state = BroadcastState.DISCARDED
    await desk.note("BroadcastDiscarded", f"broadcast:{row.id}", contact.id, number=row.number)


async def ready(desk: Desk, contact: Contact, official: Official, broadcast_id: int) -> tuple[Broadcast, Reach]:
    """A draft that can be sent, and to whom. Raises BroadcastEmpty, BroadcastTooLong, AudienceEmpty."""
    draft = await open_draft(desk, contact, official, broadcast_id)
    draft.content.must_fit()
    return draft, await reach_of(desk, draft)


async def forget(desk: Desk, contact_id: int) -> None:
    """An erased official's unsent drafts are thrown away with what they say; a card of theirs is edited no more.

    What was sent is the office's word to the enterprises and stays.
    """
    own = BroadcastRecord.contact_id == contact_id
    unsent = BroadcastRecord.state.in_((BroadcastState.DRAFT, BroadcastState.AWAITING))
    await desk.session.execute(
        update(BroadcastRecord)
        .where(own, unsent)
        .values(state=BroadcastState.DISCARDED, text="", media_kind="", media_file_id="", media_name="", photos="")
    )
    await desk.session.execute(
        update(BroadcastRecord).where(own).values(progress_chat_id=None, progress_message_id=None)
    )


async def try_out(desk: Desk, contact: Contact, broadcast: Broadcast, asked: int) -> None:
    """Send it to oneself, the way the others will get it: what Telegram would refuse is refused here first."""
    for values in deliveries(desk, broadcast, contact, key=f"broadcast_trial:{broadcast.id}:{asked}", press="ak:0"):
        # It belongs to nobody's broadcast: neither figures nor the night concern it.
        own: dict[str, object] = {"broadcast_id": None, "is_urgent": False, "expires_at": None, "due_at": desk.now}
        desk.has_told |= await desk.put_once(DeliveryRecord, DeliveryRecord.key, **values | own)
