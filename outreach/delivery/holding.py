"""把关 — whether something that nobody waits for may go out now, judged at the moment at which it is claimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.notice import DeliveryState
from domain.reminder import Almanac, Decision, QuietHours, Step, Wishes, decide
from outreach.delivery.relevance import Link, over_for
from outreach.delivery.rows import Due
from outreach.storage.notices import DeliveryRecord
from outreach.storage.plans import WishRecord
from outreach.storage.straight import Straight, write_on

DIGEST = "digest"
# The reason of what waits because its recipient has just asked for it: no night and no stop holds that back.
ASKED = "asked"
# Neither costs anything of the budget nor is folded: the digest itself, and what a person asked for at an hour of
# their own choice, which would be yesterday's by the time of the next digest.
# Neither does a paper of the ladder, nor does a stop keep it away: an authority serves it.
SERVED = ("ladder_news", "ladder_paper", "ladder_decided", "ladder_listing")
UNCOUNTED = (DIGEST, "daily_question", *SERVED)
# What is said by the clock alone waits for a workday; what an official sends does not.
CLOCKED = ("digest", "reminder_", "ladder_")
SHANGHAI = Almanac(ZoneInfo("Asia/Shanghai"))
WENT_OUT = (DeliveryState.CLAIMED, DeliveryState.SENT, DeliveryState.UNKNOWN)
# The upper half of the keys under which PostgreSQL lets one process at a time count a contact's pushes.
LOCKS = 0x616E << 40
LOCK = Straight(text("SELECT count(pg_advisory_xact_lock(key)) FROM unnest(CAST(:keys AS bigint[])) AS key"))
WISHES = cast(Table, WishRecord.__table__)
# What `wishes_in` reads; all empty for a contact who changed nothing.
WISHES_COLUMNS = (
    WISHES.c.quiet_from, WISHES.c.quiet_until, WISHES.c.budget, WISHES.c.daily_hour, WISHES.c.is_bundled,
    WISHES.c.stopped_at,
)  # fmt: skip
_WISHES_OF = select(WISHES.c.contact_id, *WISHES_COLUMNS).where(
    WISHES.c.contact_id.in_(bindparam("ids", expanding=True))
)
USUAL = Wishes()
# A row that may not go out now, by its id, with its new values.
Held = dict[int, dict[str, object]]


def wishes_in(row: Any) -> Wishes:
    """A contact's settings; the defaults of the rule book for somebody who changed nothing."""
    if row is None or row.quiet_from is None:
        return USUAL
    quiet = QuietHours(_clock(row.quiet_from), _clock(row.quiet_until))
    return Wishes(quiet, row.budget, row.daily_hour, row.is_bundled, row.stopped_at is not None)


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


async def wishes_of(link: Link, contact_ids: Iterable[int]) -> dict[int, Wishes]:
    """The settings of these contacts."""
    ids = set(contact_ids)
    rows = await link.execute(_WISHES_OF, {"ids": sorted(ids)})
    found = {row.contact_id: wishes_in(row) for row in rows}
    return {id_: found.get(id_, USUAL) for id_ in ids}


async def told_since(link: Link, contact_ids: Iterable[int], since: datetime) -> dict[int, int]:
    """How many pushes of the budget went out to each contact since then; what is urgent or UNCOUNTED costs none."""
    counted = await link.execute(
        select(DeliveryRecord.contact_id, func.count())
        .where(
            DeliveryRecord.contact_id.in_(set(contact_ids)),
            or_(DeliveryRecord.is_push, DeliveryRecord.broadcast_id.is_not(None)),
            DeliveryRecord.is_urgent.is_(False),
            # Something long is one push, however many messages it takes.
            DeliveryRecord.part == 1,
            DeliveryRecord.kind.not_in(UNCOUNTED),
            DeliveryRecord.state.in_(WENT_OUT),
            # A claimed row has no instant of its own yet: it is going out now.
            func.coalesce(DeliveryRecord.settled_at, DeliveryRecord.lease_until) >= since,
        )
        .group_by(DeliveryRecord.contact_id)
    )
    return {row[0]: row[1] for row in counted}


async def hold_back(link: AsyncConnection, rows: Sequence[Due], now: datetime, almanac: Almanac) -> Held:
    """Which of these rows may not go out now, each with its new values: put off, folded or skipped.

    What officials send to many is a push too, but it is never folded: its receipt is counted. A row carries its
    contact's WISHES_COLUMNS.
    """
    pushes = [row for row in rows if (row.broadcast_id is not None or row.is_push) and row.reason != ASKED]
    held: Held = {}
    if not pushes:
        return held
    if link.dialect.name == "postgresql":
        # Before anything else is asked, and where nothing is, with the claim itself.
        await write_on(link, (LOCK, {"keys": sorted({LOCKS + row.contact_id for row in pushes})}))
    counted = {row.contact_id for row in pushes if _may_fold(row)}
    told = await told_since(link, counted, almanac.week_from(now)) if counted else {}
    asked = {(row.contact_id, about) for row in pushes if row.about for about in row.about.split()}
    over = await over_for(link, asked, now) if asked else {}
    # Whoever changed nothing is told what officials send to many when everybody else is: that is decided once.
    usual: dict[tuple[str, bool], Decision] = {}
    for row in pushes:
        alike = (row.kind, row.is_urgent) if row.quiet_from is None and row.broadcast_id is not None else None
        decision = (over and _over(row, over)) or (alike and usual.get(alike)) or None
        if decision is None:
            decision = decide(
                almanac, _bound(row, wishes_in(row)), now, told_this_week=told.get(row.contact_id, 0),
                is_urgent=row.is_urgent, may_fold=_may_fold(row), on_workdays=row.kind.startswith(CLOCKED),
            )  # fmt: skip
            if alike:
                usual[alike] = decision
        if decision.step is not Step.SEND:
            held[row.id] = _held(decision, now)
        elif counted and not row.is_urgent and row.kind not in UNCOUNTED:
            told[row.contact_id] = told.get(row.contact_id, 0) + 1
    return held


def _bound(row: Due, wishes: Wishes) -> Wishes:
    """What a person wants, as far as this row heeds it."""
    return replace(wishes, is_stopped=False) if row.kind in SERVED else wishes


def _may_fold(row: Due) -> bool:
    return row.broadcast_id is None and row.kind not in UNCOUNTED


def _over(row: Due, over: Mapping[tuple[int, str], str]) -> Decision | None:
    reasons = [over.get((row.contact_id, about)) for about in row.about.split()]
    return Decision(Step.SKIP, reasons[0]) if reasons and reasons[0] and all(reasons) else None


def _held(decision: Decision, now: datetime) -> dict[str, object]:
    values: dict[str, object] = {"reason": decision.reason}
    if decision.until is not None:
        values["due_at"] = decision.until
    if decision.step is Step.FOLD:
        values["state"] = DeliveryState.QUEUED.value
    elif decision.step is Step.SKIP:
        values |= {"state": DeliveryState.SKIPPED.value, "settled_at": now}
    return values
