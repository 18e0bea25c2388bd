"""公示栏 — the month's hazards without anybody's name, printed once the principal of that enterprise agrees."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from content.papers.redacting import redacted
from domain.checklist import Grade
from domain.contact import NotYours, StalePress
from domain.hazard import PrincipalMissing
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards import boarding
from outreach.hazards.boarding import make_board
from outreach.hazards.rectifying import Said
from outreach.reports import triaging
from outreach.storage.boards import BoardRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import JournalRecord, PostRecord
from outreach.storage.reports import ReportRecord
from tests.conftest import SetClock
from tests.content.pdf_pages import pages, said
from tests.outreach.hazarded import hazard, photograph, scene, take, within
from tests.outreach.reported import report
from tests.outreach.walking import person

ARTICLE = "事故隐患排查治理情况应当如实记录，并通过职工大会或者职工代表大会、信息公示栏等方式向从业人员通报。"


async def attached(office: Office) -> list[tuple[int, str]]:
    async with office.desk() as desk:
        found = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "board"))
        return [(row.contact_id, row.attachment) for row in found]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("李强说后门锁着，电话13812345678", "有关人员说后门锁着，电话（电话略）"),
        ("找王师傅 138-1234-5678 或者 0574-87654321", "找有关人员 （电话略） 或者 （电话略）"),
        ("１３８１２３４５６７８", "（电话略）"),
        ("3号车间第12345号气瓶，2026年6月1日到期", "3号车间第12345号气瓶，2026年6月1日到期"),
        ("高压配电柜没有锁，黄线磨没了，方向不对", "高压配电柜没有锁，黄线磨没了，方向不对"),
        ("身份证33020519800101123X", "身份证（电话略）"),
    ],
)
def test_names_and_numbers_go_and_the_hazard_stays(text: str, kept: str) -> None:
    assert redacted(text, {"李强", "王芳"}) == kept


async def test_a_principal_agrees_and_prints_what_the_month_was(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    done = await hazard(office, at, what="李强的车堵着后门，找13812345678")
    await hazard(office, at, Grade.MAJOR, what="气瓶间没有报警器 喆堃䶮")
    await take(office, at.zhou, done, StepKey.ORDER, Said(day=within(office, 3)))
    await photograph(office, at.wang, done)
    await take(office, at.wang, done, StepKey.RECTIFY)
    await take(office, at.zhou, done, StepKey.RECHECK)
    # What somebody reported and nobody verified yet is no business of the enterprise.
    await report(office, at.there.liu, shop=at.there.shop, what="没核实的话")
    async with office.desk() as desk:
        shown = await boarding.board(desk, at.wang.posts, at.there.shop)
        assert (shown.paper.found, shown.paper.closed, shown.paper.open, shown.is_principal) == (2, 1, 1, False)
        assert await boarding.ask_for_board(desk, at.li.contact, at.li.posts, at.there.shop, 0)
    ((reader, recipe),) = await attached(office)
    assert reader == at.li.contact.id
    name, made = await make_board(office, int(recipe.split(":")[1]))
    assert name == "隐患公示 2026年6月.pdf"
    text = said(made).replace(" ", "").replace("\n", "")
    for words in (
        "王记老火锅店",
        "2026年6月",
        "2条本月查出",
        "【重大】气瓶间没有报警器",
        "有关人员的车堵着后门",
        ARTICLE,
    ):
        assert words in text, words
    for words in ("李强", "138", "王芳", "周科", "没核实的话"):
        assert words not in text, words
    async with office.desk() as desk:
        happened = set(await desk.session.scalars(select(JournalRecord.happened)))
        assert {"BoardAsked", "BoardApproved"} <= happened


async def test_anybody_else_waits_for_the_principal_and_what_was_agreed_to_stays(
    office: Office, clock: SetClock
) -> None:
    at = await scene(office)
    await hazard(office, at)
    async with office.desk() as desk:
        assert not await boarding.ask_for_board(desk, at.wang.contact, at.wang.posts, at.there.shop, 0)
        row = (await desk.session.scalars(select(BoardRecord))).one()
    assert not await attached(office)
    async with office.desk() as desk:
        for who in (at.wang, at.zhou, at.stranger):
            with pytest.raises(NotYours):
                await boarding.agree(desk, who.contact, who.posts, row.id)
        await boarding.agree(desk, at.li.contact, at.li.posts, row.id)
        with pytest.raises(StalePress):
            await boarding.agree(desk, at.li.contact, at.li.posts, row.id)
    assert {one for one, _ in await attached(office)} == {at.li.contact.id, at.wang.contact.id}
    before = await make_board(office, row.id)
    await hazard(office, at, what="后来的")
    assert await make_board(office, row.id) == before


async def test_an_empty_month_has_its_own_words_and_the_month_before_can_be_had(
    office: Office, clock: SetClock
) -> None:
    at = await scene(office)
    gone = await hazard(office, at)
    await take(office, at.zhou, gone, StepKey.RETURN, Said("不属实"))
    clock.advance(days=40)
    open_ = await hazard(office, at, what="七月的")
    clock.advance(days=31)
    async with office.desk() as desk:
        for months, rows in ((0, ["七月的"]), (1, ["七月的"]), (2, [])):
            paper = (await boarding.board(desk, at.li.posts, at.there.shop, months)).paper
            assert [row.what for row in paper.rows] == rows
        assert (await boarding.board(desk, at.li.posts, at.there.shop, 0)).paper.found == 0
        await boarding.ask_for_board(desk, at.li.contact, at.li.posts, at.there.shop, 2)
        row = (await desk.session.scalars(select(BoardRecord))).one()
    assert "没有查出隐患" in said((await make_board(office, row.id))[1])
    assert open_


async def test_without_a_principal_nothing_is_hung_up_and_many_rows_take_pages(office: Office) -> None:
    at = await scene(office)
    for number in range(45):
        await hazard(office, at, what=f"第{number}处 " + "很长的话，" * 20)
    async with office.desk() as desk:
        await boarding.ask_for_board(desk, at.li.contact, at.li.posts, at.there.shop, 0)
        row = (await desk.session.scalars(select(BoardRecord))).one()
    assert len(pages((await make_board(office, row.id))[1])) > 1
    async with office.desk() as desk:
        post = (await desk.session.scalars(select(PostRecord).where(PostRecord.contact_id == at.li.contact.id))).one()
        post.until_at = desk.now
    async with office.desk() as desk:
        with pytest.raises(PrincipalMissing):
            await boarding.ask_for_board(desk, at.wang.contact, at.wang.posts, at.there.shop, 0)
        with pytest.raises(NotYours):
            await boarding.board(desk, at.zhou.posts, at.there.shop)


async def test_the_name_of_whoever_reported_goes_like_any_other(office: Office) -> None:
    at = await scene(office)
    async with office.desk() as desk:
        neighbour = await person(desk, "隔壁欧阳震华", 5301)
    words = "我是隔壁欧阳震华，后门锁着，找13812345678"
    await report(office, neighbour, 5301, shop=at.there.shop, is_named=True, what=words)
    async with office.desk() as desk:
        reported = (await desk.session.scalars(select(ReportRecord))).one()
        assert at.zhou.official is not None
        await triaging.confirm(desk, at.zhou.contact, at.zhou.official, reported.id, Grade.GENERAL)
    async with office.desk() as desk:
        # What the enterprise reads names nobody; the report that officials read stays as it was written.
        row = (await desk.session.scalars(select(HazardRecord))).one()
        assert row.what == "我是有关人员，后门锁着，找（电话略）"
        assert (await desk.session.scalars(select(ReportRecord.what))).one() == words
        # One that was opened before that was so is hung up without the name too.
        row.what = words
    async with office.desk() as desk:
        shown = await boarding.board(desk, at.wang.posts, at.there.shop)
    assert [one.what for one in shown.paper.rows] == ["我是有关人员，后门锁着，找（电话略）"]
