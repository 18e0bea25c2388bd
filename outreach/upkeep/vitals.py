"""体征 — what an operator must know of the whole in one small look: what waits, what failed, how full, how old.

Every figure comes from the database or the disk, so it is the same in each process. None of them names anybody, and
none costs more because a million rows are settled: each count runs over an index; what only grows stops at COUNTED.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, TextClause, bindparam, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from outreach.desk import Office
from outreach.storage.base import Record
from outreach.storage.intake import UNREPLAYED, QuarantineRecord
from outreach.storage.notices import CLAIMED, WAITING, DeliveryRecord, PauseRecord
from outreach.storage.plans import WAITING as REMINDER_WAITING
from outreach.storage.plans import ReminderRecord
from outreach.storage.pulses import PulseRecord
from outreach.storage.sqlite_build import FIRST_SOUND_WAL, sqlite
from outreach.upkeep import pulses
from outreach.upkeep.backing_up import database_file, newest

DAY = timedelta(days=1)
LATELY_FOR = timedelta(minutes=10)
RATE_FOR = timedelta(minutes=1)
# A reminder is looked at every half minute; one that has waited for longer than this is late.
LATE_AFTER = timedelta(minutes=5)
# What is more than this is told as this: nobody acts differently on the difference.
COUNTED = 10_000
FIRST_WAL = (3, 7, 0)
REASON = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Vitals:
    """The figures at `at`. Counts stop at COUNTED but for those of the last minutes and of the last day."""

    at: datetime
    # How long the oldest notice that is due waits; zero when none does.
    oldest_queued_for: timedelta
    oldest_urgent_for: timedelta
    claimed_past_lease: int
    # Settled within the last day.
    unknown: int
    refused: Mapping[str, int]
    # Settled within LATELY_FOR.
    sent_lately: int
    unknown_lately: int
    sent_per_second: float
    # What is paused, until when: a flood, a refused token, a hold after a restore.
    pauses: Mapping[str, datetime]
    quarantined: int
    reminders_late: int
    # When each pulse last beat, and the figure that belongs to it (names in `outreach.upkeep.pulses`).
    pulses: Mapping[str, tuple[datetime, int]]
    database_bytes: int
    # The write-ahead log or rollback journal beside a SQLite file; 0 on PostgreSQL.
    journal_bytes: int
    disk_free_bytes: int
    disk_bytes: int
    # None when there is none.
    newest_backup_at: datetime | None
    database_version: str
    journal_mode: str

    @property
    def backup_age(self) -> timedelta | None:
        """How old the newest backup is; never negative, also when the clock was set back."""
        return None if self.newest_backup_at is None else max(self.at - self.newest_backup_at, timedelta())

    @property
    def rescued_at(self) -> datetime | None:
        """When the lease sweep last went through; None when it never has."""
        return self.pulses[pulses.RESCUE][0] if pulses.RESCUE in self.pulses else None

    @property
    def inbox_pending(self) -> int:
        """How many updates Telegram held for us at the last look."""
        return self.pulses[pulses.INBOX][1] if pulses.INBOX in self.pulses else 0

    @property
    def inbox_pending_for(self) -> timedelta:
        """For how long Telegram has been holding updates at each look; after 24 hours it drops them."""
        return self.at - self.pulses[pulses.INBOX][0] if pulses.INBOX in self.pulses else timedelta()

    @property
    def unknown_share(self) -> float:
        """Which part of what went out lately has an unknown fate, from 0 to 1."""
        return self.unknown_lately / max(self.sent_lately + self.unknown_lately, 1)

    @property
    def is_sqlite_at_risk(self) -> bool:
        """Whether this SQLite can corrupt a WAL database: builds before 3.51.3, in WAL mode only."""
        if self.journal_mode != "wal":
            return False
        version = tuple(int(part) for part in self.database_version.split(".")[:3])
        return FIRST_WAL <= version < FIRST_SOUND_WAL


async def take(office: Office, data_dir: Path) -> Vitals:
    """The figures of this moment. data_dir: the folder below which `backups` lies.

    Raises what the database raises when it cannot be asked.
    """
    now = office.clock()
    file = database_file(office)
    free, whole, journal, backup_at = await asyncio.to_thread(_disk, data_dir, file)
    async with office.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        settled, lately = DeliveryRecord.settled_at, now - LATELY_FOR
        sent, unknown = DeliveryRecord.state == "sent", DeliveryRecord.state == "unknown"
        oldest_urgent_for = await _oldest(connection, True, now)
        return Vitals(
            at=now,
            oldest_queued_for=max(await _oldest(connection, False, now), oldest_urgent_for),
            oldest_urgent_for=oldest_urgent_for,
            claimed_past_lease=await _count(connection, DeliveryRecord, CLAIMED, DeliveryRecord.lease_until < now),
            unknown=await _count(connection, DeliveryRecord, unknown, settled > now - DAY, most=None),
            refused=await _refused(connection, now - DAY),
            sent_lately=await _count(connection, DeliveryRecord, sent, settled > lately, most=None),
            unknown_lately=await _count(connection, DeliveryRecord, unknown, settled > lately, most=None),
            sent_per_second=await _count(connection, DeliveryRecord, sent, settled > now - RATE_FOR, most=None)
            / RATE_FOR.total_seconds(),
            pauses=await _pauses(connection, now),
            quarantined=await _count(connection, QuarantineRecord, UNREPLAYED),
            reminders_late=await _count(
                connection, ReminderRecord, REMINDER_WAITING, ReminderRecord.next_look_at < now - LATE_AFTER
            ),
            pulses=await _pulses(connection),
            database_bytes=await _size(connection),
            journal_bytes=journal,
            disk_free_bytes=free,
            disk_bytes=whole,
            newest_backup_at=backup_at,
            database_version=sqlite.sqlite_version if is_sqlite else await _word(connection, "SHOW server_version"),
            journal_mode=await _word(connection, "PRAGMA journal_mode") if is_sqlite else "",
        )


def _disk(data_dir: Path, file: Path | None) -> tuple[int, int, int, datetime | None]:
    usage = shutil.disk_usage(data_dir)
    journal = 0
    for ending in ("-wal", "-journal"):
        beside = file.with_name(file.name + ending) if file else None
        if beside is not None and beside.exists():
            journal += beside.stat().st_size
    return usage.free, usage.total, journal, newest(data_dir / "backups")


async def _oldest(connection: AsyncConnection, is_urgent: bool, now: datetime) -> timedelta:
    oldest = select(func.min(DeliveryRecord.due_at)).where(
        WAITING, DeliveryRecord.is_urgent == bindparam("is_urgent"), DeliveryRecord.due_at <= now
    )
    due_at: datetime | None = (await connection.execute(oldest, {"is_urgent": is_urgent})).scalar_one()
    return timedelta() if due_at is None else now - due_at


async def _count(
    connection: AsyncConnection, record: type[Record], *where: TextClause | ColumnElement[bool],
    most: int | None = COUNTED,
) -> int:  # fmt: skip
    found = select(literal(1)).select_from(record).where(*where).limit(most).subquery()
    return int((await connection.execute(select(func.count()).select_from(found))).scalar_one())


async def _refused(connection: AsyncConnection, since: datetime) -> dict[str, int]:
    """How many were refused by reason; what is not one of our own words goes together as `other`."""
    rows = await connection.execute(
        select(DeliveryRecord.reason, func.count())
        .where(DeliveryRecord.state == "refused", DeliveryRecord.settled_at > since)
        .group_by(DeliveryRecord.reason)
    )
    counts: dict[str, int] = {}
    for reason, count in rows:
        name = reason if REASON.fullmatch(reason) else "other"
        counts[name] = counts.get(name, 0) + int(count)
    return counts


async def _pauses(connection: AsyncConnection, now: datetime) -> dict[str, datetime]:
    rows = await connection.execute(select(PauseRecord.name, PauseRecord.until_at).where(PauseRecord.until_at > now))
    found: dict[str, datetime] = {}
    for name, until_at in rows:
        # A pause of one chat bears its number; here it counts, unnamed.
        word = name if REASON.fullmatch(name) else "other"
        found[word] = max(found.get(word, until_at), until_at)
    return found


async def _pulses(connection: AsyncConnection) -> dict[str, tuple[datetime, int]]:
    rows = await connection.execute(select(PulseRecord.name, PulseRecord.at, PulseRecord.value))
    return {name: (at, value) for name, at, value in rows}


async def _size(connection: AsyncConnection) -> int:
    if connection.dialect.name == "sqlite":
        pages = int(await _word(connection, "PRAGMA page_count"))
        return pages * int(await _word(connection, "PRAGMA page_size"))
    return int(await _word(connection, "SELECT pg_database_size(current_database())"))


async def _word(connection: AsyncConnection, question: str) -> str:
    return str((await connection.execute(text(question))).scalar_one())
