"""Updates a second with a durable commit each: the product beside minimal bots that read and write the same."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

HERE = Path(__file__).parent
# Five messages to each chat: more at once would wait for the second that Telegram asks for between them.
CHATS, UPDATES, AT_ONCE, ROUNDS = 200, 1000, 40, 3
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
    "anshao": "peer_anshao.py",
    "aiogram": "peer_aiogram.py",
    "python-telegram-bot": "peer_stock.py",
}
WORK = {"inspection answer": answer_update, "/help": help_update}
STEADY_PER_SECOND, STEADY_SECONDS = 200, 8


@contextmanager
def process(python: str, *words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(
        [python, *words], env=os.environ | {"PYTHONPATH": str(HERE.parent)} | environment, stderr=subprocess.DEVNULL
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


@asynccontextmanager
async def bot(
    python: str, script: str, **environment: str
) -> AsyncIterator[tuple[aiohttp.ClientSession, str, str, int]]:
    """A bot behind its webhook: a session to call it with, its address, the wire's, and its process id."""
    api_port, port = free_port(), free_port()
    api = f"http://127.0.0.1:{api_port}"
    with (
        tempfile.TemporaryDirectory() as folder,
        process(sys.executable, str(HERE / "wire.py"), str(api_port)),
        process(python, str(HERE / script), str(port), api, folder, **environment) as peer,
    ):
        connector = aiohttp.TCPConnector(limit=200)
        async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:
            url = f"http://127.0.0.1:{port}/telegram"
            await _until_up(session, url)
            yield session, url, api, peer.pid


async def measure(python: str, script: str, make: Any) -> Run:
    """As fast as it goes, from the webhook until every reply has been seen on the wire."""
    async with bot(python, script) as (session, url, api, pid):
        queue = iter(range(UPDATES))

        async def worker() -> None:
            for n in queue:
                await _post(session, url, make(n))

        before, cpu, began = await _count(session, api), cpu_seconds(pid), time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        while await _count(session, api) - before < UPDATES:
            await asyncio.sleep(0.005)
        seconds = time.perf_counter() - began
        return Run(UPDATES / seconds, (cpu_seconds(pid) - cpu) / UPDATES * 1000)


async def steady(flush_ms: int) -> str:
    """Answers at a steady pace, each timed from its webhook to its acknowledgement, the reply being said by then."""
    async with bot(sys.executable, "peer_anshao.py", BENCH_FLUSH_MS=str(flush_ms)) as (session, url, _, _):
        for n in range(CHATS):
            await _post(session, url, answer_update(n))
        await session.get(url.replace("/telegram", "/lag"))
        took: list[float] = []

        async def one(n: int) -> None:
            began = time.perf_counter()
            await _post(session, url, answer_update(n))
            took.append((time.perf_counter() - began) * 1000)

        tasks, began = [], time.perf_counter()
        for n in range(STEADY_PER_SECOND * STEADY_SECONDS):
            await asyncio.sleep(max(0.0, began + n / STEADY_PER_SECOND - time.perf_counter()))
            tasks.append(asyncio.create_task(one(CHATS + n)))
        await asyncio.gather(*tasks)
        async with session.get(url.replace("/telegram", "/lag")) as response:
            lag = float(await response.json())
        p50, p99 = statistics.median(took), statistics.quantiles(took, n=100)[98]
        return (
            f"{STEADY_PER_SECOND} answers a second, {flush_ms} ms more for each flush: "
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest block of the loop {lag:.0f} ms"
        )


async def _post(session: aiohttp.ClientSession, url: str, update: dict[str, Any]) -> None:
    async with session.post(url, json=update) as response:
        assert response.status == 200, response.status


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
    print(f"{UPDATES} updates, {CHATS} chats, {AT_ONCE} at once, medians of {ROUNDS} rounds, {os.cpu_count()} cores")
    for work, make in WORK.items():
        runs: dict[str, list[Run]] = {name: [] for name in CONTENDERS}
        for _ in range(ROUNDS):
            for name, script in CONTENDERS.items():
                python = sys.executable if name == "anshao" else peers
                runs[name].append(asyncio.run(measure(python, script, make)))
        speeds = {name: statistics.median(run.per_second for run in done) for name, done in runs.items()}
        for name, done in runs.items():
            low, high = min(run.per_second for run in done), max(run.per_second for run in done)
            cpu = statistics.median(run.cpu_ms for run in done)
            print(
                f"{work:18} {name:20} {speeds[name]:6.0f}/s ({low:.0f}-{high:.0f})  {cpu:5.2f} ms CPU  "
                f"anshao is {speeds['anshao'] / speeds[name]:.2f} x"
            )
    for flush_ms in (0, 2):
        print(asyncio.run(steady(flush_ms)))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable)
