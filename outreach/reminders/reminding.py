"""提醒 — the clock looks at findings whose term is near and at notices that went unread, and has people reminded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BindParameter, ColumnElement, TextClause, func, select

from domain.notice import DeliveryState
from domain.reminder import UNREAD_AFTER_DAYS, Almanac, next_finding_day
from outreach.delivery.relevance import FINDING, NOTICE, put_right
from outreach.desk import Desk, Office
from outreach.plans.occurring import remind_of, responsible
from outreach.storage.broadcasts import UNREMINDED, BroadcastRecord
from outreach.storage.inspections import FindingRecord
from outreach.storage.notices import DeliveryRecord

# Rows that one transaction looks at; the rest follow in the next one.
BATCH = 500


async def look_at_findings(office: Office) -> int:
    """Bring up every finding whose term is near, here or over. How many reminders that made."""
    count = 0
    while True:
        async with office.desk() as desk:
            rows = (
                await desk.session.scalars(
                    select(FindingRecord)
                    .where(FindingRecord.next_look_at <= desk.now)
                    .order_by(FindingRecord.next_look_at)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            if not rows:
                return count
            done = await put_right(desk.session, [row.id for row in rows])
            held = await responsible(desk, [row.enterprise_id for row in rows])
            days: dict[date, list[tuple[str, int]]] = {}
            for row in rows:
                # The day that was due, not today: what was slept through is late, and said as such.
                day = desk.on(row.next_look_at or desk.now)
                row.next_look_at = None if row.id in done else next_look(desk, row.due_on)
                if row.id not in done and row.enterprise_id in held:
                    days.setdefault(day, []).append((f"{FINDING}:{row.id}", held[row.enterprise_id].id))
            for day, abouts in days.items():
                count += await remind_of(desk, abouts, day)


async def look_at_notices(office: Office) -> int:
    """Remind, once, of notices that went unread for two workdays. How many reminders that made."""
    count = after = 0
    while True:
        async with office.desk() as desk:
            row = (
                await desk.session.scalars(
                    select(BroadcastRecord)
                    .where(*unread_since_before(unread_until(office.almanac, desk.now)))
                    .order_by(BroadcastRecord.approved_at)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
            ).first()
            if row is None:
                return count
            is_over = row.recalled_at is not None or (row.expires_at is not None and row.expires_at <= desk.now)
            # Once an official has chased, one more reminder would be one too many.
            unread = [] if is_over or row.chased else await _unread(desk, row.id, after)
            count += await remind_of(desk, [(f"{NOTICE}:{id_}", contact_id) for id_, contact_id in unread], desk.today)
            after = unread[-1][0] if len(unread) == BATCH else 0
            if not after:
                row.reminded_at = desk.now


def unread_until(almanac: Almanac, now: datetime) -> datetime:
    """Who got a notice before this instant has had two workdays for it by now."""
    return almanac.end_of(almanac.workdays_before(almanac.on(now), UNREAD_AFTER_DAYS))


def unread_since_before(
    until: datetime | BindParameter[datetime],
) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """The broadcasts sent before that instant of which nobody was reminded yet."""
    sent_at = func.coalesce(BroadcastRecord.due_at, BroadcastRecord.approved_at)
    return UNREMINDED, BroadcastRecord.approved_at < until, sent_at < until


async def _unread(desk: Desk, broadcast_id: int, after: int) -> list[tuple[int, int]]:
    rows = await desk.session.execute(
        select(DeliveryRecord.id, DeliveryRecord.contact_id)
        .where(
            DeliveryRecord.broadcast_id == broadcast_id,
            DeliveryRecord.id > after,
            DeliveryRecord.kind == "broadcast",
            DeliveryRecord.state == DeliveryState.SENT,
            DeliveryRecord.acknowledged_at.is_(None),
        )
        .order_by(DeliveryRecord.id)
        .limit(BATCH)
    )
    return [(id_, contact_id) for id_, contact_id in rows]


def next_look(desk: Desk, due_on: date) -> datetime | None:
    """When a finding is brought up next, after today; None when it never is again."""
    day = next_finding_day(due_on, desk.today)
    return None if day is None else desk.office.almanac.start_of(day)
