"""投递结果 — the one table of RELIABILITY, line by line: what Telegram did, what the row says then."""

from __future__ import annotations

import json
import math
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from outreach.delivery.outcomes import Kind, flood
from outreach.delivery.telegram.gateway import Attachment
from outreach.desk import Office
from outreach.storage.database import open_engine
from outreach.storage.photos import PhotoStore
from tests.conftest import SetClock
from tests.outreach.mailing import Mailing, open_bot, open_mailing

# What the table says does not depend on the kind of database.


@pytest.fixture
async def mailing(
    sqlite_url: str, tmp_path: Path, clock: SetClock, catalogue: Catalogue, texts: Texts
) -> AsyncIterator[Mailing]:
    engine = open_engine(sqlite_url)
    office = Office(engine, catalogue, texts, PhotoStore(tmp_path / "photos"), Privacy.load(), clock=clock)
    async with open_mailing(office) as opened:
        yield opened
    await engine.dispose()


@pytest.mark.parametrize(
    ("kind", "state", "reason", "is_reachable"),
    [
        ("403", "refused", "blocked", False),
        ("403:bot can't initiate conversation with a user", "refused", "never_started", False),
        ("403:user is deactivated", "refused", "deactivated", False),
        ("400:chat not found", "refused", "chat_not_found", False),
        ("400:PEER_ID_INVALID", "refused", "chat_not_found", False),
        ('400:can\'t parse entities: Unsupported start tag "x" at byte offset 0', "refused", "content_refused", True),
        ("400:message is too long", "refused", "content_refused", True),
        ("500", "unknown", "no_answer", True),
        ("502", "unknown", "no_answer", True),
        ("503", "unknown", "no_answer", True),
        ("504", "unknown", "no_answer", True),
        ("502html", "unknown", "no_answer", True),
        ("timeout", "unknown", "no_answer", True),
        ("drop", "unknown", "no_answer", True),
        ("reset", "unknown", "no_answer", True),
        ("empty", "unknown", "unreadable_answer", True),
        ("truncated", "unknown", "unreadable_answer", True),
        ("200html", "unknown", "unreadable_answer", True),
        ("200notok", "unknown", "unreadable_answer", True),
    ],
)
async def test_an_answer_that_ends_the_matter(
    mailing: Mailing, clock: SetClock, kind: str, state: str, reason: str, is_reachable: bool
) -> None:
    contact = await mailing.contact()
    await mailing.fault(kind)
    await mailing.tell(contact, "one")
    await mailing.pump().turn()
    row = await mailing.row("one")
    assert (row.state, row.reason, row.attempts, row.message_id) == (state, reason, 1, None)
    assert row.settled_at == clock.now and row.claimed_by is None and row.lease_until is None
    person = await mailing.person(contact)
    assert (person.is_reachable, person.unreachable_reason) == (is_reachable, None if is_reachable else reason)
    assert await mailing.pauses() == {}
    # However often anybody looks again, this row is sent no second time.
    await mailing.mend()
    clock.advance(hours=1)
    await mailing.pump().turn()
    assert (await mailing.state("one"))[0] == state and await mailing.calls() == []


@pytest.mark.parametrize("kind", [f"accept-then-{how}" for how in ("drop", "500", "timeout", "truncated")])
async def test_what_telegram_took_without_saying_so_is_unknown_and_not_sent_twice(mailing: Mailing, kind: str) -> None:
    contact = await mailing.contact()
    await mailing.fault(kind)
    await mailing.tell(contact, "one")
    await mailing.pump().turn()
    await mailing.mend()
    await mailing.pump().turn()
    assert (await mailing.state("one"))[0] == "unknown"
    assert len(await mailing.calls()) == 1


async def test_a_good_answer_is_kept_with_its_message(mailing: Mailing, clock: SetClock) -> None:
    contact = await mailing.contact()
    await mailing.tell(contact, "one")
    await mailing.pump().turn()
    row = await mailing.row("one")
    (call,) = await mailing.calls()
    assert (row.state, row.reason, row.attempts) == ("sent", "", 1)
    assert row.message_id == call["message_id"]
    assert row.settled_at == clock.now


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        ({"kind": "429", "retry_after": 7}, 7),
        ({"kind": "429", "retry_after": ""}, 30),
        ({"kind": "429html"}, 30),
        ({"kind": "429", "retry_after": "7"}, 7),
        ({"kind": "429", "retry_after": "soon"}, 30),
        ({"kind": "429", "retry_after": -1}, 30),
        ({"kind": "429", "retry_after": 10**30}, 86_400),
    ],
)
async def test_a_flood_costs_no_try_and_stops_everybody_for_as_long_as_telegram_says(
    mailing: Mailing, clock: SetClock, fault: dict[str, object], seconds: int
) -> None:
    contact = await mailing.contact()
    await mailing.fault(**fault)  # type: ignore[arg-type]
    await mailing.tell(contact, "one")
    await mailing.pump().turn()
    row = await mailing.row("one")
    assert (row.state, row.reason, row.attempts) == ("retry", "flood", 0)
    assert row.due_at == clock.now + timedelta(seconds=seconds) and row.settled_at is None
    assert await mailing.pauses() == {"flood": seconds}
    await mailing.mend()
    clock.advance(seconds=seconds - 1)
    assert not await mailing.pump().turn() and await mailing.calls() == []
    clock.advance(seconds=1)
    assert await mailing.pump().turn()
    assert await mailing.state("one") == ("sent", "")


async def test_a_flood_without_a_number_is_waited_for_longer_each_time_until_something_is_sent(
    mailing: Mailing, clock: SetClock
) -> None:
    contacts = [await mailing.contact(), await mailing.contact(1003, "李强")]
    await mailing.fault("429html")
    for contact in contacts:
        await mailing.tell(contact, f"to {contact.name}")
    waits = []
    for _ in range(9):
        # Each look is another process's: the length is in the database.
        await mailing.pump().turn()
        (wait,) = (await mailing.pauses()).values()
        assert (await mailing.row("to 王芳")).due_at == clock.now + timedelta(seconds=wait)
        waits.append(wait)
        clock.advance(seconds=wait)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert await mailing.states() == {"retry": 2}
    await mailing.mend()
    pump = mailing.pump()
    await pump.turn()
    assert await mailing.states() == {"sent": 2}
    await mailing.fault("429html")
    await mailing.tell(contacts[0], "later")
    await pump.turn()
    assert await mailing.pauses() == {"flood": 30}


async def test_floods_of_one_moment_are_one_and_a_number_is_no_step(mailing: Mailing, clock: SetClock) -> None:
    pump, claims = mailing.pump(), mailing.pump("two").claims
    for asked in (1, 2, 3):
        assert await claims.flooded(clock.now, 30.0, is_untold=True) == clock.now + timedelta(seconds=30), asked
    clock.advance(seconds=30)
    await claims.flooded(clock.now, 5.0, is_untold=False)
    assert await mailing.pauses() == {"flood": 5}
    clock.advance(seconds=5)
    await pump.claims.flooded(clock.now, 30.0, is_untold=True)
    assert await mailing.pauses() == {"flood": 60}


@pytest.mark.parametrize("kind", ["401", "404"])
async def test_a_refused_token_stops_everything_and_condemns_nothing(
    mailing: Mailing, clock: SetClock, kind: str
) -> None:
    contacts = [await mailing.contact(), await mailing.contact(1003, "李强")]
    await mailing.fault(kind)
    for contact in contacts:
        await mailing.tell(contact, f"to {contact.name}")
    pump = mailing.pump()
    await pump.turn()
    assert await mailing.states() == {"retry": 2}
    tries = await mailing.tries()
    clock.advance(hours=20)
    assert not await pump.turn() and await mailing.tries() == tries
    # A start with a token that Telegram takes ends the stop.
    await mailing.mend()
    await pump.claims.lift("token")
    await pump.turn()
    assert await mailing.states() == {"sent": 2}
    assert all([(await mailing.person(contact)).is_reachable for contact in contacts])


async def test_another_poller_with_the_same_token_is_no_reason_to_give_a_notice_up(mailing: Mailing) -> None:
    await mailing.fault("409")
    await mailing.tell(await mailing.contact(), "one")
    await mailing.pump().turn()
    assert await mailing.state("one") == ("retry", "conflict")


async def test_a_connection_that_never_opened_is_tried_again_ever_later(mailing: Mailing, clock: SetClock) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    await mailing.tell(await mailing.contact(), "one")
    waits = []
    async with open_bot(closed) as bot:
        pump = mailing.pump(bot=bot)
        for attempts in range(1, 12):
            await pump.turn()
            row = await mailing.row("one")
            assert (row.state, row.reason, row.attempts) == ("retry", "not_connected", attempts)
            waits.append((row.due_at - clock.now).total_seconds())
            clock.set(row.due_at)
    assert waits[:4] == [1, 2, 4, 8] and waits[-1] == 300 and waits == sorted(waits)
    await mailing.pump().turn()
    assert await mailing.state("one") == ("sent", "")


class Answers:
    """A stand-in for whatever sits at Telegram's address and answers as told."""

    def __init__(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.status, self.body, self.kind = status, body, kind
        self.chats: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.chats.append(str((await request.json())["chat_id"]))
        return web.Response(status=self.status, body=self.body, content_type=self.kind)


@pytest.fixture
async def standing_in() -> AsyncIterator[object]:
    runners = []

    async def listen(answers: Answers) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answers.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield listen
    for runner in runners:
        await runner.cleanup()


async def test_a_chat_that_moved_is_followed(mailing: Mailing, standing_in) -> None:  # type: ignore[no-untyped-def]
    moved = {"ok": False, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
             "parameters": {"migrate_to_chat_id": 1003}}  # fmt: skip
    contact = await mailing.contact()
    await mailing.contact(1003, "李强")
    await mailing.tell(contact, "one")
    async with open_bot(await standing_in(Answers(400, json.dumps(moved).encode()))) as bot:
        await mailing.pump(bot=bot).turn()
    assert (await mailing.person(contact)).chat_id == 1003
    assert (await mailing.state("one"))[0] == "retry"
    await mailing.pump().turn()
    assert [call["chat_id"] for call in await mailing.calls()] == [1003]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 413])
async def test_a_proxys_refusal_is_nobodys_block_and_no_wrong_token(mailing: Mailing, standing_in, status: int) -> None:  # type: ignore[no-untyped-def]
    contact = await mailing.contact()
    await mailing.tell(contact, "one")
    page = b"<html><h1>Access denied by policy</h1></html>"
    async with open_bot(await standing_in(Answers(status, page, "text/html"))) as bot:
        await mailing.pump(bot=bot).turn()
    assert await mailing.state("one") == ("retry", "not_connected")
    assert (await mailing.person(contact)).is_reachable and await mailing.pauses() == {}


async def test_an_urgent_notice_of_unknown_fate_goes_out_once_more_and_no_more(
    mailing: Mailing, clock: SetClock
) -> None:
    await mailing.tell(await mailing.contact(), "one", is_urgent=True)
    await mailing.fault("accept-then-drop")
    pump = mailing.pump()
    await pump.turn()
    row = await mailing.row("one")
    assert (row.state, row.reason, row.due_at) == ("retry", "no_answer", clock.now + timedelta(seconds=60))
    await pump.turn()
    assert len(await mailing.calls()) == 1
    clock.advance(seconds=60)
    await pump.turn()
    clock.advance(hours=1)
    await pump.turn()
    assert (await mailing.state("one"))[0] == "unknown" and len(await mailing.calls()) == 2


async def test_a_paper_that_cannot_be_made_yet_is_waited_for_and_one_that_fails_is_tried_again(
    mailing: Mailing, clock: SetClock
) -> None:
    made: list[object] = [None, None, OSError("disk"), Attachment("a.pdf", b"%PDF-")]

    async def attach(recipe: str) -> Attachment | None:
        assert recipe == "inspection:17"
        paper = made.pop(0)
        if isinstance(paper, Exception):
            raise paper
        assert paper is None or isinstance(paper, Attachment)
        return paper

    await mailing.tell(await mailing.contact(), "one", attachment="inspection:17")
    pump = mailing.pump(attach=attach)
    for state in (("retry", "not_ready"), ("retry", "not_ready"), ("retry", "attachment_fault"), ("sent", "")):
        await pump.turn()
        assert await mailing.state("one") == state
        clock.advance(seconds=1)
    assert len(await mailing.calls("sendDocument")) == 1


async def test_a_paper_that_can_never_be_made_is_given_up_with_a_reason(mailing: Mailing, clock: SetClock) -> None:
    async def attach(recipe: str) -> Attachment | None:
        raise ValueError(recipe)

    await mailing.tell(await mailing.contact(), "one", attachment="inspection:17")
    for _ in range(10):
        await mailing.pump(attach=attach).turn()
        clock.advance(minutes=6)
    row = await mailing.row("one")
    assert (row.state, row.reason) == ("refused", "attachment_fault") and row.settled_at is not None
    assert await mailing.tries("sendDocument") == 0


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (1, 1),
        (0.5, 0.5),
        ("7", 7),
        (86_400, 86_400),
        (10**12, 86_400),
        (0, 30),
        (-5, 30),
        (None, 30),
        ("soon", 30),
        (math.nan, 30),
        (math.inf, 86_400),
    ],
)
def test_a_flood_pause_is_as_long_as_asked_and_sane_when_nonsense_is_asked(asked: object, seconds: float) -> None:
    made = flood(asked)
    assert (made.kind, made.seconds) == (Kind.FLOOD, seconds)
    assert made.is_untold is (asked in (0, -5, None, "soon") or asked is math.nan)
