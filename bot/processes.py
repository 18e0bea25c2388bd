"""进程 — what runs until the operating system says stop: by its role the intake's door, the pump, the clock, or all."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from sqlalchemy.engine import make_url
from telegram.error import InvalidToken

from bot.announcing import announce, watch_inbox
from bot.listening import Listener, listen
from bot.poller import Poller
from bot.settings import Mode, Settings, SettingsWrong
from bot.settling_in import settle_in
from bot.watchdog import Watchdog, tell_systemd
from bot.watching import Watch, open_robots
from bot.wiring import POLL_SECONDS, House, open_house
from outreach.broadcasts.amending import Amender
from outreach.campaigns.picturing import ActivityPhotographer
from outreach.delivery.aftermath import TOKEN
from outreach.delivery.robot import Robot
from outreach.delivery.speaking_time import SpeakingTime
from outreach.fallback.forwarding import Forwarder
from outreach.hazards.photographing import RectificationPhotographer
from outreach.photographing import Photographer
from outreach.recarding import Recarder
from outreach.reports.evidencing import EvidencePhotographer
from outreach.storage.baton import CLOCK, POLLING, Baton
from outreach.storage.common_clock import CommonClock
from outreach.storage.database import journal_mode
from outreach.storage.migrating import must_be_newest
from outreach.storage.sqlite_build import sqlite
from outreach.upkeep import readiness
from scheduler.clockwork import Clockwork

LOG = structlog.get_logger("process")
CLOSE_SECONDS = 10.0
Work = Coroutine[Any, Any, None]


async def run(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status. Raises what `open_house` raises."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with open_house(settings) as house:
        await must_be_newest(house.office.engine)
        settle_in()
        return await Process(house, await open_robots(settings)).serve(stop)


class Process:
    """One process in its role."""

    def __init__(self, house: House, robots: Sequence[Robot] = ()) -> None:
        self._house = house
        self._role = house.settings.role
        self._watchdog = Watchdog()
        self._watch = Watch(house.office, house.settings, robots)
        self._time = SpeakingTime(house.office.engine, house.pump.pacer, house.settings.sends_per_second)
        self._poller = Poller(house.bot, house.poll_request, house.intake, POLL_SECONDS, self._watch.conflict)
        self._listener: Listener | None = None
        self._clockwork: Clockwork | None = None
        # These end by themselves once they are told to; whatever else runs may be cut off at any moment.
        self._enders: list[asyncio.Task[None]] = []

    async def serve(self, stop: asyncio.Event) -> int:
        """Until `stop` is set or a part of the work ends by a fault. Returns the exit status."""
        house = self._house
        self._say_what_this_is()
        # A start with a token that Telegram takes ends the stop that a refused token began.
        await house.pump.claims.lift(TOKEN)
        if house.settings.database.startswith("sqlite"):
            await house.pump.claims.rescue(house.office.clock(), sole=True)
        if self._role.is_web or self._role.is_pump:
            await self._time.begin()
        if self._role.is_web:
            self._listener = await listen(house, self._watchdog)
        tasks = [asyncio.create_task(work) for work in self._work()]
        if self._role.is_pump:
            self._enders = [asyncio.create_task(house.pump.run()), asyncio.create_task(house.courier.run())]
        beginning = asyncio.create_task(self._begin())
        stopping = asyncio.create_task(_until(stop))
        running = [*tasks, *self._enders]
        done, _ = await asyncio.wait([*running, beginning, stopping], return_when=asyncio.FIRST_COMPLETED)
        if done == {beginning} and beginning.exception() is None:
            LOG.info("ready", mode=house.settings.mode.value, role=self._role.value, bot=house.bot.username)
            tell_systemd("READY=1")
            done, _ = await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
        await self._close()
        for task in (*running, beginning, stopping):
            task.cancel()
        await asyncio.gather(*running, beginning, stopping, return_exceptions=True)
        if self._listener is not None:
            await self._listener.close()
        failed = [task for task in done if task is not stopping and (task is not beginning or task.exception())]
        for task in failed:
            if isinstance(task.exception(), SettingsWrong | InvalidToken):
                task.result()
            LOG.critical("stopped_by_fault", fault=repr(task.exception()))
        LOG.info("stopped")
        return 1 if failed else 0

    async def _begin(self) -> None:
        """What must be done before this process is ready: Telegram calls only those that announce themselves."""
        if self._role.is_web:
            await announce(self._house)

    def _work(self) -> list[Work]:
        """What this role does beside sending, each until it is cancelled."""
        house = self._house
        work: list[Work] = [self._watchdog.run(), self._watch.run()]
        if isinstance(house.office.clock, CommonClock):
            work.append(house.office.clock.keep(house.office.engine))
        if self._role.is_web or self._role.is_pump:
            work.append(self._time.run())
        if self._role.is_pump:
            work += [
                Photographer(house.office, house.gateway.fetch).run(),
                EvidencePhotographer(house.office, house.gateway.fetch).run(),
                ActivityPhotographer(house.office, house.gateway.fetch).run(),
                RectificationPhotographer(house.office, house.gateway.fetch).run(),
                Recarder(house.office, house.gateway, house.pump.claims, house.pump.pacer).run(),
                Amender(house.office, house.gateway, house.pump.claims, house.pump.pacer).run(),
                Forwarder(house.office).run(),
            ]
        if self._role.is_web and house.settings.mode is Mode.POLLING:
            # Telegram answers one poller only.
            work.append(_while_holding(Baton(house.office.engine, POLLING), lambda _: self._poller.run()))
        if self._role.is_clock:
            # Whoever holds the clock without sweeping is ended, so the one that waits can go on.
            clock = Baton(house.office.engine, CLOCK, lambda: readiness.last_sweep(house.office))
            work.append(_while_holding(clock, self._tick))
        return work

    async def _tick(self, baton: Baton) -> None:
        house = self._house
        clockwork = Clockwork(house.office, house.settings.data_dir, house.settings.backup_every_hours, baton.is_held)
        self._clockwork = clockwork
        clockwork.start()
        LOG.info("clock_taken")
        try:
            await watch_inbox(house)
        finally:
            await clockwork.stop()

    async def _close(self) -> None:
        """Take and begin nothing more; what is under way has CLOSE_SECONDS to end."""
        tell_systemd("STOPPING=1")
        self._house.pump.stop()
        self._house.courier.stop()
        closing: list[Coroutine[Any, Any, Any]] = [self._poller.close(CLOSE_SECONDS)]
        if self._listener is not None:
            closing.append(self._listener.door.close(CLOSE_SECONDS))
        if self._clockwork is not None:
            closing.append(self._clockwork.stop(CLOSE_SECONDS))
        if self._enders:
            closing.append(asyncio.wait(self._enders, timeout=CLOSE_SECONDS))
        await asyncio.gather(*closing)
        if self._role.is_web or self._role.is_pump:
            await self._time.leave()

    def _say_what_this_is(self) -> None:
        settings = self._house.settings
        kind = make_url(settings.database).get_backend_name()
        facts = {"sqlite": sqlite.sqlite_version, "journal_mode": journal_mode()} if kind == "sqlite" else {}
        LOG.info("starting", role=self._role.value, mode=settings.mode.value, database=kind, **facts)


async def _while_holding(baton: Baton, work: Callable[[Baton], Work]) -> None:
    """Do the work for as long as this process holds the baton, and again whenever it gets it back."""
    try:
        while True:
            await baton.take()
            doing = asyncio.create_task(work(baton))
            losing = asyncio.create_task(baton.lost())
            try:
                await asyncio.wait((doing, losing), return_when=asyncio.FIRST_COMPLETED)
                if doing.done():
                    return doing.result()
                LOG.warning("baton_lost")
            finally:
                for task in (doing, losing):
                    task.cancel()
                await asyncio.gather(doing, losing, return_exceptions=True)
    finally:
        await baton.close()


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()
