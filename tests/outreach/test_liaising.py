"""驻企: one official for one enterprise, for a time; what the two sides write is relayed once, and to nobody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from domain.authority import DutyLacking, OfficeRole
from domain.contact import Jurisdiction, NotYours, Role, StalePress
from domain.liaison import (
    MOST_AN_HOUR,
    WORDS_LIMIT,
    NobodyStationed,
    NobodyToRead,
    NothingToRelay,
    OfficialUnfit,
    TooManyRelayed,
)
from domain.text import WordsTooLong
from outreach.desk import Office
from outreach.hazards.viewing import Who
from outreach.pairs import corresponding, liaising
from outreach.pairs.corresponding import KEPT_FOR, Thread, Writer
from outreach.people import appointing, enrolling
from outreach.privacy import disclosing, erasing
from outreach.storage.liaisons import LiaisonRecord, LiaisonWordRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import JournalRecord
from tests.conftest import SetClock
from tests.outreach.hazarded import Scene, scene
from tests.outreach.reported import STREET
from tests.outreach.walking import person

SECRET = "仓库的喷淋坏了 <b> & 13812345678"


def writer(who: Who) -> Writer:
    return Writer(who.contact, who.posts, who.official)


async def paired(office: Office, at: Scene, days: int | None = None) -> int:
    """周科 is stationed at the shop by 何主任."""
    async with office.desk() as desk:
        until_on = None if days is None else desk.today + timedelta(days=days)
        found = await liaising.set_pair(desk, *at.there.he, at.there.shop, at.there.zhou[1].id, until_on)
        assert found.pair is not None and found.official == "周科"
        return found.pair.id


async def say(office: Office, at: Scene, who: Who, text: str = SECRET, file_id: str = "") -> bool:
    async with office.desk() as desk:
        return await corresponding.say(desk, writer(who), at.there.shop, text, file_id)


async def read(office: Office, at: Scene, who: Who, page: int = 0) -> Thread:
    async with office.desk() as desk:
        return await corresponding.thread(desk, writer(who), at.there.shop, page, 5)


async def told(office: Office, kind: str = "liaison_word") -> list[DeliveryRecord]:
    async with office.desk() as desk:
        rows = await desk.session.scalars(
            select(DeliveryRecord).where(DeliveryRecord.kind == kind).order_by(DeliveryRecord.id)
        )
        return list(rows)


async def test_words_and_photos_go_both_ways_without_a_number(office: Office) -> None:
    at = await scene(office)
    async with office.desk() as desk:
        await enrolling.remember_phone(desk, at.wang.contact.id, "13900001111")
    await paired(office, at)
    assert await say(office, at, at.wang)
    assert await say(office, at, at.zhou, "明天来看", "photo-1")
    there, back = await told(office)
    assert (there.contact_id, back.contact_id) == (at.zhou.contact.id, at.wang.contact.id)
    assert "安全管理人员 王芳：\n仓库的喷淋坏了 &lt;b&gt; &amp; 13812345678" in there.text
    assert "驻企干部 周科：\n明天来看" in back.text and (back.media_kind, back.media_file_id) == ("photo", "photo-1")
    assert "13900001111" not in there.text + back.text
    for row in (there, back):
        assert json.loads(row.buttons) == [[["💬 回复", f"lz:w:{at.there.shop}"]]]
    for who, is_official in ((at.zhou, True), (at.wang, False), (at.li, False)):
        found = await read(office, at, who)
        assert found.is_official is is_official
        assert [(word.is_official, word.name, word.text) for word in found.words] == [
            (False, "王芳", SECRET), (True, "周科", "明天来看"),
        ]  # fmt: skip


async def test_nobody_else_reads_or_writes(office: Office) -> None:
    at = await scene(office)
    await paired(office, at)
    await say(office, at, at.wang)
    liu = Who(at.there.liu, ())
    async with office.desk() as desk:
        liu = Who(at.there.liu, await enrolling.posts_of(desk, at.there.liu.id))
    # Not even the head of the district, who set the pair; nor an employee, nor another street.
    for who in (at.he, at.stranger, liu):
        with pytest.raises(NotYours):
            await read(office, at, who)
        with pytest.raises(NotYours):
            await say(office, at, who)
    async with office.desk() as desk:
        facts = await desk.session.scalars(select(JournalRecord.facts))
        assert not any("喷淋" in one for one in facts)
        happened = await desk.session.scalars(
            select(JournalRecord.happened).where(JournalRecord.happened.startswith("Liaison"))
        )
        assert list(happened) == ["LiaisonSet", "LiaisonSaid"]


async def test_a_change_of_person_keeps_the_thread(office: Office) -> None:
    at = await scene(office)
    await paired(office, at)
    await say(office, at, at.wang, "第一句")
    async with office.desk() as desk:
        he = at.there.he
        found = await liaising.set_pair(desk, *he, at.there.shop, he[1].id, None)
        assert found.official == "何主任"
        # And on the enterprise's side: somebody else takes the post over.
        new = await person(desk, "新安全员", 5301)
        await enrolling.give_post(desk, new, at.there.shop, Role.SAFETY_OFFICER, "test")
        newcomer = Who(new, await enrolling.posts_of(desk, new.id))
        former = Who(at.wang.contact, await enrolling.posts_of(desk, at.wang.contact.id))
    with pytest.raises(NotYours):
        await read(office, at, at.zhou)
    with pytest.raises(NotYours):
        await read(office, at, former)
    await say(office, at, at.he, "接着说")
    assert [word.text for word in (await read(office, at, newcomer)).words] == ["第一句", "接着说"]
    assert (await told(office))[-1].contact_id == newcomer.contact.id
    news = {(row.contact_id, row.key.split(":")[2]) for row in await told(office, "liaison_news")}
    assert (at.zhou.contact.id, "replaced") in news and (at.li.contact.id, "set") in news
    assert (at.zhou.contact.id, "yours") in news
    async with office.desk() as desk:
        rows = (await desk.session.scalars(select(LiaisonRecord).order_by(LiaisonRecord.id))).all()
        assert [row.ended_at is None for row in rows] == [False, True]


async def test_who_wrote_last_is_answered_too(office: Office) -> None:
    at = await scene(office)
    await paired(office, at)
    await say(office, at, at.zhou, "在吗")
    await say(office, at, at.li, "我是李强")
    await say(office, at, at.zhou, "收到")
    assert {row.contact_id for row in await told(office) if "在吗" in row.text} == {at.wang.contact.id}
    answered = {row.contact_id for row in await told(office) if "收到" in row.text}
    assert answered == {at.wang.contact.id, at.li.contact.id}


async def test_a_pair_lasts_from_its_first_day_to_its_last(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    with pytest.raises(NobodyStationed):
        await say(office, at, at.wang)
    await paired(office, at, days=2)
    clock.advance(days=2)
    await say(office, at, at.wang)
    async with office.desk() as desk:
        assert (await liaising.own_stations(desk, at.there.zhou[1], 0, 6)).lines == ((at.there.shop, "王记老火锅店"),)
    clock.advance(days=1)
    with pytest.raises(NobodyStationed):
        await say(office, at, at.wang)
    with pytest.raises(NotYours):
        await say(office, at, at.zhou)
    assert len((await read(office, at, at.wang)).words) == 1
    async with office.desk() as desk:
        assert (await liaising.own_stations(desk, at.there.zhou[1], 0, 6)).total == 0


async def test_who_may_set_and_end_a_pair(office: Office) -> None:
    at = await scene(office)
    async with office.desk() as desk:
        worker = await person(desk, "网格员", 5302)
        code = await appointing.appoint(desk, "网格员", Jurisdiction(STREET), role=OfficeRole.GRID_WORKER)
        grid = await appointing.take_office(desk, worker, code)
        await appointing.appoint(desk, "没来的", Jurisdiction(STREET))
        expert = await person(desk, "专家", 5303)
        code = await appointing.appoint(desk, "专家", Jurisdiction(STREET), role=OfficeRole.EXPERT)
        await appointing.take_office(desk, expert, code)
    shop, zhou = at.there.shop, at.there.zhou
    async with office.desk() as desk:
        # A grid worker may be the one, an expert may not, and neither sets a pair.
        assert [one.name for one in await liaising.fit_for(desk, zhou[1], shop)] == ["周科", "何主任", "网格员"]
        with pytest.raises(DutyLacking):
            await liaising.set_pair(desk, worker, grid, shop, grid.id, None)
        with pytest.raises(NotYours):
            await liaising.set_pair(desk, *at.there.stranger, shop, zhou[1].id, None)
        with pytest.raises(OfficialUnfit):
            await liaising.set_pair(desk, *zhou, shop, at.there.stranger[1].id, None)
        with pytest.raises(StalePress):
            await liaising.set_pair(desk, *zhou, shop, grid.id, desk.today - timedelta(days=1))
        made = await liaising.set_pair(desk, *zhou, shop, grid.id, None)
        assert made.pair is not None
    async with office.desk() as desk:
        with pytest.raises(NotYours):
            await liaising.end_pair(desk, *at.there.stranger, shop, made.pair.id)
        with pytest.raises(StalePress):
            await liaising.end_pair(desk, *zhou, shop, made.pair.id + 1)
        assert (await liaising.end_pair(desk, *zhou, shop, made.pair.id)).pair is None
        with pytest.raises(StalePress):
            await liaising.end_pair(desk, *zhou, shop, made.pair.id)
    async with office.desk() as desk:
        again = await liaising.set_pair(desk, *zhou, shop, grid.id, None)
        assert again.official == "网格员"
        await appointing.end_by_command(desk, grid.id)
    # An office that is over ends the talk at once.
    with pytest.raises(NobodyStationed):
        await say(office, at, at.wang)


async def test_there_is_an_end_to_how_much_is_relayed(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    await paired(office, at)
    for number in range(MOST_AN_HOUR):
        await say(office, at, at.wang, f"第{number}句")
        clock.advance(seconds=30)
    with pytest.raises(TooManyRelayed):
        await say(office, at, at.wang)
    await say(office, at, at.li, "另一个人还能说")
    clock.advance(minutes=51)
    await say(office, at, at.wang)
    for text, file_id, refusal in (("字" * (WORDS_LIMIT + 1), "", WordsTooLong), ("  ", "", NothingToRelay)):
        with pytest.raises(refusal):
            await say(office, at, at.wang, text, file_id)
    found = await read(office, at, at.zhou, 99)
    assert (found.page, found.pages, len(found.words)) == (4, 5, 2)


async def test_by_night_it_waits_for_the_morning(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    await paired(office, at)
    clock.set(datetime(2026, 6, 1, 15, 0, tzinfo=UTC))  # 23:00 in Shanghai
    assert await say(office, at, at.wang) is False
    (row,) = await told(office)
    assert row.due_at > clock.now and desk_hour(office, row.due_at) >= 7


def desk_hour(office: Office, at: datetime) -> int:
    return at.astimezone(office.zone).hour


async def test_without_anybody_there_the_official_is_told_so(office: Office) -> None:
    at = await scene(office)
    await paired(office, at)
    async with office.desk() as desk:
        for who in (at.wang, at.li):
            await erasing.erase(desk, who.contact.id)
    with pytest.raises(NobodyToRead):
        await say(office, at, at.zhou)


async def test_of_whoever_is_erased_no_word_stays_anywhere(office: Office) -> None:
    at = await scene(office)
    await paired(office, at)
    await say(office, at, at.wang, SECRET, "photo-2")
    await say(office, at, at.zhou, "收到")
    async with office.desk() as desk:
        copy = await disclosing.disclose(desk, at.wang.contact.id)
        assert [one["text"] for one in copy["words_to_stationed_officials"]] == [SECRET]
        await erasing.erase(desk, at.wang.contact.id)
    there = (await told(office))[0]
    assert (there.state, there.text, there.media_file_id, there.buttons) == ("skipped", "", "", "[]")
    found = await read(office, at, at.zhou)
    assert [(word.name, word.text, word.file_id) for word in found.words] == [("", "", ""), ("周科", "收到", "")]


async def test_old_words_are_dropped(office: Office, clock: SetClock) -> None:
    at = await scene(office)
    await paired(office, at)
    await say(office, at, at.wang, "旧的")
    clock.advance(days=KEPT_FOR.days, seconds=-1)
    await say(office, at, at.wang, "新的")
    clock.advance(seconds=2)
    async with office.desk() as desk:
        assert await corresponding.forget_old(desk) == 1
        assert [row.text for row in await desk.session.scalars(select(LiaisonWordRecord))] == ["新的"]
