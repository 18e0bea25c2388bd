"""A visit that nobody finishes: its people are reminded once, it stands in a list, a superior closes it as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from domain.authority import OfficeRole
from domain.checklist import Verdict
from domain.contact import NotYours
from domain.hazard import HazardState
from domain.visit import CloserNotHead, VisitKind, VisitOver, VisitState, VisitUnderWay
from outreach.desk import Office
from outreach.hazards.viewing import Who
from outreach.ledgers import tasks
from outreach.people import appointing
from outreach.storage.notices import DeliveryRecord
from outreach.visits import asking_along, counting, filling, finishing, listing, recording, visiting
from scheduler import sweeps
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene, row_of, scene
from tests.outreach.test_on_site import guest
from tests.outreach.test_pressing_late import buttons, pressed, said
from tests.outreach.test_visiting import begun, doing, seen, together


async def until(office: Office, clock: SetClock, day: date) -> None:
    """The clock ticks in the mornings and evenings until that evening."""
    on = office.almanac.on(clock.now)
    while on <= day:
        for hour in (time(9, 30), time(22)):
            clock.set(max(clock.now, office.almanac.at(on, hour).astimezone(UTC)))
            await sweeps.remind(office)
        on += timedelta(days=1)


async def reminded(office: Office) -> list[tuple[str, int]]:
    async with office.desk() as desk:
        rows = await desk.session.scalars(
            select(DeliveryRecord).where(DeliveryRecord.kind == "reminder_visit").order_by(DeliveryRecord.contact_id)
        )
        return [(f"{row.due_at.astimezone(office.zone):%m-%d %H}", row.contact_id) for row in rows]


async def listed(office: Office, who: Who) -> list[tuple[str, int, tuple[str, ...]]]:
    assert who.official is not None
    async with office.desk() as desk:
        found = await listing.left_open(desk, who.official.jurisdiction, 99, 6)
        assert found.total == await listing.count_left_open(desk, who.official.jurisdiction)
        return [(line.enterprise, line.days, line.names) for line in found.lines]


async def test_its_people_are_reminded_once_two_workdays_later(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    id_ = await begun(office, at)
    await doing(office, asking_along.ask_along, at.zhou, id_, at.there.he[1].id)
    await until(office, clock, date(2026, 6, 20))
    assert await reminded(office) == [("06-03 09", at.zhou.contact.id), ("06-03 09", at.he.contact.id)]


async def test_what_is_over_or_somebody_else_s_by_then_is_not_brought_up(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    await doing(office, finishing.finish, at.zhou, await begun(office, at))
    id_ = await begun(office, at, VisitKind.GUIDANCE)
    for who in (at.he, await guest(office)):
        await doing(office, visiting.join, who, id_)
    await doing(office, visiting.leave, at.he, id_)
    assert at.zhou.official is not None and at.he.official is not None
    await doing(office, appointing.end, at.he.contact, at.he.official, at.zhou.official.id)
    await until(office, clock, date(2026, 6, 10))
    told = await reminded(office)
    assert len(told) == 1 and told[0][1] not in (at.zhou.contact.id, at.he.contact.id)


async def test_it_stands_in_a_list_with_since_when_and_whose_it_is(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    await together(office, at)
    clock.advance(days=1)
    assert await listed(office, at.zhou) == []
    clock.advance(days=1)
    assert await listed(office, at.zhou) == [("王记老火锅店", 2, ("周科", "何主任"))]
    assert await listed(office, at.stranger) == []
    assert "没有结束" not in said(await pressed(office, at.stranger, "hq:h"))
    queue = await pressed(office, at.zhou, "hq:h")
    assert "有 1 次检查开了没有结束。" in said(queue)
    assert "ov:u:0" in [one.press for one in buttons(queue)]
    shown = await pressed(office, at.zhou, "ov:u:0")
    assert "6月1日开始，2 天没有结束 · 周科、何主任" in said(shown)
    assert "开了 2 天还没有结束" in said(await pressed(office, at.zhou, buttons(shown)[0].press))


async def written(office: Office, at: Scene) -> tuple[int, int]:
    """Half a list and a hazard, then nobody came back to it."""
    id_ = await together(office, at)
    await doing(office, filling.take, at.zhou, id_, 1, 0)
    await doing(office, filling.answer, at.zhou, id_, 1, 0, Verdict.PASS)
    found = await doing(office, filling.find, at.zhou, id_, "后门锁着")
    return id_, found.id


async def test_a_superior_closes_it_and_what_was_written_down_stays(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    id_, hazard_id = await written(office, at)
    officer = await guest(office, OfficeRole.OFFICER)
    clock.advance(days=1)
    with pytest.raises(VisitUnderWay):
        await pressed(office, at.he, f"ov:m:{id_}")
    clock.advance(days=4)
    for who, refusal in ((officer, CloserNotHead), (at.stranger, NotYours)):
        for verb in ("m", "mm"):
            with pytest.raises(refusal):
                await pressed(office, who, f"ov:{verb}:{id_}")
    assert f"ov:m:{id_}" not in [one.press for one in buttons(await pressed(office, officer, f"ov:o:{id_}"))]
    sure = await pressed(office, at.he, f"ov:m:{id_}")
    assert "5 天没有结束" in said(sure) and "查出隐患 1 条" in said(sure)
    closed = await pressed(office, at.he, buttons(sure)[0].press)
    assert "没有完成，2026年6月6日 09:30 关闭" in said(closed)
    view = await seen(office, at.zhou, id_)
    assert (view.state, view.part(1).answered, len(view.hazards)) == (VisitState.UNFINISHED, 1, 1)
    assert (await row_of(office, hazard_id)).state == HazardState.VERIFIED
    with pytest.raises(VisitOver):
        await doing(office, filling.answer, at.zhou, id_, 1, 1, Verdict.PASS)
    assert "已经结束" in (await pressed(office, at.he, f"ov:mm:{id_}")).toast
    # Its record goes to whoever took part; the enterprise gets none of what was not finished.
    async with office.desk() as desk:
        sent = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "visit_record"))).all()
        assert [(row.contact_id, row.attachment) for row in sent] == [(at.zhou.contact.id, f"visit:{id_}")]
        assert "未完成" in sent[0].text and "何主任按未完成关闭了" in sent[0].text
        at_night = datetime(2026, 6, 1, tzinfo=UTC)
        assert at.he.official is not None
        assert await counting.visits(desk, at.he.official.jurisdiction, desk.now, at_night) == ()
    made = await recording.made(office, id_)
    assert made.data.startswith(b"%PDF") and "JC20260601-0001" in made.name
    (row,) = await tasks.visits(office, at.he.official, clock.now, office.texts.words("zh-CN"))
    assert row[8] == "没有完成，已关闭"
    assert await listed(office, at.zhou) == []
    assert await begun(office, at) != id_
