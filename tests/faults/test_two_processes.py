"""两个进程 — on PostgreSQL two processes share the work: nothing goes out twice, however long one sleeps."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from sqlalchemy import text

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.composition import Content
from domain.contact import Contact, Official, Role
from domain.notice import Notice
from domain.plan import Rhythm
from outreach.broadcasts import broadcasting, composing
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.speaking_time import SpeakingTime
from outreach.delivery.taking import LEASE_FOR
from outreach.desk import Clock, Desk, Office
from outreach.people import enrolling
from outreach.plans import planning
from outreach.storage.common_clock import CommonClock
from outreach.storage.database import open_engine
from outreach.storage.photos import PhotoStore
from tests.conftest import DATABASES, Figure, SetClock
from tests.faults.second_process import LIMIT, fast_clock
from tests.journeys.processes import ROOT
from tests.outreach import walking
from tests.outreach.mailing import open_mailing
from tests.stage import open_sandbox

RECIPIENTS, PLANNED = 200, 50
OFFICIAL = 9000
FIRST = 9001
WINDOW_OF_ONE = 25
# A lease of two minutes is over in ten seconds, and the part of the limit that a stopped process held in four.
SPEED = 12
# A machine with other work may stand still for seconds; what must hold meanwhile is asked at every look.
PATIENCE_SECONDS = 30.0

pytestmark = [pytest.mark.slow, pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL is left out")]


@pytest.fixture
def shared_url(postgresql: str) -> str:
    import psycopg

    name = f"t{uuid4().hex}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_anshao")
    return postgresql.replace("/postgres?", f"/{name}?")


@asynccontextmanager
async def shared_office(
    url: str, folder: Path, catalogue: Catalogue, texts: Texts, clock: Clock
) -> AsyncIterator[Office]:
    engine = open_engine(url)
    try:
        yield Office(engine, catalogue, texts, PhotoStore(folder / "photos"), Privacy.load(), clock=clock)
    finally:
        await engine.dispose()


async def fill(desk: Desk) -> tuple[Contact, Official]:
    """Fifty restaurants with a safety officer each, and a hundred and fifty employees of the first."""
    who = await walking.official(desk, "周科", OFFICIAL)
    places: list[int] = []
    for number in range(RECIPIENTS):
        contact = await enrolling.agree(desk, FIRST + number, FIRST + number, f"丁{number}", "zh-CN", 1)
        if number < PLANNED:
            places.append(await walking.enterprise(desk, f"饭店{number}", f"CODE{number:014d}"))
            await enrolling.give_post(desk, contact, places[-1], Role.SAFETY_OFFICER, "test")
        else:
            await enrolling.give_post(desk, contact, places[0], Role.EMPLOYEE, "test")
    return who


async def give_work(office: Office) -> None:
    """Two hundred notices to send, and fifty weekly self-inspections of which the clock is to remind."""
    async with office.desk() as desk:
        who = await fill(desk)
    async with office.desk() as desk:
        notice = await composing.begin(desk, *who)
        await composing.compose(desk, *who, notice.id, Content("检查燃气软管"))
        plan = await planning.draft(desk, *who, "catering")
        today = desk.today
        await planning.pace(
            desk, who[0], plan.id, rhythm=Rhythm.WEEKLY, from_on=today, until_on=today + timedelta(days=20)
        )
    async with office.desk() as desk:
        await planning.confirm(desk, *who, plan.id)
        await broadcasting.approve(desk, *who, notice.id, RECIPIENTS)


class Pair:
    """Two processes on one database, and Telegram's ledger of what they sent."""

    def __init__(
        self, url: str, folder: Path, port: int, begun: float, speed: float, session: aiohttp.ClientSession
    ) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.session = session
        self.processes = []
        for number in range(2):
            (folder / str(number)).mkdir()
            words = [url, str(folder / str(number)), str(port), str(begun), str(speed)]
            log = (folder / f"{number}.log").open("wb")
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.faults.second_process", *words], cwd=ROOT, stdout=subprocess.PIPE,
                    stderr=log, text=True,
                )
            )  # fmt: skip
            log.close()
        for process in self.processes:
            assert process.stdout is not None
            line = process.stdout.readline()
            while line and line != "ready\n":
                line = process.stdout.readline()
            assert line, "it did not start"

    def close(self) -> list[list[float]]:
        """End both; when each made its calls."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
        calls = []
        for process in self.processes:
            out, _ = process.communicate(timeout=20)
            calls.append(json.loads(out.splitlines()[-1]))
        return calls

    async def ledger(self) -> Counter[tuple[int, str]]:
        """How often each person got which kind of message."""
        async with self.session.get(f"{self.base}/sandbox/ledger") as response:
            calls = [call for call in await response.json() if call["method"] == "sendMessage"]
        people = [call for call in calls if call["chat_id"] != OFFICIAL]
        return Counter((call["chat_id"], _kind(call["parameters"]["text"])) for call in people)

    async def until(self, least: int, seconds: float = 40) -> Counter[tuple[int, str]]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = await self.ledger()
            if sum(found.values()) >= least:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"only {sum((await self.ledger()).values())} of {least} were sent")


def _kind(words: str) -> str:
    return "notice" if "检查燃气软管" in words else "reminder" if "该做自查了" in words else words


@asynccontextmanager
async def open_pair(
    url: str, folder: Path, catalogue: Catalogue, texts: Texts, *, slow: float = 0.0, speed: float = 1
) -> AsyncIterator[tuple[Pair, Office]]:
    begun = time.time()
    async with open_sandbox() as port, aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{port}/sandbox"
        people = [
            {"id": number, "name": f"丁{number}", "phone": f"+8613900{number:06d}", "colour": "#445566", "note": "",
             "role": "employee", "behaviour": "answers", "pane": False, "username": f"ding{number}_demo"}
            for number in range(OFFICIAL, FIRST + RECIPIENTS)
        ]  # fmt: skip
        async with session.post(f"{base}/people", json={"people": people}) as response:
            assert response.status == 200
        await asyncio.gather(*(_starts(session, base, person["id"]) for person in people))
        if slow:
            async with session.post(f"{base}/faults", json={"kind": "slow", "seconds": slow, "method": "sendMessage"}):
                pass
        async with shared_office(url, folder, catalogue, texts, fast_clock(begun, speed)) as office:
            await give_work(office)
            pair = await asyncio.to_thread(Pair, url, folder, port, begun, speed, session)
            try:
                yield pair, office
            finally:
                for process in pair.processes:
                    if process.poll() is None:
                        process.kill()
                        process.communicate()


async def _starts(session: aiohttp.ClientSession, base: str, person: object) -> None:
    async with session.post(f"{base}/people/{person}/start", json={}) as response:
        assert response.status == 200


async def states(office: Office) -> dict[str, int]:
    async with office.desk() as desk:
        found = await desk.session.execute(
            text("SELECT state, count(*) FROM deliveries WHERE kind IN ('broadcast', 'reminder_occurrence') GROUP BY 1")
        )
        return dict(map(tuple, found))


def within_a_second(calls: list[list[float]]) -> int:
    """The most calls of all processes that began within one second."""
    began = sorted(at for one in calls for at in one)
    return max(sum(at <= later < at + 1.0 for later in began[n : n + 4 * LIMIT]) for n, at in enumerate(began))


def everything() -> Counter[tuple[int, str]]:
    """Each of two hundred the notice once, each of fifty the reminder once."""
    return Counter(
        [(FIRST + number, "notice") for number in range(RECIPIENTS)]
        + [(FIRST + number, "reminder") for number in range(PLANNED)]
    )


async def test_two_processes_send_everything_once(
    shared_url: str, tmp_path: Path, catalogue: Catalogue, texts: Texts, figure: Figure
) -> None:
    async with open_pair(shared_url, tmp_path, catalogue, texts) as (pair, office):
        await pair.until(RECIPIENTS + PLANNED)
        # Long enough for the sweeps of both to have their say once more.
        await asyncio.sleep(1.5)
        assert await pair.ledger() == everything()
        assert await states(office) == {"sent": RECIPIENTS + PLANNED}
        calls = await asyncio.to_thread(pair.close)
    counts = [len(one) for one in calls]
    assert min(counts) >= 10, f"one of them did nothing: {counts}"
    most = within_a_second(calls)
    assert most <= LIMIT
    figure(f"two processes, one limit of {LIMIT}/s: {counts[0]} and {counts[1]} sends, at most {most} in any second")


@pytest.mark.torture
async def test_a_process_stopped_for_longer_than_its_lease_doubles_nothing(
    shared_url: str, tmp_path: Path, catalogue: Catalogue, texts: Texts
) -> None:
    async with open_pair(shared_url, tmp_path, catalogue, texts, slow=0.3, speed=SPEED) as (pair, office):
        sleeper = pair.processes[0]
        await pair.until(60)
        sleeper.send_signal(signal.SIGSTOP)
        await asyncio.sleep(1.4 * LEASE_FOR.total_seconds() / SPEED)
        sleeper.send_signal(signal.SIGCONT)
        found: dict[str, int] = {}
        for _ in range(400):
            found = await states(office)
            if sum(found.values()) == RECIPIENTS + PLANNED and set(found) <= {"sent", "unknown"}:
                break
            await asyncio.sleep(0.1)
        assert sum(found.values()) == RECIPIENTS + PLANNED and set(found) <= {"sent", "unknown"}, found
        ledger = await pair.ledger()
        assert not ledger - everything(), "somebody got something twice"
        # What the sleeper held is unknown and nothing else is; all the rest arrived.
        unknown = found.get("unknown", 0)
        assert unknown <= WINDOW_OF_ONE
        assert sum((everything() - ledger).values()) <= unknown
        # It woke up with a part of the limit that others had by then, and did not use it.
        assert within_a_second(await asyncio.to_thread(pair.close)) <= LIMIT


async def test_what_was_claimed_before_a_long_sleep_is_not_sent_after_it(
    shared_url: str, tmp_path: Path, catalogue: Catalogue, texts: Texts, clock: SetClock
) -> None:
    async with (
        shared_office(shared_url, tmp_path, catalogue, texts, clock) as office,
        open_mailing(office, 5) as mailing,
    ):
        contact = await mailing.contact()
        async with office.desk() as desk:
            # An urgent one, which goes out once more when nobody knows what became of it.
            await desk.tell(contact, Notice("inspection_again", {"number": "1"}, "one", is_urgent=True))
        gate = asyncio.Event()
        sleeper, other = mailing.pump("sleeper"), mailing.pump("other")
        sleeper.pacer = Gate(gate)
        asleep = asyncio.create_task(sleeper.turn())
        while await mailing.states() != {"claimed": 1}:
            await asyncio.sleep(0.01)
        clock.advance(seconds=LEASE_FOR.total_seconds() + 1)
        assert await Claims(office.engine, "sweep").rescue(clock()) == 1
        clock.advance(seconds=61)
        assert await other.turn()
        gate.set()
        await asleep
        assert len(await mailing.calls()) == 1
        assert await mailing.state("one") == ("sent", "")


class Gate:
    """A process that is stopped just before it sends."""

    def __init__(self, gate: asyncio.Event) -> None:
        self._gate = gate

    async def wait(self, chat_id: int) -> None:
        await self._gate.wait()


@pytest.mark.torture
async def test_the_part_of_a_process_that_dies_or_leaves_goes_to_the_others(shared_url: str) -> None:
    engine = open_engine(shared_url)
    pacers = [Pacer(LIMIT) for _ in range(3)]
    times = [SpeakingTime(engine, pacer, LIMIT) for pacer in pacers]
    under_way: list[asyncio.Task[None]] = []

    async def held() -> int:
        async with engine.connect() as link:
            return int((await link.execute(text("SELECT sum(held) FROM speakers"))).scalar_one())

    async def until(used: list[int]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while sorted(one.used for one in times) != used:
            assert time.monotonic() < end, [one.used for one in times]
            assert await held() <= LIMIT
            await asyncio.sleep(0.05)

    try:
        for number, (pacer, speaking_time) in enumerate(zip(pacers, times, strict=True)):
            # Each has more to say than it ever may.
            under_way += [asyncio.create_task(pacer.wait(1000 * number + n)) for n in range(900)]
            await speaking_time.begin()
        asking = [asyncio.create_task(one.run()) for one in times]
        under_way += asking
        await until([16, 17, 17])
        # Dead as far as anybody knows: it says nothing more by itself, and the others have it all.
        asking[0].cancel()
        await until([0, 25, 25])
        pacers[0].demand()
        asking[1].cancel()
        await times[1].leave()
        await until([0, 0, LIMIT])
        assert pacers[0].demand() == (0, True)
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await engine.dispose()


@pytest.mark.parametrize("off", [timedelta(minutes=5), timedelta(minutes=-5)])
async def test_hosts_whose_clocks_differ_by_five_minutes_agree_on_every_lease(
    shared_url: str, tmp_path: Path, catalogue: Catalogue, texts: Texts, off: timedelta
) -> None:
    engine = open_engine(shared_url)
    right, wrong = CommonClock(lambda: datetime.now(UTC)), CommonClock(lambda: datetime.now(UTC) + off)
    for clock in (right, wrong):
        await clock.compare(engine)
    assert abs(right() - wrong()) < timedelta(seconds=3)
    async with shared_office(shared_url, tmp_path, catalogue, texts, right) as office:
        async with office.desk() as desk:
            contact = await enrolling.agree(desk, FIRST, FIRST, "丁", "zh-CN", 1)
            await desk.tell(contact, Notice("inspection_again", {"number": "1"}, "one", is_urgent=True))
        for holder, looker in ((right, wrong), (wrong, right)):
            claims = Claims(office.engine, "holder")
            (claim,) = await claims.take(holder())
            # What is being sent there is not taken for lost here.
            assert await Claims(office.engine, "looker").rescue(looker()) == 0
            assert not claim.is_over(looker())
            await claims.settle([(claim, Outcome(Kind.FLOOD))], holder())
    await engine.dispose()
