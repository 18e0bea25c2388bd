"""The question of the day: at the hour that was chosen, once, and never made up for."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, text

from outreach.delivery.claims import Claims
from outreach.delivery.holding import told_since
from outreach.delivery.outcomes import Kind, Outcome
from outreach.desk import Office
from outreach.people import enrolling
from outreach.quizzes import practising
from outreach.reminders import wishing
from outreach.storage.notices import DeliveryRecord
from outreach.storage.quizzes import DailyQuestionRecord
from scheduler import sweeps
from tests.bank import with_bank
from tests.conftest import MORNING, SetClock
from tests.outreach.walking import person

# MORNING is 09:30 in Shanghai.
NEXT_DAY = datetime(2026, 6, 2, 0, 30, tzinfo=UTC)


@pytest.fixture
def office(office: Office) -> Office:
    office.catalogue = with_bank(office.catalogue)
    return office


async def wish(office: Office, number: int = 1, hour: time | None = time(8, 30)) -> int:
    async with office.desk() as desk:
        who = await person(desk, "小刘", number)
        await practising.choose_hour(desk, who.id, hour)
        return who.id


async def told(office: Office) -> list[DeliveryRecord]:
    async with office.desk() as desk:
        return list(await desk.session.scalars(select(DeliveryRecord).order_by(DeliveryRecord.id)))


async def test_it_comes_at_its_hour_once_a_day_as_a_push(office: Office, clock: SetClock) -> None:
    await wish(office)
    assert await sweeps.ask_daily_questions(office) == 0
    clock.set(NEXT_DAY)
    assert await sweeps.ask_daily_questions(office) == 1
    assert await sweeps.ask_daily_questions(office) == 0
    (notice,) = await told(office)
    assert notice.is_push and not notice.is_urgent and "qz:d" in notice.buttons
    assert notice.expires_at == datetime(2026, 6, 2, 13, 0, tzinfo=UTC)
    clock.advance(days=1)
    assert await sweeps.ask_daily_questions(office) == 1
    assert len(await told(office)) == 2


async def test_days_of_downtime_are_not_made_up_for(office: Office, clock: SetClock) -> None:
    await wish(office)
    clock.set(NEXT_DAY + timedelta(days=3, hours=4))
    assert await sweeps.ask_daily_questions(office) == 1
    assert await told(office) == []
    clock.set(NEXT_DAY + timedelta(days=4))
    assert await sweeps.ask_daily_questions(office) == 1
    assert len(await told(office)) == 1


async def test_a_short_stop_only_makes_it_late_and_an_evening_one_skips_it(office: Office, clock: SetClock) -> None:
    await wish(office)
    await wish(office, 2, time(18, 0))
    clock.set(MORNING + timedelta(hours=11, minutes=29))  # 20:59 in Shanghai
    assert await sweeps.ask_daily_questions(office) == 1
    assert len(await told(office)) == 1
    clock.set(NEXT_DAY + timedelta(hours=12, minutes=30))  # 21:00, both due today and both too late
    assert await sweeps.ask_daily_questions(office) == 2
    assert len(await told(office)) == 1


async def test_another_hour_counts_from_now_and_none_is_none(office: Office, clock: SetClock) -> None:
    who = await wish(office)
    async with office.desk() as desk:
        await practising.choose_hour(desk, who, time(12, 30))
        assert await practising.hour_of(desk, who) == time(12, 30)
        row = (await desk.session.scalars(select(DailyQuestionRecord))).one()
        assert row.next_look_at == datetime(2026, 6, 1, 4, 30, tzinfo=UTC)
        for _ in range(2):
            await practising.choose_hour(desk, who, None)
        assert await practising.hour_of(desk, who) is None
    clock.set(NEXT_DAY)
    assert await sweeps.ask_daily_questions(office) == 0


async def test_whoever_cannot_be_reached_is_not_written_to(office: Office, clock: SetClock) -> None:
    await wish(office)
    async with office.desk() as desk:
        await enrolling.set_reachable(desk, 1, False, "blocked")
    clock.set(NEXT_DAY)
    assert await sweeps.ask_daily_questions(office) == 1
    assert await told(office) == []


async def test_it_costs_nothing_of_the_push_budget_and_is_never_folded(office: Office, clock: SetClock) -> None:
    who = await wish(office)
    claims = Claims(office.engine, "one")
    for day in range(8):
        clock.set(NEXT_DAY + timedelta(days=day))
        await sweeps.ask_daily_questions(office)
        taken = await claims.take(clock.now)
        assert len(taken) == 1, day
        await claims.settle([(taken[0], Outcome(Kind.SENT, message_id=day))], clock.now)
    async with office.desk() as desk:
        assert await told_since(desk.session, [who], NEXT_DAY) == {}
        await wishing.stop(desk, who)
    clock.advance(days=1)
    await sweeps.ask_daily_questions(office)
    assert await claims.take(clock.now) == ()
    assert [row.state for row in await told(office)] == ["sent"] * 8 + ["skipped"]


async def test_a_look_costs_what_is_due(office: Office) -> None:
    async with office.desk() as desk:
        if office.engine.dialect.name == "sqlite":
            plan = await desk.session.execute(
                text("EXPLAIN QUERY PLAN SELECT * FROM daily_questions WHERE next_look_at <= '2026' "
                     "ORDER BY next_look_at LIMIT 200")
            )  # fmt: skip
            assert "USING INDEX ix_daily_questions_next_look_at" in str(plan.all())
        else:
            found = await desk.session.execute(text("SELECT indexname FROM pg_indexes WHERE indexname = :name"),
                                               {"name": "ix_daily_questions_next_look_at"})  # fmt: skip
            assert len(found.all()) == 1
