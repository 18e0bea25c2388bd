"""送达与已阅 — how far a broadcast has come, who has read it, who has not, and who could not be reached and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from content.texts import Words
from domain.broadcast import Audience, BroadcastState
from domain.contact import Contact, Official
from domain.fallback import Why
from domain.notice import DeliveryState, NoticeButton
from outreach.broadcasts.audiences import bound_of, bound_of_id
from outreach.broadcasts.bulletins import Broadcast, last_day, moved, overseen, view_of
from outreach.broadcasts.parting import EARLIER
from outreach.desk import Desk
from outreach.fallback.falling_back import NOTHING, Forwarded, forwarded
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.fallbacks import FallbackRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

_LISTED = 100
_WAITING = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.RETRY)
_NEVER = (DeliveryState.REFUSED, DeliveryState.SKIPPED)


class Part(StrEnum):
    """Which of the recipients: 已阅, 没按已阅, 收不到, 还在路上."""

    READ = "read"
    SILENT = "silent"
    UNREACHED = "unreached"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of one broadcast; `total` is its audience, and the parts make up the whole.

    arrived counts what was sent or may have been; `recalled` those whose message shows 已撤回 by now; `forwarded`
    counts enterprises told another way, beside the audience.
    """

    total: int
    read: int
    silent: int
    unreached: int
    waiting: int
    unknown: int
    recalled: int
    forwarded: Forwarded = NOTHING

    @property
    def arrived(self) -> int:
        return self.total - self.unreached - self.waiting


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One person on the list, with what became of their message."""

    part: Part
    name: str
    phone: str
    enterprise: str
    role: str
    state: str
    reason: str
    sent_at: datetime | None
    acknowledged_at: datetime | None
    # What became of the notice at the enterprise's other address; empty when it never went there.
    forwarded: str = ""


@dataclass(frozen=True, slots=True)
class BroadcastLine:
    """One broadcast in the list."""

    broadcast: Broadcast
    tally: Tally
    is_own: bool


async def tally(desk: Desk, broadcast_id: int, *, with_forwarded: bool = True) -> Tally:
    """The figures as they are now, straight from the rows."""
    found = await desk.session.execute(
        select(
            DeliveryRecord.state,
            DeliveryRecord.acknowledged_at.is_not(None),
            DeliveryRecord.recalled_at.is_not(None),
            func.count(),
        )
        .where(DeliveryRecord.broadcast_id == broadcast_id, DeliveryRecord.kind == "broadcast")
        .group_by(
            DeliveryRecord.state, DeliveryRecord.acknowledged_at.is_not(None), DeliveryRecord.recalled_at.is_not(None)
        )
    )
    parts: Counter[str] = Counter()
    for state, is_read, is_recalled, count in found:
        parts[_part(state, bool(is_read))] += count
        parts["unknown"] += count if state == DeliveryState.UNKNOWN and not is_read else 0
        parts["recalled"] += count if is_recalled else 0
    parts["unknown"] += len(await _in_doubt(desk, broadcast_id))
    total = sum(parts[part] for part in Part)
    return Tally(
        total, parts[Part.READ], parts[Part.SILENT], parts[Part.UNREACHED], parts[Part.WAITING], parts["unknown"],
        parts["recalled"], await forwarded(desk, broadcast_id) if with_forwarded else NOTHING,
    )  # fmt: skip


async def _in_doubt(desk: Desk, broadcast_id: int) -> dict[int, str]:
    """Who got the last part and has not pressed, while nobody knows whether an earlier one arrived; each with why."""
    row = await desk.session.get(BroadcastRecord, broadcast_id)
    if row is None or row.parts == 1:
        return {}
    last = aliased(DeliveryRecord)
    found = await desk.session.execute(
        select(DeliveryRecord.contact_id, DeliveryRecord.reason)
        .join(
            last,
            (last.broadcast_id == DeliveryRecord.broadcast_id)
            & (last.contact_id == DeliveryRecord.contact_id)
            & (last.kind == "broadcast"),
        )
        .where(
            DeliveryRecord.broadcast_id == broadcast_id,
            DeliveryRecord.kind == EARLIER,
            DeliveryRecord.state == DeliveryState.UNKNOWN,
            last.state == DeliveryState.SENT,
            last.acknowledged_at.is_(None),
        )
    )
    return dict(found.all())


def _part(state: str, is_read: bool) -> Part:
    if is_read:
        return Part.READ
    if state in _WAITING:
        return Part.WAITING
    return Part.UNREACHED if state in _NEVER else Part.SILENT


async def status(desk: Desk, official: Official, broadcast_id: int) -> tuple[Broadcast, Tally]:
    """One broadcast in the official's jurisdiction and its figures. Raises NotYours, BroadcastMoved for one unsent."""
    row = await overseen(desk, official, broadcast_id)
    if row.state not in (BroadcastState.APPROVED, BroadcastState.RECALLED):
        raise await moved(desk, row)
    return await view_of(desk, row), await tally(desk, row.id)


async def recipients(desk: Desk, official: Official, broadcast_id: int) -> tuple[RecipientLine, ...]:
    """Everybody who was meant, enterprise by enterprise. Raises NotYours."""
    row = await overseen(desk, official, broadcast_id)
    found = await desk.session.execute(
        select(DeliveryRecord, ContactRecord, RecipientRecord.role, EnterpriseRecord.name, FallbackRecord.state)
        .join(ContactRecord, ContactRecord.id == DeliveryRecord.contact_id)
        .join(
            RecipientRecord,
            (RecipientRecord.broadcast_id == DeliveryRecord.broadcast_id)
            & (RecipientRecord.contact_id == DeliveryRecord.contact_id),
        )
        .join(EnterpriseRecord, EnterpriseRecord.id == RecipientRecord.enterprise_id)
        .outerjoin(
            FallbackRecord,
            (FallbackRecord.broadcast_id == RecipientRecord.broadcast_id)
            & (FallbackRecord.enterprise_id == RecipientRecord.enterprise_id)
            & (FallbackRecord.why != Why.RECALLED),
        )
        .where(DeliveryRecord.broadcast_id == row.id, DeliveryRecord.kind == "broadcast")
        .order_by(EnterpriseRecord.name, DeliveryRecord.id)
    )
    doubts = await _in_doubt(desk, row.id)
    return tuple(
        RecipientLine(
            _part(sent.state, sent.acknowledged_at is not None), contact.name, contact.phone or "", enterprise, role,
            sent.state, doubts.get(contact.id) or _reason(sent, contact),
            sent.settled_at if sent.state == DeliveryState.SENT else None, sent.acknowledged_at, other or "",
        )
        for sent, contact, role, enterprise, other in found
    )  # fmt: skip


def _reason(sent: DeliveryRecord, contact: ContactRecord) -> str:
    if sent.state not in (*_NEVER, DeliveryState.UNKNOWN):
        return ""
    # Somebody who could not be reached before is not called again; why is what was learnt then.
    if sent.reason == "contact_gone" and contact.unreachable_reason:
        return contact.unreachable_reason
    return sent.reason


async def vacancies(desk: Desk, broadcast: Broadcast) -> tuple[str, ...]:
    """The enterprises that were meant but had nobody to be told, by name."""
    if not broadcast.vacancies:
        return ()
    gone = set(broadcast.vacancies)
    rows = await desk.session.execute(select(EnterpriseRecord.id, EnterpriseRecord.name))
    return tuple(sorted(name for id_, name in rows if id_ in gone))


async def note_export(desk: Desk, contact: Contact, broadcast: Broadcast, count: int) -> None:
    """A list with names and numbers left the system: who asked for it is kept."""
    await desk.note("RecipientsExported", f"broadcast:{broadcast.id}", contact.id, count=count)


async def overview(desk: Desk, contact: Contact, official: Official) -> tuple[BroadcastLine, ...]:
    """The official's own drafts and every broadcast in their jurisdiction, the newest first, at most a hundred."""
    bound = await bound_of(desk, official)
    place = bound.jurisdiction
    within = [BroadcastRecord.street == place.street] if place.street else []
    within += [BroadcastRecord.grid == place.grid] if place.grid else []
    own_draft = (BroadcastRecord.contact_id == contact.id) & (BroadcastRecord.state == BroadcastState.DRAFT)
    public = BroadcastRecord.state.in_((BroadcastState.AWAITING, BroadcastState.APPROVED, BroadcastState.RECALLED))
    rows = await desk.session.scalars(
        select(BroadcastRecord)
        .where(*within, or_(own_draft, public))
        .order_by(BroadcastRecord.id.desc())
        .limit(_LISTED)
    )
    return tuple(
        [
            BroadcastLine(
                await view_of(desk, row), await tally(desk, row.id, with_forwarded=False), row.contact_id == contact.id
            )
            for row in rows.all()
            if row.contact_id == contact.id or bound.allows(Audience.of(row.audience))
            # What somebody drafted who serves no more is nobody's to send.
            if row.state != BroadcastState.AWAITING or await bound_of_id(desk, row.official_id) is not None
        ]
    )


def card(
    desk: Desk, words: Words, shown: Broadcast, figures: Tally, *, may_act: bool = True
) -> tuple[str, Sequence[Sequence[NoticeButton]]]:
    """The live card of one broadcast: its words, and its buttons, none of which replaces it by something else.

    Who only looks at figures is offered neither to remind nor to recall.
    """
    text = words(
        "replies/broadcast/status",
        broadcast=shown,
        tally=figures,
        until_on=last_day(desk, shown.expires_at),
        is_due=shown.due_at is not None and shown.due_at <= desk.now,
        is_over=shown.expires_at is not None and shown.expires_at <= desk.now,
        vacancies=len(shown.vacancies),
        today=desk.today,
    )
    parts = [NoticeButton(f"broadcast.part.{part}", f"bc:who:{shown.id}:{part}:0") for part in Part]
    rows = [parts[:2], [parts[2], NoticeButton("broadcast.export", f"bc:xl:{shown.id}")]]
    if may_act and shown.state is BroadcastState.APPROVED:
        if figures.silent:
            rows.append([NoticeButton("broadcast.chase", f"bc:ch:{shown.id}:{shown.chased}")])
        rows.append([NoticeButton("broadcast.recall", f"bc:rc:{shown.id}")])
    rows[-1].append(NoticeButton("broadcast.refresh", f"bc:v:{shown.id}"))
    return text, rows
