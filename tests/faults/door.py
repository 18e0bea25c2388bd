"""门口 — the webhook's real route on a real port, and connections to it that send exactly what they are given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.intake import Intake
from bot.webhook import BODY_LIMIT, HEADER, PATH, WebhookDoor

SECRET = "a-secret_of-32-characters-or-more"


@asynccontextmanager
async def open_door(intake: Intake) -> AsyncIterator[int]:
    """The port on which the route listens."""
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_post(PATH, WebhookDoor(intake, SECRET).answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class Knocker:
    """One connection that is kept, as Telegram keeps its own; `knock` sends one body and tells the status."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def knock(self, body: bytes) -> int:
        """POST the body with the secret. Raises AssertionError when anything is said beside the status."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"{HEADER}: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        assert b"\r\nContent-Length: 0\r\n" in answer, "Telegram would execute what is said here"
        if b"\r\nConnection: close" in answer:
            self.leave()
        return int(answer[9:12])

    def leave(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
