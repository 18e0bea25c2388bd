"""提醒 — one reminder in working hours, none at night, one digest after an outage; who answered hears nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, text

from domain.authority import DutyLacking, OfficeRole
from domain.checklist import Verdict
from domain.contact import Contact, Jurisdiction, NotYours, Official, Role, StalePress
from domain.notice import Notice
from domain.plan import OccurrenceState, PlanDayPast, PlanState, PlanUnfinished, Reminded, Rhythm
from outreach import open_matters
from outreach.delivery.claims import Claims
from outreach.desk import Desk, Office
from outreach.inspections import inspecting
from outreach.people import enrolling
from outreach.plans import looks, planned, planning
from outreach.reminders import gathering, matters, reminding, wishing
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord, ReminderRecord
from scheduler import sweeps
from tests.conftest import SetClock
from tests.outreach import walking
from tests.outreach.mailing import Mailing, open_mailing

ZONE = ZoneInfo("Asia/Shanghai")
CHECKLIST = "catering"


def shanghai(words: str) -> datetime:
    return datetime.strptime(f"2026-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)


class Town:
    """An official, a restaurant and its safety officer, and everything that reached anybody's chat."""

    def __init__(self, mailing: Mailing, clock: SetClock) -> None:
        self.mailing = mailing
        self.office = mailing.office
        self.clock = clock
        self.where = 0
        self.wang: Contact
        self.zhou: Contact
        self.official: Official

    async def settle(self) -> None:
        """Convey the official their place and the restaurant its safety officer."""
        self.wang = await self.mailing.contact(1002, "王芳")
        self.zhou = await self.mailing.contact(1001, "周科")
        async with self.office.desk() as desk:
            self.where = await walking.enterprise(desk)
            await enrolling.give_post(desk, self.wang, self.where, Role.SAFETY_OFFICER, "test")
            _, self.official = await walking.official(desk, "周科", 1001)

    async def plan(self, rhythm: Rhythm = Rhythm.WEEKLY, from_on: date = date(2026, 6, 1),
                   until_on: date = date(2026, 6, 30), whom: Reminded = Reminded.RESPONSIBLE) -> int:  # fmt: skip
        async with self.office.desk() as desk:
            line = await planning.draft(desk, self.zhou, self.official, CHECKLIST)
            await planning.pace(desk, self.zhou, line.id, rhythm=rhythm, from_on=from_on, until_on=until_on)
            await planning.remind(desk, self.zhou, line.id, whom)
            await planning.confirm(desk, self.zhou, self.official, line.id)
            return line.id

    async def word(self, at: str) -> None:
        """The clock looks at that time: reminders are worded and queued, and no pump sends them."""
        self.clock.set(shanghai(at))
        await sweeps.remind(self.office)

    async def tick(self, words: str = "") -> None:
        """Set the clock, let the sweep look, send what may be sent."""
        if words:
            self.clock.set(shanghai(words))
        await sweeps.remind(self.office)
        while await self.mailing.pump().turn():
            pass

    async def heard(self) -> list[tuple[str, str]]:
        """What reached anybody: its kind, and when in Shanghai."""
        async with self.office.desk() as desk:
            rows = await desk.session.scalars(
                select(DeliveryRecord).where(DeliveryRecord.state == "sent").order_by(DeliveryRecord.settled_at)
            )
            return [(row.kind, f"{row.settled_at.astimezone(ZONE):%m-%d %H:%M}") for row in rows if row.settled_at]

    async def told(self) -> list[str]:
        """Who was reminded, in order."""
        async with self.office.desk() as desk:
            names = await desk.session.scalars(
                select(ContactRecord.name)
                .join(DeliveryRecord, DeliveryRecord.contact_id == ContactRecord.id)
                .where(DeliveryRecord.state == "sent", DeliveryRecord.kind == "reminder_occurrence")
                .order_by(DeliveryRecord.settled_at, DeliveryRecord.id)
            )
            return list(names)

    async def inspect(self) -> str:
        async with self.office.desk() as desk:
            posts = await enrolling.posts_of(desk, self.wang.id)
            opened = await inspecting.begin(desk, self.wang, posts, self.where, CHECKLIST)
            for number in range(1, opened.walk.total + 1):
                await inspecting.judge(desk, self.wang, posts, opened.id, number, Verdict.PASS)
            return await inspecting.submit(desk, self.wang, posts, opened.id)

    async def states(self) -> list[str]:
        async with self.office.desk() as desk:
            rows = await desk.session.scalars(select(OccurrenceRecord).order_by(OccurrenceRecord.occurs_on))
            return [row.state for row in rows]


@pytest.fixture
async def town(office: Office, clock: SetClock) -> AsyncIterator[Town]:
    async with open_mailing(office, 5) as mailing:
        town = Town(mailing, clock)
        await town.settle()
        yield town


async def test_a_weekly_plan_leads_to_one_reminder_in_working_hours_and_none_at_night(town: Town) -> None:
    await town.plan()
    for day in range(1, 15):
        for hour in ("00:30", "07:59", "08:30", "09:01", "12:00", "20:59", "21:30", "23:59"):
            await town.tick(f"06-{day:02d} {hour}")
    # The plan was set at 09:30 on the first day, which the clock of this test has passed over.
    assert await town.heard() == [("reminder_occurrence", "06-01 12:00"), ("reminder_occurrence", "06-08 09:01")]
    assert await town.states() == ["lapsed", "open"]


async def test_three_days_of_downtime_lead_to_one_digest(town: Town) -> None:
    await town.plan()
    await town.tick("06-01 10:00")
    await town.tick("06-11 10:00")  # nobody looked since: the day of 06-08 is three days late
    await town.tick("06-11 10:01")
    await town.tick("06-12 10:00")
    assert await town.heard() == [("reminder_occurrence", "06-01 10:00"), ("digest", "06-11 10:00")]


async def test_what_comes_back_at_night_waits_for_the_morning_of_a_workday(town: Town) -> None:
    await town.plan(Rhythm.ONCE, from_on=date(2026, 6, 3))
    await town.tick("06-05 23:00")  # a Friday night
    await town.tick("06-06 10:00")
    assert await town.heard() == []
    await town.tick("06-08 08:00")
    assert await town.heard() == [("digest", "06-08 08:00")]


async def test_a_month_of_outage_leads_to_one_message(town: Town) -> None:
    await town.plan(Rhythm.WORKDAYS)
    await town.tick("06-30 10:00")
    await town.tick("06-30 15:00")
    assert len(await town.heard()) == 1
    await town.tick("07-01 10:00")
    assert len(await town.heard()) == 1
    async with town.office.desk() as desk:
        assert (await desk.session.scalars(select(PlanRecord.state))).one() == PlanState.ENDED


async def test_a_holiday_puts_a_reminder_off_to_the_next_workday(town: Town) -> None:
    await town.plan(from_on=date(2026, 6, 19))  # the Dragon Boat Festival, a Friday
    for day in (19, 20, 21):
        await town.tick(f"06-{day} 10:00")
    assert await town.heard() == []
    await town.tick("06-22 09:00")
    assert await town.heard() == [("reminder_occurrence", "06-22 09:00")]


async def test_two_schedulers_and_a_clock_set_back_make_no_second_reminder(town: Town) -> None:
    await town.plan()
    town.clock.set(shanghai("06-08 09:30"))
    async with open_mailing(town.office, 5):
        await asyncio.gather(*(sweeps.remind(town.office) for _ in range(4)))
    await town.tick("06-08 09:31")
    await town.tick("06-07 09:00")
    await town.tick("06-01 09:00")
    await town.tick("06-08 09:32")
    assert [kind for kind, _ in await town.heard()] == ["reminder_occurrence"]
    async with town.office.desk() as desk:
        told = (await desk.session.scalars(select(ReminderRecord))).all()
        assert sorted((one.occurs_on, one.state) for one in told) == [
            (date(2026, 6, 1), "skipped"),  # its week was over before anybody looked
            (date(2026, 6, 8), "told"),
        ]


async def test_what_was_queued_by_day_and_held_up_until_night_waits_for_the_morning(town: Town) -> None:
    await town.plan()
    await town.word("06-08 20:59")
    await town.mailing.pump().claims.pause("flood", shanghai("06-08 22:00"), "telegram")
    await town.tick("06-08 22:30")
    assert await town.heard() == []
    await town.tick("06-09 08:00")
    # Due at nine in the morning, it was twelve hours late already when the sweep looked.
    assert await town.heard() == [("digest", "06-09 08:00")]


async def test_who_inspects_before_the_reminder_goes_out_hears_nothing(town: Town) -> None:
    await town.plan()
    await town.tick("06-01 10:00")
    town.clock.set(shanghai("06-08 09:00"))
    await sweeps.remind(town.office)  # queued, not yet sent
    await town.inspect()
    await town.tick("06-08 09:01")
    assert [kind for kind, _ in await town.heard()].count("reminder_occurrence") == 1
    async with town.office.desk() as desk:
        skipped = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.state == "skipped"))).one()
        assert (skipped.kind, skipped.reason) == ("reminder_occurrence", "answered")
    assert await town.states() == ["lapsed", "done"]


async def test_who_inspected_in_the_morning_is_not_asked_at_the_hour(town: Town) -> None:
    await town.plan()
    await town.tick("06-01 10:00")
    await town.tick("06-08 00:10")
    town.clock.set(shanghai("06-08 08:10"))
    await town.inspect()
    await town.tick("06-08 09:01")
    assert [kind for kind, _ in await town.heard()].count("reminder_occurrence") == 1


async def test_an_ended_plan_reminds_nobody_and_a_queued_reminder_is_taken_back(town: Town) -> None:
    plan_id = await town.plan()
    await town.word("06-01 10:00")
    async with town.office.desk() as desk:
        await planning.end(desk, town.zhou, town.official, plan_id)
    for day in (1, 8, 15):
        await town.tick(f"06-{day:02d} 10:01")
    assert await town.heard() == [] and await town.states() == ["withdrawn"]
    async with town.office.desk() as desk:
        assert (await desk.session.scalars(select(DeliveryRecord.reason))).all() == ["withdrawn"]


async def test_who_left_is_not_reminded_and_who_followed_is(town: Town) -> None:
    await town.plan(from_on=date(2026, 6, 8))
    await town.tick("06-08 00:10")
    li = await town.mailing.contact(1003, "李强")
    async with town.office.desk() as desk:
        await enrolling.give_post(desk, li, town.where, Role.SAFETY_OFFICER, "test")
    await town.tick("06-08 09:00")
    async with town.office.desk() as desk:
        rows = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "reminder_occurrence"))
        assert [row.contact_id for row in rows] == [li.id]
        told = {one.contact_id: (one.state, one.reason) for one in await desk.session.scalars(select(ReminderRecord))}
        assert told == {town.wang.id: ("skipped", "left"), li.id: ("told", "")}


async def test_a_plan_paused_for_a_month_sends_at_most_one_when_it_goes_on(town: Town) -> None:
    plan_id = await town.plan(until_on=date(2026, 8, 31))
    await town.tick("06-01 10:00")
    async with town.office.desk() as desk:
        await planning.pause(desk, town.zhou, town.official, plan_id)
    for day in (8, 15, 22, 29):
        await town.tick(f"06-{day:02d} 10:00")
    town.clock.set(shanghai("07-08 10:00"))
    async with town.office.desk() as desk:
        await planning.go_on(desk, town.zhou, town.official, plan_id)
    for hour in ("10:01", "12:00", "15:00"):
        await town.tick(f"07-08 {hour}")
    assert len(await town.heard()) == 2
    await town.tick("07-13 09:00")
    assert (await town.heard())[2:] == [("reminder_occurrence", "07-13 09:00")]
    assert await town.states() == ["withdrawn", "lapsed", "open"]


async def push(desk: Desk, contact: Contact, key: str, **more: object) -> None:
    more = {"is_push": True} | more
    await desk.tell(contact, Notice("enrolment_declined", {"enterprise": key}, key, **more))  # type: ignore[arg-type]


async def test_the_sixth_push_of_a_week_waits_for_a_digest_from_which_it_can_be_had_after_all(town: Town) -> None:
    town.clock.set(shanghai("06-02 10:00"))
    async with town.office.desk() as desk:
        for number in range(8):
            await push(desk, town.wang, f"push-{number}")
        await push(desk, town.wang, "urgent", is_urgent=True)
        await push(desk, town.wang, "receipt", is_push=False)
    await town.tick()
    assert len(await town.heard()) == 5 + 2
    await town.tick("06-02 20:00")
    assert len(await town.heard()) == 5 + 2
    await town.tick("06-03 09:00")
    await town.tick("06-03 12:00")
    assert (await town.heard())[7:] == [("digest", "06-03 09:00")]
    async with town.office.desk() as desk:
        stands = {row.key: (row.state, row.reason) for row in await desk.session.scalars(select(DeliveryRecord))}
        assert [stands[f"push-{number}"] for number in (5, 6, 7)] == [("skipped", "in_digest")] * 3
        wanted = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.key == "push-6"))).one().id
    async with town.office.desk() as desk:
        assert await matters.bring(desk, town.wang, wanted) is None
    await town.tick("06-03 12:01")
    assert (await town.mailing.state("push-6"))[0] == "sent"
    # A new week, a new budget.
    town.clock.set(shanghai("06-08 10:00"))
    async with town.office.desk() as desk:
        await push(desk, town.wang, "monday")
    await town.tick()
    assert (await town.mailing.state("monday"))[0] == "sent"


async def test_the_days_on_which_nothing_could_be_sent_are_one_message_when_it_can_be(town: Town) -> None:
    await town.plan(Rhythm.WORKDAYS)
    async with town.office.desk() as desk:
        for number in range(6):
            await push(desk, town.wang, f"push-{number}")
    await town.tick("06-02 09:00")  # the sixth of the week waits for a digest
    before = await town.heard()
    for day in (3, 4, 5):
        town.clock.set(shanghai(f"06-0{day} 09:00"))
        await sweeps.remind(town.office)  # and no pump runs
    await town.tick("06-08 10:00")
    assert (await town.heard())[len(before) :] == [("digest", "06-08 10:00")]
    async with town.office.desk() as desk:
        rows = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "digest"))).all()
        stood = sorted((row.key[-5:], row.state, row.reason) for row in rows)
        told = set(
            await desk.session.scalars(select(ReminderRecord.delivery_key).where(ReminderRecord.state == "told"))
        )
        said = next(row for row in rows if row.state == "sent")
    assert stood[-1] == ("06-08", "sent", "") and {one[1:] for one in stood[:-1]} == {("skipped", "retold")}
    assert f"digest:{town.wang.id}:2026-06-03" not in told and said.key in told
    # What only the first of them was to say is not lost with it.
    assert "push-5" in said.text


async def test_a_reminder_that_never_left_is_said_with_the_next_one(town: Town) -> None:
    await town.plan()
    await town.plan(Rhythm.ONCE, from_on=date(2026, 6, 9))
    town.clock.set(shanghai("06-08 09:00"))
    await sweeps.remind(town.office)  # the week's, and nothing leaves
    async with town.office.desk() as desk:
        assert (await desk.session.scalars(select(DeliveryRecord.kind))).all() == ["reminder_occurrence"]
    await town.tick("06-09 09:00")
    await town.tick("06-09 12:00")
    assert await town.heard() == [("digest", "06-09 09:00")]
    async with town.office.desk() as desk:
        said = await desk.session.scalars(select(DeliveryRecord.about).where(DeliveryRecord.state == "sent"))
        assert len(said.one().split()) == 2


async def test_a_reminder_that_is_on_its_way_is_not_taken_back(town: Town) -> None:
    await town.plan()
    await town.plan(Rhythm.ONCE, from_on=date(2026, 6, 9))
    await town.word("06-08 09:00")
    assert len(await Claims(town.office.engine, "slow").take(town.clock.now)) == 1
    await town.tick("06-09 09:00")
    async with town.office.desk() as desk:
        rows = await desk.session.execute(select(DeliveryRecord.kind, DeliveryRecord.state).order_by(DeliveryRecord.id))
        assert [tuple(row) for row in rows] == [("reminder_occurrence", "claimed"), ("reminder_occurrence", "sent")]


async def test_a_daily_question_that_was_asked_for_leaves_the_budget_to_what_was_not(town: Town) -> None:
    town.clock.set(shanghai("06-02 10:00"))
    async with town.office.desk() as desk:
        for number in range(7):
            await push(desk, town.wang, f"question-{number}")
        for row in await desk.session.scalars(select(DeliveryRecord)):
            row.kind = "daily_question"
    await town.tick()
    assert len(await town.heard()) == 7
    async with town.office.desk() as desk:
        await push(desk, town.wang, "reminder")
    await town.tick()
    assert (await town.mailing.state("reminder"))[0] == "sent"


async def test_bundled_means_one_digest_a_day_however_much_there_is(town: Town) -> None:
    town.clock.set(shanghai("06-02 10:00"))
    async with town.office.desk() as desk:
        await wishing.bundle(desk, town.wang.id, True)
        await push(desk, town.wang, "one")
        await push(desk, town.wang, "two")
    await town.plan(from_on=date(2026, 6, 3))
    await town.tick()
    assert await town.heard() == []
    await town.tick("06-03 09:00")
    async with town.office.desk() as desk:
        await push(desk, town.wang, "three")
    for hour in ("10:00", "15:00", "20:00"):
        await town.tick(f"06-03 {hour}")
    await town.tick("06-04 09:00")
    assert await town.heard() == [("digest", "06-03 09:00"), ("digest", "06-04 09:00")]


async def test_stopped_means_nothing_but_what_is_urgent_until_they_come_back(town: Town) -> None:
    await town.plan()
    town.clock.set(shanghai("06-01 10:00"))
    async with town.office.desk() as desk:
        assert await wishing.stop(desk, town.wang.id) and not await wishing.stop(desk, town.wang.id)
        await push(desk, town.wang, "routine")
        await push(desk, town.wang, "urgent", is_urgent=True)
    await town.tick()
    assert await town.mailing.state("routine") == ("skipped", "stopped")
    assert await town.heard() == [("enrolment_declined", "06-01 10:00")]
    async with town.office.desk() as desk:
        assert await wishing.come_back(desk, town.wang.id)
    await town.tick("06-01 10:05")
    assert len(await town.heard()) == 1  # what was stopped is not made up for
    await town.tick("06-08 09:00")
    assert (await town.heard())[1:] == [("reminder_occurrence", "06-08 09:00")]


async def test_a_push_that_expires_in_the_night_is_refused_in_the_morning(town: Town) -> None:
    town.clock.set(shanghai("06-02 22:00"))
    async with town.office.desk() as desk:
        await push(desk, town.wang, "tonight", expires_at=shanghai("06-02 23:59"))
    await town.tick()
    await town.tick("06-03 08:00")
    assert await town.mailing.state("tonight") == ("refused", "expired")


async def test_pushes_that_wait_for_the_morning_do_not_hold_up_a_receipt(town: Town) -> None:
    town.clock.set(shanghai("06-02 22:00"))
    async with town.office.desk() as desk:
        for number in range(60):
            await push(desk, town.wang, f"push-{number}")
    town.clock.advance(seconds=1)
    async with town.office.desk() as desk:
        await push(desk, town.wang, "receipt", is_push=False)
    claims = await Claims(town.office.engine, "one").take(town.clock.now)
    assert len(claims) == 1


async def test_findings_are_brought_up_until_an_inspection_puts_them_right(town: Town) -> None:
    async with town.office.desk() as desk:
        posts = await enrolling.posts_of(desk, town.wang.id)
        opened = await inspecting.begin(desk, town.wang, posts, town.where, CHECKLIST)
        for number in range(1, opened.walk.total + 1):
            verdict = Verdict.FAIL if number == 4 else Verdict.PASS
            await inspecting.judge(desk, town.wang, posts, opened.id, number, verdict)
        await inspecting.settle_photos(desk, town.wang, posts, opened.id, 4, "设备带电")
        term = (opened.walk.checklist.items[3]).due_days
        await inspecting.submit(desk, town.wang, posts, opened.id)
    async with town.office.desk() as desk:
        receipts = (await desk.session.scalars(select(DeliveryRecord))).all()
        for row in receipts:
            row.state = "skipped"  # papers are somebody else's test
    due = date.fromordinal(date(2026, 6, 1).toordinal() + term)
    for ahead in range(1, term + 6):
        day = date.fromordinal(date(2026, 6, 1).toordinal() + ahead)
        await town.tick(f"{day:%m-%d} 10:00")
    heard = await town.heard()
    assert {kind for kind, _ in heard} <= {"reminder_finding", "digest"} and 1 <= len(heard) <= 3
    assert max(at for _, at in heard) >= f"{due:%m-%d}"
    before = len(heard)
    await town.tick("06-30 10:00")
    assert len(await town.heard()) == before


async def test_several_things_at_once_are_one_message(town: Town) -> None:
    await town.plan(from_on=date(2026, 6, 8))
    await town.plan(Rhythm.ONCE, from_on=date(2026, 6, 8))
    await town.plan(Rhythm.MONTHLY, from_on=date(2026, 6, 8))
    await town.tick("06-08 09:00")
    assert await town.heard() == [("digest", "06-08 09:00")]
    await town.inspect()
    assert await town.states() == [OccurrenceState.DONE] * 3


async def test_an_official_sees_who_is_late_and_whom_no_reminder_reaches(town: Town) -> None:
    async with town.office.desk() as desk:
        empty = await walking.enterprise(desk, "无人饭店", "91330212MA2AXXXX8K")
        await walking.enterprise(desk, "别街饭店", "91330212MA2AXXXX9K", street="别的街道")
        _, other = await walking.official(desk, "别科", 1009, "别的街道")
    plan_id = await town.plan()
    await town.tick("06-01 10:00")
    async with town.office.desk() as desk:
        line = await planned.plan(desk, town.official, plan_id)
        assert (line.asked, line.done, line.next_on) == (3, 0, date(2026, 6, 8))
        found = await planned.late(desk, town.official, plan_id, 0, 10)
        assert {one.id: one.hindrance for one in found.lines} | {empty: "nobody", town.where: ""} == {
            one.id: one.hindrance for one in found.lines
        }
        assert (await planned.plans(desk, other, 0, 10)).lines == ()
    await town.inspect()
    async with town.office.desk() as desk:
        assert (await planned.plan(desk, town.official, plan_id)).done == 1
        assert town.where not in {one.id for one in (await planned.late(desk, town.official, plan_id, 0, 10)).lines}


async def test_the_sweeps_take_what_is_due_from_an_index(town: Town) -> None:
    if town.office.engine.dialect.name != "sqlite":
        pytest.skip("one planner is enough")
    await town.plan()
    queries = {
        "plans": select(PlanRecord.id).where(PlanRecord.next_look_at <= town.clock.now),
        "reminders": select(ReminderRecord.contact_id).where(
            ReminderRecord.state == "waiting", ReminderRecord.next_look_at <= town.clock.now
        ),
    }
    async with town.office.engine.connect() as connection:
        for table, query in queries.items():
            compiled = query.compile(town.office.engine, compile_kwargs={"literal_binds": True})
            steps = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")).all()
            assert f"SEARCH {table} USING" in str(steps), steps


async def test_a_notice_unread_for_two_workdays_is_brought_back_once(town: Town) -> None:
    town.clock.set(shanghai("06-04 10:00"))  # a Thursday
    async with town.office.desk() as desk:
        sent = BroadcastRecord(
            number="TZ-1", contact_id=town.zhou.id, official_id=town.official.id, state="approved", text="防汛通知",
            audience={}, drafted_at=desk.now, approved_at=desk.now,
        )  # fmt: skip
        desk.session.add(sent)
        await desk.session.flush()
        for who in (town.wang, town.zhou):
            await push(desk, who, f"b:{who.id}", is_push=False, broadcast_id=sent.id)
        for row in await desk.session.scalars(select(DeliveryRecord)):
            row.kind = "broadcast"
    await town.tick()
    async with town.office.desk() as desk:
        rows = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.contact_id == town.zhou.id))
        rows.one().acknowledged_at = desk.now
    for moment in ("06-05 10:00", "06-06 10:00", "06-07 10:00", "06-08 09:00", "06-09 09:00", "06-12 09:00"):
        await town.tick(moment)
    assert (await town.heard())[2:] == [("reminder_notice", "06-08 09:00")]
    async with town.office.desk() as desk:
        rows = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "reminder_notice"))
        told = rows.one()
        assert told.contact_id == town.wang.id and "st:o:" in told.buttons


async def test_what_officials_send_to_many_keeps_the_night_and_a_stop_but_is_never_folded(town: Town) -> None:
    town.clock.set(shanghai("06-02 22:00"))
    li = await town.mailing.contact(1003, "李强")
    async with town.office.desk() as desk:
        await wishing.stop(desk, li.id)
        for number in range(7):
            await push(desk, town.wang, f"b-{number}", is_push=False, broadcast_id=9)
        await push(desk, li, "stopped", is_push=False, broadcast_id=9)
        await push(desk, li, "urgent", is_push=False, broadcast_id=9, is_urgent=True)
    await town.tick()
    assert len(await town.heard()) == 1
    await town.tick("06-03 08:00")
    assert len(await town.heard()) == 8 and await town.mailing.state("stopped") == ("skipped", "stopped")
    async with town.office.desk() as desk:
        await push(desk, town.wang, "reminder")
    await town.tick("06-03 08:30")
    assert (await town.mailing.state("reminder"))[1] == "digest"  # the week's budget is used up


async def test_a_daily_plan_asks_every_day_and_says_so_on_workdays_only(town: Town) -> None:
    await town.plan(Rhythm.DAILY, from_on=date(2026, 6, 5), until_on=date(2026, 6, 9))
    for day in range(5, 11):
        for hour in ("00:30", "09:01", "22:00"):
            await town.tick(f"06-{day:02d} {hour}")
    # From Friday to Tuesday: on the days off it is asked, and over, without a word.
    assert await town.heard() == [("reminder_occurrence", f"06-{day} 09:01") for day in ("05", "08", "09")]
    assert await town.states() == ["lapsed"] * 5
    async with town.office.desk() as desk:
        rows = (await desk.session.scalars(select(OccurrenceRecord))).all()
        assert all(row.due_on == row.occurs_on for row in rows)
        assert (await desk.session.scalars(select(PlanRecord.state))).one() == PlanState.ENDED


async def test_a_plan_around_a_holiday_asks_once_on_a_workday(town: Town) -> None:
    async with town.office.desk() as desk:
        line = await planning.draft(desk, town.zhou, town.official, CHECKLIST)
        await planning.pace(desk, town.zhou, line.id, rhythm=Rhythm.RELATIVE)
        await planning.pace(desk, town.zhou, line.id, until_on=date(2026, 6, 30))
        with pytest.raises(PlanUnfinished):
            await planning.confirm(desk, town.zhou, town.official, line.id)
        for on, days, wrong in (
            (date(2026, 5, 1), -3, PlanDayPast), (date(2026, 6, 19), 2, StalePress), (date(2026, 6, 2), -7, StalePress),
        ):  # fmt: skip
            with pytest.raises(wrong):
                await planning.around(desk, town.zhou, line.id, on, days)
        with pytest.raises(NotYours):
            await planning.around(desk, town.wang, line.id, date(2026, 6, 19), -1)
        # A day after the Dragon Boat Festival, which lasts from Friday to Sunday.
        line = await planning.around(desk, town.zhou, line.id, date(2026, 6, 19), 1)
        assert (line.from_on, line.about, line.until_on) == (date(2026, 6, 22), "端午节", None)
        with pytest.raises(StalePress):
            await planning.pace(desk, town.zhou, line.id, from_on=date(2026, 6, 8))
        await planning.pace(desk, town.zhou, line.id, until_on=date(2026, 6, 30))
        await planning.confirm(desk, town.zhou, town.official, line.id)
        shown = await planned.plan(desk, town.official, line.id)
        assert (shown.about_on, shown.about_days, shown.next_on) == (date(2026, 6, 19), 1, date(2026, 6, 22))
    for words in ("06-19 10:00", "06-20 10:00", "06-21 10:00", "06-22 10:00", "06-23 10:00", "06-29 10:00"):
        await town.tick(words)
    assert await town.heard() == [("reminder_occurrence", "06-22 10:00")]
    await town.tick("07-01 10:00")
    assert await town.states() == ["lapsed"]
    assert len(await town.heard()) == 1


async def test_a_plan_may_remind_only_who_holds_one_role(town: Town) -> None:
    li = await town.mailing.contact(1003, "李强")
    plan_id = await town.plan(whom=Reminded.PRINCIPAL)
    await town.tick("06-01 12:00")
    assert await town.heard() == []  # nobody is the principal yet, and the safety officer is not meant
    async with town.office.desk() as desk:
        late = await planned.late(desk, town.official, plan_id, 0, 5)
        assert [(one.responsible, one.hindrance) for one in late.lines] == [("", "nobody")]
        await enrolling.give_post(desk, li, town.where, Role.PRINCIPAL, "test")
    await town.tick("06-08 09:01")
    assert await town.told() == ["李强"]
    async with town.office.desk() as desk:
        assert (await planned.plan(desk, town.official, plan_id)).reminded is Reminded.PRINCIPAL
        late = await planned.late(desk, town.official, plan_id, 0, 5)
        assert [(one.responsible, one.hindrance) for one in late.lines] == [("李强", "")]
        for who, is_own, holder in ((li, True, ""), (town.wang, False, "李强")):
            seen = await open_matters.open_matters(desk, who, await enrolling.posts_of(desk, who.id))
            assert [(one.is_own, one.holder) for one in seen.lines] == [(is_own, holder)]


async def test_who_holds_the_role_no_more_hands_on_to_who_does(town: Town) -> None:
    li, sun = await town.mailing.contact(1003, "李强"), await town.mailing.contact(1004, "孙丽")
    async with town.office.desk() as desk:
        await enrolling.give_post(desk, li, town.where, Role.PRINCIPAL, "test")
    await town.plan(from_on=date(2026, 6, 8), whom=Reminded.PRINCIPAL)
    await town.tick("06-08 00:10")
    async with town.office.desk() as desk:
        # He answers for the place still, as its safety officer, who is not meant.
        await enrolling.give_post(desk, li, town.where, Role.SAFETY_OFFICER, "test")
        await enrolling.give_post(desk, sun, town.where, Role.PRINCIPAL, "test")
    await town.tick("06-08 09:01")
    assert await town.told() == ["孙丽"]
    async with town.office.desk() as desk:
        told = {one.contact_id: (one.state, one.reason) for one in await desk.session.scalars(select(ReminderRecord))}
        assert told == {li.id: ("skipped", "left"), sun.id: ("told", "")}


async def test_a_trade_officer_sets_plans_for_that_trade_only(town: Town) -> None:
    officer = replace(town.official, jurisdiction=Jurisdiction("钟公堂街道", "", frozenset({"catering"})))
    stranger = replace(town.official, jurisdiction=Jurisdiction("别的街道"))
    expert = replace(town.official, role=OfficeRole.EXPERT)
    whole = await town.plan()
    async with town.office.desk() as desk:
        assert [one.id for one in planning.checklists(desk, officer)] == [CHECKLIST]
        with pytest.raises(StalePress):
            await planning.draft(desk, town.zhou, officer, "machining")
        everybody = {one.id for one in planning.checklists(desk, town.official)}
        assert {"catering", "machining"} <= everybody and not everybody & {"leader-duties", "household"}
        line = await planning.draft(desk, town.zhou, officer, CHECKLIST)
        assert await planning.trades(desk, town.zhou, officer, line.id) == [CHECKLIST]
        with pytest.raises(NotYours):
            await planning.aim(desk, town.zhou, officer, line.id, industry="school")
        for who in (officer, stranger):
            with pytest.raises(NotYours):
                await planned.plan(desk, who, whole)
            with pytest.raises(NotYours):
                await planning.end(desk, town.zhou, who, whole)
        for deed in (planning.pause, planning.go_on, planning.end):
            with pytest.raises(DutyLacking):
                await deed(desk, town.zhou, expert, whole)
        with pytest.raises(NotYours):
            await planning.pace(desk, town.wang, line.id, rhythm=Rhythm.WEEKLY)
        with pytest.raises(PlanUnfinished):
            await planning.confirm(desk, town.zhou, officer, line.id)


async def test_two_officials_clicks_at_once_are_one_deed(town: Town) -> None:
    plan_id = await town.plan()

    async def pause() -> str:
        try:
            async with town.office.desk() as desk:
                await planning.pause(desk, town.zhou, town.official, plan_id)
        except StalePress:
            return "stale"
        return "paused"

    assert sorted(await asyncio.gather(pause(), pause())) == ["paused", "stale"]


MOMENTS = ("before_cursor_execute", "commit")


class Killed(BaseException):
    """The process died in the middle of a sweep."""


async def until_the_dead_are_buried(office: Office) -> None:
    """Until PostgreSQL has noticed that whoever died is gone, and has let go of what they had locked.

    A moment too early the next life finds that somebody else still gathers, leaves it to them, and ends unharmed.
    """
    if office.engine.dialect.name != "postgresql":
        return
    held = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND xact_start IS NOT NULL"
    )
    async with asyncio.timeout(30):
        while True:
            async with office.desk() as desk:
                if not (await desk.session.execute(held)).scalar_one():
                    return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("downtime", ["06-08 09:01", "06-11 10:00"])
async def test_killed_at_any_statement_of_a_sweep_nothing_is_lost_and_nothing_is_told_twice(
    office: Office, clock: SetClock, downtime: str
) -> None:
    """Every occurrence is told once or still waits, whichever statement was the last (R6)."""
    points = 0
    async with open_mailing(office, 5) as mailing:
        town = Town(mailing, clock)
        await town.settle()
        await town.plan(from_on=date(2026, 6, 8))
        await town.plan(Rhythm.MONTHLY, from_on=date(2026, 6, 8))
        clock.set(shanghai(downtime))
        while True:
            seen = 0

            def die(*_: object, last: int = points) -> None:
                nonlocal seen
                seen += 1
                if seen > last:
                    raise Killed

            for moment in MOMENTS:
                event.listen(office.engine.sync_engine, moment, die)
            try:
                for sweep in (looks.look_at_plans, reminding.look_at_findings, gathering.say_what_is_due):
                    await sweep(office)
                break
            except Killed:
                points += 1
            finally:
                for moment in MOMENTS:
                    event.remove(office.engine.sync_engine, moment, die)
            await until_the_dead_are_buried(office)
            async with office.desk() as desk:
                told = set(await desk.session.scalars(select(DeliveryRecord.key)))
                reminders = (await desk.session.scalars(select(ReminderRecord))).all()
                plans = (await desk.session.scalars(select(PlanRecord))).all()
                asked = set(await desk.session.scalars(select(OccurrenceRecord.plan_id)))
            for one in reminders:
                assert (one.state == "waiting") != (one.delivery_key in told)
            for plan in plans:
                assert (plan.asked_on is None) == (plan.id not in asked) and plan.next_look_at is not None
        async with office.desk() as desk:
            # Who was not killed has left nothing for the next one to say.
            assert set(await desk.session.scalars(select(ReminderRecord.state))) == {"told"}
        await town.tick()
    assert points > 15
    assert [kind for kind, _ in await town.heard()] == ["digest"]
    assert await town.states() == ["open", "open"]


async def test_nothing_due_costs_nothing_and_says_nothing(town: Town) -> None:
    assert await sweeps.remind(town.office) == 0
    assert await reminding.look_at_findings(town.office) == 0
