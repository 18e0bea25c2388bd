"""计划查阅 — the plans of a jurisdiction with their figures, and which enterprises have not done what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, func, select

from domain.authority import Duty
from domain.contact import Contact, Jurisdiction, NotYours, Official, StalePress
from domain.plan import ONE_DAY, OccurrenceState, PlanState, Reminded, Rhythm
from outreach.delivery.holding import wishes_of
from outreach.desk import Desk
from outreach.overseeing import within
from outreach.paging import Page
from outreach.plans.occurring import reminded_at, span_of
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord

MISSED = (OccurrenceState.OPEN, OccurrenceState.LAPSED)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan as an official sees it. The figures are those of the latest day: how many were asked, did it, have not.

    about_on, about, about_days: of a plan around a date, the date, the holiday that begins on it, how many days after.
    """

    id: int
    state: PlanState
    checklist_id: str
    checklist: str
    industry: str
    street: str
    grid: str
    rhythm: Rhythm | None
    from_on: date
    until_on: date | None
    about_on: date | None = None
    about: str = ""
    about_days: int = 0
    reminded: Reminded = Reminded.RESPONSIBLE
    asked_on: date | None = None
    due_on: date | None = None
    next_on: date | None = None
    asked: int = 0
    done: int = 0
    missed: int = 0
    set_by: str = ""

    @property
    def side(self) -> str:
        """Of its date, the side on which the plan asks: before, on or after."""
        return "before" if self.about_days < 0 else "after" if self.about_days else "on"


@dataclass(frozen=True, slots=True)
class LateLine:
    """An enterprise that has not done it: who is responsible, and whether a reminder can reach them.

    hindrance: empty, or why no reminder arrives: nobody, unreachable, stopped.
    """

    id: int
    name: str
    responsible: str
    hindrance: str
    is_late_again: bool


async def plans(desk: Desk, official: Official, page: int, size: int) -> Page[PlanLine]:
    """The plans within a jurisdiction that are not drafts, those that go on first, then the newest."""
    official.must(Duty.FINDINGS)
    inside = (*plans_within(official.jurisdiction), PlanRecord.state != PlanState.DRAFT)
    total = (await desk.session.scalars(select(func.count()).select_from(PlanRecord).where(*inside))).one()
    rows = await desk.session.scalars(
        select(PlanRecord)
        .where(*inside)
        .order_by(PlanRecord.state == PlanState.ENDED, PlanRecord.id.desc())
        .limit(size)
        .offset(page * size)
    )
    return Page(tuple([await with_figures(desk, row) for row in rows.all()]), total, page, -(-total // size))


async def plan(desk: Desk, official: Official, plan_id: int) -> PlanLine:
    """One plan of the jurisdiction. Raises NotYours."""
    return await with_figures(desk, await own_plan(desk, official, plan_id))


async def late(desk: Desk, official: Official, plan_id: int, page: int, size: int) -> Page[LateLine]:
    """The enterprises that have not done what the latest day asked, those late again first. Raises NotYours."""
    row = await own_plan(desk, official, plan_id)
    missed = (
        await desk.session.execute(
            select(OccurrenceRecord.enterprise_id, EnterpriseRecord.name)
            .join(EnterpriseRecord, EnterpriseRecord.id == OccurrenceRecord.enterprise_id)
            .where(
                OccurrenceRecord.plan_id == row.id,
                OccurrenceRecord.occurs_on == row.asked_on,
                OccurrenceRecord.state.in_(MISSED),
                *within(official.jurisdiction),
            )
        )
    ).all()
    before = select(OccurrenceRecord.enterprise_id).where(
        OccurrenceRecord.plan_id == row.id, OccurrenceRecord.state == OccurrenceState.LAPSED,
        OccurrenceRecord.occurs_on < row.asked_on,
    )  # fmt: skip
    again = set(await desk.session.scalars(before))
    ordered = sorted(missed, key=lambda one: (one.enterprise_id not in again, one.name))
    shown = ordered[page * size : (page + 1) * size]
    lines = await _late_lines(desk, row, [(one.enterprise_id, one.name) for one in shown], again)
    return Page(tuple(lines), len(ordered), page, -(-len(ordered) // size))


async def _late_lines(desk: Desk, row: PlanRecord, shown: Sequence[tuple[int, str]], again: set[int]) -> list[LateLine]:
    held = await reminded_at(desk, [id_ for id_, _ in shown], Reminded(row.reminded))
    wishes = await wishes_of(desk.session, [contact.id for contact in held.values()])
    ids = [contact.id for contact in held.values()]
    reachable = set(
        await desk.session.scalars(
            select(ContactRecord.id).where(ContactRecord.id.in_(ids), ContactRecord.is_reachable)
        )
    )
    lines = []
    for id_, name in shown:
        contact = held.get(id_)
        hindrance = ""
        if contact is None:
            hindrance = "nobody"
        elif contact.id not in reachable:
            hindrance = "unreachable"
        elif wishes[contact.id].is_stopped:
            hindrance = "stopped"
        lines.append(LateLine(id_, name, contact.name if contact else "", hindrance, id_ in again))
    return lines


async def own_plan(desk: Desk, official: Official, plan_id: int, *, for_update: bool = False) -> PlanRecord:
    """A plan that lies wholly within the official's jurisdiction. Raises NotYours."""
    query = select(PlanRecord).where(PlanRecord.id == plan_id, PlanRecord.state != PlanState.DRAFT)
    row = (await desk.session.scalars(query.with_for_update() if for_update else query)).first()
    if row is None or not answers_for(desk, official, row):
        raise NotYours
    return row


async def own_draft(desk: Desk, contact: Contact, plan_id: int) -> PlanRecord:
    """The official's own draft. Raises StalePress for one that was set, NotYours for another's or none."""
    row = (await desk.session.scalars(select(PlanRecord).where(PlanRecord.id == plan_id).with_for_update())).first()
    if row is None or row.contact_id != contact.id:
        raise NotYours
    if row.state != PlanState.DRAFT:
        raise StalePress
    return row


async def with_figures(desk: Desk, row: PlanRecord) -> PlanLine:
    """The plan as a line, with the figures of the latest day that it asked."""
    counted = await desk.session.execute(
        select(OccurrenceRecord.state, func.count(), func.min(OccurrenceRecord.due_on))
        .where(OccurrenceRecord.plan_id == row.id, OccurrenceRecord.occurs_on == row.asked_on)
        .group_by(OccurrenceRecord.state)
    )
    figures = {state: (count, due_on) for state, count, due_on in counted}
    next_on = None
    if row.state == PlanState.ACTIVE:
        after = row.asked_on + ONE_DAY if row.asked_on else desk.today
        looked_at = desk.on(row.next_look_at or desk.now)
        next_on = span_of(row).next_from(max(after, looked_at, desk.today), desk.catalogue.calendar)
    who = await desk.session.get(ContactRecord, row.contact_id)
    return replace(
        line_of(desk, row),
        asked_on=row.asked_on,
        due_on=next((due_on for _, due_on in figures.values()), None),
        next_on=next_on,
        asked=sum(count for count, _ in figures.values()),
        done=figures.get(OccurrenceState.DONE, (0, None))[0],
        missed=sum(figures.get(state, (0, None))[0] for state in MISSED),
        set_by=who.name if who else "",
    )


def line_of(desk: Desk, row: PlanRecord) -> PlanLine:
    """The plan as a line without figures; a checklist or an industry that is gone is shown by its id."""
    checklist = desk.catalogue.checklists.get(row.checklist_id)
    industry = desk.catalogue.industries.get(row.industry)
    holiday = desk.catalogue.calendar.holiday_from(row.about_on) if row.about_on else None
    return PlanLine(
        row.id, PlanState(row.state), row.checklist_id, checklist.title if checklist else row.checklist_id,
        industry.name if industry else row.industry, row.street, row.grid,
        Rhythm(row.rhythm) if row.rhythm else None, row.from_on, row.until_on, row.about_on,
        holiday.name if holiday else "", row.about_days, Reminded(row.reminded),
    )  # fmt: skip


def answers_for(desk: Desk, official: Official, row: PlanRecord) -> bool:
    """Whether all whom a plan may ask lie within the official's jurisdiction."""
    checklist = desk.catalogue.checklists.get(row.checklist_id)
    industries = frozenset({row.industry} if row.industry else checklist.industries if checklist else ())
    return official.jurisdiction.contains(Jurisdiction(row.street, row.grid, industries))


def plans_within(jurisdiction: Jurisdiction) -> list[ColumnElement[bool]]:
    conditions = []
    if jurisdiction.street:
        conditions.append(PlanRecord.street == jurisdiction.street)
    if jurisdiction.grid:
        conditions.append(PlanRecord.grid == jurisdiction.grid)
    if jurisdiction.industries:
        conditions.append(PlanRecord.industry.in_(jurisdiction.industries))
    return conditions
