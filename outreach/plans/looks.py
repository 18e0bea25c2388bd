"""看计划 — the clock looks at the plans whose day has come: each asks its enterprises, and says when to look again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from domain.plan import ONE_DAY, PlanState
from outreach.desk import Desk, Office
from outreach.plans.occurring import ask, lapse, next_asked, span_of
from outreach.storage.plans import PlanRecord

# Plans that ask side by side in the same transactions.
TOGETHER = 50


async def look_at_plans(office: Office) -> int:
    """Let every plan whose day has come ask. How many asked.

    Some plans at a time, and of their enterprises a page in each transaction: nobody waits behind a large one. Until
    the last page the plans are due, so whatever a process was killed in the middle of is asked again, each once.
    """
    count = 0
    while True:
        after: int | None = 0
        together: list[int] = []
        began_on = None
        while after is not None:
            async with office.desk() as desk:
                # Past midnight the plans may ask for another day: from the first page again.
                after = after if began_on == desk.today else 0
                began_on = desk.today
                due = select(PlanRecord).where(PlanRecord.next_look_at <= desk.now)
                due = due.where(PlanRecord.id.in_(together)) if together else due.limit(TOGETHER)
                # Whoever else looks waits: what a plan asks no more must be withdrawn before anybody says it.
                locked = due.order_by(PlanRecord.next_look_at, PlanRecord.id).with_for_update()
                rows = (await desk.session.scalars(locked)).all()
                together = [row.id for row in rows]
                after, asked = await look_at(desk, rows, after)
                count += asked
        if not together:
            return count


async def look_at(desk: Desk, rows: Sequence[PlanRecord], after: int = 0) -> tuple[int | None, int]:
    """Ask for the latest day that has come, where its term still runs; after the last page say when to look again.

    Where to go on, None when all were asked, and how many plans asked.
    """
    calendar, days = desk.catalogue.calendar, {}
    for row in rows:
        span = span_of(row)
        latest = span.latest_until(row.asked_on, desk.today, calendar)
        if latest is not None:
            days[row.id] = latest
    asking = [row for row in rows if row.id in days and span_of(row).due_on(days[row.id], calendar) >= desk.today]
    onward: int | None = None
    if asking:
        if not after:
            for day in {days[row.id] for row in asking}:
                await lapse(desk, [row.id for row in asking if days[row.id] == day], before=day)
        page, onward = await next_asked(desk, asking, after)
        await ask(desk, page, days)
    if onward is not None:
        return onward, 0
    over = [row for row in rows if desk.today > span_of(row).until_on]
    if over:
        await lapse(desk, [row.id for row in over])
    for row in rows:
        row.asked_on = days.get(row.id, row.asked_on)
        row.next_look_at = _next_look(desk, row)
        row.state = row.state if row.next_look_at else PlanState.ENDED
    return None, len(asking)


def _next_look(desk: Desk, row: PlanRecord) -> datetime | None:
    """The next morning at which a plan asks, or that after its last day; None when it is over."""
    span = span_of(row)
    if desk.today > span.until_on:
        return None
    after = max(desk.today, row.asked_on or desk.today) + ONE_DAY
    asks_on = span.next_from(after, desk.catalogue.calendar)
    return desk.office.almanac.start_of(asks_on or span.until_on + ONE_DAY)
