"""健康 — whether the process lives and is ready; to an outsider both answers say nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from console.asker import may_see

LOG = structlog.get_logger("health")
# What stands in the way, by name; nothing when the process is ready.
Failing = Callable[[], Awaitable[tuple[str, ...]]]
# A look writes a row: whoever asks more often gets the answer of the last one.
KEPT_SECONDS = 5.0
LOOK_SECONDS = 5.0
SLOW = ("slow",)


class Readiness:
    """What stands in the way of taking and keeping something, looked at anew every KEPT_SECONDS at most.

    is_open: whether the door takes anything; asked each time, so that a stop shows at once.
    """

    def __init__(self, failing: Failing, is_open: Callable[[], bool]) -> None:
        self._failing = failing
        self._is_open = is_open
        self._turn = asyncio.Lock()
        self._last: tuple[str, ...] | None = None
        self._told: tuple[str, ...] = ()
        self._old_at = 0.0

    async def failing(self) -> tuple[str, ...]:
        """The names of what is wrong; empty when the process is ready."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            if self._last is None or loop.time() >= self._old_at:
                self._last = await self._look()
                # What is wrong is looked at again at once: it may be mended.
                self._old_at = loop.time() + (0.0 if self._last else KEPT_SECONDS)
        found = self._last if self._is_open() else (*self._last, "door")
        if found != self._told:
            LOG.warning("not_ready", failing=found) if found else LOG.info("ready_again")
            self._told = found
        return found

    async def _look(self) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._failing()
        except TimeoutError:
            return SLOW


def add_health(app: web.Application, readiness: Readiness, token: str = "") -> None:
    """`/live` answers while the loop turns, `/ready` when something can be taken and kept.

    `/status` says what stands in the way, to whoever may see the metrics.
    """

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(_: web.Request) -> web.Response:
        return web.Response(status=503, text="not ready") if await readiness.failing() else web.Response(text="ok")

    async def status(request: web.Request) -> web.Response:
        if not may_see(request, token):
            raise web.HTTPNotFound
        found = await readiness.failing()
        return web.Response(status=503 if found else 200, text="\n".join(found) or "ok")

    app.router.add_get("/live", live)
    app.router.add_get("/ready", ready)
    app.router.add_get("/status", status)
