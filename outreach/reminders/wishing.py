"""提醒设置 — what a contact wants of reminders: when, how many, bundled or not, or none until they come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from sqlalchemy import delete

from domain.contact import StalePress
from domain.plan import PlanState
from domain.reminder import DAILY_HOURS, QUIET_CHOICES, QuietHours, Wishes
from outreach.delivery.holding import told_since, wishes_in
from outreach.desk import Desk
from outreach.storage.plans import PlanRecord, ReminderRecord, WishRecord


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact's wishes, and how many pushes of this week's budget they have had."""

    wishes: Wishes
    told_this_week: int


async def standing(desk: Desk, contact_id: int) -> Standing:
    """What this contact has asked for, and what they got this week."""
    since = desk.office.almanac.week_from(desk.now)
    told = await told_since(desk.session, [contact_id], since)
    return Standing(wishes_in(await desk.session.get(WishRecord, contact_id)), told.get(contact_id, 0))


async def choose_quiet(desk: Desk, contact_id: int, choice: int) -> None:
    """One of the quiet hours that are offered. Raises StalePress for any other."""
    if not 0 <= choice < len(QUIET_CHOICES):
        raise StalePress
    row = await _row(desk, contact_id)
    quiet = QUIET_CHOICES[choice]
    row.quiet_from, row.quiet_until = _minutes(quiet.start), _minutes(quiet.end)


async def choose_hour(desk: Desk, contact_id: int, hour: int) -> None:
    """One of the hours that are offered. Raises StalePress for any other."""
    if hour not in DAILY_HOURS:
        raise StalePress
    (await _row(desk, contact_id)).daily_hour = hour


async def bundle(desk: Desk, contact_id: int, is_bundled: bool) -> None:
    """Everything that is not urgent in one digest a day, or each by itself."""
    (await _row(desk, contact_id)).is_bundled = is_bundled


async def stop(desk: Desk, contact_id: int) -> bool:
    """No more pushes but urgent ones. False when it was so already."""
    row = await _row(desk, contact_id)
    if row.stopped_at is not None:
        return False
    row.stopped_at = desk.now
    await desk.note("RemindersStopped", f"contact:{contact_id}", contact_id)
    return True


async def come_back(desk: Desk, contact_id: int) -> bool:
    """Pushes again, from now on. False when they were never stopped."""
    row = await _row(desk, contact_id)
    if row.stopped_at is None:
        return False
    row.stopped_at = None
    await desk.note("RemindersResumed", f"contact:{contact_id}", contact_id)
    return True


async def _row(desk: Desk, contact_id: int) -> WishRecord:
    wishes = Wishes()
    await desk.put_once(
        WishRecord, WishRecord.contact_id, contact_id=contact_id, quiet_from=_minutes(wishes.quiet.start),
        quiet_until=_minutes(wishes.quiet.end), budget=wishes.budget, daily_hour=wishes.daily_hour, is_bundled=False,
    )  # fmt: skip
    return await desk.session.get_one(WishRecord, contact_id)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def quiet_choice(quiet: QuietHours) -> int:
    """Which of the offered quiet hours these are; -1 for none."""
    return QUIET_CHOICES.index(quiet) if quiet in QUIET_CHOICES else -1


async def forget(desk: Desk, contact_id: int) -> None:
    """What an erased contact wished and was to be reminded of; a plan that they set goes on without them."""
    await desk.session.execute(delete(WishRecord).where(WishRecord.contact_id == contact_id))
    await desk.session.execute(delete(ReminderRecord).where(ReminderRecord.contact_id == contact_id))
    await desk.session.execute(
        delete(PlanRecord).where(PlanRecord.contact_id == contact_id, PlanRecord.state == PlanState.DRAFT)
    )
