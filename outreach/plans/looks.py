"""看计划 — the clock looks at the plans whose day has come: each asks its enterprises, and says when to look again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, String, cast, delete, literal, select, update

from domain.notice import DeliveryState
from domain.plan import ONE_DAY, OccurrenceState, PlanState
from domain.reminder import QuietHours
from outreach.delivery.relevance import ANSWERED, LEFT, OCCURRENCE, WITHDRAWN
from outreach.desk import Desk, Office
from outreach.plans.occurring import ask, lapse, next_asked, span_of
from outreach.storage.notices import DeliveryRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord, ReminderRecord

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
        if latest is not None and not _is_too_late(desk, row, latest):
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


def _is_too_late(desk: Desk, row: PlanRecord, day: date) -> bool:
    """Whether a plan was set or resumed so late in the day that its term would be over before anybody may be told.

    Then its next time is the first; where there is none, it asks all the same.
    """
    span, calendar, almanac = span_of(row), desk.catalogue.calendar, desk.office.almanac
    told_from = almanac.allowed_from(max(row.changed_at, almanac.start_of(day)), QuietHours())
    is_over = told_from >= almanac.end_of(span.due_on(day, calendar))
    return is_over and span.next_from(day + ONE_DAY, calendar) is not None


async def ask_again(desk: Desk, row: PlanRecord) -> None:
    """What a pause has withdrawn is asked again while its term runs; who was reminded of it is not once more.

    A reminder that was worded and that the pause kept from leaving is sent after all.
    """
    day = row.asked_on
    if day is None or span_of(row).due_on(day, desk.catalogue.calendar) < desk.today or _is_too_late(desk, row, day):
        return
    withdrawn = (
        OccurrenceRecord.plan_id == row.id, OccurrenceRecord.occurs_on == day,
        OccurrenceRecord.state == OccurrenceState.WITHDRAWN,
    )  # fmt: skip
    abouts = select(literal(f"{OCCURRENCE}:") + cast(OccurrenceRecord.id, String)).where(*withdrawn)
    unsaid = ReminderRecord.state == "skipped", ReminderRecord.reason == WITHDRAWN
    await desk.session.execute(delete(ReminderRecord).where(ReminderRecord.about.in_(abouts), *unsaid))
    worded = ReminderRecord.about.in_(abouts), ReminderRecord.state == "told"
    await _let_leave(desk, select(ReminderRecord.delivery_key).where(*worded))
    opened = update(OccurrenceRecord).where(*withdrawn).values(state=OccurrenceState.OPEN, settled_at=None)
    await desk.session.execute(opened.execution_options(synchronize_session=False))
    # As if it had not been asked: the look finds the same day, and whom it had no time to ask.
    row.asked_on = day - ONE_DAY


async def _let_leave(desk: Desk, keys: Select[str]) -> None:
    """What was skipped as over waits again: under its own key, so that nobody hears it twice. The pump judges anew.

    One that the pump is judging at this moment is waited for: it may still read that all of it is over.
    """
    theirs = DeliveryRecord.key.in_(keys)
    waiting = DeliveryRecord.state.in_((DeliveryState.QUEUED, DeliveryState.RETRY))
    await desk.session.execute(select(DeliveryRecord.id).where(theirs, waiting).with_for_update())
    kept = theirs, DeliveryRecord.state == DeliveryState.SKIPPED, DeliveryRecord.reason.in_((WITHDRAWN, ANSWERED, LEFT))
    leaving = update(DeliveryRecord).where(*kept).values(
        state=DeliveryState.QUEUED, reason="", due_at=desk.now, settled_at=None
    )  # fmt: skip
    await desk.session.execute(leaving.execution_options(synchronize_session=False))
    desk.has_told = True


def _next_look(desk: Desk, row: PlanRecord) -> datetime | None:
    """The next morning at which a plan asks, or that after its last day; None when it is over."""
    span = span_of(row)
    if desk.today > span.until_on:
        return None
    after = max(desk.today, row.asked_on or desk.today) + ONE_DAY
    asks_on = span.next_from(after, desk.catalogue.calendar)
    return desk.office.almanac.start_of(asks_on or span.until_on + ONE_DAY)
