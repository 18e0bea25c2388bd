"""However hostile an update is, the route answers as it should, nobody else waits for it, and it takes effect once."""

from __future__ import annotations

import asyncio
import io
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest
from sqlalchemy import delete
from telegram import Bot

from bot.intake import Intake
from bot.webhook import BODY_LIMIT, HEADER, PATH
from handlers.adapter.reading import NotForUs, read_update
from outreach import papering
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Gateway
from outreach.people import enrolling
from outreach.photographing import Photographer
from outreach.storage.intake import QuarantineRecord
from tests.conftest import DATABASES, Figure, SetClock
from tests.faults.api_types import reachable
from tests.faults.conftest import SEED
from tests.faults.door import SECRET, Knocker, open_door
from tests.faults.grounds import Ground, PostgresGround, SqliteGround
from tests.faults.holdings import holdings
from tests.faults.mutations import Mutator
from tests.faults.quiet_telegram import QuietTelegram
from tests.stage import CAST, Stage, open_stage

# aiohttp's reader of multipart bodies calls what aiohttp itself deprecates, whenever a boundary falls badly.
pytestmark = pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")
ANSWERS = {200, 401, 413, 415, 503}
BATCH = 500
AT_ONCE = 8
# Of so many bodies one comes a second time, with nothing else under way.
ONE_TWICE_IN = 100
PEOPLE = ("周科", "王芳", "小刘", "李强")
MORE_PEOPLE = range(3001, 3009)
# The whole share is 100,000, of which each process of a run takes a part.
TORTURED = {"one": 45_000, "two": 45_000, "postgresql": 10_000}


@dataclass(slots=True)
class Reckoning:
    """What became of all that was posted."""

    posted: int = 0
    twice: int = 0
    not_for_us: int = 0
    taken: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


class Route:
    """The webhook's real route, and a Telegram that is somebody else."""

    def __init__(self, stage: Stage, ground: Ground, port: int, bot: Bot, intake: Intake, wire: QuietTelegram) -> None:
        self.stage, self.ground, self.bot, self.intake, self.wire = stage, ground, bot, intake, wire
        self.url = f"http://127.0.0.1:{port}{PATH}"
        self.knockers = [Knocker(port) for _ in range(AT_ONCE)]
        self.statuses: Counter[int] = Counter()
        office, gateway = stage.house.office, Gateway(bot)
        self.photographer = Photographer(office, gateway.fetch)
        self.pump = Pump(
            office.engine, gateway, papering.maker(office), office.notice_bell, office.clock, owner="storm",
            pacer=Pacer(1000, per_chat=False), almanac=office.almanac,
        )  # fmt: skip

    async def post(self, body: bytes, **headers: str) -> int:
        """With headers of one's own."""
        sent = {"Content-Type": "application/json", HEADER: SECRET} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        async with self.stage.session.post(self.url, data=io.BytesIO(body), headers=sent) as response:
            assert await response.read() == b"", "Telegram would execute what is said here"
            assert response.status in ANSWERS, (response.status, body[:500])
            return response.status

    async def post_all(self, bodies: list[bytes]) -> float:
        """Several at once, each answered with 200. The longest that one waited, in seconds."""
        slowest, left = 0.0, iter(bodies)

        async def one(knocker: Knocker) -> None:
            nonlocal slowest
            for body in left:
                began = time.monotonic()
                status = await knocker.knock(body)
                slowest = max(slowest, time.monotonic() - began)
                self.statuses[status] += 1
                assert status == 200, (status, body[:500])

        await asyncio.gather(*(one(knocker) for knocker in self.knockers))
        return slowest

    async def quarantined(self) -> list[str]:
        return [fault for (fault,) in self.ground.rows("SELECT fault FROM quarantine ORDER BY id")]


@pytest.fixture
async def route(memory: Path, migrated_sqlite: Path, clock: SetClock, quick: None) -> AsyncIterator[Route]:
    async with _open(SqliteGround(Path(mkdtemp(dir=memory)), migrated_sqlite), clock) as opened:
        yield opened


@pytest.fixture
async def route_on_postgresql(memory: Path, postgresql: str, clock: SetClock, quick: None) -> AsyncIterator[Route]:
    ground = PostgresGround(Path(mkdtemp(dir=memory)), postgresql, "template_anshao")
    try:
        async with _open(ground, clock) as opened:
            yield opened
    finally:
        ground.close()


@asynccontextmanager
async def _open(ground: Ground, clock: SetClock) -> AsyncIterator[Route]:
    async with open_stage(ground.url, ground.folder, clock) as stage:
        await stage.fill_register()
        await stage.enrol("周科")
        await stage.enrol("王芳", "云泊区好邻居餐饮店", "safety_officer")
        for deed in ("/check", "[餐饮场所安全自查表]", "[✅ 符合]", "[❌ 不符合]", "软管裂了"):
            await stage.act("王芳", deed)
        for newcomer in ("小刘", "李强"):
            await stage.say(newcomer, "/start")
        office, wire = stage.house.office, QuietTelegram()
        async with office.desk() as desk:
            for person in MORE_PEOPLE:
                await enrolling.agree(desk, person, person, f"丁{person}", "zh-CN", 1)
        async with Bot(stage.house.bot.token, request=wire, get_updates_request=wire) as bot:
            intake = Intake(office, bot, Gateway(bot).fetch)
            async with open_door(intake) as port:
                route = Route(stage, ground, port, bot, intake, wire)
                yield route
                for knocker in route.knockers:
                    knocker.leave()
        ground.look_away()


async def test_mutated_updates_break_nothing_and_lose_no_chat(route: Route, figure: Figure) -> None:
    await _storm(route, 1_000, SEED + 2, figure)


@pytest.mark.torture
@pytest.mark.parametrize("share", sorted(TORTURED.keys() - {"postgresql"}))
async def test_thousands_of_them_do_not_either(route: Route, figure: Figure, share: str) -> None:
    await _storm(route, TORTURED[share], SEED + len(share) * 10 + ord(share[0]), figure)


@pytest.mark.torture
@pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL is left out of this run")
async def test_postgresql_takes_the_same_nonsense(route_on_postgresql: Route, figure: Figure) -> None:
    await _storm(route_on_postgresql, TORTURED["postgresql"], SEED + 1, figure)


async def _storm(route: Route, number: int, seed: int, figure: Figure) -> None:
    began, worked = time.monotonic(), time.process_time()
    mutator = Mutator(seed, [*(CAST[who] for who in PEOPLE), *MORE_PEOPLE])
    told, dice = Reckoning(), Random(seed)
    for at in range(0, number, BATCH):
        bodies = list(mutator.bodies(min(BATCH, number - at)))
        before = route.intake.quarantined
        told.slowest = max(told.slowest, await route.post_all(bodies))
        await _reckon(route, bodies, before, told)
        for body in dice.sample(bodies, len(bodies) // ONE_TWICE_IN):
            await _again(route, body)
            told.twice += 1
        await _everybody_is_heard(route, mutator)
        async with route.stage.house.office.desk() as desk:
            await desk.session.execute(delete(QuarantineRecord))
    version = route.ground.rows("SELECT sqlite_version()" if route.ground.name == "SQLite" else "SHOW server_version")
    assert len(mutator.sampler.made) > len(reachable()) * (0.9 if number > 5_000 else 0.5)
    figure(
        f"hostile updates: {told.posted} and {told.twice} of them twice, {time.monotonic() - began:.1f} s "
        f"({time.process_time() - worked:.1f} s of one of {os.cpu_count()} cores), seed {seed}, {route.ground.name} "
        f"{version[0][0]}, {len(mutator.kinds)} kinds, {len(mutator.sampler.made)} of {len(reachable())} types, "
        f"answers {dict(route.statuses)}, taken {told.taken}, not for us {told.not_for_us}, quarantined "
        f"{dict(told.quarantined)}, slowest {told.slowest * 1000:.0f} ms with {AT_ONCE} at once"
    )
    # What is set aside could not be read. Anything else would be a talk that stumbled over what somebody pressed.
    assert set(told.quarantined) == {"Unparsable"}


async def _reckon(route: Route, bodies: list[bytes], before: int, told: Reckoning) -> None:
    """Each of them took effect, was refused, was none of ours or lies in quarantine; and nothing twice."""
    faults = await route.quarantined()
    assert all(fault.startswith("Unparsable") for fault in faults), [f for f in faults if f[:10] != "Unparsable"][:5]
    assert len(faults) == route.intake.quarantined - before
    told.quarantined.update(fault.partition(":")[0] for fault in faults)
    ours: dict[int, object] = {}
    nameless = 0
    for body in bodies:
        raw = _read(body)
        number = raw.get("update_id") if isinstance(raw, dict) else None
        if type(number) is int and 0 <= number < 2**63:
            ours[number] = raw
        else:
            nameless += 1
    # What may belong to a report is kept sealed, without a word of why.
    untold, sealed = faults.count("Unparsable: no update_id"), faults.count("Unparsable")
    assert untold <= nameless <= untold + sealed
    # Two updates of one id are two (I2); the same one lies there once.
    same = "SELECT update_id FROM quarantine GROUP BY update_id, body HAVING count(update_id) > 1"
    assert not route.ground.rows(same)
    listed = ", ".join(map(str, ours)) or "0"
    seen = {
        number for (number,) in route.ground.rows(f"SELECT update_id FROM seen_updates WHERE update_id IN ({listed})")
    }
    for number in ours.keys() - seen:
        with pytest.raises(NotForUs):
            read_update(ours[number], route.bot)  # type: ignore[arg-type]
    told.posted += len(bodies)
    told.not_for_us += len(ours.keys() - seen)
    told.taken += len(seen) - (len(faults) - nameless)


def _read(body: bytes) -> object:
    try:
        return json.loads(body) if len(body) <= BODY_LIMIT else None
    except (ValueError, RecursionError):
        return None


async def _again(route: Route, body: bytes) -> None:
    """Telegram did not hear the 200 and comes again."""
    held = holdings(route.ground)
    assert await route.knockers[0].knock(body) == 200
    again = holdings(route.ground)
    told = [name for name in held if name not in ("standings", "quarantine") and held[name] != again[name]]
    assert not told, f"took effect twice in {told}: {body[:500]!r}"


async def _everybody_is_heard(route: Route, mutator: Mutator) -> None:
    """Every chat still gets an answer to something sensible; what the batch left to do is done meanwhile."""
    await route.photographer.turn()
    while await route.pump.turn():
        pass
    route.wire.said.clear()
    await route.post_all([mutator._written(mutator.plain(person)) for person in mutator.people])
    assert all(route.wire.said[person] for person in mutator.people), route.wire.said


async def test_who_does_not_know_the_secret_changes_nothing_however_it_is_put(route: Route) -> None:
    mutator, dice, held = Mutator(SEED, [CAST["王芳"]]), Random(SEED), holdings(route.ground)
    for _ in range(150):
        wrong = dice.choice((
            "", SECRET[:-1], SECRET + "x", SECRET.upper(), SECRET[::-1], "密" * 20, "\xe9\xff", "0" * 3000,
        ))  # fmt: skip
        assert await route.post(mutator.body(), **{HEADER: wrong}) == 401
    for kind in ("text/plain", "application/x-json", "multipart/form-data; boundary=x", "application/json5", "x"):
        assert await route.post(mutator.body(), **{"Content-Type": kind}) == 415
    assert holdings(route.ground) == held and not await route.quarantined()


async def test_a_refusal_to_a_press_too_old_to_be_answered_in_passing_is_said_aloud(route: Route) -> None:
    mutator = Mutator(SEED, [CAST["王芳"]])
    assert await route.post(mutator._written(mutator.press(CAST["王芳"], "in:ok:999"))) == 200
    assert route.wire.said[CAST["王芳"]] == 1


async def test_what_is_too_large_or_no_json_is_set_aside_and_counted(route: Route) -> None:
    mutator = Mutator(SEED, [CAST["王芳"]])
    good = mutator._written(mutator.plain(CAST["王芳"]))
    bodies = [
        b" " * BODY_LIMIT + good, b"[" * 100_000, b'{"update_id": ' + b"9" * 5000 + b"}", good[:-1], good * 2, b"\x00",
        good + b"\xef\xbb\xbf", b'{"update_id": NaN}', b'{"update_id": 18446744073709551616}', b"\xff" * 9000,
    ]  # fmt: skip
    for at, body in enumerate(bodies, 1):
        assert await route.post(body) == 200
        assert len(await route.quarantined()) == route.intake.quarantined == at
    await _everybody_is_heard(route, mutator)
