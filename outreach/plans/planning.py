"""自查计划 — officials set a plan step by step, pause it, let it go on, end it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, func, select

from domain.authority import Duty
from domain.checklist import Checklist, ForWhom
from domain.contact import Contact, NotYours, Official, StalePress
from domain.plan import (
    LONGEST_FOR,
    OccurrenceState,
    PlanEnded,
    PlanForNobody,
    PlanState,
    PlanUnfinished,
    Reminded,
    Rhythm,
    days_around,
)
from domain.text import sort_key
from outreach.desk import Desk
from outreach.plans.looks import ask_again, look_at
from outreach.plans.occurring import Place, audience, lapse, reminded_at
from outreach.plans.planned import PlanLine, answers_for, line_of, own_draft, own_plan, with_figures
from outreach.register.listing import within
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.plans import PlanRecord


def checklists(desk: Desk, official: Official) -> list[Checklist]:
    """The checklists that this official may have walked by enterprises. Raises DutyLacking."""
    official.must(Duty.PLANS)
    lists = [one for one in desk.catalogue.checklists.values() if one.audience is ForWhom.ENTERPRISE]
    return [one for one in lists if _trades(desk, official, one.id)]


async def draft(desk: Desk, contact: Contact, official: Official, checklist_id: str) -> PlanLine:
    """Begin a plan; an earlier draft of this official is dropped.

    Raises StalePress for a list that is gone or not for the official's trades, DutyLacking.
    """
    if checklist_id not in {one.id for one in checklists(desk, official)}:
        raise StalePress
    await desk.session.execute(
        delete(PlanRecord).where(PlanRecord.contact_id == contact.id, PlanRecord.state == PlanState.DRAFT)
    )
    fitting = _trades(desk, official, checklist_id)
    row = PlanRecord(
        contact_id=contact.id, state=PlanState.DRAFT, checklist_id=checklist_id, from_on=desk.today,
        industry=fitting[0] if len(fitting) == 1 else "",
        street=official.jurisdiction.street, grid=official.jurisdiction.grid, created_at=desk.now, changed_at=desk.now,
    )  # fmt: skip
    desk.session.add(row)
    await desk.session.flush()
    return line_of(desk, row)


async def trades(desk: Desk, contact: Contact, official: Official, plan_id: int) -> list[str]:
    """The industries that a draft can be narrowed to: those of its checklist, all when it suits everybody.

    The officer of a trade has only their own to choose from.
    """
    return _trades(desk, official, (await own_draft(desk, contact, plan_id)).checklist_id)


def _trades(desk: Desk, official: Official, checklist_id: str) -> list[str]:
    own, charge = desk.catalogue.checklists[checklist_id].industries, official.jurisdiction.industries
    return [id_ for id_ in desk.catalogue.industries if (not own or id_ in own) and (not charge or id_ in charge)]


async def places(desk: Desk, official: Official, street: str = "") -> list[Place]:
    """One enterprise for each street of a jurisdiction (or each grid of a street), standing for all that lie there."""
    part = EnterpriseRecord.grid if street else EnterpriseRecord.street
    first = select(func.min(EnterpriseRecord.id)).where(*within(official.jurisdiction), part != "").group_by(part)
    if street:
        first = first.where(EnterpriseRecord.street == street)
    rows = (await desk.session.scalars(select(EnterpriseRecord).where(EnterpriseRecord.id.in_(first)))).all()
    found = [Place(row.id, row.name, row.street, row.grid) for row in rows]
    return sorted(found, key=lambda place: sort_key(place.grid if street else place.street))


async def aim(
    desk: Desk, contact: Contact, official: Official, plan_id: int, *, industry: str | None = None,
    place_id: int | None = None, by_grid: bool = False,
) -> PlanLine:  # fmt: skip
    """Whom a draft asks: an industry (empty for all), or the street or grid in which that enterprise lies.

    Raises NotYours for a place outside the jurisdiction.
    """
    row = await own_draft(desk, contact, plan_id)
    if industry is not None:
        if industry and industry not in desk.catalogue.industries:
            raise StalePress
        row.industry = industry
        if not answers_for(desk, official, row):
            raise NotYours
    if place_id is not None:
        place = await desk.session.get(EnterpriseRecord, place_id)
        if place is None or not official.jurisdiction.reaches(place.street, place.grid):
            raise NotYours
        row.street, row.grid = place.street, place.grid if by_grid else official.jurisdiction.grid
    return line_of(desk, row)


async def pace(
    desk: Desk, contact: Contact, plan_id: int, *, rhythm: Rhythm | None = None, from_on: date | None = None,
    until_on: date | None = None,
) -> PlanLine:  # fmt: skip
    """How often a draft asks, from when, until when. Raises StalePress for days that are past or a year away."""
    row = await own_draft(desk, contact, plan_id)
    if rhythm is not None:
        row.rhythm, row.about_on, row.about_days = rhythm, None, 0
    if row.rhythm == Rhythm.RELATIVE and from_on is not None:
        raise StalePress
    row.from_on = from_on or row.from_on
    row.until_on = until_on or row.until_on
    if row.from_on < desk.today or row.from_on > desk.today + LONGEST_FOR:
        raise StalePress
    if row.until_on is not None and not row.from_on <= row.until_on <= desk.today + LONGEST_FOR:
        raise StalePress
    return line_of(desk, row)


async def around(desk: Desk, contact: Contact, plan_id: int, about_on: date, days: int) -> PlanLine:
    """Have a draft ask once, so many days after a date (before it below nought): on the workday that this comes to.

    Raises PlanDayPast, PlanDayTooFar, StalePress for a number of days that is not offered or is over by now.
    """
    row = await own_draft(desk, contact, plan_id)
    offered = days_around(about_on, desk.today, desk.catalogue.calendar)
    if days not in offered:
        raise StalePress
    row.rhythm, row.about_on, row.about_days = Rhythm.RELATIVE, about_on, days
    row.from_on, row.until_on = offered[days], None
    return line_of(desk, row)


async def look(desk: Desk, contact: Contact, plan_id: int) -> PlanLine:
    """A draft as it stands. Raises NotYours, StalePress."""
    return line_of(desk, await own_draft(desk, contact, plan_id))


async def remind(desk: Desk, contact: Contact, plan_id: int, reminded: Reminded) -> PlanLine:
    """Whom a draft reminds at each enterprise. Raises NotYours, StalePress."""
    row = await own_draft(desk, contact, plan_id)
    row.reminded = reminded
    return line_of(desk, row)


async def reach(desk: Desk, contact: Contact, plan_id: int) -> tuple[PlanLine, int, int]:
    """A draft before it is confirmed: how many enterprises it asks, and for how many nobody can be reminded."""
    row = await own_draft(desk, contact, plan_id)
    _must_be_whole(row)
    asked = await audience(desk, row)
    held = await reminded_at(desk, [place.id for place in asked], Reminded(row.reminded))
    return line_of(desk, row), len(asked), sum(place.id not in held for place in asked)


async def confirm(desk: Desk, contact: Contact, official: Official, plan_id: int) -> PlanLine:
    """Set the plan. Raises PlanUnfinished, PlanForNobody, NotYours; a second press finds no draft."""
    row = await own_draft(desk, contact, plan_id)
    _must_be_whole(row)
    official.must(Duty.PLANS)
    if not answers_for(desk, official, row):
        raise NotYours
    if row.from_on < desk.today:
        raise StalePress
    asked = await audience(desk, row)
    if not asked:
        raise PlanForNobody
    row.state, row.changed_at, row.next_look_at = PlanState.ACTIVE, desk.now, desk.office.almanac.start_of(row.from_on)
    await desk.note(
        "PlanSet", f"plan:{row.id}", contact.id, checklist=row.checklist_id, rhythm=row.rhythm, enterprises=len(asked)
    )
    if row.from_on <= desk.today:
        # The first page at once, so that the figures say something; the clock asks the others.
        await look_at(desk, [row])
    return await with_figures(desk, row)


async def pause(desk: Desk, contact: Contact, official: Official, plan_id: int) -> PlanLine:
    """Ask nobody until told to go on; what is open is withdrawn. Raises NotYours, StalePress, PlanEnded."""
    row = await _changed(desk, official, plan_id, PlanState.ACTIVE)
    row.state, row.next_look_at, row.changed_at = PlanState.PAUSED, None, desk.now
    await lapse(desk, [row.id], state=OccurrenceState.WITHDRAWN)
    await desk.note("PlanPaused", f"plan:{row.id}", contact.id)
    return await with_figures(desk, row)


async def go_on(desk: Desk, contact: Contact, official: Official, plan_id: int) -> PlanLine:
    """Ask what still runs again; of what was slept through the latest. Raises NotYours, StalePress, PlanEnded."""
    row = await _changed(desk, official, plan_id, PlanState.PAUSED)
    row.state, row.next_look_at, row.changed_at = PlanState.ACTIVE, desk.now, desk.now
    await desk.note("PlanResumed", f"plan:{row.id}", contact.id)
    await ask_again(desk, row)
    await look_at(desk, [row])
    return await with_figures(desk, row)


async def end(desk: Desk, contact: Contact, official: Official, plan_id: int) -> PlanLine:
    """End the plan for good; what is open is withdrawn, what was done stays. Raises NotYours, PlanEnded."""
    row = await _changed(desk, official, plan_id)
    row.state, row.next_look_at, row.changed_at = PlanState.ENDED, None, desk.now
    await lapse(desk, [row.id], state=OccurrenceState.WITHDRAWN)
    await desk.note("PlanEnded", f"plan:{row.id}", contact.id)
    return await with_figures(desk, row)


async def _changed(desk: Desk, official: Official, plan_id: int, state: PlanState | None = None) -> PlanRecord:
    official.must(Duty.PLANS)
    row = await own_plan(desk, official, plan_id, for_update=True)
    if row.state == PlanState.ENDED:
        raise PlanEnded
    if state is not None and row.state != state:
        raise StalePress
    return row


def _must_be_whole(row: PlanRecord) -> None:
    if not row.rhythm or row.until_on is None or (row.rhythm == Rhythm.RELATIVE and row.about_on is None):
        raise PlanUnfinished
