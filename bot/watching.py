"""守望 — looks at the figures twice a minute and lets alerts be said, apart from the clock and the pump it watches."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot.settings import Settings, SettingsWrong
from domain.alert import NAMED, UNWRITTEN, Standing, change, step
from outreach.delivery.alarms import Alarms
from outreach.delivery.robot import AddressUnread, Robot, RobotsMissing, robot_at
from outreach.desk import Office
from outreach.upkeep import alerting, pulses
from outreach.upkeep.alert_figures import Watched, figures

LOG = structlog.get_logger("watch")
LOOK_SECONDS = 30.0


class Watch:
    """One loop per process; whoever looks first says it, and an alert is said once whoever looks."""

    def __init__(
        self, office: Office, settings: Settings, robots: Sequence[Robot], steady: Callable[[], float] = time.monotonic
    ) -> None:
        every = settings.backup_every_hours
        self._office = office
        self._operators = settings.operator_chats
        self._alarms = Alarms(office.engine, robots)
        self._steady = steady
        self._watched = Watched(settings.data_dir, timedelta(hours=every) if every else None, office.clock())
        self._last = office.clock(), steady()
        self._jumped = 0.0
        self._database = Standing(UNWRITTEN)

    async def run(self) -> None:
        """Until cancelled. A fault is logged and looked past."""
        while True:
            await self.turn()
            await asyncio.sleep(LOOK_SECONDS)

    async def turn(self) -> None:
        """Look once and say what is to be said."""
        self._jumped = max(self._jump(), self._jumped)
        try:
            found = await figures(self._office, self._watched) | {"clock": self._jumped}
            changes = await alerting.look(self._office, found, self._operators, self._alarms.ways)
            self._jumped = 0.0
            for begun in changes:
                say = LOG.warning if begun.is_over else LOG.error
                say("alert", alert=begun.name, is_over=begun.is_over, figure=round(begun.figure, 1))
            while await self._alarms.turn(self._office.clock()):
                continue
        except Exception as fault:
            LOG.error("watch_fault", fault=type(fault).__name__)
            await self._say_unwritten(1.0)
        else:
            await self._say_unwritten(0.0)

    async def conflict(self) -> None:
        """Somebody else asks Telegram for our updates."""
        try:
            async with self._office.desk() as desk:
                await pulses.beat(desk, pulses.CONFLICT)
        except Exception as fault:
            LOG.error("watch_fault", fault=type(fault).__name__)

    def _jump(self) -> float:
        """By how many seconds the clock went otherwise than the time that passed."""
        (then, ticked), now, ticks = self._last, self._office.clock(), self._steady()
        self._last = now, ticks
        return abs((now - then).total_seconds() - (ticks - ticked))

    async def _say_unwritten(self, figure: float) -> None:
        """That the database does not answer can be written down nowhere and told by no outbox."""
        before = self._database
        self._database = step(NAMED[UNWRITTEN], before, figure, self._office.clock())
        said = change(before, self._database)
        if said is not None:
            LOG.error("alert", alert=said.name, is_over=said.is_over)
            await self._alarms.say_now(*alerting.plain(self._office, said))


async def open_robots(settings: Settings) -> list[Robot]:
    """The addresses of the second path. Raises SettingsWrong, never with an address in it."""
    robots = []
    for place, address in enumerate(settings.alert_addresses, 1):
        try:
            robots.append(await robot_at(address))
        except AddressUnread:
            raise SettingsWrong(
                f"ANSHAO_ALERT_URLS is wrong: number {place} is no address that apprise knows. Write it as apprise "
                "does, such as dingtalk://secret@token, wecombot://key, feishu://token or mailto://user:password@host."
            ) from None
        except RobotsMissing as fault:
            raise SettingsWrong(f"ANSHAO_ALERT_URLS cannot be used. {fault}") from None
    return robots
