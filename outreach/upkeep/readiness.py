"""就绪 — whether the office can take something now and keep it: what stands in the way, by name."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import select, text

from outreach.desk import Office
from outreach.storage import migrating
from outreach.storage.pulses import PulseRecord
from outreach.upkeep import pulses

SWEEP_FRESH_FOR = timedelta(seconds=90)
LEAST_DISK_BYTES = 1_000_000_000
DATABASE, SCHEMA, SWEEP, DISK = "database", "schema", "sweep", "disk"


async def failing(office: Office, data_dir: Path) -> tuple[str, ...]:
    """What is wrong: no write to the database, not our schema, nobody sweeps, a full disk. Empty: ready.

    data_dir: the folder whose disk must have over 1 GB free.
    """
    wrong = []
    if (await asyncio.to_thread(shutil.disk_usage, data_dir)).free < LEAST_DISK_BYTES:
        wrong.append(DISK)
    try:
        async with office.desk() as desk:
            at = (await desk.session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
            if at != expected():
                return (*wrong, SCHEMA)
            await pulses.beat(desk, pulses.READY)
        swept_at = await last_sweep(office)
    except Exception:
        return (*wrong, DATABASE)
    if swept_at is None or office.clock() - swept_at > SWEEP_FRESH_FOR:
        wrong.append(SWEEP)
    return tuple(wrong)


async def last_sweep(office: Office) -> datetime | None:
    """When the sweep that rescues what killed processes held last went through; None when it never has."""
    async with office.desk() as desk:
        found: datetime | None = await desk.session.scalar(
            select(PulseRecord.at).where(PulseRecord.name == pulses.RESCUE)
        )
        return found


@cache
def expected() -> str:
    """The revision of the schema for which this code was written."""
    return migrating.newest()
