"""分工 — processes by role on one PostgreSQL, as an operator runs them: each does its part, and the next takes over."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.notice import Notice
from outreach.desk import Office
from outreach.people import enrolling
from outreach.storage.baton import CLOCK, Baton
from outreach.storage.database import open_engine
from outreach.storage.photos import PhotoStore
from scheduler.clockwork import Clockwork
from tests.conftest import DATABASES
from tests.journeys.processes import ROOT, Town, free_port

pytestmark = [pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL is left out")]
KEY = 0x616E7000


@pytest.fixture
def shared(postgresql: str) -> Iterator[str]:
    name = f"t{uuid4().hex}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_anshao")
    yield postgresql.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(shared: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(shared)
    yield engine
    await engine.dispose()


class Fleet(Town):
    """A sandbox, and processes of the bot by role on one database."""

    def __init__(self, folder: Path, mode: str, url: str) -> None:
        super().__init__(folder, mode)
        self.environment |= {"ANSHAO_DATABASE_URL": url}
        self.members: list[subprocess.Popen[bytes]] = []

    def start(self, role: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start one and wait until it says that it is ready."""
        log = self.folder / f"{role}-{len(self.members)}.log"
        with log.open("wb") as out:
            member = subprocess.Popen(
                [sys.executable, "-m", "bot", "run", "--role", role], cwd=ROOT, stdout=out, stderr=out,
                env=self.environment | {"ANSHAO_ROLE": "all"} | settings,
            )  # fmt: skip
        self.members.append(member)
        self.until(lambda: any(line["event"] == "ready" for line in self.said(log)) or member.poll() is not None)
        assert member.poll() is None, log.read_text()
        member.log = log  # type: ignore[attr-defined]
        return member

    @staticmethod
    def said(log: Path) -> list[dict[str, object]]:
        lines = log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def end(self) -> None:
        for member in self.members:
            if member.poll() is None:
                member.kill()
            member.wait()
        self.close()


@pytest.fixture
def fleet(shared: str, tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path, "webhook", shared)
    yield made
    made.end()


def term(member: subprocess.Popen[bytes]) -> tuple[int, float]:
    """SIGTERM; the exit status, and how many seconds it took."""
    began = time.monotonic()
    member.send_signal(signal.SIGTERM)
    return member.wait(25), time.monotonic() - began


def clock_holders(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted", (CLOCK,)
        )
        return [row[0] for row in rows]


def rows(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchall()


async def tell(url: str, folder: Path, catalogue: Catalogue, texts: Texts, count: int) -> None:
    """So many notices for 王芳, queued by a process that is none of the fleet: no bell rings in those."""
    engine = open_engine(url)
    office = Office(engine, catalogue, texts, PhotoStore(folder / "photos"), Privacy.load())
    async with office.desk() as desk:
        contact = await enrolling.agree(desk, 1002, 1002, "王芳", "zh-CN", office.privacy.version)
        for number in range(count):
            await desk.tell(contact, Notice("enrolment_declined", {"enterprise": f"店{number}"}, f"k{number}"))
    await engine.dispose()


@pytest.mark.slow
def test_each_role_does_its_part_and_a_clock_that_dies_is_followed_by_the_next(
    fleet: Fleet, shared: str, tmp_path: Path, catalogue: Catalogue, texts: Texts
) -> None:
    first = fleet.start("clock")
    web, pump = fleet.start("web"), fleet.start("pump")
    fleet.until(fleet.is_ready)
    second = fleet.start("clock")
    # The web process takes the update and answers; it neither sends notices nor sweeps.
    fleet.post("people/1002/start")
    fleet.until(lambda: any(m["from"] == "bot" for m in fleet.get("state")["chats"]["1002"]["messages"]))
    asyncio.run(tell(shared, tmp_path, catalogue, texts, 2))
    began = time.monotonic()
    fleet.until(lambda: rows(shared, "SELECT DISTINCT state FROM deliveries") == [("sent",)])
    assert time.monotonic() - began < 10
    owners = rows(shared, "SELECT count(*) FROM pulses WHERE name = 'rescue'")
    assert owners == [(1,)]
    # The second clock waits; it has never swept.
    assert len(clock_holders(shared)) == 1
    assert not [line for line in fleet.said(second.log) if line["event"] == "clock_taken"]  # type: ignore[attr-defined]
    first.kill()
    killed = time.monotonic()
    fleet.until(lambda: [one for one in fleet.said(second.log) if one["event"] == "clock_taken"])  # type: ignore[attr-defined]
    assert time.monotonic() - killed < 10
    assert len(clock_holders(shared)) == 1
    # Each ends by itself when asked to, and leaves nothing claimed.
    for member in (web, pump, second):
        status, seconds = term(member)
        assert (status, seconds < 12) == (0, True), member.log.read_text()  # type: ignore[attr-defined]
    assert clock_holders(shared) == []


@pytest.mark.slow
def test_a_pump_told_to_stop_in_the_middle_of_a_send_settles_it_and_lets_go_of_the_rest(
    fleet: Fleet, shared: str, tmp_path: Path, catalogue: Catalogue, texts: Texts
) -> None:
    fleet.post("people/1002/start")
    fleet.post("faults", method="sendMessage", kind="slow", seconds=1.5)
    asyncio.run(tell(shared, tmp_path, catalogue, texts, 5))
    pump = fleet.start("pump")
    fleet.until(lambda: rows(shared, "SELECT 1 FROM deliveries WHERE state = 'claimed'"))
    time.sleep(0.3)
    status, seconds = term(pump)
    assert (status, seconds < 12) == (0, True)
    left = dict(rows(shared, "SELECT state, count(*) FROM deliveries GROUP BY 1"))
    assert set(left) <= {"sent", "queued", "retry"} and sum(left.values()) == 5, left
    assert rows(shared, "SELECT id FROM deliveries WHERE claimed_by IS NOT NULL OR lease_until IS NOT NULL") == []
    sent = [call for call in fleet.get("ledger") if call["method"] == "sendMessage"]
    assert len(sent) == left.get("sent", 0)


@pytest.mark.slow
def test_a_web_process_told_to_stop_answers_what_has_begun_and_turns_away_the_rest(fleet: Fleet, shared: str) -> None:
    fleet.start("clock")
    web = fleet.start("web")
    fleet.until(fleet.is_ready)
    fleet.post("faults", method="sendMessage", kind="slow", seconds=2)

    def update(number: int) -> bytes:
        person = {"id": 1003, "is_bot": False, "first_name": "李强", "language_code": "zh"}
        chat = {"id": 1003, "type": "private", "first_name": "李强"}
        message = {"message_id": number, "date": int(time.time()), "chat": chat, "from": person, "text": "/help"}
        return json.dumps({"update_id": number, "message": message}).encode()

    async def post(number: int) -> int:
        def ask() -> int:
            request = urllib.request.Request(
                f"http://127.0.0.1:{fleet.bot_port}/telegram", update(number),
                {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": "a-secret-for-journeys"},
            )  # fmt: skip
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as fault:
                return fault.code

        return await asyncio.to_thread(ask)

    async def scene() -> tuple[int, int, bool]:
        begun = asyncio.create_task(post(501))
        await asyncio.sleep(0.7)
        web.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.4)
        ready = await asyncio.to_thread(fleet.is_ready)
        return await post(502), await begun, ready

    turned_away, begun, ready = asyncio.run(scene())
    assert (turned_away, begun, ready) == (503, 200, False)
    assert web.wait(20) == 0
    assert rows(shared, "SELECT update_id FROM seen_updates") == [(501,)]


@pytest.mark.slow
def test_of_two_pollers_one_asks_and_the_other_takes_over(shared: str, tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, "polling", shared)
    try:
        first = fleet.start("web")
        fleet.start("web", ANSHAO_LISTEN=f"127.0.0.1:{free_port()}")
        for number, kill in enumerate((True, False)):
            fleet.post("people/1002/text", text="/help")
            fleet.until(lambda: fleet.get("pending")["count"] == 0 and rows(shared, "SELECT 1 FROM seen_updates"))
            assert len(rows(shared, "SELECT 1 FROM seen_updates")) == number + 1
            if kill:
                first.kill()
        logs = [line for member in fleet.members for line in fleet.said(member.log)]  # type: ignore[attr-defined]
        assert not [line for line in logs if line["event"] == "conflict"]
    finally:
        fleet.end()


async def test_one_holds_and_the_next_takes_over_when_the_first_lets_go(engine: AsyncEngine) -> None:
    first, second = Baton(engine, KEY), Baton(engine, KEY)
    await first.take()
    taking = asyncio.create_task(second.take())
    await asyncio.sleep(1.5)
    assert await first.is_held() and not taking.done()
    await first.close()
    await asyncio.wait_for(taking, 5)
    assert await second.is_held() and not await first.is_held()
    await second.close()


async def test_a_holder_whose_work_stands_still_is_ended_and_knows_it(engine: AsyncEngine) -> None:
    done = 0

    async def sign() -> int:
        return done

    first, second = Baton(engine, KEY), Baton(engine, KEY, sign, stuck_seconds=2)
    await first.take()
    taking = asyncio.create_task(second.take())
    for _ in range(8):
        await asyncio.sleep(0.5)
        done += 1
    assert not taking.done(), "it works and is left in peace"
    await asyncio.wait_for(taking, 8)
    assert not await first.is_held()
    await asyncio.wait_for(first.lost(), 1)
    await first.close()
    await second.close()


async def test_a_baton_survives_the_loss_of_its_session(engine: AsyncEngine) -> None:
    baton = Baton(engine, KEY)
    await baton.take()
    async with engine.begin() as connection:
        await connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key"),
            {"key": KEY},
        )
    await asyncio.wait_for(baton.lost(), 5)
    await asyncio.wait_for(baton.take(), 5)
    assert await baton.is_held()
    await baton.close()


async def test_who_lost_the_clock_ticks_no_more(
    engine: AsyncEngine, tmp_path: Path, catalogue: Catalogue, texts: Texts
) -> None:
    office = Office(engine, catalogue, texts, PhotoStore(tmp_path / "photos"), Privacy.load())
    baton = Baton(engine, KEY)
    await baton.take()
    clockwork = Clockwork(office, tmp_path, 0, baton.is_held)
    ticks: list[datetime] = []

    async def sweep(_: Office) -> None:
        ticks.append(datetime.now(UTC))

    await clockwork._tick(sweep, office)
    assert len(ticks) == 1
    await baton.close()
    await clockwork._tick(sweep, office)
    assert len(ticks) == 1


async def test_a_stop_lets_a_sweep_end_and_cuts_off_one_that_does_not(
    engine: AsyncEngine, tmp_path: Path, catalogue: Catalogue, texts: Texts
) -> None:
    office = Office(engine, catalogue, texts, PhotoStore(tmp_path / "photos"), Privacy.load())
    ended = []

    async def sweep(seconds: float) -> None:
        await asyncio.sleep(seconds)
        ended.append(seconds)

    for seconds in (0.2, 30):
        clockwork = Clockwork(office, tmp_path, 0)
        clockwork.start()
        clockwork._scheduler.add_job(clockwork._tick, args=(sweep, seconds))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await clockwork.stop(1.0)
        assert time.monotonic() - began < 2
        await asyncio.sleep(0.05)
    assert ended == [0.2]
