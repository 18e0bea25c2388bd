"""泵 — page after page of the outbox through a window that is never exceeded, however slow or wrong one chat is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import OperationalError

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.contact import Contact
from domain.notice import Notice
from domain.parting import units
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.parts import rows_of
from outreach.delivery.pump import Pump, window_for
from outreach.delivery.taking import Claim
from outreach.desk import Office
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.database import open_engine
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord
from outreach.storage.photos import PhotoStore
from tests.conftest import SetClock
from tests.outreach.mailing import no_paper

Answer = Callable[[int, str], Awaitable[Outcome]]


class Wire:
    """A gateway whose answers a test makes; `said` is what was said, in order."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.said: list[tuple[int, str]] = []
        self._answer = answer

    async def send(self, chat_id: int, words: str, *_: object) -> Outcome:
        self.said.append((chat_id, words))
        outcome = await self._answer(chat_id, words) if self._answer else None
        return outcome or Outcome(Kind.SENT, message_id=len(self.said))


@pytest.fixture
async def office(
    sqlite_url: str, tmp_path: Path, clock: SetClock, catalogue: Catalogue, texts: Texts
) -> AsyncIterator[Office]:
    engine = open_engine(sqlite_url)
    yield Office(engine, catalogue, texts, PhotoStore(tmp_path / "photos"), Privacy.load(), clock=clock)
    await engine.dispose()


async def people(office: Office, count: int) -> None:
    """Contacts 1 to `count`, each in the chat of the same number, and broadcast 1."""
    now = office.clock()
    async with office.engine.begin() as link:
        await link.execute(insert(ContactRecord), [
            {"id": n, "person_id": n, "chat_id": n, "name": f"丁{n}", "consent_version": 1, "consented_at": now}
            for n in range(1, count + 1)
        ])  # fmt: skip
        await link.execute(insert(BroadcastRecord), [
            {"id": 1, "number": "1", "contact_id": 1, "official_id": 1, "state": "approved", "drafted_at": now}
        ])  # fmt: skip


async def queue(office: Office, chats: Sequence[int], **more: object) -> None:
    """One row for each of these chats, in this order, said as its place in the order."""
    now = office.clock()
    rows = [
        {"key": f"{now} {chat} {at}", "contact_id": chat, "kind": "inspection_again", "text": str(at),
         "created_at": now, "due_at": now} | more
        for at, chat in enumerate(chats)
    ]  # fmt: skip
    async with office.engine.begin() as link:
        await link.execute(insert(DeliveryRecord), rows)


async def states(office: Office) -> dict[str, int]:
    async with office.engine.connect() as link:
        return dict((await link.execute(text("SELECT state, count(*) FROM deliveries GROUP BY state"))).all())


def pump_of(office: Office, wire: Wire, window: int, owner: str = "one") -> Pump:
    return Pump(
        office.engine, wire, no_paper, asyncio.Event(), office.clock, owner=owner,  # type: ignore[arg-type]
        pacer=Pacer(1000, per_chat=False), window=window,
    )  # fmt: skip


@asynccontextmanager
async def running(pump: Pump) -> AsyncIterator[None]:
    task = asyncio.create_task(pump.run())
    try:
        async with asyncio.timeout(30):
            yield
    finally:
        pump.stop()
        await task


async def until(office: Office, **wanted: int) -> None:
    while (found := await states(office)) != wanted:
        assert found.get("sent", 0) <= wanted.get("sent", 0), found
        await asyncio.sleep(0.01)


async def test_a_slow_chat_keeps_one_worker_waiting_and_nobody_else(office: Office) -> None:
    gate = asyncio.Event()

    async def answer(chat_id: int, _: str) -> None:
        if chat_id == 1:
            await gate.wait()

    await people(office, 60)
    await queue(office, [1, 1, *range(2, 61)])
    wire = Wire(answer)  # type: ignore[arg-type]
    async with running(pump_of(office, wire, 5)):
        await until(office, sent=59, claimed=2)
        gate.set()
        await until(office, sent=61)
    assert len(wire.said) == 61


async def test_never_more_than_the_window_is_claimed_and_not_settled(office: Office) -> None:
    most = 0

    async def answer(*_: object) -> None:
        nonlocal most
        most = max(most, (await states(office)).get("claimed", 0))

    await people(office, 80)
    await queue(office, range(1, 81))
    async with running(pump_of(office, Wire(answer), 7)):  # type: ignore[arg-type]
        await until(office, sent=80)
    assert 4 <= most <= 7


async def test_one_chats_notices_stay_in_order_over_many_pages(office: Office) -> None:
    async def answer(chat_id: int, words: str) -> None:
        await asyncio.sleep(0.001 * (int(words) % 3))

    chats = [n % 4 + 1 for n in range(60)]
    await people(office, 4)
    await queue(office, chats)
    wire = Wire(answer)  # type: ignore[arg-type]
    async with running(pump_of(office, wire, 6)):
        await until(office, sent=60)
    for chat in range(1, 5):
        heard = [int(words) for chat_id, words in wire.said if chat_id == chat]
        assert heard == sorted(heard) and len(heard) == 15


async def test_a_flood_stops_two_pumps_at_once_and_the_next_process_too(office: Office, clock: SetClock) -> None:
    """O9: nothing begins before the instant, whoever was told it."""
    flooded = asyncio.Event()

    async def answer(chat_id: int, _: str) -> Outcome | None:
        if chat_id == 3 and not flooded.is_set():
            flooded.set()
            return Outcome(Kind.FLOOD, seconds=9)
        return None

    await people(office, 40)
    await queue(office, range(1, 41))
    one, two = Wire(answer), Wire()  # type: ignore[arg-type]
    async with running(pump_of(office, one, 4)):
        await flooded.wait()
        while (await states(office)).get("claimed", 0):
            await asyncio.sleep(0.01)
        begun = len(one.said)
        async with running(pump_of(office, two, 4, "two")):
            await asyncio.sleep(0.2)
            assert len(one.said) == begun <= 8 and two.said == []
    async with running(pump_of(office, two, 4, "the next one")):
        await asyncio.sleep(0.1)
        assert two.said == []
        clock.advance(seconds=9)
        await until(office, sent=40)
    # The one that was throttled was tried once more, nobody else twice.
    assert len(one.said) + len(two.said) == 41


async def test_a_flood_longer_than_a_rows_term_refuses_it_at_once_and_says_so(office: Office, clock: SetClock) -> None:
    async def answer(*_: object) -> Outcome:
        return Outcome(Kind.FLOOD, seconds=3600)

    await people(office, 3)
    await queue(office, [1])
    clock.advance(seconds=1)
    await queue(office, [2], expires_at=clock.now + timedelta(minutes=59))
    await queue(office, [3], expires_at=clock.now + timedelta(minutes=61))
    await pump_of(office, Wire(answer), 1).turn()
    async with office.engine.connect() as link:
        found = (await link.execute(text("SELECT contact_id, state, reason FROM deliveries ORDER BY id"))).all()
    assert [tuple(row) for row in found] == [(1, "retry", "flood"), (2, "refused", "expired"), (3, "queued", "")]


async def test_after_a_recall_at_most_a_window_of_sends_begins(office: Office) -> None:
    """O12: the stop commits while the sends of a page are under way."""
    window, recalled = 6, 0
    wire = Wire()

    async def answer(*_: object) -> None:
        nonlocal recalled
        if len(wire.said) == 20:
            async with office.engine.begin() as link:
                await link.execute(update(BroadcastRecord).values(state="recalled"))
                waiting = DeliveryRecord.state.in_(("queued", "retry"))
                await link.execute(update(DeliveryRecord).where(waiting).values(state="skipped", reason="recalled"))
            recalled = len(wire.said)

    wire._answer = answer  # type: ignore[assignment]
    await people(office, 90)
    await queue(office, range(1, 91), broadcast_id=1, kind="broadcast")
    async with running(pump_of(office, wire, window)):
        while (await states(office)).get("skipped", 0) == 0 or (await states(office)).get("claimed", 0):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    assert recalled and len(wire.said) - 20 <= window
    assert await states(office) == {"sent": len(wire.said), "skipped": 90 - len(wire.said)}


async def test_a_database_that_cannot_be_written_to_for_a_while_doubles_and_forgets_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, failures = Claims.exchange, 2

    async def unsteady(self: Claims, results: Sequence[tuple[Claim, Outcome]], *rest: Any) -> tuple[Claim, ...]:
        nonlocal failures
        if results and failures:
            failures -= 1
            raise OperationalError("UPDATE", None, Exception("disk is full"))
        return await exchange(self, results, *rest)

    monkeypatch.setattr(Claims, "exchange", unsteady)
    monkeypatch.setattr("outreach.delivery.ledger.AGAIN_SECONDS", 0.01)
    await people(office, 30)
    await queue(office, range(1, 31))
    wire = Wire()
    async with running(pump_of(office, wire, 10)):
        await until(office, sent=30)
    assert len(wire.said) == 30 and failures == 0


async def test_a_group_that_moved_is_followed_once_and_only_once(office: Office) -> None:
    """O10: the chat's number is replaced with the row's new try; whoever moves on again leads nowhere."""

    async def answer(chat_id: int, _: str) -> Outcome:
        return Outcome(Kind.MIGRATED, chat_id=-1000 - len(wire.said))

    wire = Wire(answer)
    await people(office, 1)
    await queue(office, [1, 1])
    pump = pump_of(office, wire, 5)
    for _ in range(4):
        await pump.turn()
    async with office.engine.connect() as link:
        found = (await link.execute(text("SELECT state, reason FROM deliveries ORDER BY id"))).all()
    assert [tuple(row) for row in found] == [("refused", "migrated")] * 2
    assert [chat_id for chat_id, _ in wire.said] == [1, -1001]


async def test_whoever_blocked_the_bot_loses_what_waits_for_later_with_the_answer(office: Office) -> None:
    """O8: one call; what is due tomorrow is refused in the same transaction, not found out tomorrow."""

    async def answer(*_: object) -> Outcome:
        return Outcome(Kind.CONTACT_GONE, "blocked")

    await people(office, 2)
    await queue(office, [1])
    async with office.engine.begin() as link:
        rows = [
            {"key": f"later {n}", "contact_id": n, "kind": "inspection_again", "text": "later",
             "created_at": office.clock(), "due_at": office.clock() + timedelta(days=1)}
            for n in (1, 2)
        ]  # fmt: skip
        await link.execute(insert(DeliveryRecord), rows)
    wire = Wire(answer)
    await pump_of(office, wire, 5).turn()
    async with office.engine.connect() as link:
        found = (await link.execute(text("SELECT state, reason FROM deliveries ORDER BY id"))).all()
        is_reachable = (await link.execute(text("SELECT is_reachable FROM contacts ORDER BY id"))).scalars().all()
    assert [tuple(row) for row in found] == [("refused", "blocked"), ("refused", "blocked"), ("queued", "")]
    assert list(map(bool, is_reachable)) == [False, True] and len(wire.said) == 1


@pytest.mark.parametrize(("per_second", "window"), [(1, 25), (30, 25), (100, 50), (1000, 500)])
def test_a_paid_rate_has_a_wider_window(per_second: int, window: int) -> None:
    assert window_for(per_second) == window


async def parted(office: Office, key: str = "long", **more: object) -> None:
    """Contact 1 is told something three messages long."""
    row: dict[str, object] = {
        "key": key, "contact_id": 1, "kind": "inspection_again", "text": "<b>" + "安" * 10_000 + "</b>",
        "buttons": '[["甲", "a"]]', "attachment": "", "media_kind": "", "media_file_id": "", "is_urgent": False,
        "created_at": office.clock(), "due_at": office.clock(),
    } | more  # fmt: skip
    async with office.engine.begin() as link:
        for one in rows_of(row):
            await link.execute(insert(DeliveryRecord), [one])


async def stands(office: Office) -> list[tuple[str, str, str]]:
    async with office.engine.connect() as link:
        found = await link.execute(text("SELECT key, state, reason FROM deliveries ORDER BY part"))
        return [tuple(row) for row in found]


def test_a_long_text_is_several_rows_and_the_buttons_stand_under_the_last() -> None:
    row: dict[str, object] = {
        "key": "k", "text": "安" * 9_000, "buttons": "[1]", "attachment": "inspection:1", "media_kind": "",
        "media_file_id": "",
    }  # fmt: skip
    rows = rows_of(row)
    assert [(one["key"], one["part"], one["buttons"], one["attachment"], len(str(one["text"]))) for one in rows] == [
        ("k#1", 1, "[]", "inspection:1", 1024), ("k#2", 2, "[]", "", 4096), ("k", 3, "[1]", "", 3880),
    ]  # fmt: skip


async def test_parts_arrive_in_order_even_through_a_window_of_one(office: Office, clock: SetClock) -> None:
    """O7: a part that could not be sent is tried again; those before it are not, those after it wait."""
    fails = 2

    async def answer(_: int, words: str) -> Outcome | None:
        nonlocal fails
        if len(wire.said) >= 2 and fails:
            fails -= 1
            return Outcome(Kind.NOT_SENT, "not_connected")
        return None

    wire = Wire(answer)  # type: ignore[arg-type]
    await people(office, 1)
    await parted(office)
    pump = pump_of(office, wire, 5)
    for _ in range(12):
        await pump.turn()
        clock.advance(seconds=1)
    assert [key for key, *_ in await stands(office)] == ["long#1", "long#2", "long"]
    assert {state for _, state, _ in await stands(office)} == {"sent"}
    lengths = [len(words) for _, words in wire.said]
    assert lengths == [lengths[0], *[lengths[1]] * 3, lengths[-1]] and lengths[-1] < lengths[0]


async def test_what_follows_a_part_that_is_refused_is_refused_with_it(office: Office, clock: SetClock) -> None:
    async def answer(*_: object) -> Outcome | None:
        return Outcome(Kind.CONTENT_REFUSED, "content_refused") if len(wire.said) == 2 else None

    wire = Wire(answer)  # type: ignore[arg-type]
    await people(office, 1)
    await parted(office)
    # A page that ends between two parts.
    for window in (1, 1, 5):
        await pump_of(office, wire, window).turn()
        clock.advance(seconds=2)
    refused = ("refused", "content_refused")
    assert await stands(office) == [("long#1", "sent", ""), ("long#2", *refused), ("long", *refused)]
    assert len(wire.said) == 2


async def test_a_part_of_unknown_fate_keeps_back_nothing_and_is_not_repeated(office: Office) -> None:
    async def answer(*_: object) -> Outcome | None:
        return Outcome(Kind.AMBIGUOUS, "no_answer") if len(wire.said) == 1 else None

    wire = Wire(answer)  # type: ignore[arg-type]
    await people(office, 1)
    await parted(office)
    await pump_of(office, wire, 5).turn()
    assert [state for _, state, _ in await stands(office)] == ["unknown", "sent", "sent"]
    assert len(wire.said) == 3


async def test_something_long_told_twice_is_sent_once_in_all_its_parts(office: Office) -> None:
    await people(office, 1)
    contact = Contact(1, "丁1", None, "zh-CN")
    for _ in range(2):
        async with office.desk() as desk:
            told = await desk.tell(contact, Notice("inspection_again", {"number": "<&>" * 2000}, "one"))
    assert not told
    wire = Wire()
    await pump_of(office, wire, 5).turn()
    assert [units(words) for _, words in wire.said] == [4096, 6000 + len("📄 自查记录 ") + 1 - 4096]
    assert {state for _, state, _ in await stands(office)} == {"sent"}
