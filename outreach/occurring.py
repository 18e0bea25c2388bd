"""计划的一次 — whom a plan asks on one day, who is responsible there, and what settles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.checklist import Checklist
from domain.contact import Contact, Role
from domain.plan import OccurrenceState, Rhythm, Span
from outreach.delivery.holding import wishes_of
from outreach.delivery.relevance import OCCURRENCE, RESPONSIBLE
from outreach.desk import Desk
from outreach.enrolling import as_contact
from outreach.storage.base import Record
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inspections import ChecklistEditionRecord, InspectionRecord
from outreach.storage.people import ContactRecord, PostRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord, ReminderRecord

Row = TypeVar("Row")
# Rows of one statement: both databases limit how many values it may carry.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Place:
    """An enterprise that a plan asks."""

    id: int
    name: str
    street: str
    grid: str


def span_of(row: PlanRecord) -> Span:
    """When a plan asks; only of one that has been set."""
    assert row.until_on is not None
    return Span(Rhythm(row.rhythm), row.from_on, row.until_on)


async def audience(desk: Desk, row: PlanRecord) -> list[Place]:
    """The enterprises that lie within a plan today and that its checklist suits, by name."""
    query = select(EnterpriseRecord).order_by(EnterpriseRecord.name)
    if row.street:
        query = query.where(EnterpriseRecord.street == row.street)
    if row.grid:
        query = query.where(EnterpriseRecord.grid == row.grid)
    checklist = desk.catalogue.checklists.get(row.checklist_id)
    return [
        Place(one.id, one.name, one.street, one.grid)
        for one in await desk.session.scalars(query)
        if checklist is not None and _suits(desk, checklist, row.industry, frozenset(one.industries))
    ]


def _suits(desk: Desk, checklist: Checklist, industry: str, industries: frozenset[str]) -> bool:
    trades = desk.catalogue.trades_of(industries)
    return checklist.suits(trades) and (not industry or industry in trades)


async def responsible(desk: Desk, enterprise_ids: Sequence[int]) -> dict[int, Contact]:
    """Who answers for these enterprises in the chat: the safety officer, else the principal; nobody has no entry."""
    found: dict[int, Contact] = {}
    for part in _parts(list(enterprise_ids)):
        rows = await desk.session.execute(
            select(PostRecord.enterprise_id, PostRecord.role, ContactRecord)
            .join(ContactRecord, ContactRecord.id == PostRecord.contact_id)
            .where(PostRecord.enterprise_id.in_(part), PostRecord.until_at.is_(None), PostRecord.role.in_(RESPONSIBLE))
            .order_by(PostRecord.id)
        )
        for enterprise_id, role, contact in rows:
            if enterprise_id not in found or role == Role.SAFETY_OFFICER:
                found[enterprise_id] = as_contact(contact)
    return found


async def open_day(desk: Desk, row: PlanRecord, occurs_on: date) -> int:
    """Ask every enterprise of a plan for one day, each once whoever else does the same. How many are reminded."""
    span, calendar = span_of(row), desk.catalogue.calendar
    await lapse(desk, row.id, before=occurs_on)
    places = await audience(desk, row)
    await _insert(desk, OccurrenceRecord, ["plan_id", "enterprise_id", "occurs_on"], [
        {"plan_id": row.id, "enterprise_id": place.id, "occurs_on": occurs_on,
         "due_on": span.due_on(occurs_on, calendar), "state": OccurrenceState.OPEN} for place in places
    ])  # fmt: skip
    await _settle_what_was_done(desk, row, occurs_on)
    opened = await desk.session.execute(
        select(OccurrenceRecord.id, OccurrenceRecord.enterprise_id).where(
            OccurrenceRecord.plan_id == row.id,
            OccurrenceRecord.occurs_on == occurs_on,
            OccurrenceRecord.state == OccurrenceState.OPEN,
        )
    )
    asked = {enterprise_id: id_ for id_, enterprise_id in opened}
    holders = await responsible(desk, list(asked))
    abouts = [(f"{OCCURRENCE}:{asked[place]}", contact.id) for place, contact in holders.items()]
    return await remind_of(desk, abouts, occurs_on, not_before=row.changed_at)


async def remind_of(
    desk: Desk, abouts: Sequence[tuple[str, int]], occurs_on: date, not_before: datetime | None = None
) -> int:
    """Have each contact reminded of something at their hour of a workday from that day on; once for each. How many."""
    wishes = await wishes_of(desk.session, [contact_id for _, contact_id in abouts])
    almanac = desk.office.almanac
    rows = []
    for about, contact_id in abouts:
        due_at = almanac.slot(occurs_on, wishes[contact_id])
        if not_before is not None and not_before > due_at:
            due_at = almanac.allowed_from(not_before, wishes[contact_id].quiet, on_workdays=True)
        rows.append({"about": about, "contact_id": contact_id, "occurs_on": occurs_on, "due_at": due_at,
                     "next_look_at": due_at, "state": "waiting"})  # fmt: skip
    return await _insert(desk, ReminderRecord, ["about", "contact_id", "occurs_on"], rows)


async def lapse(desk: Desk, plan_id: int, before: date | None = None, state: OccurrenceState = OccurrenceState.LAPSED
                ) -> None:  # fmt: skip
    """What is still open of a plan asks for nothing any more; with `before` only what an earlier day asked."""
    statement = update(OccurrenceRecord).where(
        OccurrenceRecord.plan_id == plan_id, OccurrenceRecord.state == OccurrenceState.OPEN
    )
    if before is not None:
        statement = statement.where(OccurrenceRecord.occurs_on < before)
    await desk.session.execute(statement.values(state=state, settled_at=desk.now))


async def settle(desk: Desk, enterprise_id: int, checklist_id: str, inspection_id: int) -> None:
    """A submitted inspection does what open plans ask of this enterprise with that checklist."""
    plans = select(PlanRecord.id).where(PlanRecord.checklist_id == checklist_id)
    await desk.session.execute(
        update(OccurrenceRecord)
        .where(
            OccurrenceRecord.enterprise_id == enterprise_id,
            OccurrenceRecord.state == OccurrenceState.OPEN,
            OccurrenceRecord.plan_id.in_(plans),
        )
        .values(state=OccurrenceState.DONE, inspection_id=inspection_id, settled_at=desk.now)
    )


async def _settle_what_was_done(desk: Desk, row: PlanRecord, occurs_on: date) -> None:
    """Whoever inspected on that day or since, before the plan was looked at, is not asked once more."""
    since = desk.office.almanac.start_of(occurs_on)
    done = await desk.session.execute(
        select(InspectionRecord.enterprise_id, func.max(InspectionRecord.id))
        .join(ChecklistEditionRecord, ChecklistEditionRecord.id == InspectionRecord.edition_id)
        .where(ChecklistEditionRecord.checklist_id == row.checklist_id, InspectionRecord.submitted_at >= since)
        .group_by(InspectionRecord.enterprise_id)
    )
    for enterprise_id, inspection_id in done.all():
        await settle(desk, enterprise_id, row.checklist_id, inspection_id)


async def _insert(desk: Desk, record: type[Record], unique: list[str], rows: list[dict[str, object]]) -> int:
    """Insert those that are not there yet. How many were."""
    build = sqlite.insert if desk.office.engine.dialect.name == "sqlite" else postgresql.insert
    column = getattr(record, unique[0])
    count = 0
    for part in _parts(rows):
        statement = build(record).values(part).on_conflict_do_nothing(index_elements=unique)
        count += len((await desk.session.execute(statement.returning(column))).all())
    return count


def _parts(rows: list[Row]) -> list[list[Row]]:
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
