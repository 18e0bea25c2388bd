"""周报告和月调度 — drafted on time with frozen numbers, carried over, sent on release, each their own part."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import docx
import pytest
from sqlalchemy import select

from domain.authority import DutyLacking
from domain.broadcast import AudienceChanged
from domain.contact import NotYours
from domain.hazard_figures import Measure
from domain.rectification import StepKey
from domain.roundup import AskUnclear, NobodyChosen, RoundupReleased
from outreach.desk import Office
from outreach.hazards.rectifying import Said
from outreach.roundups import drafting, editing, releasing, viewing
from outreach.roundups.printing import make_roundup
from outreach.storage.notices import DeliveryRecord
from outreach.storage.roundups import RoundupRecord
from tests.conftest import SetClock
from tests.content.pdf_pages import said
from tests.outreach.hazarded import Scene, hazard, photograph, scene, take, within

# 15:00 in Shanghai of the first Friday.
FRIDAY = datetime(2026, 6, 5, 7, 0, tzinfo=UTC)


async def draft(office: Office) -> int:
    async with office.desk() as desk:
        return await drafting.draft_due(desk)


async def reports(office: Office) -> list[RoundupRecord]:
    async with office.desk() as desk:
        return list(await desk.session.scalars(select(RoundupRecord).order_by(RoundupRecord.id)))


async def told(office: Office, kind: str) -> dict[int, str]:
    async with office.desk() as desk:
        found = await desk.session.execute(
            select(DeliveryRecord.contact_id, DeliveryRecord.text).where(DeliveryRecord.kind == kind)
        )
        return {row.contact_id: row.text for row in found}


async def week(office: Office, clock: SetClock) -> tuple[Scene, int]:
    """A week with a hazard put right, one that is overdue and one that is fresh; then it is Friday, 15:00."""
    at = await scene(office)
    done, late = await hazard(office, at), await hazard(office, at, what="配电箱没有盖 喆堃䶮𠮷🧯")
    for one in (done, late):
        await take(office, at.zhou, one, StepKey.ORDER, Said(day=within(office, 1)))
    await photograph(office, at.wang, done)
    await take(office, at.wang, done, StepKey.COST, Said("300"))
    await take(office, at.wang, done, StepKey.RECTIFY)
    await take(office, at.zhou, done, StepKey.RECHECK)
    clock.set(FRIDAY)
    return at, late


async def street_report(office: Office, at: Scene) -> int:
    return next(row.id for row in await reports(office) if row.street == at.zhou.official.jurisdiction.street)


async def test_it_is_drafted_at_its_hour_and_once(office: Office, clock: SetClock) -> None:
    at, _ = await week(office, clock)
    clock.set(FRIDAY - timedelta(seconds=1))
    assert await draft(office) == 0
    clock.set(FRIDAY + timedelta(hours=20))
    assert await draft(office) == 3  # the street, another street, the whole district
    assert await draft(office) == 0
    id_ = await street_report(office, at)
    async with office.desk() as desk:
        view = await viewing.roundup(desk, at.zhou.official, id_)
    assert view.as_of == FRIDAY and view.drafted_on == FRIDAY.date()
    counts = view.figures["counts"]
    assert (counts["new"], counts["newly_closed"], counts["open"], counts["overdue"]) == (2, 1, 1, 1)
    assert view.figures["cost"] == 30_000 and view.figures["overdue"][0]["days"] == 3
    assert set(await told(office, "roundup_ready")) == {at.zhou.contact.id, at.he.contact.id, at.stranger.contact.id}


async def test_numbers_are_frozen_and_open_their_rows_later(office: Office, clock: SetClock) -> None:
    at, late = await week(office, clock)
    await draft(office)
    id_ = await street_report(office, at)
    clock.advance(days=2)
    await photograph(office, at.wang, late)
    await take(office, at.wang, late, StepKey.RECTIFY)
    await take(office, at.zhou, late, StepKey.RECHECK)
    await hazard(office, at)
    async with office.desk() as desk:
        view = await viewing.roundup(desk, at.zhou.official, id_)
        for measure in Measure:
            figures, cut = await viewing.rows_of(desk, view, measure)
            assert len(figures.rows(cut)) == view.figures["counts"][measure.value], measure
        figures, cut = await viewing.rows_of(desk, view, Measure.OVERDUE)
        assert [one.id for one in figures.rows(cut)] == [late]


async def test_it_is_sent_on_release_only_and_to_each_their_own(office: Office, clock: SetClock) -> None:
    at, _ = await week(office, clock)
    await draft(office)
    id_ = await street_report(office, at)
    zhou, who = at.zhou.official, (at.zhou.contact, at.zhou.official)
    async with office.desk() as desk:
        with pytest.raises(AskUnclear):
            await editing.ask(desk, *who, id_, "没有冒号")
        await editing.ask(desk, *who, id_, "把配电箱盖上", at.there.shop)
        other = await editing.ask(desk, *who, id_, "望潮所：<b>再查一遍</b>")
        assert await editing.due(desk, zhou, other, within(office, 7)) == id_
        await editing.say(desk, *who, id_, "请各网格抓紧")
        await editing.address(desk, zhou, id_, "units")
        found = await releasing.readers(desk, zhou, id_)
        assert [one.id for one in found.officials] == [at.zhou.contact.id, at.he.contact.id]
        assert [one.id for one, _ in found.units] == [at.li.contact.id]
        with pytest.raises(AudienceChanged):
            await releasing.release(desk, *who, id_, 2)
    assert not await told(office, "roundup_sent")
    async with office.desk() as desk:
        await releasing.release(desk, *who, id_, 3)
    assert set(await told(office, "roundup_sent")) == {at.zhou.contact.id, at.he.contact.id}
    asked = (await told(office, "roundup_asks"))[at.li.contact.id]
    assert "把配电箱盖上" in asked and "再查一遍" not in asked
    for deed in (
        lambda desk: editing.ask(desk, *who, id_, "某所：再查"),
        lambda desk: editing.say(desk, *who, id_, "改一改"),
        lambda desk: editing.drop(desk, *who, other),
        lambda desk: releasing.release(desk, *who, id_, 3),
    ):
        async with office.desk() as desk:
            with pytest.raises(RoundupReleased):
                await deed(desk)


async def test_what_was_asked_comes_back_with_its_state_until_it_is_done(office: Office, clock: SetClock) -> None:
    at, _ = await week(office, clock)
    await draft(office)
    who = (at.zhou.contact, at.zhou.official)
    id_ = await street_report(office, at)
    async with office.desk() as desk:
        first = await editing.ask(desk, *who, id_, "望潮所：再查一遍")
        await editing.ask(desk, *who, id_, "第7网格：报名单")
        await releasing.release(desk, *who, id_, 2)
    clock.advance(days=3)
    async with office.desk() as desk:
        await editing.settle(desk, *who, first)

    async def next_week() -> viewing.RoundupView:
        clock.set(FRIDAY + timedelta(days=7 * len(weeks)))
        await draft(office)
        async with office.desk() as desk:
            newest = (await viewing.roundups(desk, at.zhou.official))[0]
            await releasing.release(desk, *who, newest.id, 2)
            return newest

    weeks: list[object] = [None]
    second = await next_week()
    assert [(one.ask.unit, one.ask.state.value) for one in second.carried] == [("望潮所", "done"), ("第7网格", "open")]
    assert not second.next_steps
    weeks.append(None)
    third = await next_week()
    assert [(one.ask.unit, one.ask.state.value) for one in third.carried] == [("第7网格", "open")]
    assert third.carried[0].ask.raised_on == FRIDAY.date()


async def test_a_month_s_agenda_names_a_unit_and_a_day_in_each_line(office: Office, clock: SetClock) -> None:
    at, late = await week(office, clock)
    clock.set(datetime(2026, 6, 30, 7, 0, tzinfo=UTC))
    await draft(office)
    monthly = next(row for row in await reports(office) if row.kind == "monthly" and row.street)
    async with office.desk() as desk:
        view = await viewing.roundup(desk, at.zhou.official, monthly.id)
    (line,) = view.next_steps
    assert (line.ask.unit, line.ask.due_on.isoformat()) == ("王记老火锅店", "2026-07-07")
    assert "说明超期原因" in line.ask.what and late


async def test_it_belongs_to_its_jurisdiction(office: Office, clock: SetClock) -> None:
    at, _ = await week(office, clock)
    await draft(office)
    id_ = await street_report(office, at)
    async with office.desk() as desk:
        with pytest.raises(NotYours):
            await viewing.roundup(desk, at.stranger.official, id_)
        with pytest.raises(NotYours):
            await editing.ask(desk, at.stranger.contact, at.stranger.official, id_, "某所：再查")
        assert [one.place.street for one in await viewing.roundups(desk, at.stranger.official)] == ["别的街道"]
        expert = type(at.zhou.official)(1, "", at.zhou.official.jurisdiction, within(office, -9), None, "expert")
        with pytest.raises(DutyLacking):
            await releasing.release(desk, at.zhou.contact, expert, id_, 2)
        await editing.address(desk, at.zhou.official, id_, "officials")
        with pytest.raises(NobodyChosen):
            await releasing.release(desk, at.zhou.contact, at.zhou.official, id_, 0)


async def test_papers_say_the_same_and_what_is_released_stays(office: Office, clock: SetClock) -> None:
    at, _ = await week(office, clock)
    await draft(office)
    who = (at.zhou.contact, at.zhou.official)
    id_ = await street_report(office, at)
    name, pdf = await make_roundup(office, id_, "pdf")
    assert name == "安全生产隐患排查整治周报告 ZB20260605-01.pdf"
    assert "草稿，还没有签发" in said(pdf)
    async with office.desk() as desk:
        ask_id = await editing.ask(desk, *who, id_, "望潮所：=再查 𠮷")
        await releasing.release(desk, *who, id_, 2)
    _, released = await make_roundup(office, id_, "pdf")
    async with office.desk() as desk:
        await editing.settle(desk, *who, ask_id)
    assert (await make_roundup(office, id_, "pdf"))[1] == released
    text = said(released).replace(" ", "").replace("\n", "")
    for words in ("签发：周科2026年6月5日", "2026年5月29日15:00至2026年6月5日15:00", "销号率50.0%", "按期率50.0%"):
        assert words in text, words
    _, word = await make_roundup(office, id_, "docx")
    document = docx.Document(io.BytesIO(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert {"望潮所", "=再查 𠮷", "王记老火锅店", "配电箱没有盖 喆堃䶮𠮷🧯"} <= set(cells) and "" not in cells
    assert any("签发：周科" in paragraph.text for paragraph in document.paragraphs)
