"""转备用渠道 — which notices must go to an enterprise's other address, and how far those have come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, delete, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from domain.broadcast import Audience, BroadcastState
from domain.fallback import UNREAD_FOR, UNREAD_URGENT_FOR, Heard, Service, Why, why_forward
from domain.notice import DeliveryState
from outreach.desk import Desk, affected
from outreach.storage.base import Instant
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.fallbacks import FallbackAddressRecord, FallbackRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import PostRecord

# A notice without an end is followed up for as long.
FOLLOWED_FOR = timedelta(days=30)
# What proves that somebody was told is kept like an answer; long before, nobody falls back on it any more.
KEPT_FOR = timedelta(days=3 * 366)
AT_ONCE = 200
_WAITING = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.RETRY)
_NEVER = (DeliveryState.REFUSED, DeliveryState.SKIPPED)
# So much of the words of a notice goes there, if there is room for it.
_SAID = 2000


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Of one broadcast: enterprises told at their other address, to be told, not told, and perhaps told."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.failed + self.unknown


NOTHING = Forwarded()


async def look(desk: Desk) -> int:
    """Queue what has come to need the other way; costs what there are addresses, not recipients. How many."""
    told = 0
    for broadcast_id, enterprise_id in await _candidates(desk):
        broadcast = await desk.session.get_one(BroadcastRecord, broadcast_id)
        why = await why_now(desk, broadcast, enterprise_id)
        if why is not None:
            told += await _queue(desk, broadcast, enterprise_id, why)
    return told


async def _candidates(desk: Desk) -> list[tuple[int, int]]:
    """Enterprises with an address that a broadcast in force means and that were not told there yet."""
    kept = select(FallbackAddressRecord.enterprise_id).where(FallbackAddressRecord.state == "kept")
    addressed = set(await desk.session.scalars(kept))
    if not addressed:
        return []
    told = select(FallbackRecord.id).where(
        FallbackRecord.broadcast_id == RecipientRecord.broadcast_id,
        FallbackRecord.enterprise_id == RecipientRecord.enterprise_id,
    )
    ours = and_(
        BroadcastRecord.id == RecipientRecord.broadcast_id,
        DeliveryRecord.key == _key(),
        RecipientRecord.enterprise_id.in_(kept),
    )
    # Judged by the database, so that what is not due yet never stands before what is.
    read, waiting, _, _, early = _parts(desk)
    meant = await desk.session.execute(
        select(RecipientRecord.broadcast_id, RecipientRecord.enterprise_id)
        .where(ours, *_in_force(desk), ~told.exists())
        .group_by(RecipientRecord.broadcast_id, RecipientRecord.enterprise_id)
        .having(and_(*(func.sum(case((part, 1), else_=0)) == 0 for part in (read, waiting, early))))
        .order_by(RecipientRecord.broadcast_id, RecipientRecord.enterprise_id)
        .limit(AT_ONCE)
    )
    found = {(row[0], row[1]) for row in meant}
    for id_, vacancies in (
        await desk.session.execute(select(BroadcastRecord.id, BroadcastRecord.vacancies).where(*_in_force(desk)))
    ).all():
        if vacant := addressed.intersection(vacancies):
            known = select(FallbackRecord.enterprise_id).where(FallbackRecord.broadcast_id == id_)
            found |= {(id_, one) for one in vacant - set(await desk.session.scalars(known))}
    return sorted(found | await _served_by_others(desk))


async def _served_by_others(desk: Desk) -> set[tuple[int, int]]:
    """Enterprises with an address whose people got the notice for another enterprise of theirs: each is told once."""
    kept = select(FallbackAddressRecord.enterprise_id).where(FallbackAddressRecord.state == "kept")
    own, told = aliased(RecipientRecord), FallbackRecord.id
    here = select(told).where(
        FallbackRecord.broadcast_id == BroadcastRecord.id, FallbackRecord.enterprise_id == PostRecord.enterprise_id
    )
    there = select(own.contact_id).where(
        own.broadcast_id == BroadcastRecord.id, own.enterprise_id == PostRecord.enterprise_id
    )
    rows = await desk.session.execute(
        select(BroadcastRecord.id, BroadcastRecord.audience, PostRecord.role, EnterpriseRecord)
        .join(RecipientRecord, RecipientRecord.broadcast_id == BroadcastRecord.id)
        .join(PostRecord, PostRecord.contact_id == RecipientRecord.contact_id)
        .join(EnterpriseRecord, EnterpriseRecord.id == PostRecord.enterprise_id)
        .where(
            *_in_force(desk), PostRecord.until_at.is_(None), PostRecord.enterprise_id.in_(kept),
            PostRecord.enterprise_id != RecipientRecord.enterprise_id, ~here.exists(), ~there.exists(),
        )
    )  # fmt: skip
    return {
        (id_, one.id)
        for id_, facts, role, one in rows
        if (audience := Audience.of(facts)) and role in audience.posts.roles and _is_meant(desk, audience, one)
    }


def _is_meant(desk: Desk, audience: Audience, one: EnterpriseRecord) -> bool:
    trades = desk.catalogue.trades_of(frozenset(map(str, one.industries)))
    return audience.meets(one.street, one.grid, one.group, trades, one.risk_class or "")


def _in_force(desk: Desk) -> Iterable[ColumnElement[bool]]:
    return (
        BroadcastRecord.state == BroadcastState.APPROVED,
        BroadcastRecord.due_at <= desk.now,
        BroadcastRecord.approved_at > desk.now - FOLLOWED_FOR,
        or_(BroadcastRecord.expires_at.is_(None), BroadcastRecord.expires_at > desk.now),
    )


async def why_now(desk: Desk, broadcast: BroadcastRecord, enterprise_id: int) -> Why | None:
    """Why the notice must go the other way as things stand; None when somebody there has read it, or may yet.

    Where nobody got it for this enterprise, those count who are there as well and got it for another of theirs.
    """
    posts = select(PostRecord.contact_id).where(
        PostRecord.enterprise_id == enterprise_id, PostRecord.until_at.is_(None)
    )
    for theirs in (RecipientRecord.enterprise_id == enterprise_id, RecipientRecord.contact_id.in_(posts)):
        counts = (
            await desk.session.execute(
                select(*(func.coalesce(func.sum(case((part, 1), else_=0)), 0) for part in _parts(desk)))
                .select_from(RecipientRecord)
                .join(DeliveryRecord, DeliveryRecord.key == _key())
                .join(BroadcastRecord, BroadcastRecord.id == RecipientRecord.broadcast_id)
                .where(RecipientRecord.broadcast_id == broadcast.id, theirs)
            )
        ).one()
        if any(counts):
            break
    return why_forward(Heard(*(int(count) for count in counts)))


def _parts(desk: Desk) -> tuple[ColumnElement[bool], ...]:
    """Who of an enterprise has read it, is still to be sent it, was out of reach, is late, has time left."""
    patience = case(
        (BroadcastRecord.is_urgent, literal(desk.now - UNREAD_URGENT_FOR, Instant)),
        else_=literal(desk.now - UNREAD_FOR, Instant),
    )
    state, read = DeliveryRecord.state, DeliveryRecord.acknowledged_at.is_not(None)
    arrived, late = and_(state.not_in((*_WAITING, *_NEVER)), ~read), DeliveryRecord.settled_at <= patience
    return (
        read,
        and_(state.in_(_WAITING), ~read),
        and_(state.in_(_NEVER), ~read),
        and_(arrived, late),
        and_(arrived, ~late),
    )


def _key() -> ColumnElement[str]:
    """The key of a recipient's delivery, which is what has an index."""
    number = (cast(RecipientRecord.broadcast_id, String), cast(RecipientRecord.contact_id, String))
    return literal("broadcast:") + number[0] + literal(":") + number[1]


async def _queue(desk: Desk, broadcast: BroadcastRecord, enterprise_id: int, why: Why) -> bool:
    service = await desk.session.scalar(
        select(FallbackAddressRecord.service).where(
            FallbackAddressRecord.enterprise_id == enterprise_id, FallbackAddressRecord.state == "kept"
        )
    )
    title = desk.office.texts.words("zh-CN").label("fallback.title", number=broadcast.number)
    room = Service(service or Service.OTHER).most_bytes - len(f"{title}\n".encode())
    said = broadcast.text[:_SAID]
    while len((text := _worded(desk, broadcast, said)).encode()) > room and said:
        # A character is four bytes at most; by and by it fits.
        said = said[: -max(1, (len(text.encode()) - room) // 4)]
    return await _put(
        desk, broadcast, enterprise_id, why, f"{broadcast.id}:{enterprise_id}", title, text, broadcast.expires_at
    )  # fmt: skip


def _worded(desk: Desk, broadcast: BroadcastRecord, said: str) -> str:
    office = desk.office
    return office.texts.words("zh-CN").plain(
        "notices/fallback", number=broadcast.number, is_urgent=broadcast.is_urgent, text=said,
        has_media=bool(broadcast.media_kind), is_cut=len(broadcast.text) > len(said),
        office=office.privacy.office.name, bot=office.bot_username,
    )  # fmt: skip


async def _put(
    desk: Desk, broadcast: BroadcastRecord, enterprise_id: int, why: Why, key: str, title: str, text: str,
    expires_at: datetime | None,
) -> bool:  # fmt: skip
    return await desk.put_once(
        FallbackRecord, FallbackRecord.key, key=key, broadcast_id=broadcast.id, enterprise_id=enterprise_id, why=why,
        title=title, text=text, is_urgent=broadcast.is_urgent, state=DeliveryState.QUEUED, created_at=desk.now,
        due_at=desk.now, expires_at=expires_at,
    )  # fmt: skip


async def take_back(desk: Desk, broadcast: BroadcastRecord) -> None:
    """A message in a group cannot be changed any more: whoever was told there, or may have been, is told it is over."""
    told = await desk.session.scalars(
        select(FallbackRecord.enterprise_id).where(
            FallbackRecord.broadcast_id == broadcast.id, FallbackRecord.why != Why.RECALLED,
            FallbackRecord.state.in_((DeliveryState.CLAIMED, DeliveryState.SENT, DeliveryState.UNKNOWN)),
        )
    )  # fmt: skip
    words = desk.office.texts.words("zh-CN")
    title = words.label("fallback.title", number=broadcast.number)
    text = words.plain("notices/fallback_recalled", number=broadcast.number, office=desk.office.privacy.office.name)
    for enterprise_id in told.all():
        key = f"{broadcast.id}:{enterprise_id}:{Why.RECALLED}"
        await _put(desk, broadcast, enterprise_id, Why.RECALLED, key, title, text, None)


async def forwarded(desk: Desk, broadcast_id: int) -> Forwarded:
    """How far the notices to other addresses of this broadcast have come. What needed none any more counts nowhere."""
    found = await desk.session.execute(
        select(FallbackRecord.state, func.count())
        .where(FallbackRecord.broadcast_id == broadcast_id, FallbackRecord.why != Why.RECALLED)
        .group_by(FallbackRecord.state)
    )
    counts: Counter[str] = Counter(dict(found.all()))
    return Forwarded(
        counts[DeliveryState.SENT], sum(counts[state] for state in _WAITING), counts[DeliveryState.REFUSED],
        counts[DeliveryState.UNKNOWN],
    )  # fmt: skip


async def freshen(desk: Desk, broadcast_ids: Iterable[int]) -> None:
    """Let the officials' cards of these broadcasts be looked at again, if one is shown."""
    values: dict[str, Any] = {"next_look_at": desk.now}
    await desk.session.execute(
        update(BroadcastRecord)
        .where(
            BroadcastRecord.id.in_(set(broadcast_ids)),
            BroadcastRecord.progress_message_id.is_not(None),
            or_(BroadcastRecord.next_look_at.is_(None), BroadcastRecord.next_look_at > desk.now),
        )
        .values(**values)
    )


async def forget_old(desk: Desk) -> int:
    """Drop what was settled more than three years ago. How many."""
    old = FallbackRecord.settled_at < desk.now - KEPT_FOR
    return affected(await desk.session.execute(delete(FallbackRecord).where(old)))
