"""行 — what is written to the outbox, always for many rows at once and never through an object per row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple, cast

from sqlalchemy import Table, Update, bindparam, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.notice import DeliveryState
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.inserting import insert_for
from outreach.storage.listing import each, whole
from outreach.storage.notices import CLAIMED, DeliveryRecord, PauseRecord
from outreach.storage.people import ContactRecord
from outreach.storage.straight import Straight, write_on

DELIVERIES = cast(Table, DeliveryRecord.__table__)
CONTACTS = cast(Table, ContactRecord.__table__)
BROADCASTS = cast(Table, BroadcastRecord.__table__)
PAUSES = cast(Table, PauseRecord.__table__)
# New values of a row, by column.
Values = Mapping[str, object]
# So many refusals of one text by Telegram mean that the text is at fault, not the people.
REFUSALS_BEFORE_STOP = 5
_IS_WAITING = DELIVERIES.c.state.in_((DeliveryState.QUEUED.value, DeliveryState.RETRY.value))


class Due(NamedTuple):
    """A row that is due, with what decides whether it may go out: the fields of a claim, then those of the decision."""

    id: int
    contact_id: int
    chat_id: int
    text: str
    buttons: str
    attachment: str
    attempts: int
    is_urgent: bool
    media_kind: str
    media_file_id: str
    broadcast_id: int | None
    reason: str
    key: str
    part: int
    hopeless: str
    kind: str
    is_push: bool
    about: str
    quiet_from: int | None
    quiet_until: int | None
    budget: int | None
    daily_hour: int | None
    is_bundled: bool | None
    stopped_at: datetime | None


async def write(link: AsyncConnection, changes: Sequence[tuple[int, Values]], owner: str = "") -> None:
    """Give rows new values, each by its id. With an owner, only those it still holds, and it lets go of them."""
    shapes: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for id_, values in changes:
        row: dict[str, object] = {f"new_{name}": value for name, value in values.items()}
        row["row_id"] = id_
        if owner:
            row["owner"] = owner
        shapes.setdefault(tuple(values), []).append(row)
    for names, rows in shapes.items():
        await link.execute(_statement(names, bool(owner)), rows)


async def write_sent(link: AsyncConnection, sent: Mapping[int, int | None], owner: str, now: datetime) -> None:
    """These were sent, each as the message of that number: one statement for all that the owner still holds."""
    given = {"sent": json.dumps(sent), "owner": owner, "now": now}
    await write_on(link, (_sent(link.dialect.name), given))


@cache
def _sent(dialect: str) -> Straight:
    sent = each(dialect, "sent")
    own = (DELIVERIES.c.id == whole(sent.c.key), CLAIMED, DELIVERIES.c.claimed_by == bindparam("owner"))
    return Straight(
        update(DELIVERIES)
        .where(*own)
        .values(
            state=DeliveryState.SENT.value,
            reason="",
            attempts=DELIVERIES.c.attempts + 1,
            message_id=whole(sent.c.value),
            settled_at=bindparam("now"),
            claimed_by=null(),
            lease_until=null(),
        )
    )


@cache
def _statement(names: tuple[str, ...], is_fenced: bool) -> Update:
    statement = update(DELIVERIES).where(DELIVERIES.c.id == bindparam("row_id"))
    if is_fenced:
        statement = statement.where(CLAIMED, DELIVERIES.c.claimed_by == bindparam("owner"))
        statement = statement.values(claimed_by=null(), lease_until=null())
    return statement.values({name: bindparam(f"new_{name}") for name in names})


async def mark_gone(link: AsyncConnection, contact_id: int, reason: str, now: datetime) -> None:
    """Nobody is called there again until they come back by themselves: what waits for them is refused with it."""
    contact = update(CONTACTS).where(CONTACTS.c.id == contact_id)
    await link.execute(contact.values(is_reachable=False, unreachable_reason=reason))
    theirs = update(DELIVERIES).where(DELIVERIES.c.contact_id == contact_id, _IS_WAITING)
    await link.execute(theirs.values(state=DeliveryState.REFUSED.value, reason=reason, settled_at=now))


async def move_chat(link: AsyncConnection, contact_id: int, chat_id: int) -> None:
    """A group that became a supergroup has another number."""
    await link.execute(update(CONTACTS).where(CONTACTS.c.id == contact_id).values(chat_id=chat_id))


async def stop_refused(link: AsyncConnection, broadcast_id: int, reason: str, now: datetime) -> None:
    """A text that Telegram refuses again and again is not offered to everybody else as well."""
    own = DELIVERIES.c.broadcast_id == broadcast_id
    # People, not rows: the parts of one notice share a refusal.
    refused = (
        select(DELIVERIES.c.contact_id)
        .distinct()
        .where(own, DELIVERIES.c.state == DeliveryState.REFUSED.value, DELIVERIES.c.reason == reason)
        .limit(REFUSALS_BEFORE_STOP)
        .subquery()
    )
    if (await link.execute(select(func.count()).select_from(refused))).scalar_one() >= REFUSALS_BEFORE_STOP:
        others = update(DELIVERIES).where(own, _IS_WAITING)
        await link.execute(others.values(state=DeliveryState.SKIPPED.value, reason=reason, settled_at=now))


async def expire(link: AsyncConnection, now: datetime, until: datetime) -> None:
    """What will be too late by then is refused now, so that whoever sent it can see it while there is time."""
    late = update(DELIVERIES).where(_IS_WAITING, DELIVERIES.c.expires_at <= until)
    await link.execute(late.values(state=DeliveryState.REFUSED.value, reason="expired", settled_at=now))


async def begin_pause(link: AsyncConnection, name: str, until_at: datetime, reason: str, **more: object) -> None:
    """Begin or lengthen a pause; a shorter one changes nothing."""
    begin = insert_for(link.dialect.name, PAUSES).values(name=name, until_at=until_at, reason=reason, **more)
    lengthen = begin.on_conflict_do_update(
        index_elements=["name"],
        set_={column: begin.excluded[column] for column in ("until_at", "reason", *more)},
        where=begin.excluded.until_at > PAUSES.c.until_at,
    )
    await link.execute(lengthen)
