"""认领 — which rows are due and may go out now; they are claimed by whoever is about to send them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam, case, exists, literal_column, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.broadcast import BroadcastState
from domain.notice import DeliveryState
from domain.reminder import Almanac
from outreach.delivery.holding import WISHES, WISHES_COLUMNS, hold_back
from outreach.delivery.parts import behind, series
from outreach.delivery.rows import BROADCASTS, CONTACTS, DELIVERIES, PAUSES, Due, write
from outreach.storage.listing import each, whole
from outreach.storage.notices import IS_WAITING
from outreach.storage.straight import Straight, ask_on, write_on

LEASE_FOR = timedelta(seconds=120)


class Claim(NamedTuple):
    """One row taken for sending, with what the send needs. `reason`: why it waits for another try, if it does."""

    id: int
    contact_id: int
    chat_id: int
    text: str
    buttons: str
    attachment: str
    attempts: int
    is_urgent: bool = False
    media_kind: str = ""
    media_file_id: str = ""
    broadcast_id: int | None = None
    reason: str = ""
    key: str = ""
    part: int = 1
    lease_until: datetime | None = None

    @property
    def series(self) -> str:
        """The notice's own key, which all its parts share."""
        return series(self.key)

    def is_over(self, now: datetime) -> bool:
        """Whether another process may have taken the row since."""
        return self.lease_until is not None and now >= self.lease_until


# Of what is due, why it need not be tried at all; an empty word for what must be. A send that failed after the recall
# has come back to wait; it waits no longer.
RECALLED, CONTACT_GONE, EXPIRED = "recalled", "contact_gone", "expired"
_HOPELESS = case(
    (BROADCASTS.c.state == BroadcastState.RECALLED.value, RECALLED),
    (or_(CONTACTS.c.chat_id.is_(None), CONTACTS.c.is_reachable.is_not(True)), CONTACT_GONE),
    (DELIVERIES.c.expires_at <= bindparam("now"), EXPIRED),
    else_="",
)
_PAUSED = exists().where(PAUSES.c.until_at > bindparam("now"))
# The columns of a claim stand first and in its order, so that one is made without naming them.
_DUE = (
    select(
        DELIVERIES.c.id, DELIVERIES.c.contact_id, CONTACTS.c.chat_id, DELIVERIES.c.text, DELIVERIES.c.buttons,
        DELIVERIES.c.attachment, DELIVERIES.c.attempts, DELIVERIES.c.is_urgent, DELIVERIES.c.media_kind,
        DELIVERIES.c.media_file_id, DELIVERIES.c.broadcast_id, DELIVERIES.c.reason, DELIVERIES.c.key,
        DELIVERIES.c.part,
        _HOPELESS.label("hopeless"), DELIVERIES.c.kind, DELIVERIES.c.is_push, DELIVERIES.c.about, *WISHES_COLUMNS,
    )
    .select_from(
        DELIVERIES.join(CONTACTS, CONTACTS.c.id == DELIVERIES.c.contact_id)
        .outerjoin(BROADCASTS, BROADCASTS.c.id == DELIVERIES.c.broadcast_id)
        .outerjoin(WISHES, WISHES.c.contact_id == DELIVERIES.c.contact_id)
    )
    .where(
        IS_WAITING, DELIVERIES.c.is_urgent == bindparam("is_urgent"), DELIVERIES.c.due_at <= bindparam("now"), ~_PAUSED
    )
    .order_by(DELIVERIES.c.due_at, DELIVERIES.c.id)
    .with_for_update(skip_locked=True, of=DELIVERIES)
)  # fmt: skip
_OF_A_CLAIM = len(Claim._fields) - 1
_LOOK = Straight(select(
    _PAUSED,
    exists().where(IS_WAITING, DELIVERIES.c.is_urgent == true(), DELIVERIES.c.due_at <= bindparam("now")),
))  # fmt: skip


def _due_of(dialect: str, most: int) -> Straight:
    return _due_up_to(dialect, 0 if dialect == "sqlite" else 1 << (most - 1).bit_length())


@cache
def _due_up_to(dialect: str, width: int) -> Straight:
    """The next rows that are due, `most` of them.

    PostgreSQL takes a LIMIT that it does not know for a tenth of all there is, plans for so many, and does it again
    each time, which takes twice as long as to find them. So it is told of a bound, and reads, locks and sends only
    what is asked for: nothing here has it look further than that, or in another order.
    """
    if not width:
        return Straight(_DUE.limit(bindparam("most")))
    page = _DUE.limit(literal_column(str(width))).subquery("page")
    return Straight(select(page).limit(bindparam("most")))


@cache
def _claim(dialect: str) -> Straight:
    ids = each(dialect, "ids")
    return Straight(
        update(DELIVERIES)
        .where(DELIVERIES.c.id.in_(select(whole(ids.c.key))))
        .values(state=DeliveryState.CLAIMED.value, claimed_by=bindparam("owner"), lease_until=bindparam("until"))
    )


class Page(NamedTuple):
    """What one look at the outbox brought: claims, and whether rows went out of the way or everything is paused."""

    claims: tuple[Claim, ...] = ()
    has_moved: bool = False
    is_paused: bool = False


async def take(link: AsyncConnection, owner: str, almanac: Almanac, now: datetime, limit: int, look: int) -> Page:
    """Claim at most `limit` of the next `look` rows that are due."""
    found = await _due(link, now, look)
    if not found:
        return Page(is_paused=found is None)
    changed: dict[int, dict[str, object]] = {row.id: _given_up(row, now) for row in found if row.hopeless}
    # Whether it may go out was decided with the first part.
    changed |= await hold_back(link, [row for row in found if not row.hopeless and row.part == 1], now, almanac)
    changed |= await behind(link, found, changed.keys(), now)
    lease_until = now + LEASE_FOR
    going = [row for row in found if row.id not in changed] if changed else found
    claims = tuple([Claim._make((*row[:_OF_A_CLAIM], lease_until)) for row in going[:limit]])
    await write(link, list(changed.items()))
    if claims:
        ids = json.dumps(dict.fromkeys([claim.id for claim in claims]))
        # Nobody has the claims before this is committed.
        await write_on(link, (_claim(link.dialect.name), {"ids": ids, "owner": owner, "until": lease_until}))
    return Page(claims, bool(changed))


async def _due(link: AsyncConnection, now: datetime, most: int) -> list[Due] | None:
    """The next rows that are due: the urgent ones, then the others, each kind the oldest first; None in a pause."""
    due = _due_of(link.dialect.name, most)
    asked = {"now": now, "most": most}
    # Mostly nothing is urgent, and then this was the only question.
    [[is_paused, has_urgent]], others = await ask_on(link, (_LOOK, {"now": now}), (due, asked | {"is_urgent": False}))
    if is_paused:
        return None
    urgent = (await ask_on(link, (due, asked | {"is_urgent": True})))[0] if has_urgent else []
    return list(map(Due._make, [*urgent, *others][:most]))


def _given_up(row: Due, now: datetime) -> dict[str, object]:
    """The new values of a row that need not be tried."""
    state = DeliveryState.SKIPPED if row.hopeless == RECALLED else DeliveryState.REFUSED
    return {"state": state, "reason": row.hopeless, "settled_at": now}
