"""群发通知 — agreeing to, sending and taking back what an official tells many at once."""

from __future__ import annotations

from sqlalchemy import update

from domain.authority import Duty
from domain.broadcast import (
    Audience,
    AudienceChanged,
    Bound,
    BroadcastState,
    CountMistyped,
    DraftChanged,
    DrafterGone,
    OwnBroadcast,
    SecondOfficialMissing,
    must_have_second,
    must_move,
)
from domain.contact import Contact, NotYours, Official
from domain.notice import DeliveryState, Notice, NoticeButton
from outreach.broadcasts.audiences import Reach, bound_of, bound_of_id, seconds
from outreach.broadcasts.bulletins import (
    Broadcast,
    aim_at,
    expiry,
    is_private,
    leaves_at,
    locked,
    moved,
    overseen,
    reach_of,
    view_of,
)
from outreach.broadcasts.composing import own_draft, ready
from outreach.broadcasts.freezing import freeze
from outreach.desk import Desk
from outreach.fallback.falling_back import take_back
from outreach.persons import as_contact
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord


async def submit(
    desk: Desk, contact: Contact, official: Official, broadcast_id: int, card: tuple[int, int] | None = None
) -> Broadcast:
    """Ask for a second official's consent. Raises SecondOfficialMissing when there is nobody to ask."""
    draft, reach = await ready(desk, contact, official, broadcast_id)
    row = await own_draft(desk, contact, official, broadcast_id)
    able = await seconds(desk, draft.audience, contact.id)
    if not able:
        raise SecondOfficialMissing(street=draft.audience.street)
    must_move(BroadcastState(row.state), BroadcastState.AWAITING)
    row.state, row.asked_at, row.recipients = BroadcastState.AWAITING, desk.now, reach.count
    _place_card(row, card)
    await desk.note("BroadcastSubmitted", f"broadcast:{row.id}", contact.id, number=row.number, count=reach.count)
    facts: dict[str, object] = {
        "number": row.number, "by": official.name, "count": reach.count, "is_urgent": row.is_urgent
    }  # fmt: skip
    look = ((NoticeButton("broadcast.review", f"bc:w:{row.id}"),),)
    for second in able:
        key = f"broadcast_asked:{row.id}:{int(desk.now.timestamp())}:{second.id}"
        await desk.tell(second, Notice("broadcast_asked", facts, key, look, is_urgent=row.is_urgent))
    return await view_of(desk, row)


async def awaiting(desk: Desk, contact: Contact, official: Official, broadcast_id: int) -> Broadcast:
    """The author's own broadcast that waits for a second official. Raises NotYours or BroadcastMoved."""
    row = await locked(desk, broadcast_id)
    if row.contact_id != contact.id or row.official_id != official.id:
        raise NotYours
    if row.state != BroadcastState.AWAITING:
        raise await moved(desk, row)
    return await view_of(desk, row)


async def review(desk: Desk, contact: Contact, official: Official, broadcast_id: int) -> tuple[Broadcast, Reach]:
    """What waits for a second official, and to whom it would go. Raises NotYours, OwnBroadcast, BroadcastMoved,
    DrafterGone.
    """
    row = await overseen(desk, official, broadcast_id)
    if row.state != BroadcastState.AWAITING:
        raise await moved(desk, row)
    if contact.id == row.contact_id or official.id == row.official_id:
        raise OwnBroadcast
    await _drafter(desk, row)
    seen = await view_of(desk, row)
    return seen, await reach_of(desk, seen)


async def _drafter(desk: Desk, row: BroadcastRecord) -> Bound:
    """What whoever drafted it may address. Raises DrafterGone."""
    found = await bound_of_id(desk, row.official_id)
    if found is None:
        raise DrafterGone
    return found


async def give_back(desk: Desk, contact: Contact, official: Official, broadcast_id: int) -> Broadcast:
    """Not agreed to, or withdrawn by its author: it becomes a draft again, and the author is told."""
    row = await locked(desk, broadcast_id)
    is_own = row.contact_id == contact.id and row.official_id == official.id
    if not is_own:
        row = await overseen(desk, official, broadcast_id)
    if row.state != BroadcastState.AWAITING:
        raise await moved(desk, row)
    # That it was asked about stays: whoever was asked is told what became of it.
    row.state, row.next_look_at = BroadcastState.DRAFT, None
    await desk.note("BroadcastGivenBack", f"broadcast:{row.id}", contact.id, number=row.number)
    if not is_own:
        author = as_contact(await desk.session.get_one(ContactRecord, row.contact_id))
        key = f"broadcast_returned:{row.id}:{int(desk.now.timestamp())}"
        facts: dict[str, object] = {"number": row.number, "by": official.name}
        await desk.tell(
            author, Notice("broadcast_returned", facts, key, ((NoticeButton("broadcast.draft", f"bc:d:{row.id}"),),))
        )
    return await view_of(desk, row)


async def approve(
    desk: Desk, contact: Contact, official: Official, broadcast_id: int, count: int | None,
    card: tuple[int, int] | None = None, *, seen: str | None = None,
) -> Broadcast:  # fmt: skip
    """发布 — freeze the audience into rows, one for each person, and let them be sent when due.

    count: how many the official was shown or has typed; card: chat and message that show the progress from now on;
    seen: the fingerprint of what the official was shown, None for one who has just read it.
    Raises BroadcastMoved when it happened already, OwnBroadcast, DraftChanged, CountMistyped, AudienceChanged,
    AudienceEmpty, DrafterGone.
    """
    official.must(Duty.NOTICE)
    row = await locked(desk, broadcast_id)
    bound = await bound_of(desk, official)
    is_second = row.state == BroadcastState.AWAITING
    await _must_decide(desk, row, contact, official, bound)
    drafter = bound if row.official_id == official.id else await _drafter(desk, row)
    # They may have moved since, and it with them: then it is for somebody else to agree to.
    aim_at(row, Audience.of(row.audience).bounded(drafter))
    if not bound.allows(Audience.of(row.audience)):
        raise NotYours
    said = await view_of(desk, row)
    if seen is not None and seen != said.fingerprint:
        raise DraftChanged
    reach = await reach_of(desk, said)
    if is_second and count != reach.count:
        raise CountMistyped(count=reach.count)
    if count != reach.count or (not is_second and must_have_second(reach.count, row.is_urgent)):
        raise AudienceChanged(count=reach.count)
    row.state, row.approved_at, row.approved_by = BroadcastState.APPROVED, desk.now, official.id
    row.due_at = leaves_at(desk, row.due_at, row.is_urgent)
    row.expires_at = expiry(desk, row.due_at, row.days_in_force)
    row.recipients, row.vacancies = reach.count, [id_ for id_, _ in reach.vacancies]
    row.next_look_at = desk.now
    if not is_second:
        _place_card(row, card)
    await freeze(desk, row, reach.recipients)
    await desk.note(
        "BroadcastApproved", f"broadcast:{row.id}", contact.id, number=row.number, count=reach.count,
        is_urgent=row.is_urgent, drafted_by=row.official_id,
    )  # fmt: skip
    sent = await view_of(desk, row)
    if is_second:
        author = as_contact(await desk.session.get_one(ContactRecord, row.contact_id))
        facts: dict[str, object] = {"number": row.number, "by": official.name, "count": reach.count}
        look = ((NoticeButton("broadcast.look", f"bc:v:{row.id}"),),)
        await desk.tell(author, Notice("broadcast_seconded", facts, f"broadcast_seconded:{row.id}", look))
    return sent


async def _must_decide(desk: Desk, row: BroadcastRecord, contact: Contact, official: Official, bound: Bound) -> None:
    """Raises unless this official may let this broadcast go as it stands."""
    is_own = row.contact_id == contact.id and row.official_id == official.id
    if not is_own and (is_private(row) or not bound.allows(Audience.of(row.audience))):
        raise NotYours
    if row.state not in (BroadcastState.DRAFT, BroadcastState.AWAITING):
        raise await moved(desk, row)
    if row.state == BroadcastState.AWAITING and (contact.id == row.contact_id or official.id == row.official_id):
        raise OwnBroadcast
    if row.state == BroadcastState.DRAFT and not is_own:
        raise await moved(desk, row)


def _place_card(row: BroadcastRecord, card: tuple[int, int] | None) -> None:
    if card is not None:
        row.progress_chat_id, row.progress_message_id = card


async def place_card(desk: Desk, contact: Contact, broadcast_id: int, card: tuple[int, int]) -> None:
    """The author's card that shows the progress from now on; anybody else's stays as it was shown."""
    row = await locked(desk, broadcast_id)
    if row.contact_id == contact.id:
        _place_card(row, card)


async def recall(desk: Desk, contact: Contact, official: Official, broadcast_id: int) -> Broadcast:
    """撤回 — nothing more is sent from now on, and what was sent is edited by and by.

    At most the window of sends that are on their way still arrives; it is edited too. Raises BroadcastMoved.
    """
    official.must(Duty.NOTICE)
    row = await overseen(desk, official, broadcast_id)
    if row.state != BroadcastState.APPROVED:
        raise await moved(desk, row)
    must_move(BroadcastState(row.state), BroadcastState.RECALLED)
    row.state, row.recalled_at, row.recalled_by = BroadcastState.RECALLED, desk.now, official.id
    row.next_look_at = desk.now
    await stop(desk, row.id)
    await take_back(desk, row)
    await desk.note("BroadcastRecalled", f"broadcast:{row.id}", contact.id, number=row.number)
    return await view_of(desk, row)


async def stop(desk: Desk, broadcast_id: int) -> None:
    """What of a recalled broadcast still waits is skipped."""
    await desk.session.execute(
        update(DeliveryRecord)
        .where(
            DeliveryRecord.broadcast_id == broadcast_id,
            DeliveryRecord.state.in_((DeliveryState.QUEUED, DeliveryState.RETRY)),
        )
        .values(state=DeliveryState.SKIPPED, reason="recalled", settled_at=desk.now)
    )
