"""分条 — a long notice and an album: everybody gets each part once and in order, and counts as one."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, text, update

from domain.composition import MOST_SIGNS, Content
from domain.contact import Role
from domain.notice import DeliveryState
from domain.parting import CAPTION_LIMIT, TEXT_LIMIT, units
from outreach import papering
from outreach.broadcasts import acknowledging, broadcasting, composing, freezing, parting, tallying
from outreach.broadcasts.amending import Amender
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Gateway
from outreach.people import enrolling
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord
from outreach.upkeep import releasing, searching
from tests.conftest import Figure, SetClock
from tests.outreach import walking
from tests.outreach.mailing import Mailing, open_mailing
from tests.outreach.test_broadcasting import SENT, Bureau

LONG = "各企业请立即检查燃气软管。" * 700
ALBUM = Content("看图检查", ("p1", "p2", "p3"))
TAG = re.compile(r"<[^>]*>")


@pytest.fixture
async def mailing(office) -> AsyncIterator[Mailing]:  # type: ignore[no-untyped-def]
    async with open_mailing(office) as opened:
        yield opened


@pytest.fixture
async def bureau(office) -> Bureau:  # type: ignore[no-untyped-def]
    return await Bureau(office).open()


async def sent(bureau: Bureau, content: Content, count: int = 3) -> int:
    id_ = await bureau.draft()
    async with bureau.office.desk() as desk:
        await composing.compose(desk, *bureau.officials["周科"], id_, content)
    await bureau.approve(id_, count)
    return id_


async def rows(bureau: Bureau) -> list[tuple[str, int, str, str]]:
    """Whose, which part, and what became of it, as they will be claimed."""
    async with bureau.office.desk() as desk:
        found = await desk.session.execute(
            select(DeliveryRecord.contact_id, DeliveryRecord.part, DeliveryRecord.state, DeliveryRecord.kind)
            .where(DeliveryRecord.broadcast_id.is_not(None))
            .order_by(DeliveryRecord.id)
        )
        names = {person.id: name for name, person in bureau.people.items()}
        return [(names[row[0]], row[1], row[2], row[3]) for row in found]


async def test_a_long_notice_and_an_album_reach_each_person_once_in_order(mailing: Mailing) -> None:
    bureau = await Bureau(mailing.office).open()
    crowd = await mailing.crowd(4)
    async with mailing.office.desk() as desk:
        for one in crowd:
            await enrolling.give_post(desk, one, bureau.enterprises["乙餐馆"], Role.EMPLOYEE, "test")
    taken = [await mailing.bot.send_photo(2000, walking.jpeg(colour)) for colour in ("red", "green", "blue")]
    photos = tuple(message.photo[-1].file_id for message in taken)
    id_ = await sent(bureau, Content(LONG, photos), 7)
    pump = mailing.pump(attach=papering.maker(mailing.office))
    while await pump.turn():
        await bureau.must_conserve()
    albums, said = await mailing.calls("sendMediaGroup"), await mailing.calls()
    assert sorted(int(str(call["chat_id"])) for call in albums) == [2000, 2001, 2002, 2003]
    for chat in range(2000, 2004):
        mine = [call["parameters"] for call in said if int(str(call["chat_id"])) == chat]
        assert len(mine) == 3 and ["reply_markup" in one for one in mine] == [False, False, True]
        told = "".join(unescape(TAG.sub("", one["text"])) for one in mine)
        assert re.sub(r"\s|（\d/4）", "", told).find(LONG) > 0
    figures = await bureau.parts(id_)
    assert figures == {"read": 0, "silent": 4, "unreached": 3, "waiting": 0}
    # Nobody of whom it was refused was called for a later part.
    assert await mailing.tries("sendMediaGroup") == 7 and len(said) == 12


async def test_whoever_lacks_a_part_is_in_doubt_until_they_press_and_counts_once(bureau: Bureau) -> None:
    id_ = await sent(bureau, ALBUM)
    await bureau.settle(Outcome(Kind.AMBIGUOUS, "no_answer"), *SENT[:5])
    async with bureau.office.desk() as desk:
        before = await tallying.tally(desk, id_)
        lines = await tallying.recipients(desk, bureau.officials["周科"][1], id_)
    assert (before.total, before.silent, before.unknown, before.unreached) == (3, 3, 1, 0)
    doubtful = [line.name for line in lines if line.reason == "no_answer"]
    assert len(lines) == 3 and len(doubtful) == 1
    async with bureau.office.desk() as desk:
        await acknowledging.acknowledge(desk, bureau.people[doubtful[0]], id_, 7)
        after = await tallying.tally(desk, id_)
    assert (after.read, after.silent, after.unknown) == (1, 2, 0)
    await bureau.must_conserve()


async def test_a_part_that_is_refused_refuses_the_rest_and_one_person(bureau: Bureau, clock: SetClock) -> None:
    id_ = await sent(bureau, ALBUM)
    claims = Claims(bureau.office.engine, "one")
    firsts = await claims.take(clock(), 3)
    assert {claim.part for claim in firsts} == {1}
    refused = Outcome(Kind.CONTENT_REFUSED, "content_refused")
    await claims.settle([(firsts[0], refused), *((claim, SENT[0]) for claim in firsts[1:])], clock())
    await bureau.settle(*SENT)
    async with bureau.office.desk() as desk:
        figures = await tallying.tally(desk, id_)
    assert (figures.total, figures.unreached, figures.silent) == (3, 1, 2)


async def test_the_breaker_counts_people_and_not_parts(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "_ABREAST", 1)
    for number in range(8):
        await bureau.hire(f"工{number}", "甲餐馆", Role.EMPLOYEE, 2100 + number)
    id_ = await sent(bureau, Content(LONG), 11)
    claims = Claims(bureau.office.engine, "one")
    refused = Outcome(Kind.CONTENT_REFUSED, "content_refused")
    for rows_, unreached in ((6, 2), (9, 11)):
        held = await claims.take(bureau.office.clock(), rows_)
        await claims.settle([(claim, refused) for claim in held], bureau.office.clock())
        assert (await bureau.parts(id_))["unreached"] == unreached


async def test_a_recall_between_the_parts_stops_the_rest_and_takes_back_what_arrived(
    mailing: Mailing, clock: SetClock
) -> None:
    bureau = await Bureau(mailing.office).open()
    crowd = await mailing.crowd(2)
    async with mailing.office.desk() as desk:
        for one in crowd:
            await enrolling.give_post(desk, one, bureau.enterprises["乙餐馆"], Role.EMPLOYEE, "test")
    photo = (await mailing.bot.send_photo(2000, walking.jpeg())).photo[-1].file_id
    id_ = await sent(bureau, Content("安" * 2000, (photo, photo)), 5)
    pump = mailing.pump(attach=papering.maker(mailing.office))
    async with mailing.office.desk() as desk:
        # The albums go out; the words wait longer.
        later = update(DeliveryRecord).where(DeliveryRecord.kind == "broadcast")
        await desk.session.execute(later.values(due_at=desk.now + timedelta(hours=1)))
    while await pump.turn():
        pass
    assert len(await mailing.calls("sendMediaGroup")) == 2
    async with mailing.office.desk() as desk:
        await broadcasting.recall(desk, *bureau.officials["周科"], id_)
    clock.advance(hours=2)
    assert not await pump.turn()
    amender = Amender(mailing.office, Gateway(mailing.bot), pump.claims, Pacer(1000, per_chat=False))
    while await amender.turn():
        pass
    assert {int(str(call["chat_id"])) for call in await mailing.calls("editMessageCaption")} == {2000, 2001}
    assert not await mailing.calls()
    await bureau.must_conserve()


async def test_people_get_the_first_part_side_by_side_and_nobody_waits_long_for_the_next(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "_ABREAST", 2)
    await sent(bureau, ALBUM)
    found = await rows(bureau)
    assert [part for _, part, *_ in found] == [1, 1, 2, 2, 1, 2]
    assert [kind for *_, kind in found] == ["broadcast_part"] * 2 + ["broadcast"] * 2 + ["broadcast_part", "broadcast"]
    assert found[0][0] == found[2][0] and found[1][0] == found[3][0] and found[4][0] == found[5][0]


class Dying(BaseException):
    """The process is gone."""


class Mortal:
    """A Telegram on the other side of a process that dies at its send number `at`, before or after it arrived."""

    def __init__(self, at: int, *, has_arrived: bool) -> None:
        self.at, self.has_arrived = at, has_arrived
        self.said: list[tuple[int, int]] = []
        self.begun = 0

    async def send(self, chat_id: int, words: str, *_: object) -> Outcome:
        self.begun += 1
        if self.begun == self.at and self.has_arrived:
            self._hear(chat_id, words)
        if self.begun >= self.at:
            raise Dying
        self._hear(chat_id, words)
        return Outcome(Kind.SENT, message_id=len(self.said))

    def _hear(self, chat_id: int, words: str) -> None:
        mark = re.search(r"（(\d)/3）", words)
        assert mark is not None
        self.said.append((chat_id, int(mark[1])))


def mortal_pump(bureau: Bureau, wire: Mortal, owner: str) -> Pump:
    office = bureau.office
    return Pump(
        office.engine, wire, papering.maker(office), office.notice_bell, office.clock, owner=owner,  # type: ignore[arg-type]
        pacer=Pacer(1000, per_chat=False), window=4,
    )  # fmt: skip


@pytest.mark.parametrize("has_arrived", [False, True])
async def test_whoever_dies_at_any_send_of_any_part_repeats_none_and_loses_none(
    bureau: Bureau, clock: SetClock, has_arrived: bool, figure: Figure
) -> None:
    """O1, O4, O6, O7 at each of the nine sends of three people's three parts."""
    for at in range(1, 10):
        id_ = await sent(bureau, Content(LONG[:5000], ("p1", "p2")))
        wire = Mortal(at, has_arrived=has_arrived)
        dying, died = mortal_pump(bureau, wire, f"first {at}"), False
        while not died:
            try:
                assert await dying.turn()
            except Dying:
                died = True
        await bureau.must_conserve()
        in_hand = len(await held(bureau))
        assert 1 <= in_hand <= 4
        clock.advance(minutes=3)
        await dying.claims.rescue(clock())
        wire.at = 1000
        next_life = mortal_pump(bureau, wire, f"second {at}")
        for _ in range(20):
            await next_life.turn()
            clock.advance(seconds=2)
        await bureau.must_conserve()
        assert max(Counter(wire.said).values()) == 1
        for chat in {chat for chat, _ in wire.said}:
            order = [part for who, part in wire.said if who == chat]
            assert order == sorted(order)
        async with bureau.office.desk() as desk:
            found = await desk.session.execute(
                select(DeliveryRecord.state, DeliveryRecord.reason).where(DeliveryRecord.broadcast_id == id_)
            )
            became = Counter(map(tuple, found))
        assert set(became) <= {("sent", ""), ("unknown", "killed")} and became.total() == 9
        assert became["unknown", "killed"] == in_hand and len(wire.said) >= 9 - in_hand
    figure(f"deaths at each of 9 sends of a notice in parts, arrived {has_arrived}: nothing repeated or lost")


async def held(bureau: Bureau) -> list[int]:
    async with bureau.office.desk() as desk:
        return list(await desk.session.scalars(select(DeliveryRecord.id).where(DeliveryRecord.state == "claimed")))


async def test_a_newcomer_and_whoever_lost_their_rows_get_all_parts(bureau: Bureau) -> None:
    id_ = await sent(bureau, ALBUM)
    await bureau.hire("新来", "甲餐馆", Role.EMPLOYEE, 7090)
    assert [part for who, part, *_ in await rows(bureau) if who == "新来"] == [1, 2]
    async with bureau.office.desk() as desk:
        await desk.session.execute(
            text("DELETE FROM deliveries WHERE contact_id = :id"), {"id": bureau.people["王芳"].id}
        )
    assert await searching.audience_rows(bureau.office) == 1
    assert [part for who, part, *_ in await rows(bureau) if who == "王芳"] == [1, 2]
    assert await searching.audience_rows(bureau.office) == 0
    assert (await bureau.parts(id_))["waiting"] == 4


async def test_a_trial_shows_the_album_and_is_nobodys_broadcast(mailing: Mailing, clock: SetClock) -> None:
    bureau = await Bureau(mailing.office).open()
    who = bureau.officials["周科"]
    me = await mailing.contact()
    photo = (await mailing.bot.send_photo(1002, walking.jpeg())).photo[-1].file_id
    async with mailing.office.desk() as desk:
        draft = await composing.begin(desk, *who)
        draft = await composing.compose(desk, *who, draft.id, Content("看图", (photo, photo)))
        await composing.try_out(desk, me, draft, 1)
        await composing.try_out(desk, me, draft, 1)
    clock.advance(hours=14)
    pump = mailing.pump(attach=papering.maker(mailing.office))
    while await pump.turn():
        pass
    assert len(await mailing.calls("sendMediaGroup")) == len(await mailing.calls()) == 1
    async with mailing.office.desk() as desk:
        assert (await tallying.tally(desk, draft.id)).total == 0


async def test_after_a_restore_people_are_counted_and_not_parts(bureau: Bureau) -> None:
    await sent(bureau, ALBUM)
    async with bureau.office.desk() as desk:
        await releasing.hold(desk, desk.now)
        held = await releasing.held(desk)
    assert held is not None and [group.count for group in held.groups] == [3]
    async with bureau.office.desk() as desk:
        await releasing.decide(desk, None, held.groups[0].which, 3, again=True)
    assert {state for _, _, state, _ in await rows(bureau)} == {DeliveryState.QUEUED}


async def test_no_part_is_too_long_for_telegram_and_nothing_is_lost_between_them(bureau: Bureau) -> None:
    """Any mixture of words, tags to be escaped, wide signs and lines, with each kind of file."""
    chance = random.Random(20260601)
    pieces = ["安全生产", "检查。", "\n", "\n\n", "a<b> & c", "😀👨‍👩‍👧", "'\"", "https://example.org/x?a=1&b=2", " "]
    id_ = await bureau.draft()
    async with bureau.office.desk() as desk:
        plain = await composing.open_draft(desk, *bureau.officials["周科"], id_)
        row = await desk.session.get_one(BroadcastRecord, id_)
        for _ in range(60):
            length = chance.choice((10, 900, 1000, 4000, 4100, 9000, MOST_SIGNS - 20))
            said = ""
            while len(said.encode("utf-16-le")) // 2 < length:
                said += chance.choice(pieces) * chance.choice((1, 1, 40))
            said = said[:length].strip() or "安"
            row.text = said
            row.media_kind, files = chance.choice((("", 0), ("photo", 1), ("album", 3), ("document", 1)))
            row.media_file_id, row.photos = "f" * (files > 0), "f f f" if files == 3 else ""
            broadcast = await composing.open_draft(desk, *bureau.officials["周科"], id_)
            parts = parting.parts_of(desk, broadcast, "zh-CN")
            told = ""
            for part in parts:
                assert units(part.text) <= (CAPTION_LIMIT if part.kind else TEXT_LIMIT)
                assert part.text.count("<") == part.text.count(">") and part.text.encode()
                assert [tag.strip("</>") for tag in TAG.findall(part.text)].count("b") % 2 == 0
                assert not re.search(r"&[#\w]{0,6}$", part.text)
                told += unescape(TAG.sub("", part.text))
            bare = re.sub(r"\s|（\d+/\d+）", "", told)
            assert re.sub(r"\s", "", said) in bare
            assert [part.kind for part in parts if part.kind] == [row.media_kind] * bool(files)
            assert parts[-1].text.count("已阅") == 1
    assert plain.content.kind == ""
