"""善后 — what an outcome makes of its row and of what else it concerns: the one table, written down line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.notice import DeliveryState
from outreach.delivery.outcomes import MEANINGS, Again, Kind, Outcome
from outreach.delivery.rows import begin_pause, mark_gone, move_chat, stop_refused, write, write_sent
from outreach.delivery.taking import Claim
from outreach.delivery.uploads import keep

Result = tuple[Claim, Outcome]
FIRST_RETRY_FOR = timedelta(seconds=1)
LONGEST_RETRY_FOR = timedelta(minutes=5)
NOT_READY_FOR = timedelta(seconds=1)
RESEND_URGENT_FOR = timedelta(seconds=60)
# An urgent notice whose fate is unknown goes out once more; nothing ever goes out a third time.
MOST_SENDS = 2
TOKEN = "token"  # noqa: S105 - the name of a pause
TOKEN_PAUSE_FOR = timedelta(days=3650)


async def write_down(link: AsyncConnection, owner: str, results: Sequence[Result], now: datetime) -> None:
    """Settle what `owner` still holds of these rows, and whatever else their outcomes concern but a flood's pause."""
    sent = {claim.id: outcome.message_id for claim, outcome in results if outcome.kind is Kind.SENT}
    if sent:
        await write_sent(link, sent, owner, now)
    for _, outcome in results:
        if outcome.upload is not None:
            await keep(link, outcome.upload, now)
    if len(sent) == len(results):
        return
    rest = [(claim, outcome) for claim, outcome in results if outcome.kind is not Kind.SENT]
    await write(link, [(claim.id, after(claim, outcome, now)) for claim, outcome in rest], owner)
    for claim, outcome in rest:
        if outcome.kind is Kind.MIGRATED and outcome.chat_id is not None:
            await move_chat(link, claim.contact_id, outcome.chat_id)
        elif outcome.kind is Kind.CONTENT_REFUSED and claim.broadcast_id is not None:
            await stop_refused(link, claim.broadcast_id, outcome.reason, now)
    gone = {claim.contact_id: outcome.reason for claim, outcome in rest if outcome.kind is Kind.CONTACT_GONE}
    for contact_id, reason in gone.items():
        await mark_gone(link, contact_id, reason, now)
    if any(outcome.kind is Kind.TOKEN_REFUSED for _, outcome in rest):
        await begin_pause(link, TOKEN, now + TOKEN_PAUSE_FOR, "bad_token")


def after(claim: Claim, outcome: Outcome, now: datetime) -> dict[str, object]:
    """The new values of a row that was not simply sent."""
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


def killed(attempts: int, is_urgent: bool, now: datetime) -> dict[str, object]:
    """The new values of a row that somebody held who is gone; `attempts` counts that try too."""
    values: dict[str, object] = {"attempts": attempts, "reason": "killed", "claimed_by": None, "lease_until": None}
    if is_urgent and attempts < MOST_SENDS:
        return values | {"state": DeliveryState.RETRY, "due_at": now + RESEND_URGENT_FOR}
    return values | {"state": DeliveryState.UNKNOWN, "settled_at": now}
