"""认领与结清 — the two short transactions around every send; what a killed process held is never lost from sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.notice import DeliveryState
from domain.reminder import Almanac
from outreach.delivery.holding import DIGEST, SHANGHAI, hold_back
from outreach.delivery.outcomes import Kind, Outcome
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.storage.people import ContactRecord

LEASE_FOR = timedelta(seconds=120)
WINDOW = 25
FIRST_RETRY_FOR = timedelta(seconds=1)
LONGEST_RETRY_FOR = timedelta(minutes=5)
NOT_READY_FOR = timedelta(seconds=1)
RESEND_URGENT_FOR = timedelta(seconds=60)
# An urgent notice whose fate is unknown goes out once more; nothing ever goes out a third time.
MOST_SENDS = 2
# So many refusals of one text by Telegram mean that the text is at fault, not the people.
REFUSALS_BEFORE_STOP = 5
FLOOD = "flood"
TOKEN = "token"  # noqa: S105 - the name of a pause


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

    def is_over(self, now: datetime) -> bool:
        """Whether another process may have taken the row since."""
        return self.lease_until is not None and now >= self.lease_until


class Claims:
    """The outbox as one process sees it; `owner` names the process and fences its settlements."""

    def __init__(self, engine: AsyncEngine, owner: str, almanac: Almanac = SHANGHAI) -> None:
        self._engine = engine
        self._owner = owner
        self._almanac = almanac

    async def paused_until(self, now: datetime) -> datetime | None:
        """The end of a pause that is in force, whichever process began it."""
        async with AsyncSession(self._engine) as session, session.begin():
            return (
                await session.scalars(select(PauseRecord.until_at).where(PauseRecord.until_at > now).order_by(
                    PauseRecord.until_at.desc()).limit(1))
            ).first()  # fmt: skip

    async def pause(self, name: str, until_at: datetime, reason: str) -> None:
        """Begin or lengthen a pause for all processes; it survives restarts. A shorter one changes nothing."""
        build = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
        begin = build(PauseRecord).values(name=name, until_at=until_at, reason=reason)
        lengthen = begin.on_conflict_do_update(
            index_elements=["name"],
            set_={"until_at": begin.excluded.until_at, "reason": begin.excluded.reason},
            where=begin.excluded.until_at > PauseRecord.until_at,
        )
        async with AsyncSession(self._engine) as session, session.begin():
            await session.execute(lengthen)

    async def lift(self, name: str) -> None:
        """End a pause, as a start with a good token does."""
        async with AsyncSession(self._engine) as session, session.begin():
            pause = await session.get(PauseRecord, name)
            if pause is not None:
                await session.delete(pause)

    async def take(self, now: datetime, limit: int = WINDOW) -> tuple[Claim, ...]:
        """Claim what is due, urgent first. What is expired or for somebody known to be gone is refused uncalled.

        A push that may not go out now is put off, so that it never stands in the way of what may.
        """
        claims: tuple[Claim, ...] = ()
        is_held = True
        while is_held and not claims:
            claims, is_held = await self._take(now, limit)
        return claims

    async def _take(self, now: datetime, limit: int) -> tuple[tuple[Claim, ...], bool]:
        """One window of what is due, and whether anything in it was held back."""
        async with AsyncSession(self._engine) as session, session.begin():
            found = await session.execute(
                select(DeliveryRecord, ContactRecord.chat_id, ContactRecord.is_reachable)
                .join(ContactRecord, ContactRecord.id == DeliveryRecord.contact_id)
                .where(DeliveryRecord.state.in_(("queued", "retry")), DeliveryRecord.due_at <= now)
                .where(DeliveryRecord.reason != DIGEST)
                .order_by(DeliveryRecord.is_urgent.desc(), DeliveryRecord.due_at, DeliveryRecord.id)
                .limit(limit)
                .with_for_update(skip_locked=True, of=DeliveryRecord)
            )
            window = found.all()
            held = await hold_back(session, [row for row, *_ in window], now, self._almanac)
            recalled = await _recalled(session, [row for row, *_ in window])
            claims = []
            for row, chat_id, is_reachable in window:
                if row.id in held:
                    continue
                if row.broadcast_id in recalled:
                    # A send that failed after the recall has come back to wait; it waits no longer.
                    row.state, row.reason, row.settled_at = DeliveryState.SKIPPED, "recalled", now
                    continue
                if chat_id is None or not is_reachable:
                    row.state, row.reason, row.settled_at = DeliveryState.REFUSED, "contact_gone", now
                    continue
                if row.expires_at is not None and row.expires_at <= now:
                    row.state, row.reason, row.settled_at = DeliveryState.REFUSED, "expired", now
                    continue
                row.state, row.claimed_by, row.lease_until = DeliveryState.CLAIMED, self._owner, now + LEASE_FOR
                claims.append(
                    Claim(
                        row.id, row.contact_id, chat_id, row.text, row.buttons, row.attachment, row.attempts,
                        row.is_urgent, row.media_kind, row.media_file_id, row.broadcast_id,
                        row.lease_until,
                    )
                )  # fmt: skip
            return tuple(claims), bool(held)

    async def settle(self, results: Sequence[tuple[Claim, Outcome]], now: datetime) -> None:
        """Write down what came of the sends, one transaction for all. A row whose lease was lost is left alone."""
        async with AsyncSession(self._engine) as session, session.begin():
            for claim, outcome in results:
                await session.execute(
                    update(DeliveryRecord)
                    .where(
                        DeliveryRecord.id == claim.id,
                        DeliveryRecord.state == "claimed",
                        DeliveryRecord.claimed_by == self._owner,
                    )
                    .values(**_after(claim, outcome, now), claimed_by=None, lease_until=None)
                )
                if outcome.kind is Kind.CONTACT_GONE:
                    await session.execute(
                        update(ContactRecord)
                        .where(ContactRecord.id == claim.contact_id)
                        .values(is_reachable=False, unreachable_reason=outcome.reason)
                    )
                elif outcome.kind is Kind.MIGRATED:
                    await session.execute(
                        update(ContactRecord)
                        .where(ContactRecord.id == claim.contact_id)
                        .values(chat_id=outcome.chat_id)
                    )
                elif outcome.kind is Kind.CONTENT_REFUSED and claim.broadcast_id is not None:
                    await _stop_refused(session, claim.broadcast_id, outcome.reason, now)

    async def rescue(self, now: datetime, *, sole: bool = False) -> int:
        """Rows claimed by a process that is gone: whether they were sent is unknown, and says so.

        An urgent notice is sent once more; a routine one waits for a person to decide. With `sole` this process
        knows that it is the only one, so every claim but its own is stale. Returns how many rows were found.
        """
        stale = DeliveryRecord.claimed_by != self._owner if sole else DeliveryRecord.lease_until < now
        async with AsyncSession(self._engine) as session, session.begin():
            rows = (await session.scalars(select(DeliveryRecord).where(DeliveryRecord.state == "claimed", stale))).all()
            for row in rows:
                row.claimed_by = row.lease_until = None
                row.attempts += 1
                if row.is_urgent and row.attempts < MOST_SENDS:
                    row.state, row.due_at, row.reason = DeliveryState.RETRY, now + RESEND_URGENT_FOR, "killed"
                else:
                    row.state, row.settled_at, row.reason = DeliveryState.UNKNOWN, now, "killed"
            return len(rows)


async def _recalled(session: AsyncSession, rows: Sequence[DeliveryRecord]) -> frozenset[int | None]:
    """Which of the broadcasts that these rows belong to were taken back."""
    of = {row.broadcast_id for row in rows if row.broadcast_id is not None}
    if not of:
        return frozenset()
    taken_back = select(BroadcastRecord.id).where(BroadcastRecord.id.in_(of), BroadcastRecord.state == "recalled")
    return frozenset((await session.scalars(taken_back)).all())


async def _stop_refused(session: AsyncSession, broadcast_id: int, reason: str, now: datetime) -> None:
    """A text that Telegram refuses again and again is not offered to everybody else as well."""
    own = DeliveryRecord.broadcast_id == broadcast_id
    refused = select(func.count()).select_from(DeliveryRecord).where(
        own, DeliveryRecord.state == DeliveryState.REFUSED, DeliveryRecord.reason == reason
    )  # fmt: skip
    if (await session.execute(refused)).scalar_one() >= REFUSALS_BEFORE_STOP:
        await session.execute(
            update(DeliveryRecord)
            .where(own, DeliveryRecord.state.in_((DeliveryState.QUEUED, DeliveryState.RETRY)))
            .values(state=DeliveryState.SKIPPED, reason=reason, settled_at=now)
        )


def _after(claim: Claim, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The row's new values: the one table of RELIABILITY, line by line."""
    settled = {"settled_at": now, "attempts": claim.attempts + 1, "reason": outcome.reason}
    match outcome.kind:
        case Kind.SENT:
            return settled | {"state": DeliveryState.SENT, "message_id": outcome.message_id}
        case Kind.AMBIGUOUS:
            if claim.is_urgent and claim.attempts + 1 < MOST_SENDS:
                return {"state": DeliveryState.RETRY, "attempts": claim.attempts + 1,
                        "due_at": now + RESEND_URGENT_FOR, "reason": outcome.reason}  # fmt: skip
            return settled | {"state": DeliveryState.UNKNOWN}
        case Kind.CONTACT_GONE | Kind.CONTENT_REFUSED:
            return settled | {"state": DeliveryState.REFUSED}
        case Kind.NOT_SENT:
            wait = min(FIRST_RETRY_FOR * 2 ** min(claim.attempts, 10), LONGEST_RETRY_FOR)
            return {"state": DeliveryState.RETRY, "attempts": claim.attempts + 1, "due_at": now + wait,
                    "reason": outcome.reason}  # fmt: skip
        case Kind.FLOOD:
            return {"state": DeliveryState.RETRY, "due_at": now + timedelta(seconds=outcome.seconds), "reason": "flood"}
        case Kind.NOT_READY:
            return {"state": DeliveryState.RETRY, "due_at": now + NOT_READY_FOR, "reason": "not_ready"}
        case Kind.MIGRATED | Kind.TOKEN_REFUSED:
            return {"state": DeliveryState.RETRY, "due_at": now, "reason": outcome.kind.value}
