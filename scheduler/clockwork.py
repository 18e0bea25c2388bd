"""钟 — says when each sweep runs and remembers nothing: what is due stands in rows and in files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from outreach.desk import Office
from scheduler import sweeps

RESCUE_SECONDS = 30
REMIND_SECONDS = 30
CAMPAIGN_SECONDS = 60
BACKUP_LOOK_MINUTES = 1
DAILY_QUESTION_SECONDS = 20
SEARCH_SECONDS = 300
ROUNDUP_SECONDS = 60
JOURNAL_SECONDS = 120


async def _always() -> bool:
    return True


class Clockwork:
    """A metronome. Ticks missed while the process was down are made up for by the next one, once.

    data_dir: the folder below which `backups` lies. backup_every_hours: 0 for never.
    may_tick: asked before each sweep; where several processes could tick, the one that may is asked for anew each time,
    because one that was stopped for long does not know that another has taken over.
    """

    def __init__(
        self, office: Office, data_dir: Path, backup_every_hours: float,
        may_tick: Callable[[], Awaitable[bool]] = _always,
    ) -> None:  # fmt: skip
        zone = office.zone
        self._may_tick = may_tick
        self._under_way: set[asyncio.Task[Any]] = set()
        self._is_stopping = False
        self._scheduler = AsyncIOScheduler(
            timezone=zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        # At once as well: only a process whose rows are looked after counts as ready.
        rescue = IntervalTrigger(seconds=RESCUE_SECONDS, timezone=zone)
        self._add(sweeps.rescue_notices, rescue, office, first_at=office.clock())
        self._add(sweeps.ask_daily_questions, IntervalTrigger(seconds=DAILY_QUESTION_SECONDS, timezone=zone), office)
        # From midnight on, so that each person's own hour has not passed; what is told then waits for that hour.
        self._add(sweeps.tell_campaign_day, IntervalTrigger(seconds=CAMPAIGN_SECONDS, timezone=zone), office)
        self._add(sweeps.remind, IntervalTrigger(seconds=REMIND_SECONDS, timezone=zone), office)
        self._add(sweeps.draft_roundups, IntervalTrigger(seconds=ROUNDUP_SECONDS, timezone=zone), office)
        self._add(sweeps.search_for_losses, IntervalTrigger(seconds=SEARCH_SECONDS, timezone=zone), office)
        self._add(sweeps.close_journal, IntervalTrigger(seconds=JOURNAL_SECONDS, timezone=zone), office)
        # The night's work, in the office's time zone and one after the other. Weekdays, if any, go by name.
        self._add(sweeps.forget_update_ids, CronTrigger(hour=3, minute=10, timezone=zone), office)
        self._add(sweeps.forget_quarantine, CronTrigger(hour=3, minute=15, timezone=zone), office)
        self._add(sweeps.forget_reporters, CronTrigger(hour=3, minute=20, timezone=zone), office)
        self._add(sweeps.forget_polls_and_fallbacks, CronTrigger(hour=3, minute=25, timezone=zone), office)
        self._add(sweeps.remove_unneeded_photos, CronTrigger(hour=3, minute=30, timezone=zone), office)
        if backup_every_hours > 0:
            look = IntervalTrigger(minutes=BACKUP_LOOK_MINUTES, timezone=zone)
            self._add(sweeps.back_up, look, office, data_dir / "backups", timedelta(hours=backup_every_hours))

    def start(self) -> None:
        """Begin to tick; needs a running event loop."""
        self._scheduler.start()

    async def stop(self, within_seconds: float = 0.0) -> None:
        """Tick no more. A sweep that has not ended by then is cut off; the next start takes it up again."""
        self._is_stopping = True
        if self._scheduler.running:
            self._scheduler.pause()
            if self._under_way:
                await asyncio.wait(set(self._under_way), timeout=within_seconds)
            self._scheduler.shutdown(wait=False)

    def _add(self, sweep: Any, trigger: Any, *arguments: object, first_at: datetime | None = None) -> None:
        first = {} if first_at is None else {"next_run_time": first_at}
        self._scheduler.add_job(self._tick, trigger, (sweep, *arguments), id=sweep.__name__, **first)

    async def _tick(self, sweep: Any, *arguments: object) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            if await self._may_tick():
                await sweep(*arguments)
        except asyncio.CancelledError:
            if not self._is_stopping:
                raise
        finally:
            self._under_way.discard(task)
