"""A sandbox in this process, listening on localhost, and python-telegram-bot on the other side."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData, web
from telegram import Bot, Message
from telegram.request import HTTPXRequest

from sandbox.server import DEFAULT_TOKEN, EXCHANGE, create_app

OFFICIAL, OFFICER, PRINCIPAL, EMPLOYEE, BLOCKING, THROTTLED, SILENT = range(1001, 1008)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, passing: timedelta) -> None:
        self.at += passing


class Harness:
    """One running sandbox: `bot` speaks the Bot API, `act` does what people do."""

    def __init__(self, app: web.Application, base: str, http: ClientSession, bot: Bot, clock: Clock) -> None:
        self.exchange = app[EXCHANGE]
        self.base = base
        self.http = http
        self.bot = bot
        self.clock = clock

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        async with self.http.request(method, f"/sandbox/{path}", json=body) as response:
            answer = await response.json()
            assert response.status < 400, answer
            return answer

    async def act(self, person: int, verb: str, **body: Any) -> Any:
        return await self.ask("POST", f"people/{person}/{verb}", body)

    async def refused(self, person: int, verb: str, **body: Any) -> tuple[int, str]:
        async with self.http.post(f"/sandbox/people/{person}/{verb}", json=body) as response:
            return response.status, (await response.json())["error"]

    async def upload(self, person: int, verb: str, *files: tuple[str, bytes, str], caption: str = "") -> Any:
        form = FormData()
        for name, content, mime in files:
            form.add_field("files", io.BytesIO(content), filename=name, content_type=mime)
        form.add_field("caption", caption)
        async with self.http.post(f"/sandbox/people/{person}/{verb}", data=form) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def call(self, name: str, /, **parameters: Any) -> tuple[int, dict[str, Any]]:
        """A bare Bot API call: HTTP status and body."""
        async with self.http.post(f"/bot{DEFAULT_TOKEN}/{name}", json=parameters) as response:
            return response.status, await response.json()

    async def drained(self) -> list[dict[str, Any]]:
        """All pending updates, confirmed."""
        updates: list[dict[str, Any]] = []
        while True:
            offset = updates[-1]["update_id"] + 1 if updates else 0
            _, answer = await self.call("getUpdates", offset=offset)
            if not answer["result"]:
                return updates
            updates += answer["result"]

    async def started(self, person: int = OFFICER) -> None:
        await self.act(person, "start")
        await self.drained()

    async def said(self, person: int = OFFICER, text: str = "请自查", **more: Any) -> Message:
        """A message from the bot to somebody who has started it."""
        if not self.exchange.world.chats[person].is_started:
            await self.started(person)
        return await self.bot.send_message(person, text, **more)

    async def talk(self, person: int = OFFICER) -> str:
        async with self.http.get(f"/sandbox/people/{person}/talk") as response:
            return await response.text()


@asynccontextmanager
async def running(data_dir: Path | None = None, **options: Any) -> AsyncIterator[Harness]:
    clock = Clock()
    app = create_app(data_dir=data_dir, clock=clock, **options)
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        request = HTTPXRequest(connection_pool_size=8, media_write_timeout=20, read_timeout=10)
        polling = HTTPXRequest(connection_pool_size=4, read_timeout=10)
        bot = Bot(
            DEFAULT_TOKEN,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=request,
            get_updates_request=polling,
        )
        async with bot, ClientSession(base) as http:
            yield Harness(app, base, http, bot, clock)
    finally:
        await runner.cleanup()


@pytest.fixture
async def sandbox() -> AsyncIterator[Harness]:
    async with running() as harness:
        yield harness


@pytest.fixture
def run() -> Callable[..., Any]:
    """For tests that start a sandbox themselves, or twice."""
    return running


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def hook() -> AsyncIterator[Callable[[Answer], Awaitable[str]]]:
    """Starts a bot's webhook on localhost and says its URL."""
    runners: list[web.AppRunner] = []

    async def begin(answer: Answer) -> str:
        app = web.Application()
        app.router.add_post("/hook", answer)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/hook"

    yield begin
    for runner in runners:
        await runner.cleanup()
