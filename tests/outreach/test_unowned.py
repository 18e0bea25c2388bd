"""无主责任: which enterprises miss an owner, and a head names one, for one or for many; nobody beyond their own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from domain.authority import DutyLacking, OfficeRole
from domain.contact import NotYours, StalePress
from domain.hazard import UndoTooLate
from domain.ownership import OwnerKind, OwnerUnfit
from outreach.desk import Office
from outreach.hazards.nudging import stamp_of
from outreach.people import appointing
from outreach.register import unowned
from outreach.storage.people import JournalRecord, OfficialRecord
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene, hazard, row_of, scene
from tests.outreach.reported import STREET
from tests.outreach.test_owning import officer, owners
from tests.outreach.walking import enterprise

AREA, TRADE = OwnerKind.AREA, OwnerKind.TRADE


async def shops(office: Office, at: Scene) -> tuple[int, int]:
    """Another one of the street, and one of a street without anybody."""
    async with office.desk() as desk:
        near = await enterprise(desk, "隔壁面馆", "91330212MA2AXXXX01")
        return near, await enterprise(desk, "远处酒楼", "91330212MA2AXXXX02", "别处街道")


async def names(office: Office, at: Scene, kind: OwnerKind | None, *, street: bool = True) -> list[tuple[str, int]]:
    async with office.desk() as desk:
        found = await unowned.unowned(desk, (at.there.zhou if street else at.there.he)[1], kind, 0, 6)
        assert found.total == len(found.lines)
        return [(line.name, len(line.missing)) for line in found.lines]


async def test_the_list_holds_who_misses_either_within_the_jurisdiction(office: Office) -> None:
    at = await scene(office)
    await shops(office, at)
    assert await names(office, at, None) == [("王记老火锅店", 1), ("隔壁面馆", 1)]
    assert await names(office, at, AREA) == []
    assert await names(office, at, AREA, street=False) == [("远处酒楼", 2)]
    of_trade = {name for name, _ in await names(office, at, TRADE, street=False)}
    assert of_trade == {"王记老火锅店", "隔壁面馆", "远处酒楼"}
    async with office.desk() as desk:
        mine, all_ = await unowned.gaps(desk, at.there.zhou[1]), await unowned.gaps(desk, at.there.he[1])
        none = await unowned.gaps(desk, at.there.stranger[1])
    assert (mine.of, mine.any, mine.by_kind) == (2, 2, {AREA: 0, TRADE: 2})
    assert (all_.of, all_.any, all_.by_kind) == (3, 3, {AREA: 1, TRADE: 3})
    assert (none.of, none.any) == (0, 0)
    await officer(office, "餐饮科", "", "catering")
    assert await names(office, at, None) == []


async def test_a_head_names_somebody_else_and_a_hazard_follows(office: Office) -> None:
    at = await scene(office)
    own = await officer(office, "街道安监", STREET)
    head, shop = at.there.zhou, at.there.shop
    assert await owners(office, at) == ("街道安监", "")
    async with office.desk() as desk:
        await unowned.name_owner(desk, *head, shop, AREA, head[1].id)
        await unowned.name_owner(desk, *head, shop, TRADE, own)
    assert await owners(office, at) == ("周科", "街道安监")
    row = await row_of(office, await hazard(office, at))
    assert (row.area_owner_id, row.trade_owner_id) == (head[1].id, own)
    assert await names(office, at, None) == []
    async with office.desk() as desk:
        # Whoever was named stops serving: their office's owner answers again, and the list knows.
        await appointing.end_by_command(desk, own)
    assert await owners(office, at) == ("周科", "")
    assert await names(office, at, TRADE) == [("王记老火锅店", 1)]
    async with office.desk() as desk:
        await unowned.name_owner(desk, *head, shop, AREA, None)
        found = await unowned.look(desk, head[1], shop)
        assert (found.owners.area, found.owners.named) == (head[1], frozenset())
        told = await desk.session.scalars(select(JournalRecord.subject).where(JournalRecord.happened == "OwnerNamed"))
        assert list(told) == [f"enterprise:{shop}"] * 3


async def test_nobody_names_beyond_their_own_nor_anybody_who_is_not_there(office: Office) -> None:
    at = await scene(office)
    _, far = await shops(office, at)
    await officer(office, "化工科", "", "chemical")
    grid = None
    async with office.desk() as desk:
        await appointing.appoint(desk, "网格员", at.there.zhou[1].jurisdiction, role=OfficeRole.GRID_WORKER)
        rows = (await desk.session.scalars(select(OfficialRecord).order_by(OfficialRecord.id))).all()
        ids = {row.name: row.id for row in rows}
        grid = appointing.as_official(desk, rows[-1])
        assert [one.name for one in await unowned.fit_for(desk, at.there.zhou[1], at.there.shop)] == ["周科", "何主任"]
    contact, head = at.there.zhou
    for name in ("外人", "化工科", "网格员"):
        async with office.desk() as desk:
            with pytest.raises(OwnerUnfit):
                await unowned.name_owner(desk, contact, head, at.there.shop, TRADE, ids[name])
    async with office.desk() as desk:
        with pytest.raises(NotYours):
            await unowned.name_owner(desk, contact, head, far, TRADE, head.id)
        with pytest.raises(NotYours):
            await unowned.look(desk, head, 987_654)
        with pytest.raises(DutyLacking):
            await unowned.name_owner(desk, contact, grid, at.there.shop, TRADE, head.id)
        with pytest.raises(DutyLacking):
            await unowned.name_for_all(desk, contact, grid, TRADE, head.id, 1)
        with pytest.raises(OwnerUnfit):
            await unowned.name_for_all(desk, contact, head, TRADE, ids["网格员"], 1)
    assert await owners(office, at) == ("周科", "")


async def test_many_at_once_are_counted_and_can_be_taken_back(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    await shops(office, at)
    contact, he = at.there.he
    async with office.desk() as desk:
        fit = await unowned.fit_for_all(desk, he, TRADE)
        assert [(one.name, count) for one, count in fit] == [("周科", 2), ("何主任", 3)]
        with pytest.raises(StalePress):
            await unowned.name_for_all(desk, contact, he, TRADE, he.id, 2)
        assert (await unowned.name_for_all(desk, contact, he, TRADE, at.there.zhou[1].id, 2)).name == "周科"
        stamp = stamp_of(desk.now)
    assert await names(office, at, TRADE, street=False) == [("远处酒楼", 2)]
    async with office.desk() as desk:
        with pytest.raises(UndoTooLate):
            await unowned.take_back(desk, *at.there.zhou, stamp)
        assert await unowned.take_back(desk, contact, he, stamp) == 2
        with pytest.raises(UndoTooLate):
            await unowned.take_back(desk, contact, he, stamp)
    assert len(await names(office, at, TRADE, street=False)) == 3
    async with office.desk() as desk:
        await unowned.name_for_all(desk, contact, he, TRADE, he.id, 3)
        stamp = stamp_of(desk.now)
    clock.advance(seconds=61)
    async with office.desk() as desk:
        with pytest.raises(UndoTooLate):
            await unowned.take_back(desk, contact, he, stamp)
    assert await owners(office, at) == ("周科", "何主任")
