"""What an operator's machine asks: alive, ready, the figures; and what nobody else may learn."""

from __future__ import annotations

import asyncio
import shutil
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from bot.watchdog import Watchdog, tell_systemd
from console.health import Readiness, add_health
from console.metrics import OfProcess, add_metrics
from console.timing import Durations, timed
from domain.notice import Notice
from outreach.desk import Office
from outreach.people import enrolling
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.upkeep import readiness, vitals
from scheduler import sweeps
from tests.conftest import SetClock


class Asked:
    """The pages of one process, and the switches of what they show."""

    def __init__(self, office: Office, folder: Path, base: str, session: aiohttp.ClientSession) -> None:
        self.office, self.folder, self.base, self.session = office, folder, base, session
        self.is_open = True
        self.durations = Durations()

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.session.get(f"{self.base}{path}", headers=headers) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def open_pages(office: Office, folder: Path, token: str = "") -> AsyncIterator[Asked]:
    app = web.Application()
    async with aiohttp.ClientSession() as session:
        asked = Asked(office, folder, "", session)
        add_health(app, Readiness(lambda: readiness.failing(office, folder), lambda: asked.is_open), token)
        of_process = OfProcess(asked.durations, lambda: 0.25, lambda: 3)
        add_metrics(app, lambda: vitals.take(office, folder), of_process, token)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        asked.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield asked
        await runner.cleanup()


async def test_ready_means_that_something_can_be_taken_and_kept(
    office: Office, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_pages(office, tmp_path) as asked:
        assert await asked.get("/live") == (200, "ok")
        # Nobody has swept yet.
        assert await asked.get("/ready") == (503, "not ready")
        assert await asked.get("/status") == (503, "sweep")
        await sweeps.rescue_notices(office)
        assert await asked.get("/ready") == (200, "ok")
        assert await asked.get("/status") == (200, "ok")
        asked.is_open = False
        assert await asked.get("/ready") == (503, "not ready")
        assert await asked.get("/status") == (503, "door")
        asked.is_open = True
    clock.advance(seconds=91)
    assert await readiness.failing(office, tmp_path) == ("sweep",)
    await sweeps.rescue_notices(office)
    full = shutil.disk_usage(tmp_path)._replace(free=999_999_999)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    assert await readiness.failing(office, tmp_path) == ("disk",)
    monkeypatch.undo()
    async with office.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert await readiness.failing(office, tmp_path) == ("schema",)


async def test_a_database_that_takes_no_write_is_not_ready(office: Office, tmp_path: Path) -> None:
    await sweeps.rescue_notices(office)
    async with office.engine.begin() as connection:
        await connection.execute(text("DROP TABLE pulses"))
    assert await readiness.failing(office, tmp_path) == ("database",)


async def test_a_probe_writes_no_row_more_often_than_every_few_seconds(office: Office, tmp_path: Path) -> None:
    looks = 0

    async def failing() -> tuple[str, ...]:
        nonlocal looks
        looks += 1
        return ()

    ready = Readiness(failing, lambda: True)
    await asyncio.gather(*(ready.failing() for _ in range(50)))
    assert looks == 1


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
async def test_without_a_token_only_this_machine_sees_the_figures(office: Office, tmp_path: Path, header: str) -> None:
    async with open_pages(office, tmp_path) as asked:
        assert (await asked.get("/metrics"))[0] == 200
        for path in ("/metrics", "/status"):
            # A proxy on the same machine hands on what the world asks.
            assert (await asked.get(path, **{header: "203.0.113.5"}))[0] == 404


async def test_with_a_token_whoever_shows_it_sees_the_figures_and_nobody_else(office: Office, tmp_path: Path) -> None:
    async with open_pages(office, tmp_path, "t0ken-of-the-scraper") as asked:
        for path in ("/metrics", "/status"):
            assert (await asked.get(path))[0] == 404
            assert (await asked.get(path, Authorization="Bearer t0ken"))[0] == 404
            assert (await asked.get(path, Authorization="Bearer t0ken-of-the-scraper"))[0] in (200, 503)
        # Health stays open to all: it says nothing.
        assert (await asked.get("/live"))[0] == 200


async def figures(asked: Asked) -> dict[str, float]:
    status, page = await asked.get("/metrics")
    assert status == 200
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


async def test_the_metrics_are_read_by_prometheus_and_name_nobody(
    office: Office, tmp_path: Path, clock: SetClock
) -> None:
    async with office.desk() as desk:
        contact = await enrolling.agree(desk, 777001, 777001, "王芳", "zh-CN", 1)
        for key in ("one", "two"):
            await desk.tell(contact, Notice("enrolment_declined", {"enterprise": "好邻居"}, key))
        await desk.session.execute(
            DeliveryRecord.__table__.update()
            .where(DeliveryRecord.key == "two")
            .values(state="refused", reason="blocked", settled_at=desk.now)
        )
        desk.session.add(PauseRecord(name="chat:777001", until_at=desk.now.replace(year=2030), reason=""))
    await sweeps.rescue_notices(office)
    clock.advance(seconds=40)
    async with open_pages(office, tmp_path) as asked:
        for seconds in (0.004, 0.004, 30.0):
            asked.durations.add(seconds)
        seen = await figures(asked)
        page = (await asked.get("/metrics"))[1]
    assert seen["anshao_oldest_queued_seconds"] == seen["anshao_lease_sweep_age_seconds"] == 40
    assert seen["anshao_refused[blocked]"] == 1 and seen["anshao_database_up"] == 1
    assert seen["anshao_paused_until_seconds[other]"] > 0
    assert seen["anshao_webhook_seconds_bucket[0.005]"] == 2 and seen["anshao_webhook_seconds_count"] == 3
    assert (seen["anshao_loop_longest_block_seconds"], seen["anshao_loop_blocked_total"]) == (0.25, 3)
    assert seen["process_resident_memory_bytes"] > 0
    assert "777001" not in page and "王芳" not in page and "好邻居" not in page


async def test_without_the_database_the_process_still_tells_of_itself(office: Office, tmp_path: Path) -> None:
    async with office.engine.begin() as connection:
        await connection.execute(text("DROP TABLE pauses"))
    async with open_pages(office, tmp_path) as asked:
        seen = await figures(asked)
    assert seen["anshao_database_up"] == 0 and "process_resident_memory_bytes" in seen
    assert not [name for name in seen if name.startswith("anshao_oldest")]


async def test_what_a_request_took_is_counted_even_when_it_failed() -> None:
    durations = Durations()
    assert durations.within(0.99) is None

    async def fails(_: web.Request) -> web.Response:
        raise web.HTTPUnauthorized

    with pytest.raises(web.HTTPUnauthorized):
        await timed(fails, durations)(None)  # type: ignore[arg-type]
    for seconds in [0.004] * 98 + [3.0]:
        durations.add(seconds)
    assert (durations.within(0.5), durations.within(0.99), durations.within(1.0)) == (0.005, 0.005, 5.0)


async def test_a_loop_that_stands_still_is_noticed_by_who_does_not_stand_on_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    watchdog = Watchdog(1.2)
    running = asyncio.create_task(watchdog.run())
    await asyncio.sleep(0.01)
    time.sleep(2.0)
    await asyncio.sleep(0.6)
    running.cancel()
    assert watchdog.blocked == 1
    assert watchdog.longest_block() > 1.0
    assert watchdog.longest_block() < 1.0
    said = "".join(capsys.readouterr())
    assert "loop_blocked" in said and "test_a_loop_that_stands_still" in said


def test_systemd_is_told_where_it_listens_and_is_not_missed_where_it_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_systemd("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    tell_systemd("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        tell_systemd("WATCHDOG=1")
        assert manager.recv(100) == b"WATCHDOG=1"
