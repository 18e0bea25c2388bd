"""An official fills in for a shop without an account: in their area only, and until somebody there enrols."""

from __future__ import annotations

import pytest

from domain.authority import OfficeRole
from domain.checklist import Verdict
from domain.contact import Jurisdiction, NotYours, Role
from outreach import reading
from outreach.desk import Office
from outreach.inspections import inspecting, proxying
from outreach.people import enrolling
from tests.outreach.test_appointing import GRID, STREET, seated
from tests.outreach.walking import enterprise, person


async def test_a_grid_worker_walks_for_a_shop_until_somebody_there_enrols(office: Office) -> None:
    async with office.desk() as desk:
        shop = await enterprise(desk)
        worker, official = await seated(desk, "吴涛", 4101, Jurisdiction(STREET, GRID), OfficeRole.GRID_WORKER)
        posts = await proxying.with_proxy(desk, worker, (), official, enterprise_id=shop)
        assert [(post.enterprise_id, post.role) for post in posts] == [(shop, Role.SAFETY_OFFICER)]
        opened = await inspecting.begin(desk, worker, posts, shop, "catering")
    async with office.desk() as desk:
        posts = await proxying.with_proxy(desk, worker, (), official, inspection_id=opened.id)
        for number in range(1, opened.walk.total + 1):
            await inspecting.judge(desk, worker, posts, opened.id, number, Verdict.PASS)
        await inspecting.submit(desk, worker, posts, opened.id)
        assert (await reading.record_of(desk, (), official, opened.id)).number
    async with office.desk() as desk:
        again = await inspecting.begin(desk, worker, posts, shop, "catering")
        await enrolling.give_post(desk, await person(desk, "王芳", 1002), shop, Role.SAFETY_OFFICER, "test")
    async with office.desk() as desk:
        assert await proxying.with_proxy(desk, worker, (), official, inspection_id=again.id) == ()
        with pytest.raises(NotYours):
            await inspecting.judge(desk, worker, (), again.id, 1, Verdict.PASS)


@pytest.mark.parametrize(
    ("street", "role"),
    [(STREET, OfficeRole.INFORMATION), (STREET, OfficeRole.EXPERT), ("别处", OfficeRole.GRID_WORKER)],
)
async def test_nobody_else_fills_in(sqlite_office: Office, street: str, role: OfficeRole) -> None:
    async with sqlite_office.desk() as desk:
        shop = await enterprise(desk)
        worker, official = await seated(desk, "吴涛", 4101, Jurisdiction(street), role)
        own, head = await seated(desk, "周科", 4102, Jurisdiction())
        for id_ in (shop, 999, None):
            assert await proxying.with_proxy(desk, worker, (), official, enterprise_id=id_) == ()
        posts = await proxying.with_proxy(desk, own, (), head, enterprise_id=shop)
        opened = await inspecting.begin(desk, own, posts, shop, "catering")
        assert await proxying.with_proxy(desk, worker, (), head, inspection_id=opened.id) == ()
        assert await proxying.with_proxy(desk, worker, (), None, enterprise_id=shop) == ()
