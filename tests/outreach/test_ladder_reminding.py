"""What is brought up about papers as the clock moves over National Day and its make-up days: once, by day, while it
still asks for something.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from domain.contact import Role
from domain.rectification import StepKey
from domain.reminder import QuietHours
from outreach.delivery.relevance import over_for
from outreach.desk import Office
from outreach.hazards import blacklisting, interviewing, ladder_answering
from outreach.hazards.ladder_reminding import DRAFT_DAYS
from outreach.hazards.rectifying import Said
from outreach.people import appointing, enrolling
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.plans import ReminderRecord
from scheduler import sweeps
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene, hazard, photograph, scene, take
from tests.outreach.test_ladder_answering import released
from tests.outreach.test_ladder_releasing import drafted, press
from tests.outreach.test_laddering import BEGUN, TERM, ordered, to

# Half past nine of the first workday after National Day; the Sunday 09-20 and the Saturday 10-10 are worked.
MEETING_ON = date(2026, 10, 8)


async def said(office: Office, kind: str, words: str = "") -> list[tuple[str, int]]:
    """When and to whom, of the reminders of that kind and of digests that mention it."""
    async with office.desk() as desk:
        rows = await desk.session.scalars(select(DeliveryRecord).order_by(DeliveryRecord.id))
        found = [row for row in rows if row.kind == kind or (row.kind == "digest" and words and words in row.text)]
        for row in found:
            assert office.almanac.allowed_from(row.due_at, QuietHours(), on_workdays=True) == row.due_at
        return [(f"{row.due_at.astimezone(office.zone):%m-%d}", row.contact_id) for row in found]


async def interview(office: Office, clock: SetClock) -> tuple[Scene, int, int]:
    """Released before National Day for the first morning after it."""
    at, id_, paper_id = await drafted(office, clock, "interview")
    await press(office, at.zhou, "change", paper_id, "meet_place", "三楼会议室")
    await press(office, at.zhou, "set_meeting", paper_id, office.almanac.at(MEETING_ON, time(9, 30)))
    await press(office, at.zhou, "release", paper_id)
    return at, id_, paper_id


async def test_an_interview_is_brought_up_on_the_workday_before(office: Office, clock: SetClock) -> None:
    at, _, _ = await interview(office, clock)
    released_on = f"{clock.now.astimezone(office.zone):%m-%d}"
    assert released_on < "09-30", released_on
    await to(office, clock, datetime(2026, 10, 8, 3, tzinfo=UTC))
    told = await said(office, "reminder_meeting", "🗓 约谈")
    # The last workday before it, not a day of the holiday; the enterprise and whoever sees to it, each once.
    assert {day for day, _ in told} == {"09-30"}
    assert sorted(who for _, who in told) == sorted(one.contact.id for one in (at.wang, at.li, at.zhou))


async def test_an_interview_that_is_off_is_not_brought_up(office: Office, clock: SetClock) -> None:
    at, id_, _ = await interview(office, clock)
    await photograph(office, at.wang, id_)
    await take(office, at.wang, id_, StepKey.RECTIFY)
    await to(office, clock, datetime(2026, 10, 8, 3, tzinfo=UTC))
    assert await said(office, "reminder_meeting", "🗓 约谈") == []


async def test_an_interview_that_was_slept_through_is_not_brought_up_afterwards(
    office: Office, clock: SetClock
) -> None:
    await interview(office, clock)
    clock.set(office.almanac.at(MEETING_ON, time(10)).astimezone(UTC))
    await sweeps.remind(office)
    assert await said(office, "reminder_meeting", "🗓 约谈") == []


async def test_what_was_agreed_is_brought_up_the_workday_before_and_on_its_last_day(
    office: Office, clock: SetClock
) -> None:
    at, _, paper_id = await interview(office, clock)
    clock.set(office.almanac.at(MEETING_ON, time(10)).astimezone(UTC))
    async with office.desk() as desk:
        await interviewing.write(desk, at.zhou, paper_id, "attendees", "李强，负责人")
        await interviewing.write(desk, at.zhou, paper_id, "minutes", "周五前换锁")
        assert (await interviewing.close(desk, at.zhou, paper_id)).reply_on == date(2026, 10, 14)
    await to(office, clock, datetime(2026, 10, 20, 3, tzinfo=UTC))
    told = await said(office, "reminder_result", "书面结果")
    assert [day for day, _ in told] == ["10-13"] * 2 + ["10-14"] * 2


async def test_an_answer_in_time_is_brought_up_no_more(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await released(office, clock)
    async with office.desk() as desk:
        due = (await desk.session.get_one(LadderPaperRecord, paper_id)).reply_on
        assert due is not None
        await ladder_answering.say(desk, at.wang, paper_id, "换好了")
        version = (await desk.session.get_one(LadderPaperRecord, paper_id)).version
        await ladder_answering.hand_in(desk, at.wang, paper_id, version)
    await to(office, clock, clock.now + timedelta(days=12))
    assert await said(office, "reminder_result", "书面回复") == []


async def test_an_answer_owed_is_brought_up_the_workday_before(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await released(office, clock)
    async with office.desk() as desk:
        due = (await desk.session.get_one(LadderPaperRecord, paper_id)).reply_on
    assert due is not None
    before = office.almanac.calendar.workday_until(due - timedelta(days=1))
    await to(office, clock, clock.now + timedelta(days=12))
    told = await said(office, "reminder_result", "书面回复")
    assert [day for day, _ in told] == [f"{before:%m-%d}"] * 2
    assert {who for _, who in told} == {at.wang.contact.id, at.li.contact.id}


async def test_a_draft_that_waits_is_a_line_now_and_then_and_not_a_push_a_day(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await drafted(office, clock, "supervision")
    async with office.desk() as desk:
        paper = await desk.session.get_one(LadderPaperRecord, paper_id)
    on = office.almanac.on(paper.drafted_at)
    days = [f"{office.almanac.workdays_after(on, count):%m-%d}" for count in DRAFT_DAYS]
    await to(office, clock, clock.now + timedelta(days=30))
    mine = [day for day, who in await said(office, "reminder_draft", "等签发") if who == at.zhou.contact.id]
    assert mine == days


async def test_a_draft_that_was_released_is_brought_up_no_more(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await drafted(office, clock, "supervision")
    await press(office, at.zhou, "release", paper_id)
    await to(office, clock, clock.now + timedelta(days=12))
    async with office.desk() as desk:
        texts = await desk.session.scalars(
            select(DeliveryRecord.text).where(DeliveryRecord.kind.in_(("reminder_draft", "digest")))
        )
        assert [one for one in texts if "督办单" in one] == []


async def test_the_end_of_an_entry_on_the_list_is_told_once_by_day_with_the_way_to_object(
    office: Office, clock: SetClock
) -> None:
    at, _, paper_id = await released(office, clock, "sanction")
    async with office.desk() as desk:
        entry = await blacklisting.propose(desk, at.zhou, paper_id, 0, "约谈后仍不整改")
        version = entry.version
    async with office.desk() as desk:
        listed = await blacklisting.decide(desk, at.he, paper_id, version, is_listed=True)
        until = listed.until_on
    for day in (until - timedelta(days=1), until, until + timedelta(days=1), until + timedelta(days=9)):
        clock.set(office.almanac.at(day, time(22)).astimezone(UTC))
        await sweeps.remind(office)
        clock.advance(hours=12)
        await sweeps.remind(office)
    async with office.desk() as desk:
        rows = await desk.session.scalars(
            select(DeliveryRecord).where(DeliveryRecord.kind == "ladder_listing").order_by(DeliveryRecord.id)
        )
        ended = [row for row in rows if ":ended:" in row.key]
    on = office.almanac.workdays_after(until, 1)
    assert {office.almanac.on(row.due_at) for row in ended} == {on}
    assert sorted(row.contact_id for row in ended) == sorted(one.contact.id for one in (at.wang, at.li, at.zhou, at.he))
    own = {at.wang.contact.id, at.li.contact.id}
    assert all(("点“打开文书”提出异议" in row.text) == (row.contact_id in own) for row in ended)


async def test_an_entry_that_was_lifted_before_is_not_told_to_end(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await released(office, clock, "sanction")
    async with office.desk() as desk:
        entry = await blacklisting.propose(desk, at.zhou, paper_id, 0, "约谈后仍不整改")
        version = entry.version
    async with office.desk() as desk:
        listed = await blacklisting.decide(desk, at.he, paper_id, version, is_listed=True)
        version, until = listed.version, listed.until_on
    async with office.desk() as desk:
        await blacklisting.remove(desk, at.he, paper_id, version)
    clock.set(office.almanac.at(until + timedelta(days=9), time(10)).astimezone(UTC))
    await sweeps.remind(office)
    async with office.desk() as desk:
        keys = await desk.session.scalars(select(DeliveryRecord.key))
        assert [key for key in keys if ":ended:" in key] == []


async def test_whoever_serves_no_more_hears_of_no_draft_and_whoever_may_release_it_does(
    office: Office, clock: SetClock
) -> None:
    at, _, paper_id = await drafted(office, clock, "supervision")
    async with office.desk() as desk:
        paper = await desk.session.get_one(LadderPaperRecord, paper_id)
        assert at.he.official is not None and at.zhou.official is not None
        await appointing.end(desk, at.he.contact, at.he.official, at.zhou.official.id)
        # Of the draft against their own shop they hear no more than anybody there.
        await enrolling.give_post(desk, at.zhou.contact, at.there.shop, Role.SAFETY_OFFICER, "test")
    on = office.almanac.on(paper.drafted_at)
    days = [f"{office.almanac.workdays_after(on, count):%m-%d}" for count in DRAFT_DAYS]
    await to(office, clock, clock.now + timedelta(days=30))
    assert await said(office, "reminder_draft", "等签发") == [(day, at.he.contact.id) for day in days]


async def unsent(office: Office, contact_id: int) -> list[tuple[str, str]]:
    async with office.desk() as desk:
        rows = await desk.session.execute(
            select(DeliveryRecord.kind, DeliveryRecord.text)
            .where(DeliveryRecord.contact_id == contact_id, DeliveryRecord.state == "queued")
            .where(DeliveryRecord.kind.startswith("reminder_") | (DeliveryRecord.kind == "digest"))
        )
        return [(kind, text) for kind, text in rows]


async def test_hazards_that_became_late_while_nobody_looked_are_said_in_one_message(
    office: Office, clock: SetClock
) -> None:
    clock.set(BEGUN)
    at = await scene(office)
    for _ in range(3):
        await ordered(office, at)
    clock.set(office.almanac.at(TERM + timedelta(days=2), time(10)).astimezone(UTC))
    await sweeps.remind(office)
    for who, words in ((at.wang, "隐患超期"), (at.li, "隐患超期"), (at.zhou, "我督促的隐患超期")):
        ((kind, text),) = await unsent(office, who.contact.id)
        assert (kind, text.count(f"🔴 {words}：")) == ("digest", 3)


async def test_what_never_left_of_a_late_hazard_is_said_with_what_comes_due(office: Office, clock: SetClock) -> None:
    clock.set(BEGUN)
    at = await scene(office)
    first, second = await ordered(office, at), await hazard(office, at, what="灭火器过期")
    await take(office, at.zhou, second, StepKey.ORDER, Said(day=TERM + timedelta(days=1)))
    for days in (1, 2):
        clock.set(office.almanac.at(TERM + timedelta(days=days), time(9, 30)).astimezone(UTC))
        await sweeps.remind(office)
        assert len(await unsent(office, at.wang.contact.id)) == 1
    ((kind, text),) = await unsent(office, at.wang.contact.id)
    assert kind == "digest" and "后门锁着" in text and "灭火器过期" in text
    # Put right before it leaves: then only the other one is said.
    await photograph(office, at.wang, first)
    await take(office, at.wang, first, StepKey.RECTIFY)
    async with office.desk() as desk:
        mine = select(ReminderRecord.about).where(ReminderRecord.contact_id == at.wang.contact.id)
        abouts = set(await desk.session.scalars(mine))
        over = await over_for(desk.session, {(at.wang.contact.id, about) for about in abouts}, desk.now)
    assert len(abouts) == 2 and sorted(over.values()) == ["answered"]
