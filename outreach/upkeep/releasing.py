"""恢复发送 — what a restore held back is looked at by a person, who says what goes out again; then sending goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, select, update

from domain.broadcast import BroadcastState
from domain.contact import Contact, Official
from domain.hold import EVERYTHING, FALLBACKS, LETTERS, NOTICES, Held, HeldChanged, HeldGroup, NotHeld, must_decide
from domain.notice import DeliveryState
from outreach.broadcasts.parting import EARLIER
from outreach.delivery.holding import DIGEST
from outreach.desk import Desk, affected
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.fallbacks import FallbackRecord
from outreach.storage.notices import HOLD, RESTORED, RESTORED_FOLDED, RESTORED_LEFT, DeliveryRecord, PauseRecord
from outreach.storage.reports import LetterRecord

# Nobody's patience ends a hold, only a decision.
HELD_FOR = timedelta(days=3650)
OPENING = 24
_LETTERS_WAITING = ("queued", "claimed")
_FALLBACKS_WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY, DeliveryState.CLAIMED)
_UNDECIDED = (RESTORED, RESTORED_FOLDED)
_HELD_NOTICE = (DeliveryRecord.state == DeliveryState.UNKNOWN) & DeliveryRecord.reason.in_(_UNDECIDED)
# A broadcast in several parts is one to each person.
_ONCE = case(
    (DeliveryRecord.kind.in_(("broadcast", EARLIER)), cast(DeliveryRecord.contact_id, String)), else_=DeliveryRecord.key
)
_HELD_FALLBACK = (FallbackRecord.state == DeliveryState.UNKNOWN) & (FallbackRecord.reason == RESTORED)
_HELD_LETTER = (LetterRecord.state == "unknown") & (LetterRecord.reason == RESTORED)


async def hold(desk: Desk, made_at: datetime) -> int:
    """Begin to hold: nothing is sent from now on, and what may have been sent since `made_at` is unknown.

    What was queued for a moment that has not come yet cannot have been sent: it stays queued. How many are unknown.
    """
    pause = await desk.session.get(PauseRecord, HOLD)
    if pause is None:
        pause = PauseRecord(name=HOLD)
        desk.session.add(pause)
    pause.until_at = desk.now + HELD_FOR
    pause.reason = json.dumps({"made_at": made_at.isoformat(), "restored_at": desk.now.isoformat()})
    waited = DeliveryRecord.state.in_((DeliveryState.QUEUED, DeliveryState.RETRY)) & (DeliveryRecord.due_at <= desk.now)
    unknown = await desk.session.execute(
        update(DeliveryRecord)
        .where(waited | (DeliveryRecord.state == DeliveryState.CLAIMED))
        .values(
            state=DeliveryState.UNKNOWN,
            reason=case((DeliveryRecord.reason == DIGEST, RESTORED_FOLDED), else_=RESTORED),
            settled_at=desk.now,
            claimed_by=None,
            lease_until=None,
        )
    )
    letters = await desk.session.execute(
        update(LetterRecord)
        .where(LetterRecord.state.in_(_LETTERS_WAITING))
        .values(state="unknown", reason=RESTORED, due_at=None)
    )
    fallbacks = await desk.session.execute(
        update(FallbackRecord)
        .where(FallbackRecord.state.in_(_FALLBACKS_WAITING), FallbackRecord.due_at <= desk.now)
        .values(
            state=DeliveryState.UNKNOWN, reason=RESTORED, settled_at=desk.now, claimed_by=None, lease_until=None
        )
    )  # fmt: skip
    return affected(unknown) + affected(letters) + affected(fallbacks)


async def held(desk: Desk) -> Held | None:
    """What waits for a decision, broadcast by broadcast; None when nothing is held."""
    pause = await desk.session.get(PauseRecord, HOLD)
    if pause is None:
        return None
    said = json.loads(pause.reason)
    found = await desk.session.execute(
        select(DeliveryRecord.broadcast_id, func.count(_ONCE.distinct()))
        .where(_HELD_NOTICE)
        .group_by(DeliveryRecord.broadcast_id)
        .order_by(DeliveryRecord.broadcast_id)
    )
    counts: dict[int | None, int] = dict(found.all())
    groups = [await _of_broadcast(desk, id_, count) for id_, count in counts.items() if id_ is not None]
    groups += [HeldGroup(NOTICES, counts[None])] if None in counts else []
    letters = await desk.session.scalar(select(func.count()).select_from(LetterRecord).where(_HELD_LETTER))
    groups += [HeldGroup(LETTERS, letters)] if letters else []
    fallbacks = await desk.session.scalar(select(func.count()).select_from(FallbackRecord).where(_HELD_FALLBACK))
    groups += [HeldGroup(FALLBACKS, fallbacks)] if fallbacks else []
    return Held(
        datetime.fromisoformat(said["made_at"]), datetime.fromisoformat(said["restored_at"]), tuple(groups)
    )  # fmt: skip


async def _of_broadcast(desk: Desk, broadcast_id: int, count: int) -> HeldGroup:
    row = await desk.session.get(BroadcastRecord, broadcast_id)
    if row is None:
        return HeldGroup(str(broadcast_id), count)
    return HeldGroup(str(broadcast_id), count, row.number, (row.text or row.media_name)[:OPENING])


async def look(desk: Desk, official: Official) -> Held:
    """The same for an official who may decide. Raises NotYours, DutyLacking or NotHeld."""
    must_decide(official)
    found = await held(desk)
    if found is None:
        raise NotHeld
    return found


async def decide(
    desk: Desk, by: tuple[Contact, Official] | None, which: str, count: int, *, again: bool
) -> Held:  # fmt: skip
    """Let a group go out again, or leave it unknown for good; `count` is how many whoever decides was shown.

    by: the official; None for the operator at the command line. Raises NotHeld, HeldChanged, NotYours.
    """
    shown = await _shown(desk, by, which, count)
    for group in shown.groups:
        if which in (EVERYTHING, group.which):
            await _settle(desk, group, again)
    await desk.note(
        "HeldDecided", HOLD, by[0].id if by else None, which=which, count=count, again=again,
        decided_by=by[1].name if by else "operator",
    )  # fmt: skip
    desk.has_told = desk.has_letters = True
    left = await held(desk)
    assert left is not None
    return left


async def release(desk: Desk, by: tuple[Contact, Official] | None, count: int) -> None:
    """End the hold. The `count` on which nobody has decided stay unknown. Raises NotHeld, HeldChanged, NotYours."""
    shown = await _shown(desk, by, EVERYTHING, count)
    for group in shown.groups:
        await _settle(desk, group, again=False)
    await desk.session.delete(await desk.session.get_one(PauseRecord, HOLD))
    await desk.note(
        "HoldReleased", HOLD, by[0].id if by else None, left_unknown=count, made_at=shown.made_at,
        restored_at=shown.restored_at, decided_by=by[1].name if by else "operator",
    )  # fmt: skip
    desk.has_told = desk.has_letters = True


async def _shown(desk: Desk, by: tuple[Contact, Official] | None, which: str, count: int) -> Held:
    if by is not None:
        must_decide(by[1])
    # Whoever decides at the same moment waits here, and then finds the count changed.
    pause = await desk.session.get(PauseRecord, HOLD, with_for_update=True)
    shown = await held(desk) if pause is not None else None
    if shown is None:
        raise NotHeld
    if shown.count_of(which) != count:
        raise HeldChanged(count=shown.count_of(which))
    return shown


async def _settle(desk: Desk, group: HeldGroup, again: bool) -> None:
    if group.which == LETTERS:
        values: dict[str, Any] = {"state": "queued", "reason": "", "due_at": desk.now}
        await desk.session.execute(
            update(LetterRecord).where(_HELD_LETTER).values(**values if again else {"reason": RESTORED_LEFT})
        )
        return
    if group.which == FALLBACKS:
        values = {"state": DeliveryState.QUEUED, "reason": "", "settled_at": None, "due_at": desk.now}
        await desk.session.execute(
            update(FallbackRecord).where(_HELD_FALLBACK).values(**values if again else {"reason": RESTORED_LEFT})
        )
        return
    broadcast_id = int(group.which) if group.which != NOTICES else None
    await desk.session.execute(
        update(DeliveryRecord).where(*_rows(broadcast_id)).values(**_again(desk.now) if again else _LEFT)
    )
    if broadcast_id is not None:
        # The official's card shows it.
        await desk.session.execute(
            update(BroadcastRecord)
            .where(BroadcastRecord.id == broadcast_id, BroadcastRecord.state == BroadcastState.APPROVED)
            .values(next_look_at=desk.now)
        )


_LEFT: dict[str, Any] = {"reason": RESTORED_LEFT}


def _again(now: datetime) -> dict[str, Any]:
    # What was folded into a digest waits for the next one again.
    folded = case((DeliveryRecord.reason == RESTORED_FOLDED, DIGEST), else_="")
    return {"state": DeliveryState.QUEUED, "reason": folded, "settled_at": None, "due_at": now}


def _rows(broadcast_id: int | None) -> Iterable[ColumnElement[bool]]:
    of = DeliveryRecord.broadcast_id
    return _HELD_NOTICE, of == broadcast_id if broadcast_id is not None else of.is_(None)
