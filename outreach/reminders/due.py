"""到期 — for whom something has come due, each with all of it: a few statements, worded once, for a page of people.

Read from indexes that hold what waits and nothing else: the cost is that of what is due, not of what exists.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import BigInteger, CompoundSelect, Select, Table, bindparam, func, or_, select, union

from domain.contact import Contact
from domain.reminder import Wishes
from outreach.delivery.holding import DIGEST, WISHES, WISHES_COLUMNS, wishes_in
from outreach.delivery.rows import CONTACTS, DELIVERIES
from outreach.desk import Desk
from outreach.storage.base import Instant
from outreach.storage.listing import each, whole
from outreach.storage.notices import FOLDED, UNSENT
from outreach.storage.plans import WAITING, ReminderRecord
from outreach.storage.straight import Straight

REMINDERS = cast(Table, ReminderRecord.__table__)
# People that one transaction serves; the rest follow in the next one, so that nobody waits long behind it.
BATCH = 250
# With what the key of a reminder begins; with these and DIGEST begins all that the clock words here.
REMIND = "remind"
WORDED = (f"{REMIND}:%", f"{DIGEST}:%")
# Two schedulers could otherwise each say half of what is due for one person.
ONLY_TELLER = 0x616E0001


class Reminder(NamedTuple):
    """A reminder that waits. `is_due`: that its instant has come; the others follow later today."""

    id: int
    contact_id: int
    about: str
    occurs_on: date
    due_at: datetime
    is_due: bool


class Push(NamedTuple):
    """A push that waits to be said in a digest."""

    id: int
    contact_id: int
    about: str
    text: str
    due_at: datetime
    expires_at: datetime | None


class Unsent(NamedTuple):
    """A message that the clock worded and that has not left."""

    id: int
    contact_id: int
    key: str
    created_at: datetime


class _Whose(NamedTuple):
    id: int
    chat_id: int | None
    is_reachable: bool
    name: str
    phone: str
    locale: str
    quiet_from: int | None
    quiet_until: int | None
    budget: int | None
    daily_hour: int | None
    is_bundled: bool | None
    stopped_at: datetime | None


@dataclass(slots=True)
class Person:
    """A contact for whom something has come due; `reason` is why none of it can be said, if so.

    The others are rows: what is due, what follows later today, the pushes that wait for a digest, and what was worded
    before and has not left.
    """

    contact: Contact
    wishes: Wishes
    reason: str
    reminders: list[Reminder] = field(default_factory=list)
    ahead: list[Reminder] = field(default_factory=list)
    folded: list[Push] = field(default_factory=list)
    unsent: list[Unsent] = field(default_factory=list)


class _Statements(NamedTuple):
    people: Straight
    whose: Straight
    reminders: Straight
    folded: Straight
    unsent: Straight


_LOCK = Straight(select(func.pg_try_advisory_xact_lock(bindparam("key", type_=BigInteger))))


async def gather(desk: Desk) -> list[Person]:
    """The next people for whom something has come due, each with all of it, held until the transaction ends.

    Nobody while another process gathers.
    """
    statements = _statements(desk.office.engine.dialect.name)
    who = statements.people, {"now": desk.now, "most": BATCH}
    if desk.office.engine.dialect.name == "postgresql":
        [[is_only_teller]], found = await desk.ask((_LOCK, {"key": ONLY_TELLER}), who)
        found = found if is_only_teller else []
    else:
        (found,) = await desk.ask(who)
    if not found:
        return []
    ids = json.dumps(dict.fromkeys([id_ for (id_,) in found]))
    # A digest takes along what the day still holds, and what was to wait for a later one.
    until = desk.office.almanac.end_of(desk.today)
    whose, reminders, folded, unsent = await desk.ask(
        (statements.whose, {"ids": ids}),
        (statements.reminders, {"ids": ids, "now": desk.now, "until": until}),
        (statements.folded, {"ids": ids}),
        (statements.unsent, {"ids": ids}),
    )
    people = {row[0]: _person(_Whose._make(row)) for row in whose}
    for reminder in sorted(map(Reminder._make, reminders), key=attrgetter("due_at", "id")):
        person = people[reminder.contact_id]
        (person.reminders if reminder.is_due else person.ahead).append(reminder)
    for push in map(Push._make, folded):
        people[push.contact_id].folded.append(push)
    for row in map(Unsent._make, unsent):
        people[row.contact_id].unsent.append(row)
    return [people[id_] for id_ in sorted(people)]


def _person(whose: _Whose) -> Person:
    wishes = wishes_in(whose)
    reason = "stopped" if wishes.is_stopped else ""
    reason = reason if whose.is_reachable and whose.chat_id is not None else "contact_gone"
    return Person(Contact(whose.id, whose.name, whose.phone, whose.locale), wishes, reason)


@cache
def _statements(dialect: str) -> _Statements:
    now, until = bindparam("now", type_=Instant()), bindparam("until", type_=Instant())
    ids = each(dialect, "ids")
    theirs = select(whole(ids.c.key))
    looked_at = REMINDERS.c.next_look_at
    return _Statements(
        Straight(_people(now)),
        Straight(
            select(
                CONTACTS.c.id, CONTACTS.c.chat_id, CONTACTS.c.is_reachable, CONTACTS.c.name, CONTACTS.c.phone,
                CONTACTS.c.locale, *WISHES_COLUMNS,
            )
            .select_from(CONTACTS.outerjoin(WISHES, WISHES.c.contact_id == CONTACTS.c.id))
            .where(CONTACTS.c.id.in_(theirs))
        ),
        Straight(
            select(
                REMINDERS.c.id, REMINDERS.c.contact_id, REMINDERS.c.about, REMINDERS.c.occurs_on, REMINDERS.c.due_at,
                looked_at <= now,
            )
            .where(WAITING, REMINDERS.c.contact_id.in_(theirs), looked_at < until)
            .with_for_update()
        ),
        Straight(
            select(*(DELIVERIES.c[name] for name in Push._fields))
            .where(FOLDED, DELIVERIES.c.contact_id.in_(theirs))
            .order_by(DELIVERIES.c.id)
            .with_for_update()
        ),
        # What a pump holds at this moment is on its way.
        Straight(
            select(*(DELIVERIES.c[name] for name in Unsent._fields))
            .where(UNSENT, DELIVERIES.c.contact_id.in_(theirs), or_(*(DELIVERIES.c.key.like(key) for key in WORDED)))
            .order_by(DELIVERIES.c.id)
            .with_for_update(skip_locked=True)
        ),
    )  # fmt: skip


def _people(now: Any) -> CompoundSelect[int]:
    """Whose reminder or folded push is due, those first who have waited longest."""
    most = bindparam("most", type_=BigInteger)
    firsts: Sequence[Select[int]] = [
        select(table.c.contact_id).where(waiting, at <= now).order_by(at).limit(most)
        for table, at, waiting in (
            (REMINDERS, REMINDERS.c.next_look_at, WAITING), (DELIVERIES, DELIVERIES.c.due_at, FOLDED),
        )
    ]  # fmt: skip
    return union(*(select(first.subquery().c.contact_id) for first in firsts))
