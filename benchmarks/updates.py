"""Updates a second with a durable commit each: the product beside minimal bots that read and write the same.

Run as `python benchmarks/updates.py [PEERS_PYTHON] [--postgresql]`; without peers only the product is measured.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.local_postgresql import postgresql
from benchmarks.rig import Rig, rig
from benchmarks.side_by_side import asked
from benchmarks.steady import Waits, at_a_pace, race, written

# Five messages to each chat: more at once would wait for the second that Telegram asks for between them.
CHATS, WARM, UPDATES, AT_ONCE, ROUNDS = 280, 400, 1000, 40, 3
ITEMS = 21
STEADY_PER_SECOND, STEADY_SECONDS = 200, 10
Make = Callable[[int], dict[str, Any]]
# The address of a new, empty database whose flushes take so many milliseconds longer; "" for SQLite.
NewDatabase = Callable[[int], str]


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
    """Item after item of each person's own walk, all on the one card that is put right each time."""
    person = n % CHATS + 1
    update = help_update(n)
    message = update.pop("message") | {"text": "card", "message_id": person + 10}
    query = {
        "id": str(n), "from": message["from"], "chat_instance": "1", "message": message,
        "data": f"in:v:{person}:{n // CHATS % ITEMS + 1}:p",
    }  # fmt: skip
    return update | {"callback_query": query}


CONTENDERS = {
    "anshao": "peer_anshao.py",
    "aiogram": "peer_aiogram.py",
    "python-telegram-bot": "peer_stock.py",
}
WORK: dict[str, Make] = {"inspection answer": answer_update, "/help": help_update}


async def measure(python: str, script: str, make: Make, database: str) -> Run:
    """As fast as it goes, from the webhook until every reply has been seen on the wire."""
    requests = [written(make(n)) for n in range(WARM + UPDATES)]
    async with rig(python, script, database) as bot:
        # What is asked for the first time is not what is measured: eight connections that know no plan yet.
        await race(bot.port, requests[:WARM], AT_ONCE)
        asked(bot.api)
        cpu, began = bot.cpu_seconds(), time.perf_counter()
        await race(bot.port, requests[WARM:], AT_ONCE)
        # Each of them acknowledges after it has said its reply.
        seconds = time.perf_counter() - began
        assert (said := asked(bot.api)["sent"]) == UPDATES, said
        return Run(UPDATES / seconds, (bot.cpu_seconds() - cpu) / UPDATES * 1000)


@dataclass(frozen=True)
class Steady:
    """Milliseconds that answers wait, the share of a core, and for how many milliseconds the loop stood still."""

    waits: Waits
    busy: float
    lag: float


async def steady(script: str, database: str, flush_ms: int = 0) -> Steady:
    """Answers at a steady pace: how long each waits, and for how long the event loop stands still."""
    # What came before is still being brought to the disk, and each flush would wait for that.
    os.sync()
    async with rig(sys.executable, script, database, BENCH_FLUSH_MS=str(flush_ms)) as bot:
        total = STEADY_PER_SECOND * STEADY_SECONDS
        requests = [written(answer_update(n)) for n in range(WARM + total)]
        await race(bot.port, requests[:WARM], AT_ONCE)
        await _lag(bot)
        cpu = bot.cpu_seconds()
        waits = await at_a_pace(bot.port, requests[WARM:], STEADY_PER_SECOND)
        busy = (bot.cpu_seconds() - cpu) / STEADY_SECONDS
        return Steady(waits, busy, await _lag(bot))


def paced(new_database: NewDatabase) -> None:
    """In rounds, one after the other, so that an hour in which the machine is slow meets them all."""
    works: dict[str, Callable[[], Coroutine[Any, Any, Steady]]] = {
        "a webhook that does nothing": lambda: steady("peer_empty.py", ""),
        "inspection answer": lambda: steady("peer_anshao.py", new_database(0)),
        "2 ms more for each flush": lambda: steady("peer_anshao.py", new_database(2), 2),
    }
    runs: dict[str, list[Steady]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            runs[name].append(asyncio.run(work()))
    for name, done in runs.items():
        p50, p99 = (statistics.median(getattr(run.waits, part) for run in done) for part in ("p50", "p99"))
        each = ", ".join(f"{run.waits.p99:.1f}" for run in done)
        print(
            f"  {name:28} p50 {p50:4.1f} ms, p99 {p99:4.1f} ms ({each}), longest "
            f"{max(run.waits.longest for run in done):4.1f} ms, {statistics.median(run.busy for run in done):3.0%} "
            f"of a core, longest block of the loop {max(run.lag for run in done):.0f} ms", flush=True,
        )  # fmt: skip


async def _lag(bot: Rig) -> float:
    """In milliseconds, since it was asked last; 0 for a bot that does not say."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{bot.port}/lag") as response:
        return float(await response.json()) if response.status == 200 else 0.0


def throughput(peers: str, new_database: NewDatabase) -> None:
    for work, make in WORK.items():
        contenders = CONTENDERS if peers else {"anshao": CONTENDERS["anshao"]}
        runs: dict[str, list[Run]] = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, script in contenders.items():
                python = sys.executable if name == "anshao" else peers
                runs[name].append(asyncio.run(measure(python, script, make, new_database(0))))
        speeds = {name: statistics.median(run.per_second for run in done) for name, done in runs.items()}
        for name, done in runs.items():
            low, high = min(run.per_second for run in done), max(run.per_second for run in done)
            cpu = statistics.median(run.cpu_ms for run in done)
            print(
                f"{work:18} {name:20} {speeds[name]:6.0f}/s ({low:.0f}-{high:.0f})  {cpu:5.2f} ms CPU  "
                f"anshao is {speeds['anshao'] / speeds[name]:.2f} x", flush=True,
            )  # fmt: skip


@contextmanager
def sqlite() -> Iterator[NewDatabase]:
    """Every bot makes a file of its own."""
    yield lambda _: ""


def main(words: list[str]) -> None:
    flags = {word for word in words if word.startswith("--")}
    peers = next((word for word in words if word not in flags), "")
    is_postgresql = "--postgresql" in flags
    with postgresql() if is_postgresql else sqlite() as new_database:
        print(
            f"{'PostgreSQL' if is_postgresql else 'SQLite'}, {UPDATES} updates, {CHATS} chats, {AT_ONCE} at once, "
            f"medians of {ROUNDS} rounds, {os.cpu_count()} cores"
        )
        if "--steady" not in flags:
            throughput(peers, new_database)
        print(f"{STEADY_PER_SECOND} a second for {STEADY_SECONDS} s, evenly, each timed from the instant it was due:")
        paced(new_database)


if __name__ == "__main__":
    main(sys.argv[1:])
