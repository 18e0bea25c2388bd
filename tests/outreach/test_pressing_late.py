"""Buttons that are pressed late or twice, and what two people do at once: the moment that was read, and once."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable
from datetime import timedelta
from itertools import count

import openpyxl
import pytest
from sqlalchemy import func, select

from domain.checklist import Grade
from domain.contact import Jurisdiction, Role, StalePress
from domain.hazard import DayUnfit, HazardState
from domain.ladder import DeciderInvolved, ListingOutOfDate
from domain.rectification import StepKey
from domain.visit import VisitKind, VisitNotEmpty
from handlers import menu
from handlers.turn import Button, Person, Press, Reply, Say, Turn
from outreach.desk import Office
from outreach.hazards import blacklisting, interviewing, ladder_answering, rectifying
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who
from outreach.ledgers.exporting import make_ledgers
from outreach.people import appointing, enrolling
from outreach.reports import following, triaging
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.liaisons import LiaisonRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.ownerships import OwnershipRecord
from outreach.storage.people import ContactRecord
from outreach.storage.reports import ReportRecord
from outreach.visits import filling, viewing, visiting
from tests.conftest import SetClock
from tests.outreach.hazarded import hazard, photograph, row_of, scene, take, within
from tests.outreach.reported import REPORTER, STREET, report
from tests.outreach.test_ladder_releasing import drafted
from tests.outreach.test_ladder_releasing import press as deal_with
from tests.outreach.walking import person

UPDATES = count(1)


async def pressed(office: Office, who: Who, data: str) -> Reply:
    """What the bot answers to a button of that data. Raises Refusal."""
    async with office.desk() as desk:
        person_id = (await desk.session.get_one(ContactRecord, who.contact.id)).person_id or 0
        person = Person(person_id, person_id, who.contact.name, "zh-hans")
        turn = Turn(next(UPDATES), person, Press("q", tuple(data.split(":")), 77), 77, None)
        return await menu.answer(turn, await menu.scene_for(turn, desk))


def said(reply: Reply) -> str:
    return "\n".join(one.text for one in reply.says if isinstance(one, Say))


def buttons(reply: Reply) -> list[Button]:
    return [button for one in reply.says if isinstance(one, Say) for row in one.rows for button in row]


async def both(*deeds: Awaitable[Reply]) -> list[BaseException | Reply]:
    return await asyncio.gather(*deeds, return_exceptions=True)


async def counted(office: Office, kind: str) -> int:
    async with office.desk() as desk:
        rows = await desk.session.scalars(
            select(func.count()).select_from(DeliveryRecord).where(DeliveryRecord.kind == kind)
        )
        return rows.one()


async def test_a_day_for_an_interview_is_the_day_that_was_read(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await drafted(office, clock, "interview")
    offered = buttons(await pressed(office, at.zhou, f"ld:m:{paper_id}"))
    first, later = offered[0], offered[2]
    clock.advance(days=1)
    assert later.label in [one.label for one in buttons(await pressed(office, at.zhou, f"ld:m:{paper_id}"))]
    with pytest.raises(StalePress):  # that morning is over
        await pressed(office, at.zhou, first.press)
    await pressed(office, at.zhou, later.press)
    async with office.desk() as desk:
        held_at = (await desk.session.get_one(LadderPaperRecord, paper_id)).meet_at
    assert held_at is not None
    there = held_at.astimezone(office.zone)
    assert later.label.startswith(f"{there.month}月{there.day}日")


@pytest.mark.parametrize("hours", [0, 24])
async def test_a_term_is_the_day_that_was_read(office: Office, clock: SetClock, hours: int) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    today, later, *_ = buttons(await pressed(office, at.zhou, f"hz:s:{id_}:1:order"))
    clock.advance(hours=hours)
    if hours:
        with pytest.raises(DayUnfit):  # that day is over
            await pressed(office, at.zhou, today.press)
    await pressed(office, at.zhou, later.press)
    due_on = (await row_of(office, id_)).due_on
    assert due_on is not None and later.label.startswith(f"{due_on.year}年{due_on.month}月{due_on.day}日")


async def test_a_pair_that_is_set_twice_is_told_once(office: Office) -> None:
    at = await scene(office)
    sure = f"sn:y:{at.there.shop}:{at.there.zhou[1].id}:-"
    await pressed(office, at.he, sure)
    once = await counted(office, "liaison_news")
    assert "周科" in said(await pressed(office, at.he, sure))
    assert await counted(office, "liaison_news") == once
    async with office.desk() as desk:
        assert len((await desk.session.scalars(select(LiaisonRecord))).all()) == 1


async def test_of_two_who_pair_or_name_at_once_the_second_sees_the_first(office: Office) -> None:
    at = await scene(office)
    shop, zhou, he = at.there.shop, at.there.zhou[1].id, at.there.he[1].id
    for data in ("sn:y:{shop}:{one}:-", "ow:s:{shop}:a:{one}"):
        told = await both(
            *(pressed(office, who, data.format(shop=shop, one=one)) for who, one in ((at.he, zhou), (at.zhou, he)))
        )
        assert all(isinstance(one, Reply) for one in told), told
    async with office.desk() as desk:
        for record in (LiaisonRecord, OwnershipRecord):
            ended = [one.ended_at is not None for one in await desk.session.scalars(select(record))]
            assert sorted(ended) == [False, True]


async def test_of_two_who_name_for_many_at_once_one_does_and_the_other_is_asked_anew(office: Office) -> None:
    at = await scene(office)
    told = await both(
        *(
            pressed(office, who, f"ow:y:t:{one[1].id}:1")
            for who, one in ((at.he, at.there.zhou), (at.zhou, at.there.he))
        )
    )
    assert all(isinstance(one, Reply) for one in told), told
    async with office.desk() as desk:
        assert len((await desk.session.scalars(select(OwnershipRecord))).all()) == 1


async def test_whoever_found_a_hazard_in_a_visit_does_not_leave_it(office: Office) -> None:
    at = await scene(office)
    async with office.desk() as desk:
        id_ = (await visiting.begin(desk, at.zhou, at.there.shop, VisitKind.JOINT)).id
        await visiting.join(desk, at.he, id_)
        await filling.find(desk, at.he, id_, "后门锁着")
    with pytest.raises(VisitNotEmpty):
        await pressed(office, at.he, f"ov:q:{id_}")


@pytest.mark.parametrize("page", ["1", "7", "999999999999999999"])
async def test_a_page_behind_the_last_is_the_last(office: Office, clock: SetClock, page: str) -> None:
    at, id_, _ = await drafted(office, clock, "supervision")
    assert "督办单" in "".join(one.label for one in buttons(await pressed(office, at.zhou, f"ld:l:{page}")))
    shown = await pressed(office, at.wang, f"hz:l:{page}")
    assert "没有要改的隐患" not in said(shown) and f"hz:o:{id_}" in [one.press for one in buttons(shown)]


async def test_a_proposal_that_ran_out_while_it_lay_is_not_listed(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await drafted(office, clock, "sanction")
    await deal_with(office, at.zhou, "propose", paper_id)
    await deal_with(office, at.he, "release", paper_id)
    async with office.desk() as desk:
        version = (await blacklisting.propose(desk, at.zhou, paper_id, 0, "约谈后仍不整改")).version
    clock.advance(days=blacklisting.TERMS[0])
    with pytest.raises(ListingOutOfDate):
        await pressed(office, at.he, f"ld:ky:{paper_id}:{version}")
    await pressed(office, at.he, f"ld:kd:{paper_id}:{version}")
    async with office.desk() as desk:
        again = await blacklisting.propose(desk, at.zhou, paper_id, 0, "约谈后仍不整改")
        assert again.until_on == desk.today + timedelta(days=blacklisting.TERMS[0])


async def test_an_enterprise_never_reads_who_reported_nor_that_somebody_did(office: Office) -> None:
    at = await scene(office)
    await report(office, at.there.liu, shop=at.there.shop, is_named=True)
    async with office.desk() as desk:
        report_id = (await desk.session.scalars(select(ReportRecord.id))).one()
        assert at.zhou.official is not None
        await triaging.confirm(desk, at.zhou.contact, at.zhou.official, report_id, Grade.GENERAL)
    async with office.desk() as desk:
        id_ = (await desk.session.scalars(select(HazardRecord.id))).one()
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 3)))
    await photograph(office, at.wang, id_)
    # A step that was taken back is said in words, not by its name in the code.
    version = (await take(office, at.wang, id_, StepKey.RECTIFY)).version
    async with office.desk() as desk:
        await rectifying.undo(desk, at.wang, id_, version)
    assert "rectify" not in said(await pressed(office, at.wang, f"hz:o:{id_}"))
    history = said(await pressed(office, at.wang, f"hz:h:{id_}"))
    assert "rectify" not in history and "撤回上一步 王芳" in history
    await take(office, at.wang, id_, StepKey.RECTIFY)
    await take(office, at.zhou, id_, StepKey.RECHECK)
    async with office.desk() as desk:
        await following.dispute(desk, at.there.liu, REPORTER, report_id, "我是后厨的小刘")
    seen = [said(await pressed(office, at.wang, f"hz:{verb}:{id_}")) for verb in "oh"]
    assert "要再复查一次" in seen[1]
    assert "上报人说：我是后厨的小刘" in said(await pressed(office, at.zhou, f"hz:o:{id_}"))
    to_official = said(await pressed(office, at.zhou, f"hz:h:{id_}"))
    assert "上报人说还有问题" in to_official and "我是后厨的小刘" in to_official
    await take(office, at.zhou, id_, StepKey.RECHECK)
    async with office.desk() as desk:
        await following.satisfied(desk, at.there.liu, REPORTER, report_id)
    assert (await row_of(office, id_)).state == HazardState.CONFIRMED
    seen += [said(await pressed(office, at.wang, f"hz:{verb}:{id_}")) for verb in "oh"]
    async with office.desk() as desk:
        mine = DeliveryRecord.contact_id == at.wang.contact.id
        seen += list(await desk.session.scalars(select(DeliveryRecord.text).where(mine)))
    for text in seen:
        assert not any(word in text for word in ("小刘", "上报人", "举报", "后厨")), text


async def test_the_register_of_the_ledgers_names_the_owners(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    await hazard(office, at)
    assert at.he.official is not None
    _, made = await make_ledgers(office, at.he.official.id, clock.now)
    sheet = openpyxl.load_workbook(io.BytesIO(made))["企业名录"]
    headings, row = [[cell.value for cell in line] for line in sheet.iter_rows(max_row=2)]
    found = dict(zip(headings, row, strict=True))
    assert (found["属地责任人"], found["行业责任人"] or "", found["未销号隐患"]) == ("周科", "", 1)


async def test_no_official_is_out_of_reach_however_many_there_are(office: Office) -> None:
    at = await scene(office)
    async with office.desk() as desk:
        for number in range(45):
            contact = await person(desk, f"干部{number}", 8000 + number)
            code = await appointing.appoint(desk, f"干部{number}", Jurisdiction(STREET))
            await appointing.take_office(desk, contact, code)
    for data, verb in ((f"ow:k:{at.there.shop}:a", "s"), ("ow:m:t", "c"), (f"sn:k:{at.there.shop}", "u")):
        found: set[str] = set()
        for page in ("", ":1", ":2", ":99"):
            shown = await pressed(office, at.he, data + page)
            found |= {one.press for one in buttons(shown) if one.press.split(":")[1:2] == [verb]}
        assert len(found) == 47, (data, len(found))


async def test_the_list_that_is_chosen_is_the_one_that_was_read(office: Office) -> None:
    at = await scene(office)
    async with office.desk() as desk:
        id_ = (await visiting.begin(desk, at.zhou, at.there.shop, VisitKind.GUIDANCE)).id
        (await desk.session.get_one(EnterpriseRecord, at.there.shop)).industries = ["catering", "machining"]
    offered = buttons(await pressed(office, at.zhou, f"ov:c:{id_}"))
    own, common = (next(one for one in offered if one.press.endswith(f":{name}")) for name in ("catering", "machining"))
    async with office.desk() as desk:
        (await desk.session.get_one(EnterpriseRecord, at.there.shop)).industries = ["machining"]
    with pytest.raises(StalePress):  # it does not fit any more
        await pressed(office, at.zhou, own.press)
    await pressed(office, at.zhou, common.press)
    async with office.desk() as desk:
        chosen = (await viewing.look(desk, at.zhou, id_)).checklist
    assert chosen is not None and chosen.title == common.label


async def test_somebody_of_two_roles_does_not_judge_what_they_wrote_themselves(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await drafted(office, clock, "supervision")
    await deal_with(office, at.zhou, "release", paper_id)
    async with office.desk() as desk:
        await enrolling.give_post(desk, at.he.contact, at.there.shop, Role.SAFETY_OFFICER, "test")
        both_ = Who(at.he.contact, await enrolling.posts_of(desk, at.he.contact.id), at.he.official)
        await ladder_answering.say(desk, both_, paper_id, "换好了")
        await ladder_answering.object_to(desk, both_, paper_id, "不是我们家的门")
        version = (await desk.session.get_one(LadderPaperRecord, paper_id)).version
        await ladder_answering.hand_in(desk, both_, paper_id, version)
    for data in (f"ld:y:{paper_id}:{version + 1}", f"ld:n:{paper_id}:{version + 1}"):
        assert data not in [one.press for one in buttons(await pressed(office, at.he, f"ld:o:{paper_id}"))]
        with pytest.raises(DeciderInvolved):
            await pressed(office, at.he, data)
    with pytest.raises(DeciderInvolved):
        async with office.desk() as desk:
            await ladder_answering.decide(desk, both_, paper_id, is_upheld=True, words="成立")


async def test_the_draft_of_an_interview_s_record_is_the_officials_own(office: Office, clock: SetClock) -> None:
    at, _, paper_id = await drafted(office, clock, "interview")
    await deal_with(office, at.zhou, "change", paper_id, "meet_place", "三楼会议室")
    await deal_with(office, at.zhou, "set_meeting", paper_id, clock.now + timedelta(hours=1))
    await deal_with(office, at.zhou, "release", paper_id)
    clock.advance(hours=2)
    async with office.desk() as desk:
        await interviewing.write(desk, at.zhou, paper_id, "attendees", "李强本人")
        await interviewing.write(desk, at.zhou, paper_id, "minutes", "还要再核对")
    assert "还要再核对" in said(await pressed(office, at.zhou, f"ld:o:{paper_id}"))
    shown = said(await pressed(office, at.wang, f"ld:o:{paper_id}"))
    assert "还要再核对" not in shown and "李强本人" not in shown
    await pressed(office, at.zhou, f"ld:is:{paper_id}")
    assert "还要再核对" in said(await pressed(office, at.wang, f"ld:o:{paper_id}"))
