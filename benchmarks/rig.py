"""The rig in which updates are measured: the bot on one core, the pretend Bot API and whoever calls on the other."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.side_by_side import wire

HERE = Path(__file__).parent
SECRET = {"X-Telegram-Bot-Api-Secret-Token": "bench-secret"}
CORES = sorted(os.sched_getaffinity(0))
# The bot has a core to itself, so that nobody who measures takes its time; with one core they share it.
BOTS, OURS = {CORES[0]}, {CORES[-1]}


@dataclass(frozen=True, slots=True)
class Rig:
    """A bot that is up: its port, the address of its Bot API, its process."""

    port: int
    api: str
    pid: int

    def cpu_seconds(self) -> float:
        """What the bot's process has used so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(python: str, *words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"PYTHONPATH": str(HERE.parent), "PYTHONWARNINGS": "ignore"} | environment
    running = subprocess.Popen([python, *words], env=environment, stderr=subprocess.DEVNULL)
    os.sched_setaffinity(running.pid, BOTS)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@asynccontextmanager
async def rig(python: str, script: str, database: str = "", **environment: str) -> AsyncIterator[Rig]:
    """A bot behind its webhook, on this PostgreSQL database or on a SQLite database of its own."""
    os.sched_setaffinity(0, OURS)
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        wire() as api,
        process(python, str(HERE / script), str(port), api, database or folder, **environment) as bot,
    ):
        await _until_up(f"http://127.0.0.1:{port}/telegram")
        yield Rig(port, api, bot.pid)


async def _until_up(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(1200):
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
    raise SystemExit(f"{url} never came up")
