"""活动登记 — an activity is entered once: when, how many, what about, with what result, and a photo of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select

from domain.authority import Duty
from domain.campaign import (
    PHOTOS_MOST,
    Activity,
    ActivityEntered,
    ActivityPhotosFull,
    ActivityUnfinished,
    Edition,
    Filling,
    FourOnesRow,
    Subject,
    must_lie_in,
    read_head_count,
)
from domain.contact import Contact, NotYours, Official, Post, StalePress
from domain.text import tidy
from outreach.campaigns.campaigning import as_activity, edition_now, row_of
from outreach.desk import Desk
from outreach.inspections.inspecting import WALKERS
from outreach.overseeing import oversees
from outreach.storage.campaigns import ActivityPhotoRecord, ActivityRecord
from outreach.storage.enterprises import EnterpriseRecord

CONTENT_LIMIT = 500
LINE_LIMIT = 200
# What stands for Telegram's ids of the photos of somebody who is erased.
GONE = "erased"


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as its card shows it. `place` is the enterprise's or the park's name."""

    id: int
    row: FourOnesRow
    edition: Edition
    enterprise_id: int | None
    place: str
    is_entered: bool
    activity: Activity
    is_proxy: bool


async def begin(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, row_id: str, place_id: int
) -> Entry:
    """Begin a record, or go on with the contact's own draft of it.

    place_id: the enterprise; for a row about the park any enterprise that lies in it.
    Raises NotYours; ActivityEntered when there is one already whose evidence is whole.
    """
    edition = edition_now(desk)
    row = row_of(edition, row_id)
    enterprise = await desk.session.get(EnterpriseRecord, place_id)
    if enterprise is None or row.filled_by is not Filling.RECORD:
        raise NotYours
    enterprise_id = enterprise.id if row.subject is Subject.ENTERPRISE else None
    _must_answer(posts, official, enterprise_id, enterprise)
    same = select(ActivityRecord).where(
        ActivityRecord.edition_id == edition.id,
        ActivityRecord.row_id == row.id,
        ActivityRecord.enterprise_id == enterprise_id
        if enterprise_id
        else (ActivityRecord.enterprise_id.is_(None) & (ActivityRecord.street == enterprise.street)),
    )
    entered = (await desk.session.scalars(same.where(ActivityRecord.state == "entered"))).first()
    if entered is not None:
        return await _entry(desk, entered)
    mine = same.where(ActivityRecord.state == "draft", ActivityRecord.contact_id == contact.id)
    record = (await desk.session.scalars(mine)).first()
    if record is None:
        is_own = any(post.enterprise_id == enterprise_id and post.role in WALKERS for post in posts)
        record = ActivityRecord(
            edition_id=edition.id, row_id=row.id, enterprise_id=enterprise_id, street=enterprise.street,
            contact_id=contact.id, official_id=official.id if official and not is_own else None, begun_at=desk.now,
        )  # fmt: skip
        desk.session.add(record)
        await desk.session.flush()
    return await _entry(desk, record)


def _must_answer(
    posts: tuple[Post, ...], official: Official | None, enterprise_id: int | None, place: EnterpriseRecord
) -> None:
    """Raises NotYours unless the caller answers for the enterprise, or oversees it; a park is the street's own."""
    if enterprise_id is not None:
        own = any(post.enterprise_id == enterprise_id and post.role in WALKERS for post in posts)
        if not own and not oversees(official, place, Duty.CAMPAIGN):
            raise NotYours
        return
    bounds = official.jurisdiction if official and official.may(Duty.CAMPAIGN) else None
    if bounds is None or bounds.grid or bounds.industries or not bounds.reaches(place.street, place.grid):
        raise NotYours


async def entry(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, entry_id: int
) -> Entry:
    """A record: one's own draft, or what was entered of a place that the caller answers for. Raises NotYours."""
    return await _entry(desk, await _own(desk, contact, posts, official, entry_id))


async def _own(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, entry_id: int
) -> ActivityRecord:
    row = (
        await desk.session.scalars(select(ActivityRecord).where(ActivityRecord.id == entry_id).with_for_update())
    ).first()
    if row is None or (row.state != "entered" and row.contact_id != contact.id):
        raise NotYours
    if row.state == "withdrawn":
        raise StalePress
    if row.enterprise_id is None:
        places = select(EnterpriseRecord).where(EnterpriseRecord.street == row.street).limit(1)
        place = (await desk.session.scalars(places)).first()
    else:
        place = await desk.session.get(EnterpriseRecord, row.enterprise_id)
    if place is None:
        raise NotYours
    _must_answer(posts, official, row.enterprise_id, place)
    return row


async def describe(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, entry_id: int, *,
    held_on: date | None = None, attendees: str = "", content: str = "", result: str = "",
) -> Entry:  # fmt: skip
    """Say one thing about a draft. Raises DayOutside, HeadCountUnclear, ActivityEntered once it was entered."""
    row = await _draft(desk, contact, posts, official, entry_id)
    if held_on is not None:
        must_lie_in(desk.catalogue.editions[row.edition_id], held_on, desk.today)
        row.held_on = held_on
    if attendees:
        row.head_count, row.attendees = read_head_count(attendees), tidy(attendees, LINE_LIMIT)
    row.content = tidy(content, CONTENT_LIMIT) or row.content
    row.result = tidy(result, LINE_LIMIT) or row.result
    return await _entry(desk, row)


async def photograph(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, entry_id: int, file_id: str,
    file_unique_id: str,
) -> Entry:  # fmt: skip
    """Add a photo; also to an entered record whose photo was lost. Raises ActivityPhotosFull."""
    row = await _own(desk, contact, posts, official, entry_id)
    known = (
        await desk.session.scalars(select(ActivityPhotoRecord).where(ActivityPhotoRecord.activity_id == row.id))
    ).all()
    alive = [photo for photo in known if photo.state != "failed"]
    if row.state == "entered" and alive:
        raise ActivityEntered(held_on=row.held_on)
    if any(photo.file_unique_id == file_unique_id for photo in alive):
        return await _entry(desk, row)
    if len(alive) >= PHOTOS_MOST:
        raise ActivityPhotosFull(most=PHOTOS_MOST)
    for photo in known:
        if photo.file_unique_id == file_unique_id:
            # Sent again after it could not be had: it may be had now.
            await desk.session.delete(photo)
    await desk.session.flush()
    desk.session.add(
        ActivityPhotoRecord(
            activity_id=row.id, contact_id=contact.id, file_id=file_id, file_unique_id=file_unique_id,
            next_look_at=desk.now, sent_at=desk.now,
        )
    )  # fmt: skip
    desk.has_photos = True
    await desk.session.flush()
    return await _entry(desk, row)


async def enter(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, entry_id: int
) -> Entry:
    """Enter a record for good. Raises ActivityUnfinished, ActivityEntered when anybody was first."""
    row = await _draft(desk, contact, posts, official, entry_id)
    now = await _entry(desk, row)
    if now.activity.missing is not None:
        raise ActivityUnfinished(step=now.activity.missing)
    # The place is locked, so that two people who enter the same at once are one after the other.
    places = select(EnterpriseRecord.id).where(
        EnterpriseRecord.id == row.enterprise_id if row.enterprise_id else EnterpriseRecord.street == row.street
    )
    await desk.session.execute(places.with_for_update())
    same = select(ActivityRecord).where(
        ActivityRecord.edition_id == row.edition_id,
        ActivityRecord.row_id == row.row_id,
        ActivityRecord.state == "entered",
        ActivityRecord.enterprise_id == row.enterprise_id
        if row.enterprise_id
        else (ActivityRecord.enterprise_id.is_(None) & (ActivityRecord.street == row.street)),
    )
    first = (await desk.session.scalars(same)).first()
    if first is not None:
        raise ActivityEntered(held_on=first.held_on)
    row.state, row.entered_at = "entered", desk.now
    await desk.note(
        "ActivityEntered", f"activity:{row.id}", contact.id, row=row.row_id, enterprise=row.enterprise_id,
        street=row.street, held_on=row.held_on, heads=row.head_count, official=row.official_id,
    )  # fmt: skip
    await desk.session.flush()
    return await _entry(desk, row)


async def withdraw(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, entry_id: int
) -> Entry:
    """Take a record back, a draft or one entered wrongly; its cell is open again, the row is kept."""
    row = await _own(desk, contact, posts, official, entry_id)
    taken = await _entry(desk, row)
    if row.state == "entered":
        await desk.note("ActivityWithdrawn", f"activity:{row.id}", contact.id, row=row.row_id)
    row.state = "withdrawn"
    return taken


async def _draft(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, entry_id: int
) -> ActivityRecord:
    row = await _own(desk, contact, posts, official, entry_id)
    if row.state == "entered":
        raise ActivityEntered(held_on=row.held_on)
    return row


async def _entry(desk: Desk, row: ActivityRecord) -> Entry:
    edition = desk.catalogue.editions.get(row.edition_id)
    if edition is None:
        raise StalePress
    photos = await desk.session.scalars(
        select(func.count()).where(ActivityPhotoRecord.activity_id == row.id, ActivityPhotoRecord.state != "failed")
    )
    enterprise = await desk.session.get(EnterpriseRecord, row.enterprise_id) if row.enterprise_id else None
    return Entry(
        row.id, row_of(edition, row.row_id), edition, row.enterprise_id, enterprise.name if enterprise else row.street,
        row.state == "entered", as_activity(row, photos.one()), row.official_id is not None,
    )  # fmt: skip


async def forget(desk: Desk, contact_id: int) -> None:
    """Somebody is erased: their drafts go, what they entered stays their enterprise's, without Telegram's file ids."""
    drafts = select(ActivityRecord.id).where(ActivityRecord.contact_id == contact_id, ActivityRecord.state == "draft")
    await desk.session.execute(delete(ActivityPhotoRecord).where(ActivityPhotoRecord.activity_id.in_(drafts)))
    await desk.session.execute(delete(ActivityRecord).where(ActivityRecord.id.in_(drafts)))
    sent = select(ActivityPhotoRecord).where(ActivityPhotoRecord.contact_id == contact_id)
    for photo in await desk.session.scalars(sent):
        photo.file_id, photo.file_unique_id = "", f"{GONE}:{photo.id}"
        if photo.state == "pending":
            photo.state, photo.failure = "failed", GONE
