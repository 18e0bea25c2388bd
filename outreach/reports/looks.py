"""看举报 — the reports that concern an official: a page of them, one by itself, and what it may be merged with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.authority import Duty
from domain.checklist import Grade
from domain.contact import NotYours, Official
from domain.report import ReportState
from outreach.concerning import where_of, within
from outreach.desk import Desk
from outreach.paging import Page
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
    row = await concerning(desk, official, report_id, lock=False)
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
        decided_by=await decider(desk, row.decided_by),
        merged=tuple(merged),
        hazard=number,
        hazard_id=hazard_id,
        has_way_back=bool(row.route) or (contact is not None and contact.erased_at is None),
        latitude=row.latitude,
        longitude=row.longitude,
    )


async def photos_of(desk: Desk, official: Official, report_id: int) -> tuple[str, ...]:
    """The digests of the stored photos of a report, in the order in which they came. Raises NotYours."""
    row = await concerning(desk, official, report_id, lock=False)
    found = await desk.session.scalars(
        select(ReportPhotoRecord.sha256)
        .where(ReportPhotoRecord.report_id == row.id, ReportPhotoRecord.state == "stored")
        .order_by(ReportPhotoRecord.place)
    )
    return tuple(sha256 for sha256 in found if sha256)


async def joinable(desk: Desk, official: Official, report_id: int, limit: int) -> tuple[ReportLine, ...]:
    """The open reports of the same place that this one may be merged with, newest first. Raises NotYours."""
    row = await concerning(desk, official, report_id, lock=False)
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


async def concerning(desk: Desk, official: Official, report_id: int, *, lock: bool = True) -> ReportRecord:
    """The report itself, locked unless it is only looked at. Raises NotYours when it does not concern the official."""
    official.must(Duty.TRIAGE)
    query = select(ReportRecord).where(ReportRecord.id == report_id, *within(official.jurisdiction))
    # Read anew: what an earlier look in this transaction saw may have been decided while this one waited.
    query = query.execution_options(populate_existing=True)
    row = (await desk.session.scalars(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotYours
    return row


async def decider(desk: Desk, official_id: int | None) -> str:
    """The name of who decided, empty for nobody."""
    row = await desk.session.get(OfficialRecord, official_id) if official_id is not None else None
    return row.name if row else ""


async def _line(desk: Desk, row: ReportRecord) -> ReportLine:
    photos = await desk.session.scalars(select(func.count()).where(ReportPhotoRecord.report_id == row.id))
    return ReportLine(
        row.id, row.number, ReportState(row.state), Grade(row.grade) if row.grade else None, await where_of(desk, row),
        row.what, row.reported_at, row.is_named, photos.one(),
    )  # fmt: skip
