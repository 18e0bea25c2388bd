"""推送 — the webhook: each chat's updates in order, chats in parallel, retried until they are taken or a day old."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from sandbox.updates import Pending, Updates

FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0
LONGEST_ASKED = 3600.0
KEPT_FOR = 24 * 3600
READ_TIMEOUT = 30.0

Execute = Callable[[dict[str, Any]], Awaitable[None]]


class Pusher:
    """Delivers to one webhook. A lane is the queue of one chat; a lane that fails waits without holding others up.

    `confirm` is told what was taken, `now` gives Unix seconds, `execute` carries out a method that the webhook's
    answer asks for, as Telegram would.
    """

    def __init__(
        self,
        webhook: dict[str, Any],
        updates: Updates,
        confirm: Callable[[list[int]], None],
        now: Callable[[], int],
        execute: Execute,
    ) -> None:
        self.updates = updates
        self.confirm = confirm
        self.now = now
        self.execute = execute
        self.url = webhook["url"]
        self.headers = {"Content-Type": "application/json"}
        if webhook["secret"]:
            self.headers["X-Telegram-Bot-Api-Secret-Token"] = webhook["secret"]
        self.last_error: tuple[int, str] | None = None
        self._slots = asyncio.Semaphore(webhook["max_connections"])
        self._lanes: dict[str, deque[int]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=webhook["max_connections"]),
            timeout=aiohttp.ClientTimeout(total=READ_TIMEOUT),
            auto_decompress=False,
        )
        for pending in updates.pending.values():
            self.add(pending)

    def add(self, pending: Pending) -> None:
        """Put an update at the end of its lane and see that somebody works on the lane."""
        self._lanes.setdefault(pending.lane, deque()).append(pending.n)
        if pending.lane not in self._tasks:
            self._tasks[pending.lane] = asyncio.create_task(self._work(pending.lane))

    async def close(self) -> None:
        """Stop; what is not confirmed stays pending."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._session.close()

    async def _work(self, name: str) -> None:
        lane = self._lanes[name]
        wait = FIRST_WAIT
        while lane:
            pending = self.updates.pending.get(lane[0])
            if pending is not None and self.now() - pending.at > KEPT_FOR:
                self.confirm([pending.n])
                pending = None
            if pending is None:
                lane.popleft()
                continue
            async with self._slots:
                asked = await self._post(pending)
            if asked is None:
                self.confirm([pending.n])
                lane.popleft()
                wait = FIRST_WAIT
            else:
                await asyncio.sleep(asked or wait)
                wait = min(LONGEST_WAIT, wait * 2)
        del self._lanes[name]
        del self._tasks[name]

    async def _post(self, pending: Pending) -> float | None:
        """None if the webhook took the update, else the seconds it asked us to wait (0: it did not say)."""
        try:
            async with self._session.post(
                self.url, data=pending.raw.encode(), headers=self.headers, allow_redirects=False
            ) as response:
                body = await response.content.read(65536)
                if 200 <= response.status < 300:
                    await self._obey(body)
                    return None
                words = f"Wrong response from the webhook: {response.status} {response.reason or ''}".strip()
                asked = response.headers.get("Retry-After", "")
        except TimeoutError:
            words, asked = "Read timeout expired", ""
        except (aiohttp.ClientError, OSError) as fault:
            refused = isinstance(fault, aiohttp.ClientConnectorError)
            words, asked = "Connection refused" if refused else "Connection reset by peer", ""
        self.last_error = (self.now(), words)
        return min(LONGEST_ASKED, float(asked)) if asked.isdecimal() else 0.0

    async def _obey(self, body: bytes) -> None:
        """Telegram executes a method found in the answer; so must we, for a bot that answers by mistake."""
        if b'"method"' not in body:
            return
        with contextlib.suppress(ValueError):
            asked = json.loads(body)
            if isinstance(asked, dict) and isinstance(asked.get("method"), str):
                await self.execute(asked)
