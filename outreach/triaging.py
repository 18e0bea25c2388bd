"""举报处理 — officials of the jurisdiction confirm and grade, return, merge or ask; the reporter hears of it.

Every deed locks the report first, so of two officials who press at once the second learns what the first decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from domain.authority import Duty
from domain.checklist import Grade
from domain.contact import Contact, NotYours, Official
from domain.hazard import Source
from domain.notice import Notice, NoticeButton
from domain.rectification import StepKey
from domain.report import (
    REASON_LIMIT,
    NotSamePlace,
    ReasonMissing,
    ReportState,
    is_same_place,
    must_be_new,
)
from domain.text import fitting
from outreach.concerning import where_of, within
from outreach.desk import Desk
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.telling import tell_who_is_next
from outreach.hazards.unnaming import what_and_where
from outreach.paging import Page
from outreach.replying import random_id, tell_reporter
from outreach.reporting import put_word
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from outreach.storage.reports import ReportPhotoRecord, ReportRecord, ReportWordRecord

# What still asks something of an official: a new report a decision, a confirmed one its remedy.
OPEN = (ReportState.NEW, ReportState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in an official's list."""

    id: int
    number: str
    state: ReportState
    grade: Grade | None
    where: str
    what: str
    reported_at: datetime
    is_named: bool
    photos: int


@dataclass(frozen=True, slots=True)
class ReportCard:
    """A report by itself. `reporter` is empty for an anonymous one; `words` are (whether an official's, text)."""

    line: ReportLine
    reporter: str
    phone: str
    stored: int
    pending: int
    failed: int
    words: tuple[tuple[bool, str], ...]
    reason: str
    decided_by: str
    merged: tuple[str, ...]
    hazard: str
    hazard_id: int | None
    has_way_back: bool
    latitude: float | None
    longitude: float | None


async def reports(desk: Desk, official: Official, page: int, size: int, *, is_done: bool = False) -> Page[ReportLine]:
    """A page of what concerns the official: new ones first, then confirmed ones, newest first; or what is done."""
    official.must(Duty.TRIAGE)
    states = tuple(state for state in ReportState if (state not in OPEN) is is_done)
    conditions = (*within(official.jurisdiction), ReportRecord.state.in_(states))
    total = (await desk.session.scalars(select(func.count()).select_from(ReportRecord).where(*conditions))).one()
    page = max(0, min(page, -(-total // size) - 1))
    rows = await desk.session.scalars(
        select(ReportRecord)
        .where(*conditions)
        .order_by((ReportRecord.state == ReportState.NEW).desc(), ReportRecord.reported_at.desc(), ReportRecord.number)
        .limit(size)
        .offset(page * size)
    )
    return Page(tuple([await _line(desk, row) for row in rows.all()]), total, page, -(-total // size))


async def count_new(desk: Desk, official: Official) -> int:
    """How many reports wait for a decision."""
    conditions = (*within(official.jurisdiction), ReportRecord.state == ReportState.NEW)
    return (await desk.session.scalars(select(func.count()).select_from(ReportRecord).where(*conditions))).one()


async def report(desk: Desk, official: Official, report_id: int) -> ReportCard:
    """One report. Raises NotYours when it does not concern the official, or there is none."""
    row = await _concerning(desk, official, report_id, lock=False)
    states = await desk.session.execute(
        select(ReportPhotoRecord.state, func.count())
        .where(ReportPhotoRecord.report_id == row.id)
        .group_by(ReportPhotoRecord.state)
    )
    photos = {state: int(count) for state, count in states}
    words = await desk.session.execute(
        select(ReportWordRecord.official_id, ReportWordRecord.text)
        .where(ReportWordRecord.report_id == row.id)
        .order_by(ReportWordRecord.place)
    )
    merged = await desk.session.scalars(
        select(ReportRecord.number).where(ReportRecord.merged_into == row.id).order_by(ReportRecord.number)
    )
    hazard = await desk.session.execute(
        select(HazardRecord.number, HazardRecord.id).where(HazardRecord.report_id == row.id)
    )
    number, hazard_id = hazard.first() or ("", None)
    contact = await desk.session.get(ContactRecord, row.contact_id) if row.contact_id else None
    return ReportCard(
        line=await _line(desk, row),
        reporter=row.who or (contact.name if contact else ""),
        phone=(contact.phone or "") if contact else "",
        stored=photos.get("stored", 0),
        pending=photos.get("pending", 0),
        failed=photos.get("failed", 0),
        words=tuple((by is not None, text) for by, text in words),
        reason=row.reason,
        decided_by=await _name(desk, row.decided_by),
        merged=tuple(merged),
        hazard=number,
        hazard_id=hazard_id,
        has_way_back=bool(row.route) or (contact is not None and contact.erased_at is None),
        latitude=row.latitude,
        longitude=row.longitude,
    )


async def photos_of(desk: Desk, official: Official, report_id: int) -> tuple[str, ...]:
    """The digests of the stored photos of a report, in the order in which they came. Raises NotYours."""
    row = await _concerning(desk, official, report_id, lock=False)
    found = await desk.session.scalars(
        select(ReportPhotoRecord.sha256)
        .where(ReportPhotoRecord.report_id == row.id, ReportPhotoRecord.state == "stored")
        .order_by(ReportPhotoRecord.place)
    )
    return tuple(sha256 for sha256 in found if sha256)


async def confirm(desk: Desk, contact: Contact, official: Official, report_id: int, grade: Grade) -> str:
    """It is a hazard, of that grade. Returns the hazard's number. Raises NotYours, ReportDecided."""
    row = await _undecided(desk, official, report_id)
    _decide(desk, row, official, ReportState.CONFIRMED)
    row.grade = grade
    opened = await open_hazard(
        desk,
        contact.id,
        Opening(
            Source.REPORT, *await what_and_where(desk, row), grade, report_id=row.id,
            enterprise_id=row.enterprise_id, street=row.street, grid=row.grid, official_id=official.id,
        ),
    )  # fmt: skip
    number = opened.number
    await tell_who_is_next(desk, opened, StepKey.OPEN, contact.id)
    await desk.note("ReportConfirmed", f"report:{row.id}", contact.id, grade=grade, hazard=number)
    for told in await _with_merged(desk, row):
        facts: dict[str, object] = {"number": told.number, "grade": grade, "hazard": number}
        await tell_reporter(desk, told, Notice("report_confirmed", facts, f"report_done:{told.id}", _buttons(told)))
    return number


async def send_back(desk: Desk, contact: Contact, official: Official, report_id: int, reason: str) -> str:
    """退回, with a reason; returns the report's number. Raises NotYours, ReportDecided, ReasonMissing, WordsTooLong."""
    row = await _undecided(desk, official, report_id)
    row.reason = fitting(reason, REASON_LIMIT)
    if not row.reason:
        raise ReasonMissing
    _decide(desk, row, official, ReportState.RETURNED)
    await desk.note("ReportReturned", f"report:{row.id}", contact.id, reason=row.reason)
    for told in await _with_merged(desk, row):
        facts: dict[str, object] = {"number": told.number, "reason": row.reason}
        await tell_reporter(desk, told, Notice("report_returned", facts, f"report_done:{told.id}", _buttons(told)))
    return row.number


async def joinable(desk: Desk, official: Official, report_id: int, limit: int) -> tuple[ReportLine, ...]:
    """The open reports of the same place that this one may be merged with, newest first. Raises NotYours."""
    row = await _concerning(desk, official, report_id, lock=False)
    same = ReportRecord.enterprise_id == row.enterprise_id
    rows = await desk.session.scalars(
        select(ReportRecord)
        .where(
            *within(official.jurisdiction),
            same if row.enterprise_id is not None else ReportRecord.enterprise_id.is_(None),
            ReportRecord.id != row.id,
            ReportRecord.state.in_(OPEN),
        )
        .order_by(ReportRecord.reported_at.desc(), ReportRecord.number)
        .limit(limit)
    )
    return tuple([await _line(desk, other) for other in rows.all()])


async def merge(desk: Desk, contact: Contact, official: Official, report_id: int, into_id: int) -> str:
    """并案: from now on the report goes the way of the other one. Returns that one's number.

    Raises NotYours, ReportDecided, NotSamePlace.
    """
    # Locked in the order of their ids: two officials who merge the same two crosswise must not wait for each other.
    for id in sorted((report_id, into_id)):
        await _concerning(desk, official, id)
    row = await _undecided(desk, official, report_id)
    into = await _concerning(desk, official, into_id)
    if row.id == into.id or not is_same_place((row.enterprise_id, row.place_id), (into.enterprise_id, into.place_id)):
        raise NotSamePlace
    if into.state not in OPEN:
        must_be_new(ReportState(into.state), await _name(desk, into.decided_by))
    joining = await _with_merged(desk, row)
    _decide(desk, row, official, ReportState.MERGED)
    for one in joining:
        one.merged_into = into.id
    await desk.note("ReportMerged", f"report:{row.id}", contact.id, into=into.id)
    facts: dict[str, object]
    for told in joining:
        if into.state == ReportState.CONFIRMED:
            hazard = await desk.session.scalars(select(HazardRecord.number).where(HazardRecord.report_id == into.id))
            facts = {"number": told.number, "grade": into.grade, "hazard": hazard.one()}
            await tell_reporter(desk, told, Notice("report_confirmed", facts, f"report_done:{told.id}", _buttons(told)))
        else:
            facts = {"number": told.number}
            key = f"report_merged:{told.id}:{into.id}"
            await tell_reporter(desk, told, Notice("report_merged", facts, key, _buttons(told)))
    return into.number


async def ask(desk: Desk, contact: Contact, official: Official, report_id: int, question: str) -> bool:
    """Ask whoever reported. False when there is no way back. Raises NotYours, ReasonMissing, WordsTooLong."""
    row = await _concerning(desk, official, report_id)
    question = fitting(question, REASON_LIMIT)
    if not question:
        raise ReasonMissing
    await put_word(desk, row, question, official.id)
    await desk.note("ReporterAsked", f"report:{row.id}", contact.id)
    facts: dict[str, object] = {"number": row.number, "question": question}
    answer = ((NoticeButton("report.answer", f"rp:m:{row.id}"),),)
    return await tell_reporter(desk, row, Notice("report_asked", facts, f"report_asked:{random_id()}", answer))


async def _concerning(desk: Desk, official: Official, report_id: int, *, lock: bool = True) -> ReportRecord:
    official.must(Duty.TRIAGE)
    query = select(ReportRecord).where(ReportRecord.id == report_id, *within(official.jurisdiction))
    # Read anew: what an earlier look in this transaction saw may have been decided while this one waited.
    query = query.execution_options(populate_existing=True)
    row = (await desk.session.scalars(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotYours
    return row


async def _undecided(desk: Desk, official: Official, report_id: int) -> ReportRecord:
    row = await _concerning(desk, official, report_id)
    must_be_new(ReportState(row.state), await _name(desk, row.decided_by))
    return row


def _decide(desk: Desk, row: ReportRecord, official: Official, state: ReportState) -> None:
    row.state, row.decided_by, row.decided_at = state, official.id, desk.now


async def _with_merged(desk: Desk, row: ReportRecord) -> list[ReportRecord]:
    """The report and those that were merged into it: all of their reporters hear the outcome."""
    found = await desk.session.scalars(
        select(ReportRecord)
        .where(or_(ReportRecord.id == row.id, ReportRecord.merged_into == row.id))
        .order_by(ReportRecord.id)
    )
    return list(found)


def _buttons(row: ReportRecord) -> tuple[tuple[NoticeButton, ...], ...]:
    return ((NoticeButton("report.look", f"rp:o:{row.id}"),),)


async def _name(desk: Desk, official_id: int | None) -> str:
    row = await desk.session.get(OfficialRecord, official_id) if official_id is not None else None
    return row.name if row else ""


async def _line(desk: Desk, row: ReportRecord) -> ReportLine:
    photos = await desk.session.scalars(select(func.count()).where(ReportPhotoRecord.report_id == row.id))
    return ReportLine(
        row.id, row.number, ReportState(row.state), Grade(row.grade) if row.grade else None, await where_of(desk, row),
        row.what, row.reported_at, row.is_named, photos.one(),
    )  # fmt: skip
