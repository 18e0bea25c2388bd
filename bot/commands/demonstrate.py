"""演示 — the sandbox and the bot side by side on this machine, with a district to try things on."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Annotated, Any

import typer

from bot.commands.demo import load_district
from bot.settings import read_settings
from bot.wiring import open_office
from content.demo import demo_register
from content.demo.hints import hints
from domain.contact import Jurisdiction
from outreach.people import appointing
from outreach.storage.migrating import migrate

TOKEN = "123456:SANDBOX-TOKEN"  # noqa: S105 - the sandbox's own, worth nothing elsewhere
FOLDER = Path("demo-data")
# Longer than what the bot gives to what is under way.
END_SECONDS = 15
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def demo(
    reset: Annotated[bool, typer.Option(help="Throw away what was said before and start over.")] = False,
    port: Annotated[int, typer.Option(help="Where the page is; the next free port if it is taken.")] = 9000,
) -> None:
    """Try Anshao without Telegram: prints one address to open in a browser. Ctrl-C ends it."""
    if reset:
        shutil.rmtree(FOLDER, ignore_errors=True)
    with sandbox_with(FOLDER, port) as base:
        keep_running(base)


@contextmanager
def sandbox_with(folder: Path, port: int) -> Iterator[str]:
    """A sandbox, and data for a bot in that folder; yields where the page is. The bot is for the caller to run."""
    port = _free_port(port)
    base = f"http://127.0.0.1:{port}"
    os.environ.update(
        ANSHAO_BOT_TOKEN=TOKEN, ANSHAO_BOT_API_URL=base, ANSHAO_DATA_DIR=str(folder), ANSHAO_LISTEN="127.0.0.1:0",
        ANSHAO_MODE="polling", ANSHAO_DATABASE_URL="", ANSHAO_PROXY="",
    )  # fmt: skip
    code = asyncio.run(_prepare())
    sandbox = _begin("sandbox", "--port", str(port), "--data", str(folder / "sandbox"))
    try:
        _wait_for(base, sandbox)
        _put_hints(base, code)
        yield base
    finally:
        _end(sandbox)


def keep_running(base: str) -> None:
    """Run the bot until Ctrl-C; one that was killed is started again, as systemd would do it."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    typer.echo(f"\n  {base}\n\n  Open this address. Ctrl-C ends the demo; make demo-reset starts it over.\n")
    while not stopping:
        bot = _begin("bot", "run")
        typer.echo(f"  The bot runs as process {bot.pid}; kill it if you like, it comes back and nothing is lost.")
        try:
            status = bot.wait()
        except KeyboardInterrupt:
            _end(bot)
            return
        if status == 2:
            raise typer.Exit(2)
        time.sleep(0.5)


def _begin(module: str, *words: str) -> Popen[bytes]:
    """Run a module beside us. Ctrl-C reaches it too: until it listens for that, it leaves the ending to us."""
    ours = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return Popen([sys.executable, "-m", module, *words])  # noqa: S603
    finally:
        signal.signal(signal.SIGINT, ours)


def _end(process: Popen[bytes]) -> None:
    """Ask it to end; what cannot end is killed, so that nothing goes on without the demo."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except TimeoutExpired:
        process.kill()
        process.wait()


async def _prepare() -> str:
    """Migrate, load the district once, and appoint the demo official if there is none in the chat yet."""
    async with open_office(read_settings(_env_file=None)) as office:
        await migrate(office.engine)
        await load_district(office)
        async with office.desk() as desk:
            if await appointing.is_office_taken(desk):
                return ""
            return await appointing.appoint(desk, hints().official, Jurisdiction())


def _put_hints(base: str, code: str) -> None:
    """Show on the page what to try, with the links and files it takes."""
    from content.catalogue import Catalogue

    told = hints()
    register = demo_register([industry.name for industry in Catalogue.shipped().industries.values()])
    data = f"data:{XLSX};base64,{base64.b64encode(register).decode()}"
    shown: list[dict[str, Any]] = []
    for hint in told.hints:
        links = [{"label": hint.link, "person": hint.person, "payload": f"o-{code}"}] if hint.link and code else []
        files = [{"label": hint.file, "url": data}] if hint.file else []
        shown.append({"title": hint.title, "lines": list(hint.lines), "links": links, "files": files})
    request = urllib.request.Request(  # noqa: S310 - our own sandbox on this machine
        f"{base}/sandbox/hints",
        json.dumps({"hints": shown}).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=5).close()  # noqa: S310


def _wait_for(base: str, sandbox: Popen[bytes]) -> None:
    for _ in range(100):
        if sandbox.poll() is not None:
            raise typer.Exit(2)
        try:
            urllib.request.urlopen(f"{base}/sandbox/pending", timeout=1).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise typer.Exit(2)


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return wanted
