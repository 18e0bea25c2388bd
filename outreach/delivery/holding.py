"""把关 — whether something that nobody waits for may go out now, judged at the moment at which it is claimed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.notice import DeliveryState
from domain.reminder import Almanac, Decision, QuietHours, Step, Wishes, decide
from outreach.delivery.relevance import over
from outreach.storage.notices import DeliveryRecord
from outreach.storage.plans import WishRecord

DIGEST = "digest"
# Neither costs anything of the budget nor is folded: the digest itself, and what a person asked for at an hour of
# their own choice, which would be yesterday's by the time of the next digest.
UNCOUNTED = (DIGEST, "daily_question")
# What is said by the clock alone waits for a workday; what an official sends does not.
CLOCKED = ("digest", "reminder_")
SHANGHAI = Almanac(ZoneInfo("Asia/Shanghai"))
WENT_OUT = (DeliveryState.CLAIMED, DeliveryState.SENT, DeliveryState.UNKNOWN)
# The upper half of the keys under which PostgreSQL lets one process at a time count a contact's pushes.
LOCKS = 0x616E << 40


def wishes_in(row: WishRecord | None) -> Wishes:
    """A contact's settings; the defaults of the rule book for somebody who changed nothing."""
    if row is None:
        return Wishes()
    quiet = QuietHours(_clock(row.quiet_from), _clock(row.quiet_until))
    return Wishes(quiet, row.budget, row.daily_hour, row.is_bundled, row.stopped_at is not None)


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


async def wishes_of(session: AsyncSession, contact_ids: Iterable[int]) -> dict[int, Wishes]:
    """The settings of these contacts."""
    ids = set(contact_ids)
    rows = await session.scalars(select(WishRecord).where(WishRecord.contact_id.in_(ids)))
    found = {row.contact_id: wishes_in(row) for row in rows}
    return {id_: found.get(id_, Wishes()) for id_ in ids}


async def told_since(session: AsyncSession, contact_ids: Iterable[int], since: datetime) -> dict[int, int]:
    """How many pushes of the budget went out to each contact since then; what is urgent or UNCOUNTED costs none."""
    counted = await session.execute(
        select(DeliveryRecord.contact_id, func.count())
        .where(
            DeliveryRecord.contact_id.in_(set(contact_ids)),
            or_(DeliveryRecord.is_push, DeliveryRecord.broadcast_id.is_not(None)),
            DeliveryRecord.is_urgent.is_(False),
            DeliveryRecord.kind.not_in(UNCOUNTED),
            DeliveryRecord.state.in_(WENT_OUT),
            # A claimed row has no instant of its own yet: it is going out now.
            func.coalesce(DeliveryRecord.settled_at, DeliveryRecord.lease_until) >= since,
        )
        .group_by(DeliveryRecord.contact_id)
    )
    return {row[0]: row[1] for row in counted}


async def hold_back(session: AsyncSession, rows: Sequence[DeliveryRecord], now: datetime, almanac: Almanac) -> set[int]:
    """Put off, fold or skip those of the rows that may not go out now. Returns the ids of those held back.

    What officials send to many is a push too, but it is never folded: its receipt is counted.
    """
    pushes = [row for row in rows if row.is_push or row.broadcast_id is not None]
    if not pushes:
        return set()
    contact_ids = sorted({row.contact_id for row in pushes})
    if session.get_bind().dialect.name == "postgresql":
        for contact_id in contact_ids:
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCKS + contact_id})
    wishes = await wishes_of(session, contact_ids)
    told = await told_since(session, contact_ids, almanac.week_from(now))
    held = set()
    for row in pushes:
        decision = await _judge(session, row, now, almanac, wishes[row.contact_id], told.get(row.contact_id, 0))
        if decision.step is Step.SEND:
            if not row.is_urgent and row.kind not in UNCOUNTED:
                told[row.contact_id] = told.get(row.contact_id, 0) + 1
            continue
        held.add(row.id)
        row.reason = decision.reason
        if decision.until is not None:
            row.due_at = decision.until
        if decision.step is Step.FOLD:
            row.state = DeliveryState.QUEUED
        elif decision.step is Step.SKIP:
            row.state, row.settled_at = DeliveryState.SKIPPED, now
    return held


async def _judge(
    session: AsyncSession, row: DeliveryRecord, now: datetime, almanac: Almanac, wishes: Wishes, told: int
) -> Decision:
    if row.about:
        abouts = row.about.split()
        reasons = await over(session, row.contact_id, abouts)
        if len(reasons) == len(abouts):
            return Decision(Step.SKIP, reasons[abouts[0]])
    may_fold = row.kind not in UNCOUNTED and row.broadcast_id is None
    return decide(
        almanac, wishes, now, told_this_week=told, is_urgent=row.is_urgent, may_fold=may_fold,
        on_workdays=row.kind.startswith(CLOCKED),
    )  # fmt: skip
