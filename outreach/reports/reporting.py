"""隐患举报 — a draft becomes a numbered report, officials are told at once, and its reporter may add to it.

An anonymous report is written without contact, exact time or journal line; what is left for its reporter is a sealed
route and a mark that opens for them alone, or a receipt code of which only a slow hash is kept.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import func, select

from domain.contact import Contact, StalePress
from domain.notice import Notice, NoticeButton
from domain.report import (
    ANONYMOUS_AN_HOUR,
    Draft,
    ReportState,
    TooManyReports,
    kept_instant,
    may_submit,
)
from outreach.concerning import officials_concerned, where_of
from outreach.desk import Desk
from outreach.people.enrolling import holders
from outreach.replying import random_id, seal_route, tell_reporter, to_the_hour
from outreach.reports.drafts import drop
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.reports import ReportPhotoRecord, ReportRecord, ReportWordRecord

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_NUMBER_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Submitted:
    """A report that was made: its id, its number, and how many officials were told."""

    id: int
    number: str
    told: int
    is_named: bool


async def submit(desk: Desk, contact: Contact, person_id: int, chat_id: int, draft: Draft, is_named: bool) -> Submitted:
    """Make a report of the draft and wipe the draft. Raises ReportEmpty, TooManyReports."""
    may_submit(draft)
    if not is_named and desk.office.hourly.add(person_id, desk.now.timestamp()) > ANONYMOUS_AN_HOUR:
        raise TooManyReports
    enterprise = await desk.session.get(EnterpriseRecord, draft.enterprise_id) if draft.enterprise_id else None
    head_count = enterprise.head_count if enterprise else None
    row = ReportRecord(
        id=random_id(),
        number=await _number(desk, is_named),
        is_named=is_named,
        contact_id=contact.id if is_named else None,
        who=draft.who if is_named else "",
        what=draft.what,
        where=draft.where,
        enterprise_id=draft.enterprise_id,
        place_id=draft.place_id,
        latitude=draft.latitude,
        longitude=draft.longitude,
        street=enterprise.street if enterprise else "",
        grid=enterprise.grid if enterprise else "",
        reported_at=kept_instant(desk.now.astimezone(desk.office.zone), is_named, head_count),
        state=ReportState.NEW,
    )
    if not is_named:
        row.route = seal_route(desk, row.id, chat_id, contact.locale)
        row.owner_mark = owner_mark(desk, row.id, person_id)
    desk.session.add(row)
    await desk.session.flush()
    await _add_photos(desk, row, draft)
    await drop(desk, person_id)
    if is_named:
        await desk.note("ReportMade", f"report:{row.id}", contact.id, number=row.number)
    told = await _tell_officials(desk, row, len(draft.photos))
    facts: dict[str, object] = {"number": row.number, "told": told, "is_named": is_named}
    await tell_reporter(desk, row, Notice("report_receipt", facts, f"report_receipt:{row.id}", _own_buttons(row)))
    return Submitted(row.id, row.number, told, is_named)


async def _number(desk: Desk, is_named: bool) -> str:
    if is_named:
        day = f"{desk.today:%Y%m%d}"
        return f"JB{day}-{await desk.next_number(f'report:{day}'):04d}"
    # Not the next in a row of others: that would tell when.
    while True:
        number = "JB" + letters(_NUMBER_LETTERS)
        taken = await desk.session.scalars(select(ReportRecord.id).where(ReportRecord.number == number))
        if taken.first() is None:
            return number


def letters(count: int) -> str:
    """Random letters and digits that are not mistaken for each other when read out."""
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def owner_mark(desk: Desk, report_id: int, person_id: int) -> str:
    """By which an anonymous reporter is known again as the one who made this report."""
    return desk.office.seal.mark("report-owner", report_id, person_id)


def _own_buttons(row: ReportRecord) -> tuple[tuple[NoticeButton, ...], ...]:
    return ((NoticeButton("report.add", f"rp:m:{row.id}"), NoticeButton("report.look", f"rp:o:{row.id}")),)


async def _add_photos(desk: Desk, row: ReportRecord, draft: Draft) -> None:
    """The photos as pending rows: the report stands whatever becomes of them."""
    place = (await desk.session.scalars(select(func.count()).where(ReportPhotoRecord.report_id == row.id))).one()
    for photo in draft.photos:
        place += 1
        photo_id = random_id()
        sealed = "" if row.is_named else desk.office.seal.close(f"photo:{photo_id}", photo.file_id)
        desk.session.add(
            ReportPhotoRecord(
                id=photo_id,
                report_id=row.id,
                place=place,
                file_id=sealed or photo.file_id,
                is_sealed=not row.is_named,
                next_look_at=desk.now if row.is_named else to_the_hour(desk.now),
            )
        )
        desk.has_photos = True
    await desk.session.flush()


async def _tell_officials(desk: Desk, row: ReportRecord, photos: int) -> int:
    facts: dict[str, object] = {
        "number": row.number, "where": await where_of(desk, row), "what": row.what, "photos": photos,
        "is_named": row.is_named,
    }  # fmt: skip
    look = ((NoticeButton("triage.look", f"tr:o:{row.id}"),),)
    told = 0
    for official in await officials_concerned(desk, row):
        key = f"report:{row.id}:{official.id}"
        told += await desk.tell(official, Notice("report_came", facts, key, look, is_urgent=True))
    return told


async def contacts_at(desk: Desk, enterprise_id: int) -> int:
    """How many people of an enterprise are in the chat: among few, an anonymous reporter may be guessed."""
    return len({contact.id for contact, _ in await holders(desk, enterprise_id)})


async def place_words(desk: Desk, draft: Draft) -> str:
    """Where the draft says the hazard is, in one line; empty when it does not say."""
    return await where_of(desk, draft)


async def add(desk: Desk, contact: Contact, person_id: int, draft: Draft) -> Submitted:
    """Add the draft's words and photos to the report it names; the officials concerned are told. Raises ReportEmpty.

    The draft is sealed, so the report it names is one that its person was let to.
    """
    may_submit(draft)
    found = draft.report_id is not None
    row = await desk.session.get(ReportRecord, draft.report_id, with_for_update=True) if found else None
    if row is None:
        raise StalePress
    if not row.is_named and desk.office.hourly.add(-person_id, desk.now.timestamp()) > 4 * ANONYMOUS_AN_HOUR:
        raise TooManyReports
    if draft.what:
        await put_word(desk, row, draft.what, None)
    await _add_photos(desk, row, draft)
    await drop(desk, person_id)
    if row.is_named:
        await desk.note("ReportAdded", f"report:{row.id}", contact.id)
    facts: dict[str, object] = {"number": row.number, "what": draft.what, "photos": len(draft.photos)}
    look = ((NoticeButton("triage.look", f"tr:o:{row.id}"),),)
    told = 0
    for official in await officials_concerned(desk, row):
        key = f"report_added:{row.id}:{official.id}:{random_id()}"
        told += await desk.tell(official, Notice("report_added", facts, key, look))
    return Submitted(row.id, row.number, told, row.is_named)


async def put_word(desk: Desk, row: ReportRecord, text: str, official_id: int | None) -> None:
    """Write a later word down; beside an anonymous report its reporter's time is kept to the hour."""
    place = (await desk.session.scalars(select(func.count()).where(ReportWordRecord.report_id == row.id))).one()
    is_exact = row.is_named or official_id is not None
    desk.session.add(
        ReportWordRecord(
            id=random_id(), report_id=row.id, official_id=official_id, place=place + 1, text=text,
            said_at=desk.now if is_exact else to_the_hour(desk.now),
        )
    )  # fmt: skip
    await desk.session.flush()
