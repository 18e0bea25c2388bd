"""Webhook — what the door answers to what is and is not Telegram, and what it does while nothing can be kept."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import event, func, select

from bot.webhook import BODY_LIMIT, PATH, WebhookDoor
from outreach.storage.base import Record
from outreach.storage.intake import QuarantineRecord, SeenUpdateRecord
from outreach.storage.people import ContactRecord, JournalRecord
from outreach.storage.sqlite_build import sqlite
from tests.bot.updates import pressed, update
from tests.conftest import SetClock
from tests.stage import CAST, Stage, open_stage

SECRET = "s3cret_-0123456789"


@dataclass
class Door:
    stage: Stage
    url: str
    door: WebhookDoor
    headers: dict[str, str] = field(
        default_factory=lambda: {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    )

    async def post(self, body: object, **headers: str) -> tuple[int, bytes, str | None]:
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with self.stage.session.post(self.url, data=data, headers=self.headers | headers) as answer:
            return answer.status, await answer.read(), answer.headers.get("Retry-After")

    async def rows(self, record: type[Record]) -> int:
        async with self.stage.house.office.desk() as desk:
            return (await desk.session.scalars(select(func.count()).select_from(record))).one()

    async def happened(self, what: str) -> int:
        async with self.stage.house.office.desk() as desk:
            query = select(func.count()).select_from(JournalRecord).where(JournalRecord.happened == what)
            return (await desk.session.scalars(query)).one()


@asynccontextmanager
async def open_door(stage: Stage, secret: str = SECRET) -> AsyncIterator[Door]:
    made = WebhookDoor(stage.house.intake, secret)
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_post(PATH, made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Door(stage, f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}", made)
    await runner.cleanup()


@pytest.fixture
async def door(sqlite_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Door]:
    async with open_stage(sqlite_url, tmp_path, clock) as stage, open_door(stage) as opened:
        yield opened


async def test_only_who_knows_the_secret_is_heard(door: Door) -> None:
    agreed = pressed(1002, 1, "en:abroad:")
    for wrong in ("", SECRET[:-1], SECRET + "x", SECRET.upper(), "密钥密钥密钥", "\xff\xfe", "x" * 5000):
        assert await door.post(agreed, **{"X-Telegram-Bot-Api-Secret-Token": wrong}) == (401, b"", None)
    del door.headers["X-Telegram-Bot-Api-Secret-Token"]
    assert await door.post(agreed) == (401, b"", None)
    assert (await door.rows(SeenUpdateRecord), await door.rows(ContactRecord), await door.rows(QuarantineRecord)) == (
        0, 0, 0,
    )  # fmt: skip


async def test_a_header_that_is_not_ascii_on_the_wire_is_refused_and_not_a_fault(door: Door) -> None:
    host, port = door.url.removeprefix("http://").partition("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps(update()).encode()
    writer.write(
        b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"X-Telegram-Bot-Api-Secret-Token: \xe5\xaf\x86\xff\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    async with asyncio.timeout(5):
        status = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert b" 401 " in status or b" 400 " in status


async def test_without_a_secret_nobody_is_let_in(door: Door) -> None:
    async with open_door(door.stage, secret="") as open_to_all:
        del open_to_all.headers["X-Telegram-Bot-Api-Secret-Token"]
        assert (await open_to_all.post(update()))[0] == 401


async def test_what_is_not_an_update_by_its_kind_is_refused(door: Door) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", "garbage"):
        assert await door.post(update(), **{"Content-Type": kind}) == (415, b"", None)
    assert (await door.post(update(), **{"Content-Type": "application/json; charset=utf-8"}))[0] == 200
    async with door.stage.session.get(door.url, headers=door.headers) as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nonsense", b"\xff\xfe\x00", b"{", b"[]", b"null", b"17", b'"text"', b"{}", b'{"update_id": "7"}',
        b'{"update_id": -1}', b'{"update_id": 1e3}', b'{"update_id": true}', b'{"update_id": 99999999999999999999}',
        b'{"update_id": ' + b"9" * 6000 + b"}", b"[" * 200_000, b'{"update_id": 5, "message": []}',
        b'{"update_id": 5, "message": {"chat": {"id": "x"}}}', b'{"update_id": 5, "message": "\\u0000\\ud800"}',
        b'{"update_id": 5, "callback_query": {"id": 1, "from": 3}}', b'{"update_id": NaN}',
        b'{"update_id": 6, "message": ' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}",
    ],
    ids=lambda body: body[:24].decode("latin-1") if len(body) < 1000 else f"{len(body)} bytes",
)  # fmt: skip
async def test_what_cannot_be_understood_is_kept_and_acknowledged_so_that_it_holds_nobody_up(
    door: Door, body: bytes
) -> None:
    assert await door.post(body) == (200, b"", None)
    assert await door.rows(QuarantineRecord) == 1
    assert (await door.post(update()))[0] == 200
    assert await door.rows(QuarantineRecord) == 1


async def test_an_update_over_a_megabyte_is_set_aside_and_the_next_one_heard(door: Door) -> None:
    assert await door.post(update(text="长" * BODY_LIMIT)) == (200, b"", None)
    assert await door.rows(QuarantineRecord) == 1
    assert await door.post(pressed(1002, 1, "en:abroad:")) == (200, b"", None)
    assert await door.happened("ConsentGiven") == 1


async def test_a_closing_door_lets_telegram_keep_what_comes(door: Door) -> None:
    await door.door.close(0.1)
    assert await door.post(update()) == (503, b"", "5")
    assert await door.rows(SeenUpdateRecord) == 0


async def test_while_the_database_is_locked_telegram_keeps_the_update_and_then_it_takes_effect_once(
    door: Door, sqlite_url: str
) -> None:
    await door.stage.lose_patience()
    agreed = pressed(1002, 1, "en:abroad:")
    holder = sqlite.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert await door.post(agreed) == (503, b"", "5")
    assert await door.post(b"nonsense") == (503, b"", "5")
    holder.execute("ROLLBACK")
    holder.close()
    assert await door.happened("ConsentGiven") == 0
    for _ in range(3):
        assert await door.post(agreed) == (200, b"", None)
    assert await door.happened("ConsentGiven") == 1


async def test_a_database_that_is_gone_acknowledges_nothing_and_recovers_by_itself(door: Door, sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    await door.post(update())
    before = await door.rows(SeenUpdateRecord)
    aside = path.rename(path.with_suffix(".aside"))
    path.mkdir()
    agreed = pressed(1002, 1, "en:abroad:")
    for _ in range(2):
        assert await door.post(agreed) == (503, b"", "5")
    path.rmdir()
    # Removed altogether, SQLite would make a new and empty one: nothing may be acknowledged into that either.
    for _ in range(2):
        assert await door.post(agreed) == (503, b"", "5")
    aside.replace(path)
    answers = [(await door.post(agreed))[0] for _ in range(3)]
    assert answers[-2:] == [200, 200]
    assert (await door.happened("ConsentGiven"), await door.rows(SeenUpdateRecord)) == (1, before + 1)


async def test_a_restored_database_is_written_to_and_not_the_one_it_replaced(
    door: Door, sqlite_url: str, tmp_path: Path
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    await door.post(update())
    shutil.copy(path, tmp_path / "backup.db")
    (tmp_path / "backup.db").replace(path)
    first = pressed(1002, 1, "en:abroad:")
    while (await door.post(first))[0] != 200:
        await asyncio.sleep(0)
    with sqlite.connect(path) as restored:
        assert restored.execute("SELECT count(*) FROM contacts").fetchone() == (1,)
    restored.close()


async def test_a_full_disk_is_an_outage_and_a_fault_of_the_update_is_not(door: Door) -> None:
    """A chat must not be held up for a day by something that no waiting mends."""
    stage = door.stage
    for fault, status in ((OSError(28, "No space left"), 503), (OSError(2, "No such file"), 200)):

        def fail(*_: object, fault: OSError = fault) -> None:
            raise fault

        event.listen(stage.house.office.engine.sync_engine, "begin", fail, once=True)
        assert (await door.post(update()))[0] == status


async def test_what_the_door_did_not_take_is_taken_later_in_order(door: Door, sqlite_url: str) -> None:
    """The sandbox pushes as Telegram does, and keeps for the poller what it could not push."""
    await door.stage.lose_patience()
    await door.stage.house.bot.set_webhook(door.url, secret_token=SECRET)
    holder = sqlite.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for text in ("/start", "/help", "/hotline"):
        await door.stage.post(f"people/{CAST['小刘']}/text", text=text)
    for _ in range(200):
        pending: Any = await door.stage.get("pending")
        if "last_error_message" in pending["webhook"]:
            break
        await asyncio.sleep(0.05)
    assert [line for line in await door.stage.news("小刘") if line.startswith("安哨")] == []
    holder.execute("ROLLBACK")
    holder.close()
    assert pending["count"] == 3 and "503" in pending["webhook"]["last_error_message"]
    await door.stage.house.bot.delete_webhook()
    await door.stage.settle()
    said = [str(message["text"]) for message in await door.stage.messages("小刘") if message["from"] == "bot"]
    assert [text.partition("\n")[0][:4] for text in said] == ["您好，这", "怎么用", "现在就出"]


async def test_a_slow_reader_of_one_chat_keeps_no_other_waiting(door: Door) -> None:
    await door.stage.post("people/1003/start")
    await door.stage.post("faults", kind="slow", method="sendMessage", chat_id=1002, seconds=2.0)
    slow = asyncio.create_task(door.post(update(1002)))
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert (await door.post(update(1003)))[0] == 200
    assert loop.time() - began < 1.0 and not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


@pytest.mark.parametrize("how", ["500", "reset", "403", "400:can't parse entities: x", "429"])
async def test_a_reply_that_cannot_be_said_undoes_nothing(door: Door, how: str) -> None:
    await door.stage.post("people/1002/start")
    await door.stage.post("faults", kind=how, method="*", retry_after=60)
    assert await door.post(pressed(1002, 1, "en:abroad:")) == (200, b"", None)
    assert await door.happened("ConsentGiven") == 1
