"""Owners by area and trade: read from offices, kept with a hazard, in its card and ledger; nobody is asked again."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import select

from domain.authority import OfficeRole
from domain.contact import Jurisdiction
from domain.hazard import Source
from outreach.desk import Office
from outreach.hazards import carding
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.viewing import actor_for
from outreach.ledgers import exporting
from outreach.people import appointing
from outreach.register.owning import owners_of
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import JournalRecord, OfficialRecord
from tests.outreach.hazarded import Scene, hazard, row_of, scene
from tests.outreach.reported import STREET


async def officer(office: Office, name: str, street: str = "", *trades: str, until: date | None = None) -> int:
    """Appointed, and not in the chat yet: who answers for it is known all the same."""
    async with office.desk() as desk:
        await appointing.appoint(
            desk, name, Jurisdiction(street), role=OfficeRole.OFFICER, industries=trades, until_on=until
        )
        found = await desk.session.scalars(select(OfficialRecord.id).where(OfficialRecord.name == name))
        return found.one()


async def owners(office: Office, at: Scene) -> tuple[str, str]:
    async with office.desk() as desk:
        found = await owners_of(desk, await desk.session.get_one(EnterpriseRecord, at.there.shop))
        return found.area.name if found.area else "", found.trade.name if found.trade else ""


async def card_of(office: Office, at: Scene, hazard_id: int, *, fixer: bool = False) -> str:
    async with office.desk() as desk:
        row = await desk.session.get_one(HazardRecord, hazard_id)
        actor = await actor_for(desk, row, at.wang if fixer else at.zhou)
        text, _ = await carding.card(desk, office.texts.words("zh-CN"), row, actor)
        return text


async def test_offices_say_who_answers_for_an_enterprise(office: Office) -> None:
    at = await scene(office)
    # 何主任 is the head of the whole district, which makes him nobody's owner.
    assert await owners(office, at) == ("周科", "")
    await officer(office, "化工科", "", "chemical")
    assert await owners(office, at) == ("周科", "")
    await officer(office, "餐饮科", "", "catering")
    await officer(office, "街道安监", STREET)
    assert await owners(office, at) == ("街道安监", "餐饮科")


async def test_whoever_serves_no_more_answers_for_nothing(office: Office) -> None:
    at = await scene(office)
    today = office.clock().astimezone(office.zone).date()
    id_ = await officer(office, "餐饮科", "", "catering", until=today)
    assert await owners(office, at) == ("周科", "餐饮科")
    async with office.desk() as desk:
        await appointing.end_by_command(desk, id_)
    assert await owners(office, at) == ("周科", "")


async def test_a_hazard_keeps_those_of_the_day_on_which_it_was_opened(office: Office) -> None:
    at = await scene(office)
    bare = await hazard(office, at)
    trade = await officer(office, "餐饮科 <b>", "", "catering")
    id_ = await hazard(office, at)
    await officer(office, "街道安监", STREET)
    row = await row_of(office, id_)
    assert (row.area_owner_id, row.trade_owner_id) == (at.there.zhou[1].id, trade)
    async with office.desk() as desk:
        opened = select(JournalRecord.facts).where(
            JournalRecord.happened == "HazardOpened", JournalRecord.subject == f"hazard:{id_}"
        )
        facts = json.loads((await desk.session.scalars(opened)).one())
        assert (facts["area_owner"], facts["trade_owner"]) == (row.area_owner_id, row.trade_owner_id)
    assert "责任人：周科（属地）、餐饮科 &lt;b&gt;（行业）" in await card_of(office, at, id_)
    assert "没有" not in await card_of(office, at, id_)
    # Nothing is blocked where somebody is missing, and the officials are told; the enterprise has no part in it.
    assert "责任人：周科（属地）\n❗ 立案时没有行业责任人。" in await card_of(office, at, bare)
    assert "立案时没有" not in await card_of(office, at, bare, fixer=True)


async def test_what_lies_nowhere_in_particular_has_the_owner_of_its_street(office: Office) -> None:
    at = await scene(office)
    await officer(office, "餐饮科", "", "catering")
    async with office.desk() as desk:
        there = Opening(Source.REPORT, "井盖没了", "路口", street=STREET, grid="第7网格")
        nowhere = Opening(Source.REPORT, "井盖没了", "路口")
        rows = [await open_hazard(desk, None, one) for one in (there, nowhere)]
        assert [row.area_owner_id for row in rows] == [at.there.zhou[1].id, None]
        assert [row.trade_owner_id for row in rows] == [None, None]
        ids = [row.id for row in rows]
    assert "立案时没有" not in await card_of(office, at, ids[0])
    assert "立案时没有属地责任人。" in await card_of(office, at, ids[1])


async def test_the_ledger_names_both(office: Office) -> None:
    at = await scene(office)
    await officer(office, "餐饮科", "", "catering")
    await hazard(office, at)
    words = office.texts.words("zh-CN")
    async with office.desk() as desk:
        _, rows = await exporting._hazards(desk, at.there.he[1], desk.now, words, 0)
    headings = words.label("ledger.headings.hazards").split("|")
    (line, _) = rows[0]
    told = dict(zip(headings, line, strict=True))
    assert (told["督促人"], told["属地责任人"], told["行业责任人"]) == ("周科", "周科", "餐饮科")
    assert len(headings) == len(exporting.SHEETS[exporting.HAZARDS])
