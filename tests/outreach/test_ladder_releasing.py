"""A paper goes out by the hand of named officials only: proposed, completed, released, called back, served by day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select, update

from domain.authority import OfficeRole
from domain.checklist import Grade
from domain.contact import Jurisdiction, NotYours, StalePress
from domain.ladder import LadderStopped, PaperMovedOn, RecallTooLate, ReleaserNotHead, SecondPersonNeeded
from domain.paper_form import PaperIncomplete
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards import ladder_papers, ladder_reading, ladder_releasing
from outreach.hazards.viewing import Who
from outreach.people import appointing
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.notices import DeliveryRecord
from scheduler import sweeps
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene, hazard, photograph, scene, take
from tests.outreach.reported import STREET
from tests.outreach.test_laddering import BEGUN, TERM, ordered, papers, to
from tests.outreach.walking import person


async def drafted(office: Office, clock: SetClock, rung: str, grade: Grade = Grade.GENERAL) -> tuple[Scene, int, int]:
    """A hazard and the draft of that step, the ones below it released by hand."""
    clock.set(BEGUN)
    at = await scene(office)
    id_ = await ordered(office, at, grade)
    while not (found := await papers(office, id_)) or found[-1].rung != rung:
        clock.advance(hours=4)
        async with office.desk() as desk:
            # The clock's ticks in between have nothing to look at.
            due_at = (await desk.session.get_one(HazardRecord, id_)).next_look_at
        while due_at is not None and clock.now < due_at:
            clock.advance(hours=4)
        async with office.desk() as desk:
            mine = update(LadderPaperRecord).where(LadderPaperRecord.state == "draft", LadderPaperRecord.rung != rung)
            await desk.session.execute(mine.values(state="released", released_at=desk.now, number=f"{clock.now}"))
            again = update(HazardRecord).where(HazardRecord.id == id_, HazardRecord.next_look_at.is_(None))
            await desk.session.execute(again.values(next_look_at=desk.now))
        await sweeps.remind(office)
    return at, id_, found[-1].id


async def press(office: Office, who: Who, deed: str, paper_id: int, *more: object) -> LadderPaperRecord:
    async with office.desk() as desk:
        paper = await desk.session.get_one(LadderPaperRecord, paper_id)
        done = await getattr(ladder_releasing, deed)(desk, who, paper_id, paper.version, *more)
        assert isinstance(done, LadderPaperRecord)
        return done


async def served(office: Office) -> list[tuple[int, str, datetime]]:
    async with office.desk() as desk:
        found = await desk.session.execute(
            select(DeliveryRecord.contact_id, DeliveryRecord.state, DeliveryRecord.due_at)
            .where(DeliveryRecord.kind == "ladder_paper")
            .order_by(DeliveryRecord.id)
        )
        return [(contact_id, state, due_at) for contact_id, state, due_at in found]


async def test_what_names_an_enterprise_to_others_takes_two_people(office: Office, clock: SetClock) -> None:
    at, id_, paper_id = await drafted(office, clock, "circular")
    with pytest.raises(SecondPersonNeeded):
        await press(office, at.zhou, "release", paper_id)
    await press(office, at.zhou, "propose", paper_id)
    with pytest.raises(SecondPersonNeeded):  # the first may not be the second
        await press(office, at.zhou, "release", paper_id)
    # Whoever changes the words has proposed nothing, and does not release them either.
    await press(office, at.he, "change", paper_id, "demand", "三天之内换锁。")
    with pytest.raises(SecondPersonNeeded):
        await press(office, at.he, "release", paper_id)
    await press(office, at.he, "propose", paper_id)
    done = await press(office, at.zhou, "release", paper_id)
    assert (done.state, done.number, done.signer) == ("released", "通报〔2026〕1号", "周科")
    # The two of the shop, and the officials concerned; nobody of another street. Not before the minute is over.
    reached = {contact_id for contact_id, _, _ in await served(office)}
    assert reached == {one.contact.id for one in (at.wang, at.li, at.zhou, at.he)}
    assert {due_at for _, _, due_at in await served(office)} == {clock.now + ladder_releasing.RECALL_FOR}
    async with office.desk() as desk:
        row = await desk.session.get_one(HazardRecord, id_)
        letter = await ladder_papers.letter_of(desk, row, done)
    assert letter.number == "通报〔2026〕1号" and "三天之内换锁。" in letter.paragraphs[2]
    assert not re.search(r"[{}＿]", "".join(letter.paragraphs))


async def test_only_who_decides_there_sees_a_draft_and_only_a_head_releases_what_is_for_one(
    office: Office, clock: SetClock
) -> None:
    at, _, paper_id = await drafted(office, clock, "supervision", Grade.MAJOR)
    async with office.desk() as desk:
        officer_contact = await person(desk, "小郑", 5201)
        code = await appointing.appoint(desk, "小郑", Jurisdiction(STREET), role=OfficeRole.OFFICER)
        officer = Who(officer_contact, (), await appointing.take_office(desk, officer_contact, code))
    with pytest.raises(ReleaserNotHead):
        await press(office, officer, "release", paper_id)
    for nobody in (at.stranger, at.wang):
        with pytest.raises(NotYours):
            await press(office, nobody, "release", paper_id)
        async with office.desk() as desk:
            with pytest.raises(NotYours):
                await ladder_reading.look(desk, nobody, paper_id)
    released = await press(office, at.zhou, "release", paper_id)
    assert released.reply_on is not None
    async with office.desk() as desk:
        _, _, view = await ladder_reading.look(desk, at.wang, paper_id)
        assert (view.is_official, view.reached) == (False, 2)
        assert (await ladder_reading.papers(desk, at.wang, 0, 6)).total == 2


async def test_called_back_within_the_minute_nobody_gets_it_and_the_number_is_not_given_away(
    office: Office, clock: SetClock
) -> None:
    at, _, paper_id = await drafted(office, clock, "supervision")
    first = await press(office, at.zhou, "release", paper_id)
    assert first.number == "督办〔2026〕1号"
    clock.advance(seconds=59)
    with pytest.raises(RecallTooLate):
        await press(office, at.he, "recall", paper_id)
    back = await press(office, at.zhou, "recall", paper_id)
    assert (back.state, back.letter, back.number) == ("draft", "", "督办〔2026〕1号")
    assert {state for _, state, _ in await served(office)} == {"skipped"}
    again = await press(office, at.he, "release", paper_id)
    assert (again.number, again.signer) == ("督办〔2026〕1号", "何主任")
    clock.advance(seconds=61)
    with pytest.raises(RecallTooLate):
        await press(office, at.he, "recall", paper_id)
    with pytest.raises(PaperMovedOn):
        await press(office, at.he, "release", paper_id)


async def test_numbers_count_by_kind_and_year_and_never_repeat(office: Office, clock: SetClock) -> None:
    at, _, first = await drafted(office, clock, "supervision")
    id_ = await hazard(office, at, what="又一条")
    async with office.desk() as desk:
        row = await desk.session.get_one(HazardRecord, id_)
        row.state, row.due_on = "ordered", TERM
        for count in (2, 3):
            desk.session.add(
                LadderPaperRecord(
                    hazard_id=id_, enterprise_id=at.there.shop, rung="supervision", grade="general", organ="局",
                    term_on=TERM if count == 2 else date(2025, 9, 15), state="draft", drafted_at=desk.now,
                )
            )  # fmt: skip
    numbers = [(await press(office, at.zhou, "release", one)).number for one in (first, first + 1)]
    assert numbers == ["督办〔2026〕1号", "督办〔2026〕2号"]


async def test_an_interview_without_time_or_place_is_not_released(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await drafted(office, clock, "interview")
    with pytest.raises(PaperIncomplete) as refusal:
        await press(office, at.zhou, "release", paper_id)
    assert refusal.value.facts["missing"] == ("meet_at", "meet_place", "reply_on")
    await press(office, at.zhou, "change", paper_id, "meet_place", "区应急管理局三楼会议室")
    almanac = office.almanac
    today = almanac.on(clock.now)
    with pytest.raises(StalePress):
        await press(office, at.zhou, "set_meeting", paper_id, almanac.end_of(almanac.workdays_after(today, 9)))
    meeting = almanac.at(almanac.workdays_after(today, 2), time(9, 30))
    await press(office, at.zhou, "set_meeting", paper_id, meeting)
    done = await press(office, at.zhou, "release", paper_id)
    assert done.reply_on == almanac.workdays_after(almanac.on(meeting), 5)


async def test_a_draft_whose_reason_is_gone_is_not_released(office: Office, clock: SetClock) -> None:
    at, id_, paper_id = await drafted(office, clock, "supervision")
    await photograph(office, at.wang, id_)
    await take(office, at.wang, id_, StepKey.RECTIFY)
    with pytest.raises(LadderStopped):
        await press(office, at.zhou, "release", paper_id)
    clock.advance(seconds=90)
    await sweeps.remind(office)
    assert (await papers(office, id_))[-1].state == "withdrawn"


async def test_what_is_released_by_night_is_served_in_the_morning_of_a_workday(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await drafted(office, clock, "supervision")
    clock.set(datetime(2026, 9, 30, 14, tzinfo=UTC))  # ten at night, the holiday before it
    await press(office, at.zhou, "release", paper_id)
    assert {f"{due_at.astimezone(office.zone):%m-%d %H:%M}" for _, _, due_at in await served(office)} == {"10-08 08:00"}


async def test_what_waits_for_the_morning_does_not_leave_once_it_is_put_right(office: Office, clock: SetClock) -> None:
    at, id_, paper_id = await drafted(office, clock, "supervision")
    clock.set(datetime(2026, 9, 30, 14, tzinfo=UTC))
    await press(office, at.zhou, "release", paper_id)
    await photograph(office, at.wang, id_)
    clock.advance(hours=20)
    await take(office, at.wang, id_, StepKey.RECTIFY)
    clock.advance(seconds=90)
    await sweeps.remind(office)
    assert {state for _, state, _ in await served(office)} == {"skipped"}
    last = (await papers(office, id_))[-1]
    assert (last.state, last.outcome, last.number) == ("withdrawn", "rectified", "督办〔2026〕1号")


async def test_what_is_not_issued_climbs_no_further(office: Office, clock: SetClock) -> None:
    at, id_, paper_id = await drafted(office, clock, "circular")
    await press(office, at.zhou, "drop", paper_id)
    await to(office, clock, datetime(2026, 10, 20, tzinfo=UTC))
    assert [(one.rung, one.state) for one in await papers(office, id_)][1:] == [("circular", "withdrawn")]


async def test_words_that_end_with_a_stop_of_their_own_get_no_second_one(office: Office, clock: SetClock) -> None:
    _, id_, paper_id = await drafted(office, clock, "supervision")
    async with office.desk() as desk:
        row = await desk.session.get_one(HazardRecord, id_)
        row.what, row.where = "疏散通道堆了纸箱；\n后门上锁，\n推不开。", "后厨；"
        paper = await desk.session.get_one(LadderPaperRecord, paper_id)
        letter = await ladder_papers.letter_of(desk, row, paper)
    said = "".join(letter.paragraphs)
    assert "：疏散通道堆了纸箱；后门上锁；推不开。地点：后厨。" in said
    assert not re.search(r"[，；。、：][，；。、]", said)
