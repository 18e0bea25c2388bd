"""However hostile an update is, the route answers as it should, nobody else waits for it, and it takes effect once."""

from __future__ import annotations

import asyncio
import io
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.webhook import BODY_LIMIT, HEADER, PATH, WebhookDoor
from outreach.storage.intake import QuarantineRecord
from tests.conftest import DATABASES, Figure, SetClock
from tests.faults.conftest import IS_TORTURE, SEED
from tests.faults.grounds import Ground, PostgresGround, SqliteGround
from tests.faults.holdings import holdings
from tests.faults.mutations import Mutator
from tests.stage import CAST, Stage, open_stage

# aiohttp's reader of multipart bodies calls what aiohttp itself deprecates, whenever a boundary falls badly.
pytestmark = pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")
SECRET = "a-secret_of-32-characters-or-more"
ANSWERS = {200, 401, 413, 415, 503}
BATCH = 250
PEOPLE = ("周科", "王芳", "小刘", "李强")


class Route:
    """The webhook's real route, and a Telegram that is somebody else."""

    def __init__(self, stage: Stage, ground: Ground, url: str) -> None:
        self.stage, self.ground, self.url = stage, ground, url
        self.statuses: Counter[int] = Counter()

    async def post(self, body: bytes, **headers: str) -> int:
        sent = {"Content-Type": "application/json", HEADER: SECRET} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        async with self.stage.session.post(self.url, data=io.BytesIO(body), headers=sent) as response:
            assert await response.read() == b"", "Telegram would execute what is said here"
            assert response.status in ANSWERS, (response.status, body[:500])
            self.statuses[response.status] += 1
            return response.status

    async def quarantined(self) -> list[str]:
        async with self.stage.house.office.desk() as desk:
            return list(await desk.session.scalars(select(QuarantineRecord.fault).order_by(QuarantineRecord.id)))

    async def answers(self, after: int) -> tuple[Counter[Any], int]:
        """How often each chat was spoken to after a call of that number, and the number of the last call."""
        async with self.stage.session.get(f"{self.stage.base}/sandbox/ledger?after={after}") as response:
            calls = await response.json()
        said = Counter(call["chat_id"] for call in calls if call["method"] in ("sendMessage", "editMessageText"))
        return said, calls[-1]["n"] if calls else after


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
    async with open_stage(ground.url, ground.folder, clock) as stage, _door(stage) as url:
        await stage.fill_register()
        await stage.enrol("周科")
        await stage.enrol("王芳", "云泊区好邻居餐饮店", "safety_officer")
        for deed in ("/check", "[餐饮场所安全自查表]", "[✅ 符合]", "[❌ 不符合]", "软管裂了"):
            await stage.act("王芳", deed)
        for newcomer in ("小刘", "李强"):
            await stage.say(newcomer, "/start")
        yield Route(stage, ground, url)
        ground.look_away()


@asynccontextmanager
async def _door(stage: Stage) -> AsyncIterator[str]:
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_post(PATH, WebhookDoor(stage.house.intake, SECRET).answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


async def test_mutated_updates_break_nothing_and_lose_no_chat(route: Route, figure: Figure) -> None:
    await _storm(route, 1_250, SEED + 2, figure)


@pytest.mark.torture
async def test_thousands_of_them_do_not_either(route: Route, figure: Figure) -> None:
    await _storm(route, 50_000 if IS_TORTURE else 5_000, SEED, figure)


@pytest.mark.torture
@pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL is left out of this run")
async def test_postgresql_takes_the_same_nonsense(route_on_postgresql: Route, figure: Figure) -> None:
    await _storm(route_on_postgresql, 10_000 if IS_TORTURE else 500, SEED + 1, figure)


async def _storm(route: Route, number: int, seed: int, figure: Figure) -> None:
    began = time.monotonic()
    mutator = Mutator(seed, [CAST[who] for who in PEOPLE])
    dice, last, slowest, twice = Random(seed), 0, 0.0, 0
    for at, body in enumerate(mutator.bodies(number), 1):
        start = time.monotonic()
        assert await route.post(body) == 200, body[:500]
        slowest = max(slowest, time.monotonic() - start)
        if dice.random() < 0.05:
            held = holdings(route.ground)
            assert await route.post(body) == 200
            twice += 1
            again = holdings(route.ground)
            told = [name for name in held if name not in ("standings", "quarantine") and held[name] != again[name]]
            assert not told, f"took effect twice in {told}: {body[:500]!r}"
        if at % BATCH == 0:
            last = await _everybody_is_heard(route, mutator, last)
    faults = await route.quarantined()
    assert len(faults) == route.stage.house.intake.quarantined
    kinds = Counter(fault.partition(":")[0] for fault in faults)
    figure(
        f"hostile updates: {number} and {twice} of them twice, {time.monotonic() - began:.1f} s, seed {seed}, "
        f"{route.ground.name}, answers {dict(route.statuses)}, quarantined {dict(kinds)}, "
        f"slowest {slowest * 1000:.0f} ms"
    )
    # What is set aside could not be read. Anything else would be a talk that stumbled over what somebody pressed.
    assert set(kinds) == {"Unparsable"}, [fault for fault in faults if not fault.startswith("Unparsable")][:5]


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
    _, last = await route.answers(0)
    assert await route.post(mutator._written(mutator.press(CAST["王芳"], "in:ok:999"))) == 200
    said, _ = await route.answers(last)
    assert said[CAST["王芳"]] == 1


async def test_what_is_too_large_or_no_json_is_set_aside_and_counted(route: Route) -> None:
    mutator = Mutator(SEED, [CAST["王芳"]])
    good = mutator._written(mutator.plain(CAST["王芳"]))
    bodies = [
        b" " * BODY_LIMIT + good, b"[" * 100_000, b'{"update_id": ' + b"9" * 5000 + b"}", good[:-1], good * 2, b"\x00",
        good + b"\xef\xbb\xbf", b'{"update_id": NaN}', b'{"update_id": 18446744073709551616}', b"\xff" * 9000,
    ]  # fmt: skip
    for at, body in enumerate(bodies, 1):
        assert await route.post(body) == 200
        assert len(await route.quarantined()) == route.stage.house.intake.quarantined == at
    await _everybody_is_heard(route, mutator, 0)


async def _everybody_is_heard(route: Route, mutator: Mutator, last: int) -> int:
    """Every chat still gets an answer to something sensible; what the batch left to do is done meanwhile."""
    await route.stage.photographer.turn()
    while await route.stage.house.pump.turn():
        pass
    _, last = await route.answers(last)
    people = [CAST[who] for who in PEOPLE]
    await asyncio.gather(*(route.post(mutator._written(mutator.plain(person))) for person in people))
    said, last = await route.answers(last)
    assert all(said[person] for person in people), said
    return last
