"""A webhook that does nothing: what the rig itself shows, from the instant due to the acknowledgement."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web


async def main(port: int) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_post("/telegram", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
