"""埋雷(钟) — mistakes with plans, reminders and the calendar, planted so that the oracles must find each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import select, update

from domain.notice import Notice
from domain.reminder import Almanac, Form
from outreach.campaigns import daily
from outreach.desk import Desk, Office
from outreach.plans import occurring
from outreach.reminders import gathering, ticking
from outreach.reminders.gathering import Settling
from outreach.storage.plans import PlanRecord
from tests.faults.seeded_bugs import Patch, bug


@bug("reminder:told", "asked_once_a_day", "told_once_after_all")
def a_reminder_is_marked_as_told_after_the_commit(patch: Patch) -> None:
    late: list[Settling] = []
    gather, one, write = gathering.gather, gathering._one, Settling.write

    async def put_off(self: Settling) -> None:
        late.append(self)

    async def hasty(desk: Desk) -> Any:
        while late:
            settling = late.pop()
            settling._desk = desk
            await write(settling)
        return await gather(desk)

    def without_a_key(*rest: Any) -> Notice:
        return replace(one(*rest), key=f"remind:{token_hex(8)}")

    patch.setattr(Settling, "write", put_off)
    patch.setattr(gathering, "gather", hasty)
    patch.setattr(gathering, "_one", without_a_key)


@bug("reminder:late", "nothing_due_is_left", "told_once_after_all")
def a_plan_is_put_off_before_it_has_asked(patch: Patch) -> None:
    look = dict(ticking.LOOKS)[ticking.PLANS]

    async def hasty(office: Office) -> int:
        async with office.desk() as desk:
            due = PlanRecord.next_look_at <= desk.now
            ids = list(await desk.session.scalars(select(PlanRecord.id).where(due)))
            await _look_at(desk, ids, desk.now + timedelta(days=7))
        async with office.desk() as desk:
            await _look_at(desk, ids, desk.now)
        return await look(office)

    looks = tuple((matter, hasty if matter == ticking.PLANS else one) for matter, one in ticking.LOOKS)
    patch.setattr(ticking, "LOOKS", looks)


async def _look_at(desk: Desk, ids: list[int], at: datetime) -> None:
    await desk.session.execute(update(PlanRecord).where(PlanRecord.id.in_(ids)).values(next_look_at=at))


@bug("reminder:late", "unsent_is_scheduled")
def what_is_asked_has_its_reminder_in_another_transaction(patch: Patch) -> None:
    late: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    remind_of, gather = occurring.remind_of, gathering.gather

    async def put_off(_: Desk, *rest: Any, **more: Any) -> int:
        late.append((rest, more))
        return 1

    async def hasty(desk: Desk) -> Any:
        while late:
            rest, more = late.pop()
            await remind_of(desk, *rest, **more)
        return await gather(desk)

    patch.setattr(occurring, "remind_of", put_off)
    patch.setattr(gathering, "gather", hasty)


@bug("reminder:late", "told_once_after_all")
def what_was_slept_through_is_dropped(patch: Patch) -> None:
    form_of = gathering.form_of

    def hasty(dues: Any, now: datetime, **more: Any) -> Form:
        if any(due.due_at < now - timedelta(hours=6) for due in dues):
            return Form.NOTHING
        return form_of(dues, now, **more)

    patch.setattr(gathering, "form_of", hasty)


@bug("reminder:night", "nothing_goes_out_at_night")
def the_night_is_like_the_day(patch: Patch) -> None:
    patch.setattr(Almanac, "allowed_from", lambda self, instant, *_, **__: instant)
    patch.setattr(Almanac, "slot", lambda self, on, _: self.start_of(on))


@bug("calendar:midnight", "same_in_the_end")
def a_campaign_day_counts_as_told_before_it_is(patch: Patch) -> None:
    late: list[tuple[Any, ...]] = []
    tell_today, tell_each = daily.tell_today, Desk.tell_each

    async def put_off(self: Desk, *rest: Any) -> None:
        late.append(rest)

    async def hasty(desk: Desk) -> int:
        while late:
            await tell_each(desk, *late.pop())
        return await tell_today(desk)

    patch.setattr(Desk, "tell_each", put_off)
    patch.setattr(daily, "tell_today", hasty)
