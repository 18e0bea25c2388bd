"""提醒 — the clock looks at what is due, and each contact hears of it once: as itself, or all together in a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, select, text, union

from domain.contact import Contact
from domain.notice import DeliveryState, Notice, NoticeButton
from domain.reminder import UNREAD_AFTER_DAYS, Due, Form, Wishes, form_of, next_finding_day
from outreach.delivery.holding import DIGEST, wishes_of
from outreach.delivery.relevance import FINDING, LEFT, NOTICE, OCCURRENCE, number_in, over, put_right
from outreach.desk import Desk, Office
from outreach.enrolling import as_contact
from outreach.matters import IN_DIGEST, Item, held_item, items_of
from outreach.occurring import remind_of, responsible
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.inspections import FindingRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord
from outreach.storage.plans import OccurrenceRecord, ReminderRecord

ONE_DAY = timedelta(days=1)
LONG_AGO = timedelta(days=3650)
BATCH = 100
LINES = 12
BUTTONS = 6
# Two schedulers could otherwise each say half of what is due for one person.
ONLY_TELLER = 0x616E0001


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
    async with office.desk() as desk:
        almanac = desk.office.almanac
        rows = (
            await desk.session.scalars(
                select(BroadcastRecord)
                .where(BroadcastRecord.approved_at <= desk.now - ONE_DAY, BroadcastRecord.reminded_at.is_(None))
                .with_for_update(skip_locked=True)
            )
        ).all()
        abouts: list[tuple[str, int]] = []
        for row in rows:
            sent_at = max(row.approved_at or desk.now, row.due_at or desk.now - LONG_AGO)
            if desk.today < almanac.workdays_after(almanac.on(sent_at), UNREAD_AFTER_DAYS):
                continue
            row.reminded_at = desk.now
            is_over = row.recalled_at is not None or (row.expires_at is not None and row.expires_at <= desk.now)
            # Once an official has chased, one more reminder would be one too many.
            if not is_over and not row.chased:
                abouts += await _unread(desk, row.id)
        return await remind_of(desk, abouts, desk.today)


async def _unread(desk: Desk, broadcast_id: int) -> list[tuple[str, int]]:
    rows = await desk.session.execute(
        select(DeliveryRecord.id, DeliveryRecord.contact_id).where(
            DeliveryRecord.broadcast_id == broadcast_id,
            DeliveryRecord.kind == "broadcast",
            DeliveryRecord.state == DeliveryState.SENT,
            DeliveryRecord.acknowledged_at.is_(None),
        )
    )
    return [(f"{NOTICE}:{id_}", contact_id) for id_, contact_id in rows]


def next_look(desk: Desk, due_on: date) -> datetime | None:
    """When a finding is brought up next, after today; None when it never is again."""
    day = next_finding_day(due_on, desk.today)
    return None if day is None else desk.office.almanac.start_of(day)


async def say_what_is_due(office: Office) -> int:
    """Tell every contact who has something due, one message each. How many were told."""
    told = 0
    while True:
        async with office.desk() as desk:
            if not await _is_only_teller(desk):
                return told
            waiting = select(ReminderRecord.contact_id).where(
                ReminderRecord.state == "waiting", ReminderRecord.next_look_at <= desk.now
            )
            folded = select(DeliveryRecord.contact_id).where(*_folded(), DeliveryRecord.due_at <= desk.now)
            due = union(waiting, folded).subquery()
            contact_ids = sorted(await desk.session.scalars(select(due.c.contact_id).limit(BATCH)))
            if not contact_ids:
                return told
            wishes = await wishes_of(desk.session, contact_ids)
            for contact_id in contact_ids:
                told += await _say(desk, contact_id, wishes[contact_id])


async def _is_only_teller(desk: Desk) -> bool:
    if desk.office.engine.dialect.name != "postgresql":
        return True
    lock = text("SELECT pg_try_advisory_xact_lock(:key)")
    return bool((await desk.session.execute(lock, {"key": ONLY_TELLER})).scalar_one())


def _folded() -> tuple[ColumnElement[bool], ...]:
    return (DeliveryRecord.state == DeliveryState.QUEUED, DeliveryRecord.reason == DIGEST)


async def _say(desk: Desk, contact_id: int, wishes: Wishes) -> bool:
    """Tell one contact, or put it off. Afterwards nothing of theirs is due at this instant."""
    session, almanac = desk.session, desk.office.almanac
    row = await session.get_one(ContactRecord, contact_id)
    reminders = list(
        await session.scalars(
            select(ReminderRecord)
            .where(
                ReminderRecord.contact_id == contact_id, ReminderRecord.state == "waiting",
                ReminderRecord.next_look_at <= desk.now,
            )
            .order_by(ReminderRecord.due_at, ReminderRecord.id)
            .with_for_update()
        )
    )  # fmt: skip
    folded = list(
        await session.scalars(
            select(DeliveryRecord)
            .where(DeliveryRecord.contact_id == contact_id, *_folded())
            .order_by(DeliveryRecord.id)
            .with_for_update()
        )
    )
    if not row.is_reachable or row.chat_id is None or wishes.is_stopped:
        reason = "stopped" if wishes.is_stopped and row.is_reachable else "contact_gone"
        _skip(desk, reminders, folded, reason)
        return False
    reminders = await _still_due(desk, contact_id, reminders)
    folded = await _still_wanted(desk, contact_id, folded)
    allowed = almanac.allowed_from(desk.now, wishes.quiet, on_workdays=True)
    if allowed > desk.now:
        _put_off(reminders, folded, allowed)
        return False
    key = f"{DIGEST}:{contact_id}:{desk.today}"
    known = await session.scalars(select(DeliveryRecord.id).where(DeliveryRecord.key == key))
    form = form_of(
        [Due(one.due_at) for one in reminders], desk.now, folded=len(folded),
        has_digest_today=known.first() is not None, is_bundled=wishes.is_bundled,
    )  # fmt: skip
    if form is Form.NOTHING:
        _put_off(reminders, folded, almanac.next_slot(desk.now, wishes))
        return False
    contact = as_contact(row)
    items = await items_of(desk, [one.about for one in reminders])
    if form is Form.ITSELF:
        key = f"remind:{reminders[0].about}:{contact_id}:{reminders[0].occurs_on}"
        await _tell_one(desk, contact, items[0], key)
    else:
        await _tell_all(desk, contact, [*items, *map(held_item, folded)], key)
    for one in reminders:
        one.state, one.delivery_key, one.settled_at = "told", key, desk.now
    for delivery in folded:
        delivery.state, delivery.reason, delivery.settled_at = DeliveryState.SKIPPED, IN_DIGEST, desk.now
    return True


async def _still_due(desk: Desk, contact_id: int, reminders: Sequence[ReminderRecord]) -> list[ReminderRecord]:
    """Those that are still to be done by this person; what a person left is handed on to whoever follows."""
    reasons = await over(desk.session, contact_id, [one.about for one in reminders])
    for one in reminders:
        if one.about in reasons:
            one.state, one.reason, one.settled_at = "skipped", reasons[one.about], desk.now
            if reasons[one.about] == LEFT:
                await _hand_on(desk, one)
    return [one for one in reminders if one.state == "waiting"]


async def _hand_on(desk: Desk, reminder: ReminderRecord) -> None:
    kind, number = number_in(reminder.about)
    column = OccurrenceRecord.enterprise_id if kind == OCCURRENCE else FindingRecord.enterprise_id
    record_id = OccurrenceRecord.id if kind == OCCURRENCE else FindingRecord.id
    for enterprise_id in await desk.session.scalars(select(column).where(record_id == number)):
        held = await responsible(desk, [enterprise_id])
        if enterprise_id in held:
            await remind_of(desk, [(reminder.about, held[enterprise_id].id)], reminder.occurs_on)


async def _still_wanted(desk: Desk, contact_id: int, folded: Sequence[DeliveryRecord]) -> list[DeliveryRecord]:
    kept = []
    for one in folded:
        abouts = one.about.split()
        reasons = await over(desk.session, contact_id, abouts)
        if one.expires_at is not None and one.expires_at <= desk.now:
            one.state, one.reason, one.settled_at = DeliveryState.REFUSED, "expired", desk.now
        elif abouts and len(reasons) == len(abouts):
            one.state, one.reason, one.settled_at = DeliveryState.SKIPPED, reasons[abouts[0]], desk.now
        else:
            kept.append(one)
    return kept


def _skip(desk: Desk, reminders: Sequence[ReminderRecord], folded: Sequence[DeliveryRecord], reason: str) -> None:
    for one in reminders:
        one.state, one.reason, one.settled_at = "skipped", reason, desk.now
    for delivery in folded:
        gone = reason == "contact_gone"
        delivery.state = DeliveryState.REFUSED if gone else DeliveryState.SKIPPED
        delivery.reason, delivery.settled_at = reason, desk.now


def _put_off(reminders: Sequence[ReminderRecord], folded: Sequence[DeliveryRecord], until: datetime) -> None:
    for one in reminders:
        one.next_look_at = until
    for delivery in folded:
        delivery.due_at = max(delivery.due_at, until)


async def _tell_one(desk: Desk, contact: Contact, item: Item, key: str) -> None:
    assert item.button is not None
    kind = f"reminder_{item.kind}"
    button = NoticeButton(f"reminder.{item.kind}_now", item.button.press)
    # What was asked for a day is not said after it; a finding's term only gets worse.
    ends = item.kind == OCCURRENCE and item.due_on is not None
    expires_at = desk.office.almanac.at(item.due_on, time.max) if ends and item.due_on else None
    await desk.tell(
        contact,
        Notice(kind, {"item": item}, key, ((button,), (NoticeButton("menu.settings", "st"),)), is_push=True,
               about=(item.about,), expires_at=expires_at),
    )  # fmt: skip


async def _tell_all(desk: Desk, contact: Contact, items: Sequence[Item], key: str) -> None:
    rows = tuple((item.button,) for item in items[:BUTTONS] if item.button is not None)
    facts: dict[str, object] = {"items": items[:LINES], "more": max(len(items) - LINES, 0)}
    last = (NoticeButton("menu.my", "my:l:0"), NoticeButton("menu.settings", "st"))
    # A folded push has no say in whether the digest goes: it was wanted a moment ago.
    about = tuple(item.about for item in items) if all(item.about for item in items) else ()
    await desk.tell(contact, Notice("digest", facts, key, (*rows, last), is_push=True, about=about))
