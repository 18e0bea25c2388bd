"""三清单 — one workbook of three lists whose codes fit each other, of one's own jurisdiction, noted in the journal."""

from __future__ import annotations

import io
import json
from datetime import datetime

import openpyxl
import pytest
from sqlalchemy import select

from domain.authority import DutyLacking
from domain.checklist import Grade
from domain.contact import Official
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards.rectifying import Said
from outreach.ledgers.exporting import make_ledgers, order_ledgers
from outreach.papering import maker
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import JournalRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord
from tests.conftest import SetClock
from tests.outreach.hazarded import hazard, photograph, scene, take, within

NASTY = "=cmd|' /C calc'!A0 喆堃䶮𠮷🧯"


async def read(office: Office, official: Official, at: datetime) -> dict[str, list[dict[str, object]]]:
    name, data = await make_ledgers(office, official.id, at)
    assert name == "三清单 20260601.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheets = {}
    for sheet in book.worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        sheets[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return sheets


async def test_codes_fit_each_other_and_texts_come_back_as_texts(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    ordered, major = await hazard(office, at, what=NASTY), await hazard(office, at, Grade.MAJOR)
    await take(office, at.zhou, ordered, StepKey.ORDER, Said(day=within(office, 3)))
    await take(office, at.wang, ordered, StepKey.COST, Said("1.2万"))
    async with office.desk() as desk:
        plan = PlanRecord(
            contact_id=at.zhou.contact.id, state="active", checklist_id="catering", rhythm="once", from_on=desk.today,
            created_at=desk.now, changed_at=desk.now,
        )  # fmt: skip
        desk.session.add(plan)
        await desk.session.flush()
        desk.session.add(
            OccurrenceRecord(
                plan_id=plan.id, enterprise_id=at.there.shop, occurs_on=desk.today, due_on=within(office, 2)
            )
        )
    sheets = await read(office, at.zhou.official, clock.now)
    assert list(sheets) == ["企业名录", "工作任务", "问题隐患", "说明"]
    (enterprise,) = sheets["企业名录"]
    found = {str(row["问题"]): row for row in sheets["问题隐患"]}
    assert set(found) == {NASTY, "后门锁着"}
    assert {row["企业编号"] for row in (*sheets["问题隐患"], *sheets["工作任务"])} == {enterprise["企业编号"]}
    tasks = {row["任务编号"]: row for row in sheets["工作任务"]}
    assert tasks[found[NASTY]["任务编号"]]["隐患编号"] == found[NASTY]["隐患编号"]
    assert found[NASTY]["整改资金（元）"] == 12_000 and found[NASTY]["整改期限"] == "2026年6月4日"
    assert found["后门锁着"]["等级"] == "重大事故隐患" and found["后门锁着"]["任务编号"] is None
    counted = ("未销号隐患", "其中重大", "超期未改", "待整改任务")
    assert [enterprise[name] for name in counted] == [2, 1, 0, 1]
    plans = [row for row in tasks.values() if row["类别"] == "自查计划"]
    assert [(row["期限"], row["状态"]) for row in plans] == [("2026年6月3日", "待完成")]
    assert all(row["责任人"] for row in tasks.values())
    assert major


async def test_it_shows_what_stood_then_and_only_one_s_own(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    then = clock.now
    clock.advance(minutes=5)
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 3)))
    await photograph(office, at.wang, id_)
    await take(office, at.wang, id_, StepKey.RECTIFY)
    await hazard(office, at)
    (row,) = (await read(office, at.zhou.official, then))["问题隐患"]
    assert row["状态"] == "待派单"
    elsewhere = await read(office, at.stranger.official, clock.now)
    assert elsewhere["问题隐患"] == elsewhere["企业名录"] == []


async def test_it_is_sent_once_and_noted(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    await hazard(office, at)
    for _ in range(2):
        async with office.desk() as desk:
            assert await order_ledgers(desk, at.zhou.contact, at.zhou.official) == (1, 1)
    async with office.desk() as desk:
        sent = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "ledgers"))).one()
        note = (
            await desk.session.scalars(select(JournalRecord).where(JournalRecord.happened == "LedgersExported"))
        ).one()
        assert (note.contact_id, json.loads(note.facts)) == (at.zhou.contact.id, {"enterprises": 1, "hazards": 1})
    made = await maker(office)(sent.attachment)
    assert made is not None and made.name == "三清单 20260601.xlsx" and made.data.startswith(b"PK")


async def test_who_has_no_figures_gets_none(office: Office) -> None:
    at = await scene(office)
    assert at.zhou.official is not None
    expert = Official(
        at.zhou.official.id, "", at.zhou.official.jurisdiction, at.zhou.official.from_on, None,
        role=type(at.zhou.official.role).EXPERT,
    )  # fmt: skip
    async with office.desk() as desk:
        with pytest.raises(DutyLacking):
            await order_ledgers(desk, at.zhou.contact, expert)


async def test_pages_are_put_together(office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    at = await scene(office)
    async with office.desk() as desk:
        shop = await desk.session.get_one(EnterpriseRecord, at.there.shop)
        facts = {column.key: getattr(shop, column.key) for column in EnterpriseRecord.__mapper__.column_attrs}
        for number in range(7):
            desk.session.add(
                EnterpriseRecord(
                    **{**facts, "id": 900 + number, "credit_code": f"code-{number}", "name": f"第{number}家"}
                )
            )
    for _ in range(7):
        await hazard(office, at)
    monkeypatch.setattr("outreach.ledgers.exporting.PAGE", 3)
    sheets = await read(office, at.zhou.official, clock.now)
    assert len(sheets["企业名录"]) == 8 and len({row["隐患编号"] for row in sheets["问题隐患"]}) == 7
