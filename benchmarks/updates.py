"""Updates a second with a durable commit each: the product beside minimal bots that do the same write."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

HERE = Path(__file__).parent
CHATS, UPDATES, AT_ONCE, ROUNDS = 200, 2000, 40, 3
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": "bench-secret"}


@dataclass(frozen=True)
class Run:
    per_second: float
    cpu_ms: float


def help_update(n: int) -> dict[str, Any]:
    person = n % CHATS + 1
    who = {"id": person, "is_bot": False, "first_name": "P", "language_code": "zh"}
    message = {
        "message_id": n + 10, "date": int(time.time()), "chat": {"id": person, "type": "private", "first_name": "P"},
        "from": who, "text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    }  # fmt: skip
    return {"update_id": 1000 + n, "message": message}


def answer_update(n: int) -> dict[str, Any]:
    person = n % CHATS + 1
    update = help_update(n)
    message = update.pop("message")
    query = {
        "id": str(n), "from": message["from"], "chat_instance": "1", "message": message | {"text": "card"},
        "data": f"in:v:{person}:{n // CHATS % 21 + 1}:p",
    }  # fmt: skip
    return update | {"callback_query": query}


CONTENDERS = {
    "anshao, /help": ("peer_anshao.py", help_update),
    "anshao, inspection answer": ("peer_anshao.py", answer_update),
    "aiogram, minimal": ("peer_aiogram.py", help_update),
    "python-telegram-bot, minimal": ("peer_stock.py", help_update),
}


@contextmanager
def process(python: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(
        [python, *words], env=os.environ | {"PYTHONPATH": str(HERE.parent)}, stderr=subprocess.DEVNULL
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(python: str, script: str, make: Any) -> Run:
    api_port, port = free_port(), free_port()
    api = f"http://127.0.0.1:{api_port}"
    with (
        tempfile.TemporaryDirectory() as folder,
        process(sys.executable, str(HERE / "wire.py"), str(api_port)),
        process(python, str(HERE / script), str(port), api, folder) as peer,
    ):
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:
            url = f"http://127.0.0.1:{port}/telegram"
            await _until_up(session, url)
            before, cpu, began = await _count(session, api), cpu_seconds(peer.pid), time.perf_counter()
            queue = iter(range(UPDATES))

            async def worker() -> None:
                for n in queue:
                    async with session.post(url, json=make(n)) as response:
                        assert response.status == 200, response.status

            await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
            while await _count(session, api) - before < UPDATES:
                await asyncio.sleep(0.005)
            seconds = time.perf_counter() - began
            return Run(UPDATES / seconds, (cpu_seconds(peer.pid) - cpu) / UPDATES * 1000)


async def _until_up(session: aiohttp.ClientSession, url: str) -> None:
    for _ in range(600):
        try:
            async with session.get(url):
                return
        except aiohttp.ClientError:
            await asyncio.sleep(0.05)
    raise SystemExit(f"{url} never came up")


async def _count(session: aiohttp.ClientSession, api: str) -> int:
    async with session.get(f"{api}/count") as response:
        return int(await response.json())


def main(peers: str) -> None:
    runs: dict[str, list[Run]] = {name: [] for name in CONTENDERS}
    for _ in range(ROUNDS):
        for name, (script, make) in CONTENDERS.items():
            python = sys.executable if script == "peer_anshao.py" else peers
            runs[name].append(asyncio.run(measure(python, script, make)))
    print(f"{UPDATES} updates, {CHATS} chats, {AT_ONCE} at once, medians of {ROUNDS} rounds, {os.cpu_count()} cores")
    stock = statistics.median(run.per_second for run in runs["python-telegram-bot, minimal"])
    for name, done in runs.items():
        speed = statistics.median(run.per_second for run in done)
        low, high = min(run.per_second for run in done), max(run.per_second for run in done)
        cpu = statistics.median(run.cpu_ms for run in done)
        print(f"{name:32} {speed:7.0f}/s ({low:.0f}-{high:.0f})  {cpu:5.2f} ms CPU  {speed / stock:5.2f} x stock")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable)
