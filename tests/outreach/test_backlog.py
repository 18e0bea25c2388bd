"""督促人: who follows a hazard from the start, sees their own backlog counted and in one list, and is reminded too."""

from __future__ import annotations

from sqlalchemy import select

from domain.hazard import HazardState, Source
from domain.rectification import StepKey
from handlers.queue_codes import code, data_of, does_fit, fitting
from outreach.desk import Office
from outreach.hazards import narrowing, queueing
from outreach.hazards.narrowing import Side
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.rectifying import Said
from outreach.hazards.sifting import Pile, Sift
from outreach.hazards.viewing import Who
from outreach.storage.notices import DeliveryRecord
from scheduler import sweeps
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene, hazard, row_of, scene, take, within
from tests.outreach.reported import STREET
from tests.outreach.test_owning import officer


async def found_by_itself(office: Office, at: Scene) -> int:
    async with office.desk() as desk:
        opening = Opening(
            Source.SELF, "灭火器过期", "王记老火锅店", state=HazardState.ORDERED, enterprise_id=at.there.shop,
            street=STREET, grid="第7网格", due_on=desk.today,
        )  # fmt: skip
        return (await open_hazard(desk, at.wang.contact.id, opening)).id


async def mine(office: Office, who: Who) -> tuple[tuple[int, int], list[str]]:
    assert who.official is not None
    async with office.desk() as desk:
        counted = await queueing.counts(desk, who.official)
        page = await queueing.pile_page(desk, who.official, Sift(follower_id=who.official.id), 0, 6)
        return counted.mine, [line.what for line in page.lines]


async def test_each_official_sees_their_own_backlog(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    one, two = await hazard(office, at, what="后门锁着"), await hazard(office, at, what="通道堵了")
    await take(office, at.he, two, StepKey.FOLLOW)
    await take(office, at.zhou, one, StepKey.ORDER, Said(day=within(office, 1)))
    clock.advance(days=3)
    assert await mine(office, at.zhou) == ((1, 1), ["后门锁着"])
    assert await mine(office, at.he) == ((1, 0), ["通道堵了"])
    assert await mine(office, at.stranger) == ((0, 0), [])
    async with office.desk() as desk:
        assert at.he.official is not None and at.zhou.official is not None and at.stranger.official is not None
        found = await narrowing.choices(desk, at.he.official, Sift(), Side.FOLLOWER)
        assert [(choice.name, choice.count) for choice in found] == [("周科", 1), ("何主任", 1)]
        name = await narrowing.follower_name(desk, at.he.official, at.zhou.official.id)
        assert name == "周科"
        # Of another street's official nothing is said to somebody who shares no hazard with them.
        assert await narrowing.follower_name(desk, at.stranger.official, at.zhou.official.id) == ""


async def test_what_nobody_follows_is_a_list_too(office: Office) -> None:
    at = await scene(office)
    async with office.desk() as desk:
        opening = Opening(Source.EXPERT, "井盖没了", "路口", state=HazardState.REPORTED, street=STREET)
        await open_hazard(desk, None, opening)
    async with office.desk() as desk:
        assert at.zhou.official is not None
        (choice,) = await narrowing.choices(desk, at.zhou.official, Sift(), Side.FOLLOWER)
        assert (choice.name, choice.count, choice.sift.follower_id) == ("", 1, 0)
        page = await queueing.pile_page(desk, at.zhou.official, choice.sift, 0, 6)
        assert [line.what for line in page.lines] == ["井盖没了"]


async def test_what_an_enterprise_found_has_the_owner_who_is_there_as_follower(office: Office) -> None:
    at = await scene(office)
    first = await row_of(office, await found_by_itself(office, at))
    assert first.follower_id == at.there.zhou[1].id
    # An owner who has not come into the chat yet cannot see to anything there.
    absent = await officer(office, "街道安监", STREET)
    second = await row_of(office, await found_by_itself(office, at))
    assert (second.area_owner_id, second.follower_id) == (absent, None)


async def test_both_are_reminded(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    id_ = await hazard(office, at)
    await take(office, at.zhou, id_, StepKey.ORDER, Said(day=within(office, 1)))
    clock.advance(days=4)
    await sweeps.remind(office)
    async with office.desk() as desk:
        rows = await desk.session.execute(
            select(DeliveryRecord.contact_id, DeliveryRecord.text).where(
                DeliveryRecord.kind.in_(("reminder_late", "reminder_followed"))
            )
        )
        told = {row[0]: row[1] for row in rows}
    assert set(told) == {at.wang.contact.id, at.li.contact.id, at.zhou.contact.id}
    assert "您督促的一条隐患超过整改期限了" in told[at.zhou.contact.id]
    assert "您督促的" not in told[at.wang.contact.id]


def test_the_list_of_a_follower_has_room_in_a_button() -> None:
    sift = Sift(
        Pile.OVERDUE, None, Source.REPORT, ("街道", "网格"), "catering", 9_999_999, fitting("后" * 8), 9_999
    )  # fmt: skip
    assert code(sift).endswith(".e9999999.f9999")
    assert does_fit(data_of("d", sift, "e", 999)) and does_fit(data_of("btt", sift, 100))
    assert data_of("l", Sift(words="后门", follower_id=7), 0) == "hq:l:a--.f7:0:后门"
