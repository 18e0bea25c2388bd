"""计划路上的事 — a plan that is paused by mistake, set at night, or runs over the end of a month."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import select

from domain.plan import Rhythm
from outreach.desk import Office
from outreach.plans import planned, planning
from outreach.storage.notices import DeliveryRecord
from tests.conftest import SetClock
from tests.outreach.mailing import open_mailing
from tests.outreach.test_reminding import Town, shanghai


@pytest.fixture
async def town(office: Office, clock: SetClock) -> AsyncIterator[Town]:
    async with open_mailing(office, 5) as mailing:
        town = Town(mailing, clock)
        await town.settle()
        yield town


async def pause_and_go_on(town: Town, plan_id: int, *, is_noticed: bool = False) -> None:
    """A slip of the finger; is_noticed: the clock looked between the two presses."""
    async with town.office.desk() as desk:
        await planning.pause(desk, town.zhou, town.official, plan_id)
    town.clock.advance(minutes=1)
    if is_noticed:
        await town.tick()
    async with town.office.desk() as desk:
        await planning.go_on(desk, town.zhou, town.official, plan_id)


async def kept_from_leaving(town: Town) -> int:
    """A plan whose reminder was worded and queued, and then looked at by the pump while the plan was paused; its id."""
    plan_id = await town.plan()
    await town.word("06-01 10:00")
    async with town.office.desk() as desk:
        await planning.pause(desk, town.zhou, town.official, plan_id)
    await town.tick()
    return plan_id


async def missed(town: Town, plan_id: int) -> tuple[int, int, int]:
    async with town.office.desk() as desk:
        line = await planned.plan(desk, town.official, plan_id)
    return line.asked, line.done, line.missed


@pytest.mark.parametrize("is_noticed", [True, False])
@pytest.mark.parametrize("rhythm", [Rhythm.ONCE, Rhythm.WEEKLY, Rhythm.MONTHLY])
async def test_paused_by_mistake_and_resumed_it_still_asks_what_it_asked(
    town: Town, rhythm: Rhythm, is_noticed: bool
) -> None:
    plan_id = await town.plan(rhythm)
    await pause_and_go_on(town, plan_id, is_noticed=is_noticed)
    assert await missed(town, plan_id) == (1, 0, 1)
    await town.tick("06-01 10:00")
    await town.tick("06-03 09:00")
    assert await town.states() == ["open"]
    assert await town.told() == ["王芳"]
    await town.inspect()
    assert await missed(town, plan_id) == (1, 1, 0)


async def test_reminded_before_the_pause_nobody_is_reminded_of_the_same_once_more(town: Town) -> None:
    plan_id = await town.plan()
    await town.tick("06-01 10:00")
    assert await town.told() == ["王芳"]
    for _ in range(3):
        await pause_and_go_on(town, plan_id)
        await town.tick()
    await town.tick("06-03 09:00")
    assert await town.told() == ["王芳"] and await town.states() == ["open"]


async def test_a_reminder_that_the_pause_kept_from_leaving_is_sent_after_all_and_once(town: Town) -> None:
    plan_id = await town.plan()
    await town.word("06-01 10:00")
    for _ in range(2):
        # Worded and queued; the pump looks at it only while the plan is paused.
        await pause_and_go_on(town, plan_id, is_noticed=True)
        assert await town.told() == []
        async with town.office.desk() as desk:
            rows = (await desk.session.scalars(select(DeliveryRecord))).all()
            assert [(row.state, row.reason, row.settled_at) for row in rows] == [("queued", "", None)]
    await town.tick()
    assert await town.told() == ["王芳"]
    await pause_and_go_on(town, plan_id, is_noticed=True)
    await town.tick("06-03 09:00")
    assert await town.told() == ["王芳"] and await town.states() == ["open"]


async def test_kept_from_leaving_by_day_and_gone_on_with_at_night_it_waits_for_the_morning(town: Town) -> None:
    plan_id = await kept_from_leaving(town)
    town.clock.set(shanghai("06-01 21:30"))
    async with town.office.desk() as desk:
        await planning.go_on(desk, town.zhou, town.official, plan_id)
    await town.tick()
    assert await town.told() == []
    await town.tick("06-02 08:30")
    assert await town.told() == ["王芳"]


async def test_kept_from_leaving_and_done_during_the_pause_it_is_not_said(town: Town) -> None:
    plan_id = await kept_from_leaving(town)
    await town.inspect()
    async with town.office.desk() as desk:
        await planning.go_on(desk, town.zhou, town.official, plan_id)
    await town.tick()
    assert await town.told() == [] and await town.states() == ["done"]


async def test_what_was_done_before_the_pause_stays_done(town: Town) -> None:
    plan_id = await town.plan()
    await town.inspect()
    await pause_and_go_on(town, plan_id)
    await town.tick("06-02 09:00")
    assert await town.states() == ["done"] and await town.told() == []


async def test_done_during_the_pause_it_is_not_asked_again(town: Town) -> None:
    plan_id = await town.plan()
    async with town.office.desk() as desk:
        await planning.pause(desk, town.zhou, town.official, plan_id)
    await town.inspect()
    async with town.office.desk() as desk:
        await planning.go_on(desk, town.zhou, town.official, plan_id)
    await town.tick("06-02 09:00")
    assert await town.states() == ["done"] and await town.told() == []


@pytest.mark.parametrize("rhythm", [Rhythm.WORKDAYS, Rhythm.DAILY])
async def test_set_at_night_a_daily_plan_begins_with_a_day_of_which_somebody_can_be_told(
    town: Town, rhythm: Rhythm
) -> None:
    await town.tick("06-01 21:30")
    plan_id = await town.plan(rhythm)
    await town.tick("06-02 00:30")
    await town.tick("06-02 09:01")
    # Nobody has missed what they could not have heard of.
    assert await town.states() == ["open"] and await missed(town, plan_id) == (1, 0, 1)
    assert await town.told() == ["王芳"]


async def test_on_the_thirty_first_it_asks_on_the_last_day_of_every_month(town: Town) -> None:
    await town.plan(Rhythm.MONTHLY, from_on=date(2026, 8, 31), until_on=date(2027, 4, 30))
    days = []
    for day in ("08-31", "09-30", "10-31", "11-30", "12-31"):
        await town.tick(f"{day} 00:01")
        days.append(len(await town.states()))
    assert days == [1, 2, 3, 4, 5]
