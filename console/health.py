"""健康 — whether the process lives and is ready; both answers tell an outsider nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

Ready = Callable[[], Awaitable[bool]]


def add_health(app: web.Application, is_ready: Ready) -> None:
    """`/live` answers while the loop turns; `/ready` when the database takes a write and the door is open."""

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(_: web.Request) -> web.Response:
        return web.Response(text="ok") if await is_ready() else web.Response(status=503, text="not ready")

    app.router.add_get("/live", live)
    app.router.add_get("/ready", ready)
