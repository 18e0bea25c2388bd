"""认领与结清 — the two short transactions around every send; what a killed process held is never lost from sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, exists, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.broadcast import BroadcastState
from domain.notice import DeliveryState
from domain.reminder import Almanac
from outreach.delivery.floods import Floods, begin_flood
from outreach.delivery.holding import SHANGHAI, hold_back
from outreach.delivery.outcomes import MEANINGS, Again, Kind, Outcome
from outreach.delivery.parts import behind, series
from outreach.delivery.rows import (
    BROADCASTS,
    CONTACTS,
    DELIVERIES,
    PAUSES,
    begin_pause,
    mark_gone,
    move_chat,
    stop_refused,
    write,
)
from outreach.delivery.uploads import keep
from outreach.storage.notices import CLAIMED, IS_WAITING

LEASE_FOR = timedelta(seconds=120)
WINDOW = 25
FIRST_RETRY_FOR = timedelta(seconds=1)
LONGEST_RETRY_FOR = timedelta(minutes=5)
NOT_READY_FOR = timedelta(seconds=1)
RESEND_URGENT_FOR = timedelta(seconds=60)
# An urgent notice whose fate is unknown goes out once more; nothing ever goes out a third time.
MOST_SENDS = 2
# When nothing of a window may go out now, more is looked at in one go, up to this.
WIDEST_LOOK = 500
TOKEN = "token"  # noqa: S105 - the name of a pause
TOKEN_PAUSE_FOR = timedelta(days=3650)
_LET_GO: dict[str, object] = {"claimed_by": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Claim:
    """One row taken for sending, with what the send needs."""

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
    lease_until: datetime | None = None
    # Why it waits for another try, if it does.
    reason: str = ""
    # The notice's own key, and which part of it this is.
    series: str = ""
    part: int = 1

    def is_over(self, now: datetime) -> bool:
        """Whether another process may have taken the row since."""
        return self.lease_until is not None and now >= self.lease_until


_DUE = (
    select(
        DELIVERIES.c.id, DELIVERIES.c.contact_id, DELIVERIES.c.kind, DELIVERIES.c.text, DELIVERIES.c.buttons,
        DELIVERIES.c.attachment, DELIVERIES.c.attempts, DELIVERIES.c.is_urgent, DELIVERIES.c.is_push,
        DELIVERIES.c.media_kind, DELIVERIES.c.media_file_id, DELIVERIES.c.broadcast_id, DELIVERIES.c.about,
        DELIVERIES.c.key, DELIVERIES.c.part,
        DELIVERIES.c.state, DELIVERIES.c.reason, DELIVERIES.c.due_at, DELIVERIES.c.expires_at, CONTACTS.c.chat_id,
        CONTACTS.c.is_reachable, BROADCASTS.c.state.label("broadcast_state"),
    )
    .select_from(DELIVERIES.join(CONTACTS, CONTACTS.c.id == DELIVERIES.c.contact_id).outerjoin(
        BROADCASTS, BROADCASTS.c.id == DELIVERIES.c.broadcast_id))
    .where(IS_WAITING, DELIVERIES.c.is_urgent == bindparam("is_urgent"), DELIVERIES.c.due_at <= bindparam("now"))
    .order_by(DELIVERIES.c.due_at, DELIVERIES.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=DELIVERIES)
)  # fmt: skip
_LOOK = select(
    exists().where(PAUSES.c.until_at > bindparam("now")),
    exists().where(IS_WAITING, DELIVERIES.c.is_urgent == true(), DELIVERIES.c.due_at <= bindparam("now")),
)
_CLAIM = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=DeliveryState.CLAIMED.value, claimed_by=bindparam("owner"), lease_until=bindparam("until"))
)
_PAUSE = (
    select(PAUSES.c.until_at).where(PAUSES.c.until_at > bindparam("now")).order_by(PAUSES.c.until_at.desc()).limit(1)
)


class Claims:
    """The outbox as one process sees it; `owner` names the process and fences its settlements."""

    def __init__(self, engine: AsyncEngine, owner: str, almanac: Almanac = SHANGHAI) -> None:
        self._engine = engine
        self._owner = owner
        self._almanac = almanac
        self._floods = Floods()

    async def paused_until(self, now: datetime) -> datetime | None:
        """The end of a pause that is in force, whichever process began it."""
        async with self._engine.begin() as link:
            return (await link.execute(_PAUSE, {"now": now})).scalar()

    async def pause(self, name: str, until_at: datetime, reason: str) -> None:
        """Begin or lengthen a pause for all processes; it survives restarts. A shorter one changes nothing."""
        async with self._engine.begin() as link:
            await begin_pause(link, name, until_at, reason)

    async def flooded(self, now: datetime, seconds: float, *, is_untold: bool) -> datetime:
        """Begin the pause that Telegram asks for; when it is over. Without a number it is longer each time."""
        async with self._engine.begin() as link:
            return await begin_flood(link, now, seconds, is_untold=is_untold)

    async def lift(self, name: str) -> None:
        """End a pause, as a start with a good token does."""
        async with self._engine.begin() as link:
            await link.execute(PAUSES.delete().where(PAUSES.c.name == name))

    async def take(self, now: datetime, limit: int = WINDOW) -> tuple[Claim, ...]:
        """Claim what is due, urgent first; nothing during a pause.

        What is expired, was recalled or is for somebody known to be gone is settled uncalled. A push that may not go
        out now is put off, so that it never stands in the way of what may.
        """
        claims: tuple[Claim, ...] = ()
        look, has_moved = limit, True
        while has_moved and not claims:
            claims, has_moved = await self._take(now, limit, look)
            look = min(look * 2, max(limit, WIDEST_LOOK))
        return claims

    async def _take(self, now: datetime, limit: int, look: int) -> tuple[tuple[Claim, ...], bool]:
        """At most `limit` of the next `look` rows that are due, and whether any of those went out of the way."""
        async with self._engine.begin() as link:
            found = await _due(link, now, look)
            if found is None:
                self._floods.saw_a_pause()
            if not found:
                return (), False
            changed = {row.id: values for row in found if (values := _hopeless(row, now)) is not None}
            # Whether it may go out was decided with the first part.
            first = [row for row in found if row.id not in changed and row.part == 1]
            held = await hold_back(link, first, now, self._almanac)
            changed |= held
            early = await behind(link, found, changed.keys(), now)
            changed |= early
            lease_until = now + LEASE_FOR
            claims = tuple([
                Claim(
                    row.id, row.contact_id, row.chat_id, row.text, row.buttons, row.attachment, row.attempts,
                    row.is_urgent, row.media_kind, row.media_file_id, row.broadcast_id, lease_until, row.reason,
                    series(row.key), row.part,
                )
                for row in found if row.id not in changed
            ][:limit])  # fmt: skip
            await write(link, list(changed.items()))
            if claims:
                ids = [claim.id for claim in claims]
                await link.execute(_CLAIM, {"ids": ids, "owner": self._owner, "until": lease_until})
            return claims, bool(changed)

    async def settle(self, results: Sequence[tuple[Claim, Outcome]], now: datetime) -> None:
        """Write down what came of the sends, one transaction for all. A row whose lease was lost is left alone.

        What an answer means for others is written with it: a flood or a refused token pauses every process, a contact
        who is gone gets nothing more, a text that is refused again and again is offered to nobody else.
        """
        async with self._engine.begin() as link:
            results = await self._floods.settle(link, results, now)
            await write(link, [(claim.id, _after(claim, outcome, now)) for claim, outcome in results], self._owner)
            for claim, outcome in results:
                if outcome.upload is not None:
                    await keep(link, outcome.upload, now)
                if outcome.kind is Kind.MIGRATED and outcome.chat_id is not None:
                    await move_chat(link, claim.contact_id, outcome.chat_id)
                elif outcome.kind is Kind.CONTENT_REFUSED and claim.broadcast_id is not None:
                    await stop_refused(link, claim.broadcast_id, outcome.reason, now)
            gone = {claim.contact_id: outcome.reason for claim, outcome in results if outcome.kind is Kind.CONTACT_GONE}
            for contact_id, reason in gone.items():
                await mark_gone(link, contact_id, reason, now)
            if any(outcome.kind is Kind.TOKEN_REFUSED for _, outcome in results):
                await begin_pause(link, TOKEN, now + TOKEN_PAUSE_FOR, "bad_token")
        self._floods.settled(results)

    async def rescue(self, now: datetime, *, sole: bool = False) -> int:
        """Rows claimed by a process that is gone: whether they were sent is unknown, and says so.

        An urgent notice is sent once more; a routine one waits for a person to decide. With `sole` this process
        knows that it is the only one, so every claim but its own is stale. Returns how many rows were found.
        """
        stale = DELIVERIES.c.claimed_by != self._owner if sole else DELIVERIES.c.lease_until < now
        held = select(DELIVERIES.c.id, DELIVERIES.c.attempts, DELIVERIES.c.is_urgent).where(CLAIMED, stale)
        async with self._engine.begin() as link:
            found = (await link.execute(held.with_for_update())).all()
            await write(link, [(id_, _killed(attempts + 1, is_urgent, now)) for id_, attempts, is_urgent in found])
            return len(found)


async def _due(link: AsyncConnection, now: datetime, most: int) -> list[Row[Any]] | None:
    """The next rows that are due: the urgent ones, then the others, each kind the oldest first; None in a pause."""
    is_paused, has_urgent = (await link.execute(_LOOK, {"now": now})).one()
    if is_paused:
        return None
    found: list[Row[Any]] = []
    for is_urgent in (True, False) if has_urgent else (False,):
        if len(found) < most:
            asked = {"now": now, "is_urgent": is_urgent, "most": most - len(found)}
            found.extend(await link.execute(_DUE, asked))
    return found


def _hopeless(row: Row[Any], now: datetime) -> dict[str, object] | None:
    """The new values of a row that need not be tried at all; None for every other."""
    state, reason = DeliveryState.REFUSED, ""
    if row.broadcast_state == BroadcastState.RECALLED:
        # A send that failed after the recall has come back to wait; it waits no longer.
        state, reason = DeliveryState.SKIPPED, "recalled"
    elif row.chat_id is None or not row.is_reachable:
        reason = "contact_gone"
    elif row.expires_at is not None and row.expires_at <= now:
        reason = "expired"
    return {"state": state, "reason": reason, "settled_at": now} if reason else None


def _killed(attempts: int, is_urgent: bool, now: datetime) -> dict[str, object]:
    values: dict[str, object] = {"attempts": attempts, "reason": "killed"} | _LET_GO
    if is_urgent and attempts < MOST_SENDS:
        return values | {"state": DeliveryState.RETRY, "due_at": now + RESEND_URGENT_FOR}
    return values | {"state": DeliveryState.UNKNOWN, "settled_at": now}


def _after(claim: Claim, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The row's new values: the one table, line by line."""
    meaning = MEANINGS[outcome.kind]
    values: dict[str, object] = {"state": meaning.state, "reason": meaning.word or outcome.reason}
    tries = claim.attempts + meaning.has_tried
    if meaning.has_tried:
        values["attempts"] = tries
    if outcome.kind is Kind.AMBIGUOUS and claim.is_urgent and tries < MOST_SENDS:
        return values | {"state": DeliveryState.RETRY, "due_at": now + RESEND_URGENT_FOR}
    if outcome.kind is Kind.MIGRATED and (outcome.chat_id is None or claim.reason == meaning.word):
        # Followed once; whoever answers so again leads nowhere.
        return values | {"state": DeliveryState.REFUSED, "settled_at": now}
    if outcome.kind is Kind.SENT:
        values["message_id"] = outcome.message_id
    match meaning.again:
        case Again.NEVER:
            return values | {"settled_at": now}
        case Again.AT_ONCE:
            return values | {"due_at": now}
        case Again.SOON:
            return values | {"due_at": now + NOT_READY_FOR}
        case Again.AS_TOLD:
            return values | {"due_at": now + timedelta(seconds=outcome.seconds)}
        case Again.EVER_LATER:
            wait = min(FIRST_RETRY_FOR * 2 ** min(claim.attempts, 10), LONGEST_RETRY_FOR)
            return values | {"due_at": now + wait}
