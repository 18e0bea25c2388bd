"""Nobody invites where they have no say, and a list shows no enterprise outside the jurisdiction."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from domain.contact import NotYours, Role
from domain.invitation import NothingToPrint, Scope, invitable_by
from outreach.desk import Desk, Office
from outreach.people import enrolling, invitees, inviting
from outreach.storage.notices import DeliveryRecord
from tests.outreach.walking import enterprise, official, person

PERCENT = "百分百_50%折扣店"


async def _street(desk: Desk) -> list[int]:
    names = ("王记老火锅店", "东海精密机械厂", PERCENT)
    return [await enterprise(desk, name, f"9133021200000000{place}X") for place, name in enumerate(names)]


async def test_an_official_sees_their_jurisdiction_and_finds_by_part_of_a_name(office: Office) -> None:
    async with office.desk() as desk:
        first, *_ = await _street(desk)
        await enterprise(desk, "王记别处店", "91330212000000009X", street="别处")
        _, serving = await official(desk, "周科", 5001, "钟公堂街道")
        await enrolling.give_post(desk, await person(desk, "王芳", 4001), first, Role.SAFETY_OFFICER, "test")
        lines, total = await invitees.in_jurisdiction(desk, serving, "", 0, 6)
        assert total == 3
        assert {line.name: line.is_held for line in lines} == {
            "王记老火锅店": True,
            "东海精密机械厂": False,
            PERCENT: False,
        }
        for part, names in (
            ("王记", ["王记老火锅店"]),
            ("%", [PERCENT]),
            ("_", [PERCENT]),
            ("无", []),
        ):
            lines, total = await invitees.in_jurisdiction(desk, serving, part, 0, 6)
            assert [line.name for line in lines] == names
            assert total == len(names)
        lines, total = await invitees.in_jurisdiction(desk, serving, "", 1, 2)
        assert (len(lines), total) == (1, 3)


@pytest.mark.parametrize("role", list(Role))
async def test_holders_invite_at_their_own_enterprise_to_what_their_post_allows(office: Office, role: Role) -> None:
    async with office.desk() as desk:
        own, other, _ = await _street(desk)
        contact = await person(desk, "王芳", 4001)
        await enrolling.give_post(desk, contact, own, role, "test")
        posts = await enrolling.posts_of(desk, contact.id)
        for invited in Role:
            if invited in invitable_by(role):
                issued = await invitees.issue(desk, contact, posts, None, own, invited)
                token = issued.link.partition("?start=")[2]
                opened = await inviting.open_invitation(desk, token)
                assert (opened.enterprise_id, opened.role) == (own, invited)
            else:
                with pytest.raises(NotYours):
                    await invitees.issue(desk, contact, posts, None, own, invited)
            for elsewhere in (other, 4711):
                with pytest.raises(NotYours):
                    await invitees.issue(desk, contact, posts, None, elsewhere, invited)


async def test_an_official_invites_inside_the_jurisdiction_and_nowhere_else(office: Office) -> None:
    async with office.desk() as desk:
        inside, *_ = await _street(desk)
        outside = await enterprise(desk, "别处的店", "91330212000000009X", street="别处")
        contact, serving = await official(desk, "周科", 5001, "钟公堂街道")
        for role in Role:
            issued = await invitees.issue(desk, contact, (), serving, inside, role)
            assert issued.link.startswith("https://t.me/anshao_sandbox_bot?start=i-")
            assert len(issued.link.partition("=")[2]) <= 64
        with pytest.raises(NotYours):
            await invitees.issue(desk, contact, (), serving, outside, Role.PRINCIPAL)


async def test_a_sheet_for_the_vacant_leaves_out_who_is_there(office: Office) -> None:
    async with office.desk() as desk:
        ids = await _street(desk)
        contact, serving = await official(desk, "周科", 5001)
        for number, enterprise_id in enumerate(ids):
            assert await invitees.count_for_sheet(desk, serving, Role.PRINCIPAL, Scope.VACANT) == 3 - number
            holder = await person(desk, f"负责人{number}", 4001 + number)
            await enrolling.give_post(desk, holder, enterprise_id, Role.PRINCIPAL, "test")
        assert await invitees.count_for_sheet(desk, serving, Role.SAFETY_OFFICER, Scope.VACANT) == 3
        assert await invitees.count_for_sheet(desk, serving, Role.PRINCIPAL, Scope.ALL) == 3
        with pytest.raises(NothingToPrint):
            await invitees.order_sheet(desk, contact, serving, Role.PRINCIPAL, Scope.VACANT, "1")


async def test_a_sheet_asked_for_twice_by_one_button_is_one_sheet(office: Office) -> None:
    async with office.desk() as desk:
        await _street(desk)
        contact, serving = await official(desk, "周科", 5001)
        for asked in ("1", "1", "2"):
            await invitees.order_sheet(desk, contact, serving, Role.PRINCIPAL, Scope.ALL, asked)
        sheets = list(
            await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.kind == "invitation_sheet"))
        )
        assert [sheet.attachment for sheet in sheets] == [
            f"sheet:{serving.id}:principal:all:{asked}" for asked in ("1", "2")
        ]


async def test_the_register_finds_an_enterprise_by_its_code_however_spaced(office: Office) -> None:
    async with office.desk() as desk:
        first, *_ = await _street(desk)
        assert await invitees.enterprise_of_code(desk, " 9133 0212 0000 0000 0x ") == first
        assert await invitees.enterprise_of_code(desk, "nonsense") is None
