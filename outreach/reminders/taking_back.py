"""收回重说 — what was worded for somebody and never left is taken back, and said in one message with what is due now.

While nothing can be sent the clock goes on looking: otherwise each of its days would leave at the moment of recovery.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import literal, select

from outreach.delivery.holding import DIGEST
from outreach.delivery.parts import series
from outreach.delivery.relevance import over_for
from outreach.delivery.rows import DELIVERIES
from outreach.desk import Desk
from outreach.reminders.due import REMINDERS, Person, Push, Reminder, Unsent
from outreach.reminders.matters import IN_DIGEST

# The reason of a message that was said anew before it had left.
RETOLD = "retold"


@dataclass(slots=True)
class Unsaid:
    """The messages of one person that have not left, and all that they were to say.

    over: what need not be said any more, each with a word why.
    """

    rows: list[Unsent] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    folded: list[Push] = field(default_factory=list)
    over: list[tuple[Reminder, str]] = field(default_factory=list)


async def unsaid_by(desk: Desk, people: Iterable[Person]) -> dict[int, Unsaid]:
    """By contact; nothing is asked, and nobody is in it, when everything has left."""
    unsent = [row for person in people for row in person.unsent]
    if not unsent:
        return {}
    found = {row.contact_id: Unsaid() for row in unsent}
    for row in unsent:
        found[row.contact_id].rows.append(row)
    for reminder in await _reminders(desk, unsent):
        found[reminder.contact_id].reminders.append(reminder)
    for push in await _folded(desk, unsent):
        found[push.contact_id].folded.append(push)
    await _drop_what_is_over(desk, found)
    return found


async def _reminders(desk: Desk, unsent: Iterable[Unsent]) -> list[Reminder]:
    columns = (REMINDERS.c[name] for name in Reminder._fields[:-1])
    rows = await desk.session.execute(
        select(*columns, literal(True))
        .where(
            REMINDERS.c.contact_id.in_({row.contact_id for row in unsent}), REMINDERS.c.state == "told",
            REMINDERS.c.delivery_key.in_({series(row.key) for row in unsent}),
        )
        .order_by(REMINDERS.c.due_at, REMINDERS.c.id)
        .with_for_update()
    )  # fmt: skip
    return [Reminder._make(row) for row in rows]


async def _folded(desk: Desk, unsent: Iterable[Unsent]) -> list[Push]:
    """The pushes that these digests were to say: those that were folded at the instant at which it was worded."""
    digests = {(row.contact_id, row.created_at) for row in unsent if row.key.startswith(DIGEST)}
    if not digests:
        return []
    rows = await desk.session.execute(
        select(*(DELIVERIES.c[name] for name in Push._fields), DELIVERIES.c.settled_at)
        .where(
            DELIVERIES.c.contact_id.in_({contact_id for contact_id, _ in digests}), DELIVERIES.c.state == "skipped",
            DELIVERIES.c.reason == IN_DIGEST, DELIVERIES.c.settled_at.in_({at for _, at in digests}),
        )
        .order_by(DELIVERIES.c.id)
        .with_for_update()
    )  # fmt: skip
    return [Push._make(row[:-1]) for row in rows if (row.contact_id, row.settled_at) in digests]


async def _drop_what_is_over(desk: Desk, found: dict[int, Unsaid]) -> None:
    rows: list[Reminder | Push] = []
    for one in found.values():
        rows += (*one.reminders, *one.folded)
    asked = {(row.contact_id, about) for row in rows for about in row.about.split()}
    reasons = await over_for(desk.session, asked, desk.now)
    for own, one in found.items():
        one.over = [(row, reasons[own, row.about]) for row in one.reminders if (own, row.about) in reasons]
        one.reminders = [row for row in one.reminders if (own, row.about) not in reasons]
        one.folded = [
            push for push in one.folded
            if (push.expires_at is None or push.expires_at > desk.now)
            and not (push.about and all((own, about) in reasons for about in push.about.split()))
        ]  # fmt: skip
