"""合并提醒 — what has come due for a person is gathered and said once: as itself, or all together in a digest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import cache

from sqlalchemy import bindparam, select, update

from domain.contact import Contact
from domain.notice import DeliveryState, Notice, NoticeButton
from domain.reminder import Due, Form, form_of
from outreach.delivery.holding import DIGEST
from outreach.delivery.ladder_relevance import LADDER
from outreach.delivery.relevance import FINDING, LEFT, OCCURRENCE, number_in, over_for
from outreach.desk import Desk, Office
from outreach.hazards.ladder_reminding import waits_for
from outreach.plans.occurring import remind_of, reminded_of, responsible
from outreach.reminders.due import REMIND, REMINDERS, Person, Push, Reminder, Unsent, gather
from outreach.reminders.matters import IN_DIGEST, Item, held_item, items_of
from outreach.reminders.taking_back import RETOLD, Unsaid, unsaid_by
from outreach.storage.inspections import FindingRecord
from outreach.storage.listing import each, whole
from outreach.storage.notices import DeliveryRecord
from outreach.storage.plans import ReminderRecord
from outreach.storage.straight import Straight

LINES = 12
BUTTONS = 6


class Settling:
    """What becomes of the rows of one batch, written down all at once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        # The key under which each reminder was told: the only one of these that a whole morning has in common.
        self._told: dict[int, str] = {}
        self._reminders: dict[tuple[str, ...], list[dict[str, object]]] = {}
        self._pushes: dict[tuple[str, ...], list[dict[str, object]]] = {}

    def told(self, reminders: Iterable[Reminder], key: str) -> None:
        self._told |= {one.id: key for one in reminders}

    def skipped(self, reminders: Iterable[Reminder], reason: str) -> None:
        for one in reminders:
            self._reminder(one, state="skipped", reason=reason, settled_at=self._desk.now)

    def settled(self, pushes: Iterable[Push | Unsent], state: DeliveryState, reason: str) -> None:
        for one in pushes:
            self._push(one, state=state, reason=reason, settled_at=self._desk.now)

    def put_off(self, person: Person, until: datetime) -> None:
        for one in person.reminders:
            self._reminder(one, next_look_at=until)
        for push in person.folded:
            self._push(push, due_at=max(push.due_at, until))

    async def write(self) -> None:
        if self._told:
            told = _told(self._desk.office.engine.dialect.name)
            await self._desk.ask((told, {"told": json.dumps(self._told), "now": self._desk.now}))
        for rows in self._reminders.values():
            await self._desk.session.execute(update(ReminderRecord), rows)
        for rows in self._pushes.values():
            await self._desk.session.execute(update(DeliveryRecord), rows)

    def _reminder(self, row: Reminder, **values: object) -> None:
        self._reminders.setdefault(tuple(values), []).append({"id": row.id, **values})

    def _push(self, row: Push | Unsent, **values: object) -> None:
        self._pushes.setdefault(tuple(values), []).append({"id": row.id, **values})


@cache
def _told(dialect: str) -> Straight:
    told = each(dialect, "told")
    return Straight(
        update(REMINDERS)
        .where(REMINDERS.c.id == whole(told.c.key))
        .values(state="told", delivery_key=told.c.value, settled_at=bindparam("now"))
    )


async def say_what_is_due(office: Office) -> int:
    """Tell every contact who has something due, one message each. How many were told."""
    told = 0
    while True:
        async with office.desk() as desk:
            people = await gather(desk)
            if not people:
                return told
            told += await _say(desk, people)


async def _say(desk: Desk, people: Sequence[Person]) -> int:
    """Tell them, or put it off. Afterwards nothing of theirs is due at this instant. How many were told."""
    settling, almanac = Settling(desk), desk.office.almanac
    for person in (one for one in people if one.reason):
        settling.skipped(person.reminders, person.reason)
        gone = person.reason == "contact_gone"
        settling.settled(person.folded, DeliveryState.REFUSED if gone else DeliveryState.SKIPPED, person.reason)
    people = [one for one in people if not one.reason]
    await _drop_what_is_over(desk, people, settling)
    unsaid = await unsaid_by(desk, people)
    had_one = await _had_their_digest(desk, people)
    saying: list[tuple[Person, Form]] = []
    for person in people:
        allowed = almanac.allowed_from(desk.now, person.wishes.quiet, on_workdays=True)
        if allowed > desk.now:
            settling.put_off(person, allowed)
            continue
        again = unsaid.get(person.contact.id)
        form = _form(desk, person, again, has_digest_today=person.contact.id in had_one)
        if form is Form.NOTHING:
            settling.put_off(person, almanac.next_slot(desk.now, person.wishes))
        else:
            if form is Form.DIGEST:
                person.reminders += person.ahead
            if again is not None:
                _say_again(person, again, settling)
            saying.append((person, form))
    abouts = {one.about for person, _ in saying for one in person.reminders}
    items = {item.about: item for item in await items_of(desk, sorted(abouts))}
    notices = []
    for person, form in saying:
        found = [items[about] for about in dict.fromkeys(one.about for one in person.reminders) if about in items]
        notice = _one(desk, person, found[0]) if form is Form.ITSELF else _all(desk, person, found)
        notices.append((person.contact, notice))
        settling.told(person.reminders, notice.key)
        settling.settled(person.folded, DeliveryState.SKIPPED, IN_DIGEST)
    await settling.write()
    await desk.tell_each(notices)
    return len(notices)


def _form(desk: Desk, person: Person, again: Unsaid | None, *, has_digest_today: bool) -> Form:
    """As what it is said, with what has not left; which by itself is no reason to say anything."""
    due, folded = [Due(one.due_at) for one in person.reminders], len(person.folded)
    if again is not None and (due or folded):
        said = {one.about for one in person.reminders}
        due += [Due(one.due_at) for one in again.reminders if one.about not in said]
        folded += len(again.folded)
    return form_of(due, desk.now, folded=folded, has_digest_today=has_digest_today, is_bundled=person.wishes.is_bundled)


def _say_again(person: Person, again: Unsaid, settling: Settling) -> None:
    """What has not left is taken back and goes into the message that is worded now."""
    settling.settled(again.rows, DeliveryState.SKIPPED, RETOLD)
    for one, reason in again.over:
        settling.skipped([one], reason)
    # Behind what is due: a message about one thing takes its day, and so its key, from that.
    person.reminders += again.reminders
    person.folded = [*again.folded, *person.folded]


async def _drop_what_is_over(desk: Desk, people: Sequence[Person], settling: Settling) -> None:
    """What is done with, or no longer this person's: then it is handed on to whoever follows."""
    rows: list[Reminder | Push] = []
    for person in people:
        rows += (*person.reminders, *person.ahead, *person.folded)
    asked = {(row.contact_id, about) for row in rows for about in row.about.split()}
    reasons = await over_for(desk.session, asked, desk.now)
    left = []
    for person in people:
        own, wanted = person.contact.id, []
        for one in (*person.reminders, *person.ahead):
            if (reason := reasons.get((own, one.about))) is not None:
                settling.skipped([one], reason)
                left += [one] if reason == LEFT else []
        person.reminders = [one for one in person.reminders if (own, one.about) not in reasons]
        person.ahead = [one for one in person.ahead if (own, one.about) not in reasons]
        for push in person.folded:
            why = [reasons.get((own, about)) for about in push.about.split()]
            if push.expires_at is not None and push.expires_at <= desk.now:
                settling.settled([push], DeliveryState.REFUSED, "expired")
            elif why and why[0] is not None and all(why):
                settling.settled([push], DeliveryState.SKIPPED, why[0])
            else:
                wanted.append(push)
        person.folded = wanted
    await _hand_on(desk, left)


async def _hand_on(desk: Desk, left: Sequence[Reminder]) -> None:
    numbers: dict[str, set[int]] = {}
    for one in left:
        kind, number = number_in(one.about)
        numbers.setdefault(kind, set()).add(number)
    followers: dict[str, list[Contact]] = {}
    if asked := numbers.get(OCCURRENCE):
        told = await reminded_of(desk, asked)
        followers |= {f"{OCCURRENCE}:{id_}": [contact] for id_, contact in told.items()}
    if wrong := numbers.get(FINDING):
        found = await desk.session.execute(
            select(FindingRecord.id, FindingRecord.enterprise_id).where(FindingRecord.id.in_(wrong))
        )
        places: dict[int, int] = dict(found.all())
        held = await responsible(desk, sorted(set(places.values())))
        followers |= {f"{FINDING}:{id_}": [held[place]] for id_, place in places.items() if place in held}
    for kind in LADDER:
        waiting = await waits_for(desk, kind, numbers.get(kind, ()))
        followers |= {f"{kind}:{id_}": contacts for id_, contacts in waiting.items()}
    days: dict[date, list[tuple[str, int]]] = {}
    for one in left:
        for follower in followers.get(one.about, ()):
            days.setdefault(one.occurs_on, []).append((one.about, follower.id))
    for occurs_on, abouts in days.items():
        await remind_of(desk, abouts, occurs_on)


async def _had_their_digest(desk: Desk, people: Sequence[Person]) -> set[int]:
    keys = {_digest_key(desk, person): person.contact.id for person in people}
    found = await desk.session.scalars(select(DeliveryRecord.key).where(DeliveryRecord.key.in_(keys)))
    return {keys[key] for key in found}


def _digest_key(desk: Desk, person: Person) -> str:
    return f"{DIGEST}:{person.contact.id}:{desk.today}"


def _one(desk: Desk, person: Person, item: Item) -> Notice:
    assert item.button is not None
    button = NoticeButton(f"reminder.{item.kind}_now", item.button.press)
    # What was asked for a day is not said after it; a finding's term only gets worse.
    ends = item.kind == OCCURRENCE and item.due_on is not None
    return Notice(
        f"reminder_{item.kind}", {"item": item},
        f"{REMIND}:{item.about}:{person.contact.id}:{person.reminders[0].occurs_on}",
        ((button,), (NoticeButton("menu.settings", "st"),)), is_push=True, about=(item.about,),
        expires_at=desk.office.almanac.at(item.due_on, time.max) if ends and item.due_on else None,
    )  # fmt: skip


def _all(desk: Desk, person: Person, found: Sequence[Item]) -> Notice:
    items = [*found, *map(held_item, person.folded)]
    rows = tuple((item.button,) for item in items[:BUTTONS] if item.button is not None)
    facts: dict[str, object] = {"items": items[:LINES], "more": max(len(items) - LINES, 0)}
    last = (NoticeButton("menu.my", "my:l:0"), NoticeButton("menu.settings", "st"))
    # A folded push has no say in whether the digest goes: it was wanted a moment ago.
    about = tuple(item.about for item in items) if all(item.about for item in items) else ()
    return Notice("digest", facts, _digest_key(desk, person), (*rows, last), is_push=True, about=about)
