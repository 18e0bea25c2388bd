"""Measures: noted by officials of the place with number and words, on everybody's card until an official lifts them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from domain.contact import NotYours
from domain.measure import MeasureIncomplete, MeasureKind, MeasureLifted, MeasureStands
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards import carding, measuring
from outreach.hazards.measures import measures_of
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who, actor_for
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import JournalRecord
from tests.outreach.hazarded import hazard, scene, take, within

DOCUMENT = "停用〔2026〕1号\n后厨液化气间停止使用 <b>"


async def card_of(office: Office, who: Who, hazard_id: int) -> str:
    async with office.desk() as desk:
        row = await desk.session.get_one(HazardRecord, hazard_id)
        text, rows = await carding.card(desk, office.texts.words("zh-CN"), row, await actor_for(desk, row, who))
    return text + " ".join(button.label for line in rows for button in line)


async def test_it_stands_on_every_card_until_an_official_lifts_it(office: Office) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 7)))
    async with office.desk() as desk:
        await measuring.set_measure(desk, at.zhou, id_, MeasureKind.STOP_USE, DOCUMENT)
        with pytest.raises(MeasureStands):
            await measuring.set_measure(desk, at.he, id_, MeasureKind.STOP_USE, DOCUMENT)
    for who in (at.wang, at.li, at.zhou, at.he):
        shown = await card_of(office, who, id_)
        assert "停止使用（设备、场所）：后厨液化气间停止使用 &lt;b&gt;（停用〔2026〕1号，周科，" in shown
        assert ("measure.open" in shown) is (who in (at.zhou, at.he))
    async with office.desk() as desk:
        (one,) = await measures_of(desk, id_, in_force=True)
        for who in (at.wang, at.stranger):
            with pytest.raises(NotYours):
                await measuring.lift(desk, who, id_, one.id)
            with pytest.raises(NotYours):
                await measuring.set_measure(desk, who, id_, MeasureKind.SHUT_DOWN, DOCUMENT)
        with pytest.raises(NotYours):
            await measuring.lift(desk, at.zhou, id_, one.id + 1)
    async with office.desk() as desk:
        await measuring.lift(desk, at.he, id_, one.id)
    async with office.desk() as desk:
        with pytest.raises(MeasureLifted):
            await measuring.lift(desk, at.zhou, id_, one.id)
        (kept,) = await measures_of(desk, id_)
        assert (kept.set_by, kept.lifted_by, kept.lifted_at) == ("周科", "何主任", desk.now)
        happened = await desk.session.scalars(
            select(JournalRecord.happened)
            .where(JournalRecord.happened.startswith("Measure"))
            .order_by(JournalRecord.id)
        )
        assert list(happened) == ["MeasureSet", "MeasureLifted"]
    assert "停止使用" not in await card_of(office, at.wang, id_)


@pytest.mark.parametrize("said", ["", "停用〔2026〕1号", "\n后厨停用", "号" * 41 + "\n后厨停用", "1号\n" + "字" * 201])
async def test_without_number_and_words_nothing_is_noted(office: Office, said: str) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    async with office.desk() as desk:
        with pytest.raises(MeasureIncomplete):
            await measuring.set_measure(desk, at.zhou, id_, MeasureKind.STOP_WORK, said)
        assert await measures_of(desk, id_) == ()
