"""一拍 — one look says of what something has come due, so that a tick with nothing due costs one question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, bindparam, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from outreach.desk import Office
from outreach.hazards.laddering import look_at_hazards
from outreach.plans.looks import look_at_plans
from outreach.reminders.gathering import say_what_is_due
from outreach.reminders.reminding import look_at_findings, look_at_notices, unread_since_before, unread_until
from outreach.storage.base import Instant
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.inspections import FindingRecord
from outreach.storage.notices import FOLDED, DeliveryRecord
from outreach.storage.plans import WAITING, PlanRecord, ReminderRecord
from outreach.storage.straight import Straight, ask_on

PLANS, FINDINGS, NOTICES, HAZARDS, REMINDERS = "plans", "findings", "notices", "hazards", "reminders"
LOOKS = (
    (PLANS, look_at_plans), (FINDINGS, look_at_findings), (NOTICES, look_at_notices), (HAZARDS, look_at_hazards),
)  # fmt: skip


async def remind(office: Office) -> int:
    """Plans ask, findings, unread notices and late hazards are brought up; whoever has something due hears of it once.

    How many people were told.
    """
    due = await come_due(office)
    for matter, look in LOOKS:
        if matter in due:
            await look(office)
    return await say_what_is_due(office) if due else 0


async def come_due(office: Office) -> frozenset[str]:
    """Of plans, findings, notices, hazards and reminders those of which something is due, each read off an index."""
    now = office.clock()
    # Nothing is written, so there is nothing to commit: a desk would take twice as long.
    async with office.engine.connect() as link:
        (found,) = await ask_on(link, (LOOK, {"now": now, "unread_until": unread_until(office.almanac, now)}))
    return frozenset(matter for (matter,) in found)


def _look() -> CompoundSelect[str]:
    now = bindparam("now", type_=Instant())
    until = bindparam("unread_until", type_=Instant())
    looks: tuple[tuple[str, InstrumentedAttribute[Any], BindParameter[datetime], tuple[Any, ...]], ...] = (
        (PLANS, PlanRecord.next_look_at, now, (PlanRecord.next_look_at.is_not(None),)),
        (FINDINGS, FindingRecord.next_look_at, now, (FindingRecord.next_look_at.is_not(None),)),
        (NOTICES, BroadcastRecord.approved_at, until, unread_since_before(until)),
        (HAZARDS, HazardRecord.next_look_at, now, (HazardRecord.next_look_at.is_not(None),)),
        (REMINDERS, ReminderRecord.next_look_at, now, (WAITING,)),
        (REMINDERS, DeliveryRecord.due_at, now, (FOLDED,)),
    )
    # The first that waits, rather than whether one is due: for that PostgreSQL may plan to read them all.
    return union_all(*(
        select(literal(matter)).where(select(at).where(*conditions).order_by(at).limit(1).scalar_subquery() <= instant)
        for matter, at, instant, conditions in looks
    ))  # fmt: skip


LOOK = Straight(_look())
