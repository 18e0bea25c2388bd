"""计划的一次 — whom a plan asks on one day, who is responsible there, and what settles it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, or_, select, tuple_, update

from domain.checklist import Checklist
from domain.contact import RESPONSIBLE, Contact, Role
from domain.plan import OccurrenceState, Reminded, Rhythm, Span
from outreach.delivery.holding import wishes_of
from outreach.delivery.relevance import OCCURRENCE
from outreach.desk import Desk
from outreach.people.enrolling import as_contact
from outreach.storage.base import Record
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inserting import insert_for
from outreach.storage.inspections import ChecklistEditionRecord, InspectionRecord
from outreach.storage.people import ContactRecord, PostRecord
from outreach.storage.plans import OPEN, OccurrenceRecord, PlanRecord, ReminderRecord

One = TypeVar("One")
# Rows of one statement: both databases limit how many values it may carry.
CHUNK = 500
# Enterprises that one transaction asks; the rest of a larger audience follow in the next one.
MOST_PLACES = 500
PLACE = (
    EnterpriseRecord.id, EnterpriseRecord.name, EnterpriseRecord.street, EnterpriseRecord.grid,
    EnterpriseRecord.industries,
)  # fmt: skip


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
    found = await desk.session.execute(select(*PLACE).where(*_within([row])).order_by(EnterpriseRecord.name))
    return [Place(one.id, one.name, one.street, one.grid) for one in found if _is_asked(desk, row, one)]


async def next_asked(
    desk: Desk, rows: Sequence[PlanRecord], after: int
) -> tuple[list[tuple[PlanRecord, int]], int | None]:
    """The next enterprises behind that id, each with the plans by which it is asked, and where to go on; None: done."""
    found = (
        await desk.session.execute(
            select(*PLACE)
            .where(*_within(rows), EnterpriseRecord.id > after)
            .order_by(EnterpriseRecord.id)
            .limit(MOST_PLACES)
        )
    ).all()
    by_place: dict[tuple[str, str], list[PlanRecord]] = {}
    for row in rows:
        by_place.setdefault((row.street, row.grid), []).append(row)
    asked = [
        (row, one.id)
        for one in found
        for place in dict.fromkeys(((one.street, one.grid), (one.street, ""), ("", one.grid), ("", "")))
        for row in by_place.get(place, ())
        if _is_asked(desk, row, one)
    ]
    return asked, found[-1].id if len(found) == MOST_PLACES else None


def _within(rows: Sequence[PlanRecord]) -> list[ColumnElement[bool]]:
    """The enterprises that lie where any of these plans asks."""
    places = {(row.street, row.grid) for row in rows}
    if ("", "") in places:
        return []
    streets = [street for street, grid in places if not grid]
    grids = [grid for street, grid in places if not street]
    both = [place for place in places if all(place)]
    parts: list[ColumnElement[bool]] = []
    if streets:
        parts.append(EnterpriseRecord.street.in_(streets))
    if grids:
        parts.append(EnterpriseRecord.grid.in_(grids))
    if both:
        parts.append(tuple_(EnterpriseRecord.street, EnterpriseRecord.grid).in_(both))
    return [or_(*parts)]


def _is_asked(desk: Desk, row: PlanRecord, place: Row[*tuple[Any, ...]]) -> bool:
    checklist = desk.catalogue.checklists.get(row.checklist_id)
    return checklist is not None and _suits(desk, checklist, row.industry, frozenset(place.industries))


def _suits(desk: Desk, checklist: Checklist, industry: str, industries: frozenset[str]) -> bool:
    trades = desk.catalogue.trades_of(industries)
    return checklist.suits(trades) and (not industry or industry in trades)


async def responsible(desk: Desk, enterprise_ids: Sequence[int]) -> dict[int, Contact]:
    """Who answers for these enterprises in the chat: the safety officer, else the principal; nobody has no entry."""
    return await reminded_at(desk, enterprise_ids, Reminded.RESPONSIBLE)


async def reminded_at(desk: Desk, enterprise_ids: Sequence[int], reminded: Reminded) -> dict[int, Contact]:
    """Whom a plan reminds at these enterprises; where that is nobody, there is no entry."""
    held = await holders(desk, enterprise_ids)
    found = {enterprise_id: reminded.of(roles) for enterprise_id, roles in held.items()}
    return {enterprise_id: contact for enterprise_id, contact in found.items() if contact is not None}


async def reminded_of(desk: Desk, occurrence_ids: Iterable[int]) -> dict[int, Contact]:
    """Whom each of these times of a plan is said to today; where that is nobody, there is no entry."""
    asked: list[Row[int, int, str]] = []
    for part in _parts(sorted(set(occurrence_ids))):
        asked += await desk.session.execute(
            select(OccurrenceRecord.id, OccurrenceRecord.enterprise_id, PlanRecord.reminded)
            .join(PlanRecord, PlanRecord.id == OccurrenceRecord.plan_id)
            .where(OccurrenceRecord.id.in_(part))
        )
    held = await holders(desk, sorted({enterprise_id for _, enterprise_id, _ in asked}))
    found = {id_: Reminded(reminded).of(held.get(enterprise_id, {})) for id_, enterprise_id, reminded in asked}
    return {id_: contact for id_, contact in found.items() if contact is not None}


async def holders(desk: Desk, enterprise_ids: Sequence[int]) -> dict[int, dict[Role, Contact]]:
    """Who holds the roles that answer for these enterprises: the first principal, the latest safety officer."""
    found: dict[int, dict[Role, Contact]] = {}
    for part in _parts(list(enterprise_ids)):
        rows = await desk.session.execute(
            select(PostRecord.enterprise_id, PostRecord.role, ContactRecord)
            .join(ContactRecord, ContactRecord.id == PostRecord.contact_id)
            .where(PostRecord.enterprise_id.in_(part), PostRecord.until_at.is_(None), PostRecord.role.in_(RESPONSIBLE))
            .order_by(PostRecord.id)
        )
        for enterprise_id, role, contact in rows:
            roles = found.setdefault(enterprise_id, {})
            if role not in roles or role == Role.SAFETY_OFFICER:
                roles[Role(role)] = as_contact(contact)
    return found


async def ask(desk: Desk, asked: Sequence[tuple[PlanRecord, int]], days: Mapping[int, date]) -> int:
    """Ask these enterprises for the day of each plan (by its id), each once whoever else does the same.

    Whoever inspected on that day or since, before the plan was looked at, is not asked once more. How many are
    reminded.
    """
    if not asked:
        return 0
    calendar = desk.catalogue.calendar
    plans = {row.id: row for row, _ in asked}
    terms = {id_: span_of(row).due_on(days[id_], calendar) for id_, row in plans.items()}
    await _insert(desk, OccurrenceRecord, ["plan_id", "enterprise_id", "occurs_on"], [
        {"plan_id": row.id, "enterprise_id": place, "occurs_on": days[row.id], "due_on": terms[row.id],
         "state": OccurrenceState.OPEN} for row, place in asked
    ])  # fmt: skip
    await _settle_what_was_done(desk, plans, asked, days)
    wanted = {(row.id, place) for row, place in asked}
    opened = [
        one
        for part in _parts(sorted({place for _, place in asked}))
        for one in await desk.session.execute(
            select(OccurrenceRecord.id, OccurrenceRecord.plan_id, OccurrenceRecord.enterprise_id).where(
                OPEN, OccurrenceRecord.enterprise_id.in_(part), OccurrenceRecord.plan_id.in_(plans)
            )
        )
        if (one.plan_id, one.enterprise_id) in wanted
    ]
    held = await holders(desk, sorted({one.enterprise_id for one in opened}))
    told: dict[tuple[date, datetime], list[tuple[str, int]]] = {}
    for one in opened:
        reminded = Reminded(plans[one.plan_id].reminded)
        if (holder := reminded.of(held.get(one.enterprise_id, {}))) is not None:
            when = days[one.plan_id], plans[one.plan_id].changed_at
            told.setdefault(when, []).append((f"{OCCURRENCE}:{one.id}", holder.id))
    return sum([await remind_of(desk, abouts, on, not_before=at) for (on, at), abouts in told.items()])


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


async def lapse(
    desk: Desk, plan_ids: Iterable[int], before: date | None = None, state: OccurrenceState = OccurrenceState.LAPSED
) -> None:
    """What is still open of these plans asks for nothing any more; with `before` only what an earlier day asked."""
    statement = update(OccurrenceRecord).where(OPEN, OccurrenceRecord.plan_id.in_(list(plan_ids)))
    if before is not None:
        statement = statement.where(OccurrenceRecord.occurs_on < before)
    settled = statement.values(state=state, settled_at=desk.now).execution_options(synchronize_session=False)
    await desk.session.execute(settled)


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


async def _settle_what_was_done(
    desk: Desk, plans: Mapping[int, PlanRecord], asked: Sequence[tuple[PlanRecord, int]], days: Mapping[int, date]
) -> None:
    almanac = desk.office.almanac
    since = almanac.start_of(min(days[id_] for id_ in plans))
    done: dict[tuple[int, str], tuple[int, datetime | None]] = {}
    for part in _parts(sorted({place for _, place in asked})):
        for enterprise_id, checklist_id, inspection_id, submitted_at in await desk.session.execute(
            select(
                InspectionRecord.enterprise_id, ChecklistEditionRecord.checklist_id, InspectionRecord.id,
                InspectionRecord.submitted_at,
            )
            .join(ChecklistEditionRecord, ChecklistEditionRecord.id == InspectionRecord.edition_id)
            .where(InspectionRecord.enterprise_id.in_(part), InspectionRecord.submitted_at >= since)
            .order_by(InspectionRecord.id)
        ):  # fmt: skip
            done[enterprise_id, checklist_id] = inspection_id, submitted_at
    for row, place in asked:
        inspection_id, submitted_at = done.get((place, row.checklist_id), (0, None))
        if submitted_at is not None and submitted_at >= almanac.start_of(days[row.id]):
            await settle(desk, place, row.checklist_id, inspection_id)


async def _insert(desk: Desk, record: type[Record], unique: list[str], rows: list[dict[str, object]]) -> int:
    """Insert those that are not there yet. How many were."""
    column = getattr(record, unique[0])
    count = 0
    for part in _parts(rows):
        statement = (
            insert_for(desk.office.engine.dialect.name, record)
            .values(part)
            .on_conflict_do_nothing(index_elements=unique)
        )
        count += len((await desk.session.execute(statement.returning(column))).all())
    return count


def _parts(rows: list[One]) -> list[list[One]]:
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
