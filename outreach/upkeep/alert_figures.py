"""告警的数 — the figures that alerts are judged by, from the vitals, the pulses and the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import bindparam, func, select

from domain.alert import SEARCHES
from outreach.delivery.aftermath import TOKEN
from outreach.desk import Office
from outreach.storage.notices import HOLD, IS_WAITING, DeliveryRecord
from outreach.upkeep import pulses, vitals
from outreach.upkeep.vitals import Vitals

MINUTE = timedelta(minutes=1)
# A sweep that found something is spoken of until it has found nothing for so long.
FOUND_FOR = timedelta(minutes=6)
CONFLICT_FOR = timedelta(minutes=2)
# Said to the hour.
SAME_ID_FOR = timedelta(hours=2)
WEBHOOK_FAULT_FOR = timedelta(minutes=5)
# One reply that got lost among the few of a quiet night is no sign of anything.
UNKNOWN_LEAST = 3
# Pauses that have an alert of their own.
OWN = (TOKEN, HOLD)
ALERT_KINDS = ("alert", "alert_over", "alert_test")


@dataclass(frozen=True, slots=True)
class Watched:
    """What the figures are measured against.

    data_dir: the folder below which `backups` lies. backup_every_for: None when no backups are made.
    since: when this process began to watch; what never happened counts from then.
    """

    data_dir: Path
    backup_every_for: timedelta | None
    since: datetime


async def figures(office: Office, watched: Watched) -> dict[str, float]:
    """Every figure by the name of its rule. Raises what the database raises when it cannot be asked."""
    seen = await vitals.take(office, watched.data_dir)
    now = seen.at
    urgent_for = await _oldest(office, True, now)
    found: dict[str, float] = {
        "inbox": seen.inbox_pending_for / MINUTE,
        "webhook": float(pulses.WEBHOOK_LOST in seen.pulses),
        "webhook_failing": float(bool(seen.inbox_pending) and _is_fresh(seen, pulses.INBOX_FAULT, WEBHOOK_FAULT_FOR)),
        "urgent": urgent_for.total_seconds(),
        "stalled": 0.0 if _is_moving(seen) else max(urgent_for, await _oldest(office, False, now)) / MINUTE,
        "pause": max(((until - now) / MINUTE for name, until in seen.pauses.items() if name not in OWN), default=0.0),
        "held": float(HOLD in seen.pauses),
        "token": float(TOKEN in seen.pauses),
        "conflict": float(_is_fresh(seen, pulses.CONFLICT, CONFLICT_FOR)),
        "same_id": float(_is_fresh(seen, pulses.SAME_ID, SAME_ID_FOR)),
        "quarantine": float(seen.quarantined),
        "disk": 100 * (1 - seen.disk_free_bytes / max(seen.disk_bytes, 1)),
        "unknown": 100 * seen.unknown_share if seen.unknown_lately >= UNKNOWN_LEAST else 0.0,
        "sweep": max((now - (seen.rescued_at or watched.since)).total_seconds(), 0.0),
    }
    if watched.backup_every_for is not None:
        last_at = max(seen.newest_backup_at or watched.since, watched.since - watched.backup_every_for)
        found["backup"] = (now - last_at - watched.backup_every_for) / MINUTE
    for search in SEARCHES:
        name = pulses.found(search)
        is_fresh = _is_fresh(seen, name, FOUND_FOR)
        found[f"found_{search}"] = float(seen.pulses[name][1]) if is_fresh else 0.0
    return found


def _is_fresh(seen: Vitals, name: str, within: timedelta) -> bool:
    return name in seen.pulses and seen.at - seen.pulses[name][0] <= within


def _is_moving(seen: Vitals) -> bool:
    """Whether something went out lately, or nothing may."""
    return bool(seen.pauses or seen.sent_lately or seen.unknown_lately)


async def _oldest(office: Office, is_urgent: bool, now: datetime) -> timedelta:
    """For how long the oldest of these notices has been due; alerts themselves are not counted."""
    oldest = select(func.min(DeliveryRecord.due_at)).where(
        IS_WAITING, DeliveryRecord.is_urgent == bindparam("is_urgent", is_urgent, literal_execute=True),
        DeliveryRecord.due_at <= now, DeliveryRecord.kind.not_in(ALERT_KINDS),
    )  # fmt: skip
    async with office.engine.connect() as connection:
        due_at: datetime | None = (await connection.execute(oldest)).scalar_one()
    return timedelta() if due_at is None else now - due_at
