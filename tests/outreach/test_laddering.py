"""The clock moved through a month: each step on its workday, none by night, none without release, none once stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from domain.checklist import Grade
from domain.hazard import Source
from domain.rectification import StepKey
from domain.reminder import QuietHours
from outreach.desk import Office
from outreach.hazards import ladder_releasing
from outreach.hazards.rectifying import Said
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.notices import DeliveryRecord
from scheduler import sweeps
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene, hazard, photograph, row_of, scene, take

# Seven in the evening of a Friday in Shanghai; the term is the Tuesday after.
BEGUN = datetime(2026, 9, 11, 11, tzinfo=UTC)
TERM = date(2026, 9, 15)
END = datetime(2026, 10, 20, 16, tzinfo=UTC)
HOURS = (3, 8, 9, 15, 22)


async def ordered(
    office: Office, at: Scene, grade: Grade = Grade.GENERAL, source: Source = Source.OFFICIAL
) -> int:  # fmt: skip
    id_ = await hazard(office, at, grade, source)
    if grade is Grade.MAJOR:
        await take(office, at.zhou, id_, StepKey.CLAUSE, Said("判定标准第三条第（一）项"))
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=TERM))
    return id_


async def papers(office: Office, hazard_id: int) -> list[LadderPaperRecord]:
    async with office.desk() as desk:
        mine = select(LadderPaperRecord).where(LadderPaperRecord.hazard_id == hazard_id)
        return list(await desk.session.scalars(mine.order_by(LadderPaperRecord.id)))


def days(office: Office, found: list[LadderPaperRecord]) -> list[tuple[str, str]]:
    return [(one.rung, f"{one.drafted_at.astimezone(office.zone):%m-%d %H}") for one in found]


async def to(office: Office, clock: SetClock, until: datetime, releasing: Scene | None = None) -> None:
    """The clock ticks five times a day until then, also by night; `releasing`: what was drafted goes out before."""
    while clock.now < until:
        clock.advance(hours=1)
        if clock.now.astimezone(office.zone).hour not in HOURS and clock.now < until:
            continue
        if releasing is not None:
            await release_drafts(office, releasing)
        await sweeps.remind(office)


async def release_drafts(office: Office, at: Scene) -> None:
    """何主任 proposes and 周科 releases whatever waits, an interview for the next workday."""
    async with office.desk() as desk:
        drafts = list(await desk.session.scalars(select(LadderPaperRecord).where(LadderPaperRecord.state == "draft")))
        for draft in drafts:
            if draft.rung == "interview":
                day = office.almanac.workdays_after(desk.today, 1)
                meeting = office.almanac.at(day, time(9, 30))
                await ladder_releasing.change(desk, at.he, draft.id, draft.version, "meet_place", "三楼")
                await ladder_releasing.set_meeting(desk, at.he, draft.id, draft.version, meeting)
            if ladder_releasing.rule_of(desk, draft).needs_second:
                await ladder_releasing.propose(desk, at.he, draft.id, draft.version)
            await ladder_releasing.release(desk, at.zhou, draft.id, draft.version)


async def told(office: Office, prefix: str) -> list[str]:
    async with office.desk() as desk:
        found = await desk.session.scalars(
            select(DeliveryRecord.kind).where(DeliveryRecord.kind.startswith(prefix)).order_by(DeliveryRecord.id)
        )
        return list(found)


async def test_a_month_of_workdays_with_every_paper_released_at_once(office: Office, clock: SetClock) -> None:
    """The Sunday 09-20 and the Saturday 10-10 are worked; 09-25 to 09-27 and 10-01 to 10-07 are not."""
    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at)
    await to(office, clock, END, at)
    found = await papers(office, id_)
    assert days(office, found) == [
        ("reminder", "09-16 09"), ("circular", "09-18 09"), ("supervision", "09-22 09"), ("interview", "09-29 09"),
        ("sanction", "10-19 09"),
    ]  # fmt: skip
    assert [one.number for one in found] == [
        None, "通报〔2026〕1号", "督办〔2026〕1号", "约谈〔2026〕1号", "惩戒建议〔2026〕1号",
    ]  # fmt: skip
    assert [one.reply_on for one in found[2:4]] == [date(2026, 9, 28), date(2026, 10, 13)]
    async with office.desk() as desk:
        notices = await desk.session.execute(select(DeliveryRecord.kind, DeliveryRecord.due_at))
        times = [(kind, due_at) for kind, due_at in notices if kind.startswith(("reminder_", "ladder_"))]
    assert len(times) > 10
    wrong = [one for one in times if office.almanac.allowed_from(one[1], QuietHours(), on_workdays=True) != one[1]]
    assert wrong == []


async def test_a_major_hazard_climbs_the_month_faster(office: Office, clock: SetClock) -> None:
    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at, Grade.MAJOR)
    await to(office, clock, END, at)
    assert days(office, await papers(office, id_)) == [
        ("reminder", "09-16 09"), ("circular", "09-17 09"), ("supervision", "09-18 09"), ("interview", "09-22 09"),
        ("sanction", "10-09 09"),
    ]  # fmt: skip


async def test_without_release_nothing_follows_the_reminder(office: Office, clock: SetClock) -> None:
    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at)
    await to(office, clock, END)
    found = await papers(office, id_)
    assert days(office, found) == [("reminder", "09-16 09"), ("circular", "09-18 09")]
    assert [one.state for one in found] == ["released", "draft"]
    # Two responsible people were reminded, and the official who follows it, who was told once that a paper waits.
    assert sorted(await told(office, "reminder_")) == ["reminder_followed", *["reminder_late"] * 2]
    assert await told(office, "ladder_") == ["ladder_news"]


async def test_two_ticks_at_once_draft_one_step(office: Office, clock: SetClock) -> None:
    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at)
    clock.set(datetime(2026, 9, 18, 2, tzinfo=UTC))
    await sweeps.remind(office)
    await sweeps.remind(office)
    # Slept through: the reminder goes out late, and what follows it waits for its own workdays.
    assert days(office, await papers(office, id_)) == [("reminder", "09-18 10")]


async def test_what_comes_due_by_night_waits_for_the_morning_of_a_workday(office: Office, clock: SetClock) -> None:
    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at)
    clock.set(datetime(2026, 9, 30, 15, tzinfo=UTC))  # eleven at night, the holiday before it
    await sweeps.remind(office)
    assert await papers(office, id_) == []
    await to(office, clock, datetime(2026, 10, 8, 4, tzinfo=UTC))
    assert days(office, await papers(office, id_)) == [("reminder", "10-08 09")]


async def test_more_time_begins_anew_and_what_was_drafted_is_withdrawn(office: Office, clock: SetClock) -> None:
    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at)
    await to(office, clock, datetime(2026, 9, 18, 4, tzinfo=UTC))
    await take(office, at.wang, id_, StepKey.ASK_TIME, Said("等配件", date(2026, 9, 30)))
    await take(office, at.zhou, id_, StepKey.GRANT_TIME)
    await to(office, clock, datetime(2026, 9, 30, 15, tzinfo=UTC))
    assert [(one.rung, one.state, one.outcome) for one in await papers(office, id_)] == [
        ("reminder", "released", ""), ("circular", "withdrawn", "extended"),
    ]  # fmt: skip
    await to(office, clock, END)
    assert days(office, await papers(office, id_))[2:] == [("reminder", "10-08 09"), ("circular", "10-10 09")]


async def test_what_is_reported_put_right_stops_and_undone_within_its_minute_changes_nothing(
    office: Office, clock: SetClock
) -> None:
    from outreach.hazards import rectifying

    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at)
    await to(office, clock, datetime(2026, 9, 18, 4, tzinfo=UTC))
    await photograph(office, at.wang, id_)
    row = await take(office, at.wang, id_, StepKey.RECTIFY)
    await sweeps.remind(office)
    async with office.desk() as desk:
        await rectifying.undo(desk, at.wang, id_, row.version)
    clock.advance(seconds=90)
    await sweeps.remind(office)
    assert [one.state for one in await papers(office, id_)] == ["released", "draft"]
    await take(office, at.wang, id_, StepKey.RECTIFY)
    await to(office, clock, END)
    assert [(one.rung, one.state) for one in await papers(office, id_)] == [
        ("reminder", "released"), ("circular", "withdrawn"),
    ]  # fmt: skip
    assert (await row_of(office, id_)).next_look_at is None


async def test_a_general_hazard_that_its_enterprise_found_does_not_climb(office: Office, clock: SetClock) -> None:
    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at, source=Source.SELF)
    await to(office, clock, BEGUN + timedelta(days=14))
    assert await papers(office, id_) == []
    assert (await row_of(office, id_)).next_look_at is None
