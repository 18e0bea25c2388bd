"""沙盒服务 — one aiohttp application: the pretend Bot API, the page, and what the page and tests ask for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox import controls, people, wire
from sandbox.acts import ActRefused, NobodyThere
from sandbox.ballots import VoteRefused, schedule
from sandbox.cast import Cast, load_cast
from sandbox.exchange import Clock, Exchange
from sandbox.people import BadAsk

DEFAULT_TOKEN = "123456:SANDBOX-TOKEN"
HERE = Path(__file__).parent
EXCHANGE = web.AppKey("exchange", Exchange)
_TOKEN = re.compile(r"\d{1,15}:[A-Za-z0-9_-]+")


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a refused act into JSON with one sentence."""
    try:
        return await handler(request)
    except NobodyThere as missing:
        return web.json_response({"error": str(missing)}, status=404)
    except (ActRefused, VoteRefused) as refused:
        return web.json_response({"error": str(refused)}, status=409)
    except ValueError as wrong:
        if isinstance(wrong, BadAsk) or request.path.startswith("/sandbox/"):
            return web.json_response({"error": str(wrong)}, status=400)
        raise


async def _page(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(HERE / "page.html", headers={"Cache-Control": "no-cache"})


async def _fresh(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"


def create_app(
    cast: Cast | None = None,
    token: str = DEFAULT_TOKEN,
    data_dir: Path | str | None = None,
    clock: Clock | None = None,
    *,
    has_rate_limits: bool = False,
) -> web.Application:
    """A sandbox, not yet listening. Without `cast` the demo cast, without `data_dir` nothing survives.

    `clock` gives an aware UTC instant. Raises ValueError for a malformed token or a broken cast, BlockingIOError
    if another sandbox uses `data_dir`.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("a bot token looks like 123456:ABC")
    directory = Path(data_dir) if data_dir is not None else None
    exchange = Exchange(cast or load_cast(), token, directory, clock, has_rate_limits)
    line = wire.Wire(exchange)

    async def life(app: web.Application) -> AsyncIterator[None]:
        await exchange.open(line.execute)
        for poll_id in list(exchange.world.polls):
            schedule(exchange, poll_id)
        yield
        await exchange.close()

    async def release(app: web.Application) -> None:
        exchange.release()

    app = web.Application(middlewares=[_explain], client_max_size=wire.LARGEST_BODY)
    app[EXCHANGE] = exchange
    app.cleanup_ctx.append(life)
    app.on_shutdown.append(release)
    app.on_response_prepare.append(_fresh)
    app.add_routes(wire.routes(line))
    app.add_routes(people.routes(people.People(exchange)))
    app.add_routes(controls.routes(controls.Controls(exchange)))
    app.router.add_get("/", _page)
    app.router.add_static("/static/", HERE / "static")
    return app
