"""After a paper is out: answers, objections, interviews and the list; each stops or moves the climb as it should."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from domain.contact import NotYours, StalePress
from domain.hazard import WordsMissing
from domain.ladder import DeciderInvolved, MeetingAhead, ObjectedAlready, PaperMovedOn, SecondPersonNeeded
from outreach.desk import Office
from outreach.hazards import blacklisting, interviewing, ladder_answering, ladder_following, ladder_reading
from outreach.hazards.viewing import Who
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.notices import DeliveryRecord
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene
from tests.outreach.test_ladder_releasing import drafted, press
from tests.outreach.test_laddering import papers, to

END = datetime(2026, 11, 20, 16, tzinfo=UTC)


async def released(office: Office, clock: SetClock, rung: str = "supervision") -> tuple[Scene, int, int]:
    """A paper that 周科 released (and 何主任 proposed, where two are needed)."""
    at, id_, paper_id = await drafted(office, clock, rung)
    if rung == "interview":
        almanac = office.almanac
        day = almanac.workdays_after(almanac.on(clock.now), 2)
        await press(office, at.zhou, "change", paper_id, "meet_place", "三楼")
        await press(office, at.zhou, "set_meeting", paper_id, almanac.at(day, time(9, 30)))
    if rung == "sanction":
        await press(office, at.he, "propose", paper_id)
    await press(office, at.zhou, "release", paper_id)
    clock.advance(minutes=2)
    return at, id_, paper_id


async def paper(office: Office, paper_id: int) -> LadderPaperRecord:
    async with office.desk() as desk:
        return await desk.session.get_one(LadderPaperRecord, paper_id)


async def told(office: Office, kind: str) -> list[int]:
    async with office.desk() as desk:
        found = await desk.session.scalars(
            select(DeliveryRecord.contact_id).where(DeliveryRecord.kind == kind).order_by(DeliveryRecord.id)
        )
        return list(found)


async def answer(office: Office, who: Who, paper_id: int, words: str = "锁已经订了，周五换") -> None:
    async with office.desk() as desk:
        if words:
            await ladder_answering.say(desk, who, paper_id, words)
        now = await desk.session.get_one(LadderPaperRecord, paper_id)
        await ladder_answering.hand_in(desk, who, paper_id, now.version)


async def test_an_answer_stops_the_climb_until_an_official_says_that_it_will_not_do(
    office: Office, clock: SetClock
) -> None:
    at, id_, paper_id = await released(office, clock)
    with pytest.raises(WordsMissing):
        await answer(office, at.wang, paper_id, "")
    async with office.desk() as desk:
        await ladder_answering.add_photo(desk, at.wang, paper_id, "file-r", "unique-r")
    await answer(office, at.wang, paper_id)
    with pytest.raises(PaperMovedOn):
        await answer(office, at.li, paper_id)
    with pytest.raises(NotYours):
        async with office.desk() as desk:
            await ladder_answering.judge(desk, at.stranger, paper_id, 3, is_enough=False)
    await to(office, clock, datetime(2026, 10, 20, tzinfo=UTC))
    assert (await papers(office, id_))[-1].id == paper_id
    async with office.desk() as desk:
        version = (await desk.session.get_one(LadderPaperRecord, paper_id)).version
        await ladder_answering.judge(desk, at.zhou, paper_id, version, is_enough=False)
    assert (await paper(office, paper_id)).state == "unanswered"
    await to(office, clock, clock.now.replace(day=22))
    assert [one.rung for one in await papers(office, id_)][-1] == "interview"


async def test_without_an_answer_it_climbs_the_day_after_and_a_late_answer_cancels_the_draft(
    office: Office, clock: SetClock
) -> None:
    at, id_, paper_id = await released(office, clock)
    due = (await paper(office, paper_id)).reply_on
    assert due is not None
    await to(office, clock, END.replace(month=10, day=12))
    found = await papers(office, id_)
    assert (found[-2].state, found[-1].rung, found[-1].state) == ("unanswered", "interview", "draft")
    assert office.almanac.on(found[-1].drafted_at) > due
    await answer(office, at.wang, paper_id)
    assert [(one.state, one.outcome) for one in await papers(office, id_)][-2:] == [
        ("answered", "said"), ("withdrawn", "said"),
    ]  # fmt: skip


async def test_an_objection_stops_the_climb_until_somebody_uninvolved_decided(office: Office, clock: SetClock) -> None:
    at, id_, paper_id = await released(office, clock)
    async with office.desk() as desk:
        await ladder_answering.object_to(desk, at.wang, paper_id, "门是消防让锁的")
    with pytest.raises(ObjectedAlready):
        async with office.desk() as desk:
            await ladder_answering.object_to(desk, at.li, paper_id, "再说一遍")
    await to(office, clock, datetime(2026, 10, 15, tzinfo=UTC))
    assert [(one.rung, one.state) for one in await papers(office, id_)][-1] == ("supervision", "released")
    with pytest.raises(DeciderInvolved):  # 周科 released it
        async with office.desk() as desk:
            await ladder_answering.decide(desk, at.zhou, paper_id, is_upheld=False, words="不对")
    async with office.desk() as desk:
        await ladder_answering.decide(desk, at.he, paper_id, is_upheld=False, words="消防没有这样说")
    assert set(await told(office, "ladder_decided")) == {at.wang.contact.id, at.li.contact.id}
    await to(office, clock, datetime(2026, 10, 16, 4, tzinfo=UTC))
    assert [one.rung for one in await papers(office, id_)][-1] == "interview"


async def test_an_objection_that_is_right_voids_the_paper_and_ends_the_climb(office: Office, clock: SetClock) -> None:
    at, id_, paper_id = await released(office, clock)
    async with office.desk() as desk:
        await ladder_answering.object_to(desk, at.wang, paper_id, "这不是我们家的门")
        with pytest.raises(WordsMissing):
            await ladder_answering.decide(desk, at.he, paper_id, is_upheld=True, words=" ")
        await ladder_answering.decide(desk, at.he, paper_id, is_upheld=True, words="查过了，是隔壁的")
    await to(office, clock, END)
    assert [(one.rung, one.state) for one in await papers(office, id_)][-1] == ("supervision", "withdrawn")
    async with office.desk() as desk:
        row, found, view = await ladder_reading.look(desk, at.wang, paper_id)
        more = await ladder_following.after(desk, at.wang, row, found)
    assert view.outcome == "upheld" and more.objections[0].decision == "查过了，是隔壁的"


async def test_an_interview_is_written_down_once_held_and_its_result_is_due_in_workdays(
    office: Office, clock: SetClock
) -> None:
    at, id_, paper_id = await released(office, clock, "interview")
    with pytest.raises(MeetingAhead):
        async with office.desk() as desk:
            await interviewing.write(desk, at.zhou, paper_id, "attendees", "李强")
    meet_at = (await paper(office, paper_id)).meet_at
    assert meet_at is not None
    clock.set(meet_at)
    clock.advance(hours=1)
    async with office.desk() as desk:
        await interviewing.write(desk, at.zhou, paper_id, "attendees", "李强（主要负责人），周科")
        with pytest.raises(WordsMissing):
            await interviewing.close(desk, at.zhou, paper_id)
        await interviewing.write(desk, at.zhou, paper_id, "minutes", "周五前换锁")
        await interviewing.close(desk, at.zhou, paper_id)
    assert (await paper(office, paper_id)).reply_on == office.almanac.workdays_after(office.almanac.on(clock.now), 5)
    async with office.desk() as desk:
        today = office.almanac.on(clock.now)
        assert at.zhou.official is not None and at.stranger.official is not None
        counted = await blacklisting.counted(desk, at.zhou.official, date(2026, 1, 1), today)
        assert (counted.interviewed, counted.sanctioned, counted.listed) == (1, 0, 0)
        foreign = await blacklisting.counted(desk, at.stranger.official, date(2026, 1, 1), today)
        assert foreign.interviewed == 0
    # No written result: on to the next step, by the rules.
    await to(office, clock, END)
    assert [(one.rung, one.state) for one in await papers(office, id_)][-2:] == [
        ("interview", "unanswered"), ("sanction", "draft"),
    ]  # fmt: skip


async def test_who_does_not_come_in_person_has_not_come(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await released(office, clock, "interview")
    meet_at = (await paper(office, paper_id)).meet_at
    assert meet_at is not None
    clock.set(meet_at)
    async with office.desk() as desk:
        await interviewing.nobody_came(desk, at.zhou, paper_id)
    assert ((await paper(office, paper_id)).state, (await paper(office, paper_id)).outcome) == ("unanswered", "absent")


async def test_two_people_list_an_enterprise_until_a_day_and_a_third_may_take_it_off(
    office: Office, clock: SetClock
) -> None:
    at, _, paper_id = await released(office, clock, "sanction")
    async with office.desk() as desk:
        with pytest.raises(WordsMissing):
            await blacklisting.propose(desk, at.zhou, paper_id, 1, " ")
        proposed = await blacklisting.propose(desk, at.zhou, paper_id, 1, "五次督办没有改")
        with pytest.raises(SecondPersonNeeded):
            await blacklisting.decide(desk, at.zhou, paper_id, proposed.version, is_listed=True)
    assert await told(office, "ladder_listing") == [at.he.contact.id]
    async with office.desk() as desk:
        listed = await blacklisting.decide(desk, at.he, paper_id, proposed.version, is_listed=True)
        assert listed.entered_on == desk.today and (listed.until_on - desk.today).days == 365
        assert "惩戒建议〔2026〕1号" in listed.evidence
        assert (await blacklisting.counted(desk, at.he.official, desk.today, desk.today)).listed == 1  # type: ignore[arg-type]
        until = listed.until_on.replace(year=listed.until_on.year + 1)
        assert (await blacklisting.counted(desk, at.he.official, until, until)).listed == 0  # type: ignore[arg-type]
    assert {at.wang.contact.id, at.li.contact.id} <= set(await told(office, "ladder_listing"))
    # What it says now is said against the list, and those who put it there do not decide about that.
    async with office.desk() as desk:
        await ladder_answering.object_to(desk, at.wang, paper_id, "已经改好了")
        for involved in (at.zhou, at.he):
            with pytest.raises(DeciderInvolved):
                await ladder_answering.decide(desk, involved, paper_id, is_upheld=True, words="对")
        with pytest.raises(StalePress):
            await blacklisting.remove(desk, at.he, paper_id, 1)
        removed = await blacklisting.remove(desk, at.he, paper_id, listed.version)
        assert removed.removed_on == desk.today
        assert (await blacklisting.counted(desk, at.he.official, desk.today, desk.today)).listed == 0  # type: ignore[arg-type]
