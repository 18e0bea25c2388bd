"""启动沙盒 — `python -m sandbox`: a pretend Telegram with a chat page, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web

from sandbox.cast import load_cast
from sandbox.server import DEFAULT_TOKEN, create_app


async def serve(app: web.Application, host: str, port: int) -> None:
    """Listen until SIGINT or SIGTERM; says where as soon as it does."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=1024)
        await site.start()
        actual = runner.addresses[0][1]
        print(f"sandbox listening on http://{host}:{actual}/", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A pretend Telegram with a chat page.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=9000, help="port, 0 for any free one (default %(default)s)")
    parser.add_argument("--data", type=Path, default=None, help="directory that keeps what was said")
    parser.add_argument("--token", default=DEFAULT_TOKEN, help="the bot token to accept (default %(default)s)")
    parser.add_argument("--cast", type=Path, default=None, help="another cast file than the demo cast")
    parser.add_argument("--rate-limits", action="store_true", help="keep Telegram's real rate limits")
    options = parser.parse_args(arguments)
    try:
        app = create_app(load_cast(options.cast), options.token, options.data, has_rate_limits=options.rate_limits)
        asyncio.run(serve(app, options.host, options.port))
    except BlockingIOError:
        print(f"another sandbox is using {options.data}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as fault:
        print(f"the sandbox cannot start: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
