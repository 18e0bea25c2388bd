"""The officials' queue: what lies in which pile, in what order, narrowed and looked for, within one's own street."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from domain.authority import OfficeRole
from domain.checklist import Grade
from domain.contact import Jurisdiction
from domain.hazard import Source
from domain.rectification import StepKey
from handlers.queue_codes import code, fitting, mark
from outreach.desk import Office
from outreach.hazards import narrowing, queueing
from outreach.hazards.narrowing import Side
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.rectifying import Said
from outreach.hazards.sifting import Pile, Sift
from outreach.hazards.viewing import Who
from outreach.people import appointing
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from tests.outreach import hazarded
from tests.outreach.hazarded import hazard, photograph, take
from tests.outreach.reported import STREET
from tests.outreach.walking import enterprise, person

ORDER = StepKey.ORDER


async def found(office: Office, who: Who, sift: Sift, page: int = 0) -> list[str]:
    async with office.desk() as desk:
        assert who.official is not None
        return [line.what for line in (await queueing.pile_page(desk, who.official, sift, page, 6)).lines]


async def elsewhere(office: Office, at: hazarded.Scene, what: str, street: str = "别的街道") -> int:
    async with office.desk() as desk:
        stranger = at.stranger
        assert stranger.official is not None
        who = stranger.official.id
        opening = Opening(Source.OFFICIAL, what, "码头", street=street, grid="第1网格", official_id=who)
        return (await open_hazard(desk, stranger.contact.id, opening)).id


async def test_every_pile_is_counted_once_and_only_in_ones_own_street(office: Office) -> None:
    at = await hazarded.scene(office)
    day = hazarded.within(office, 0)
    for number in range(3):
        await hazard(office, at, what=f"待派单{number}")
    late, soon, asked, done = [await hazard(office, at, what=what) for what in ("超期", "快到期", "延期", "改好")]
    for id_, term in ((late, day), (soon, day + timedelta(days=3)), (asked, day + timedelta(days=9)), (done, day)):
        await take(office, at.zhou, id_, ORDER, Said(day=term))
    async with office.desk() as desk:
        await desk.session.execute(
            update(HazardRecord).where(HazardRecord.id == late).values(due_on=day - timedelta(days=2))
        )
    await take(office, at.wang, asked, StepKey.ASK_TIME, Said("等配件", day + timedelta(days=20)))
    await photograph(office, at.wang, done)
    await take(office, at.wang, done, StepKey.RECTIFY)
    await elsewhere(office, at, "别处的")
    async with office.desk() as desk:
        zhou, he, stranger = at.zhou.official, at.he.official, at.stranger.official
        assert zhou and he and stranger
        mine, all_, theirs = [await queueing.counts(desk, one) for one in (zhou, he, stranger)]
    assert mine.of == {
        Pile.REPORTED: 0, Pile.VERIFIED: 3, Pile.OVERDUE: 1, Pile.SOON: 1, Pile.EXTENSION: 1, Pile.RECTIFIED: 1,
        Pile.RECHECKED: 0, Pile.OPEN: 7,
    }  # fmt: skip
    assert (mine.today, mine.late) == (0, 0)
    assert all_.of[Pile.OPEN] == 8
    assert theirs.of[Pile.OPEN] == 1
    assert await found(office, at.stranger, Sift()) == ["别处的"]
    assert "别处的" not in await found(office, at.zhou, Sift(), 0) + await found(office, at.zhou, Sift(), 1)
    assert await found(office, at.zhou, Sift(Pile.OVERDUE)) == ["超期"]


async def test_rechecks_of_today_come_first_by_grid_and_address(office: Office) -> None:
    at = await hazarded.scene(office)
    day = hazarded.within(office, 0)
    places = (
        ("第10网格", "甲路2号", 0), ("第7网格", "乙路12号", -1), ("第7网格", "乙路3号", 0), ("第1网格", "甲路1号", 2),
    )  # fmt: skip
    for number, (grid, address, days) in enumerate(places):
        id_ = await hazard(office, at, what=f"{grid}{address}")
        await take(office, at.zhou, id_, ORDER, Said(day=day))
        await photograph(office, at.wang, id_, f"p{number}")
        await take(office, at.wang, id_, StepKey.RECTIFY)
        async with office.desk() as desk:
            values = {"grid": grid, "where": address, "enterprise_id": None, "recheck_on": day + timedelta(days=days)}
            await desk.session.execute(update(HazardRecord).where(HazardRecord.id == id_).values(**values))
    assert await found(office, at.zhou, Sift(Pile.RECTIFIED)) == [
        "第7网格乙路3号", "第7网格乙路12号", "第10网格甲路2号", "第1网格甲路1号",
    ]  # fmt: skip
    async with office.desk() as desk:
        assert at.zhou.official is not None
        counted = await queueing.counts(desk, at.zhou.official)
    assert (counted.today, counted.late) == (3, 1)


async def test_the_next_one_is_never_the_same_one_and_begins_anew_at_the_end(office: Office) -> None:
    at = await hazarded.scene(office)
    ids = [await hazard(office, at, what=f"{n}") for n in range(3)]
    sift = Sift(Pile.VERIFIED)

    async def after(place: int, id_: int) -> tuple[int, int] | None:
        async with office.desk() as desk:
            assert at.zhou.official is not None
            return await queueing.next_after(desk, at.zhou.official, sift, place, id_)

    assert await after(0, ids[0]) == (ids[1], 1)
    await take(office, at.zhou, ids[1], ORDER, Said(day=hazarded.within(office, 3)))
    assert await after(1, ids[1]) == (ids[2], 1)
    assert await after(1, ids[2]) == (ids[0], 0)
    await take(office, at.zhou, ids[0], ORDER, Said(day=hazarded.within(office, 3)))
    assert await after(0, ids[0]) == (ids[2], 0)
    assert await after(0, ids[2]) is None


async def test_a_number_is_found_however_it_is_typed_and_in_full_even_when_it_is_closed(office: Office) -> None:
    at = await hazarded.scene(office)
    id_ = await hazard(office, at, what="后门锁着")
    number = (await hazarded.row_of(office, id_)).number
    await hazard(office, at, what="别的")
    figures = number.removeprefix("YH")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in number)
    for typed in (number, number.lower(), f" {figures} ", wide, figures[-4:], wide[-6:], number[:-1]):
        assert "后门锁着" in await found(office, at.zhou, Sift(words=fitting(typed))), typed
    assert await found(office, at.zhou, Sift(words=figures[-3:])) == ["后门锁着"]
    await take(office, at.zhou, id_, StepKey.RETURN, Said("没有发现"))
    assert await found(office, at.zhou, Sift(words=figures)) == ["后门锁着"]
    assert await found(office, at.zhou, Sift(words=figures[-4:])) == []
    assert await found(office, at.stranger, Sift(words=figures)) == []


async def test_words_are_found_in_what_where_and_whose_and_patterns_mean_nothing(office: Office) -> None:
    at = await hazarded.scene(office)
    await hazard(office, at, what="油烟罩积油100%未清")
    await hazard(office, at, what="配电箱_没有门")
    await hazard(office, at, what="Ａ区消火栓被挡")
    assert await found(office, at.zhou, Sift(words="积油")) == ["油烟罩积油100%未清"]
    assert await found(office, at.zhou, Sift(words="%")) == ["油烟罩积油100%未清"]
    assert await found(office, at.zhou, Sift(words="_")) == ["配电箱_没有门"]
    assert await found(office, at.zhou, Sift(words="\\")) == []
    assert await found(office, at.zhou, Sift(words="Ａ区")) == ["Ａ区消火栓被挡"]
    assert len(await found(office, at.zhou, Sift(words="火锅"))) == 3
    assert await found(office, at.zhou, Sift(words="火锅 配电箱")) == ["配电箱_没有门"]
    assert await found(office, at.zhou, Sift(words="火锅　积油")) == ["油烟罩积油100%未清"]


async def test_a_list_is_narrowed_by_grade_source_grid_trade_and_enterprise(office: Office) -> None:
    at = await hazarded.scene(office)
    await hazard(office, at, Grade.MAJOR, what="重大")
    await hazard(office, at, source=Source.EXPERT, what="专家查")
    async with office.desk() as desk:
        other = await enterprise(desk, "顺达化工", "91330212MA2AXXXX8L")
        (await desk.session.get_one(EnterpriseRecord, other)).industries = ["chemical"]
        assert at.zhou.official is not None
        opening = Opening(
            Source.JOINT, "罐区", "顺达", enterprise_id=other, street=STREET, grid="第9网格",
            official_id=at.zhou.official.id,
        )  # fmt: skip
        await open_hazard(desk, at.zhou.contact.id, opening)
    assert await found(office, at.zhou, Sift(grade=Grade.MAJOR)) == ["重大"]
    assert await found(office, at.zhou, Sift(source=Source.EXPERT)) == ["专家查"]
    assert await found(office, at.zhou, Sift(place=(STREET, "第9网格"))) == ["罐区"]
    assert await found(office, at.zhou, Sift(trade="chemical")) == ["罐区"]
    assert await found(office, at.zhou, Sift(enterprise_id=other)) == ["罐区"]
    assert await found(office, at.stranger, Sift(enterprise_id=other)) == []

    async def offered(sift: Sift, side: Side) -> list[tuple[str, int]]:
        async with office.desk() as desk:
            assert at.zhou.official is not None
            return [(one.name, one.count) for one in await narrowing.choices(desk, at.zhou.official, sift, side)]

    assert await offered(Sift(), Side.GRADE) == [("major", 1), ("general", 2)]
    assert await offered(Sift(), Side.SOURCE) == [("official", 1), ("joint", 1), ("expert", 1)]
    assert await offered(Sift(), Side.PLACE) == [(f"{STREET} 第7网格", 2), (f"{STREET} 第9网格", 1)]
    assert [count for _, count in await offered(Sift(), Side.ENTERPRISE)] == [2, 1]
    trades = dict(await offered(Sift(), Side.TRADE))
    assert sorted(trades.values()) == [1, 2]
    # What is chosen on one side leaves that side as wide as before.
    assert await offered(Sift(grade=Grade.MAJOR), Side.GRADE) == [("major", 1), ("general", 2)]
    assert await offered(Sift(grade=Grade.MAJOR), Side.SOURCE) == [("official", 1)]


def test_a_list_has_room_in_a_button() -> None:
    sift = Sift(
        Pile.OVERDUE, Grade.MAJOR, Source.REPORT, ("街道" * 50, "网格"), "catering", 9_999_999, fitting("后" * 100)
    )
    assert len(f"hq:d:{code(sift)}:e:999:{sift.words}".encode()) <= 64
    assert code(sift) == f"omr.p{mark('街道' * 50 + chr(10) + '网格')}.t{mark('catering')}.e9999999"
    assert fitting("后" * 100) == "后" * 8 and fitting(" 后门   锁着 ") == "后门 锁着"


async def test_an_official_of_a_trade_sees_their_own(office: Office) -> None:
    at = await hazarded.scene(office)
    await hazard(office, at, what="餐饮的")
    async with office.desk() as desk:
        contact = await person(desk, "化工员", 5201)
        assert at.zhou.official is not None
        official = await appointing.take_office(
            desk, contact,
            await appointing.appoint(desk, "化工员", Jurisdiction(STREET), role=OfficeRole.OFFICER,
                                     industries=("chemical",)),
        )  # fmt: skip
        assert (await queueing.counts(desk, official)).of[Pile.OPEN] == 0
