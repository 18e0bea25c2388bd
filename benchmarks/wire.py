"""The other side of the wire: a Bot API that says yes to everything at once, and counts."""

from __future__ import annotations

import asyncio
import json
import re
import sys

from aiohttp import web

MESSAGE_ID = re.compile(rb"message_id\D+(\d+)")
ME = {"id": 123456, "is_bot": True, "first_name": "bench", "username": "bench_bot"}


def create_app() -> web.Application:
    app = web.Application(client_max_size=10_000_000)
    said = {"count": 0, "next": 1}

    async def method(request: web.Request) -> web.Response:
        name = request.match_info["method"].lower()
        body = await request.read()
        if name == "getme":
            return _yes(ME)
        if name in ("sendmessage", "editmessagetext"):
            said["count"] += 1
            said["next"] += 1
            edited = MESSAGE_ID.search(body) if name == "editmessagetext" else None
            chat = {"id": 1, "type": "private", "first_name": "x"}
            return _yes(
                {
                    "message_id": int(edited[1]) if edited else said["next"],
                    "date": 0,
                    "chat": chat,
                    "text": "ok",
                    "from": ME,
                }
            )
        return _yes(True)

    async def count(_: web.Request) -> web.Response:
        return web.json_response(said["count"])

    app.router.add_route("*", "/bot{token}/{method}", method)
    app.router.add_get("/count", count)
    return app


def _yes(result: object) -> web.Response:
    return web.Response(body=json.dumps({"ok": True, "result": result}).encode(), content_type="application/json")


async def main(port: int) -> None:
    runner = web.AppRunner(create_app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
