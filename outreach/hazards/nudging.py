"""一次办多条 — what may safely be done about a whole list: remind whoever is overdue, take over as 督促人; counted.

Nothing is ever verified, closed or returned this way. Both can be taken back for a minute.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select, update

from domain.authority import Duty
from domain.contact import RESPONSIBLE, Official, StalePress
from domain.hazard import StepStale, UndoTooLate
from domain.notice import DeliveryState, Notice, NoticeButton
from domain.rectification import UNDO_FOR, StepKey
from domain.reminder import QuietHours
from outreach.desk import Desk
from outreach.hazards import rectifying
from outreach.hazards.carding import call_for_cards
from outreach.hazards.sifting import Pile, Sift, conditions
from outreach.hazards.viewing import Who
from outreach.persons import as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord, JournalRecord, PostRecord

# One transaction does not take the database for itself for longer than that takes.
MOST_TAKEN_OVER = 100
NUDGED = "OverdueNudged"
_WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY)


@dataclass(frozen=True, slots=True)
class Overdue:
    """How much of a list is overdue: hazards, at so many enterprises, of so many people who can be told."""

    hazards: int
    enterprises: int
    people: int


async def overdue(desk: Desk, official: Official, sift: Sift) -> Overdue:
    """What a reminder to all fixers of a list would mean. Raises DutyLacking, StalePress for any other pile."""
    counted, people = await _overdue(desk, official, sift)
    return Overdue(sum(n for n, _, _ in counted.values()), len(counted), len({id_ for id_, _ in people}))


async def _overdue(
    desk: Desk, official: Official, sift: Sift
) -> tuple[dict[int, tuple[int, str, date | None]], list[tuple[int, int]]]:
    """By enterprise how many, its name and the oldest term; and which contacts put right at which enterprise."""
    official.must(Duty.TRIAGE)
    if sift.pile is not Pile.OVERDUE:
        raise StalePress
    where = conditions(desk, official, sift)
    rows = await desk.session.execute(
        select(HazardRecord.enterprise_id, func.count(), EnterpriseRecord.name, func.min(HazardRecord.due_on))
        .join(EnterpriseRecord, EnterpriseRecord.id == HazardRecord.enterprise_id)
        .where(*where)
        .group_by(HazardRecord.enterprise_id, EnterpriseRecord.name)
        .order_by(HazardRecord.enterprise_id)
    )
    counted = {id_: (int(count), name, due_on) for id_, count, name, due_on in rows if id_ is not None}
    mine = select(HazardRecord.enterprise_id).where(*where)
    people = await desk.session.execute(
        select(PostRecord.contact_id, PostRecord.enterprise_id)
        .join(ContactRecord, ContactRecord.id == PostRecord.contact_id)
        .where(
            PostRecord.enterprise_id.in_(mine), PostRecord.until_at.is_(None), PostRecord.role.in_(RESPONSIBLE),
            ContactRecord.is_reachable, ContactRecord.erased_at.is_(None),
        )
        .order_by(PostRecord.contact_id, PostRecord.enterprise_id)
    )  # fmt: skip
    return counted, [(contact_id, enterprise_id) for contact_id, enterprise_id in people]


async def nudge(desk: Desk, who: Who, sift: Sift, count: int) -> int:
    """Remind everybody who puts right what is overdue in the list; nobody twice a day. Returns how many are told.

    Raises StalePress when it is not `count` hazards any more.
    """
    official = _deciding(who)
    counted, people = await _overdue(desk, official, sift)
    if sum(n for n, _, _ in counted.values()) != count:
        raise StalePress
    of: dict[int, list[int]] = {}
    for contact_id, enterprise_id in people:
        of.setdefault(contact_id, []).append(enterprise_id)
    due_at, told = desk.office.almanac.allowed_from(desk.now + UNDO_FOR, QuietHours()), []
    for contact_id, enterprises in of.items():
        contact = as_contact(await desk.session.get_one(ContactRecord, contact_id))
        at = [{"name": counted[id_][1], "count": counted[id_][0], "due_on": counted[id_][2]}
              for id_ in dict.fromkeys(enterprises)]  # fmt: skip
        facts: dict[str, object] = {"at": at, "official": official.name}
        button = ((NoticeButton("menu.hazards", "hz:l:0"),),)
        if await desk.tell(contact, Notice("hazard_nudge", facts, _key(desk, contact_id), button, due_at=due_at)):
            told.append(contact_id)
    if told:
        # The same press again tells nobody anything, and is nothing to be remembered.
        await desk.note(NUDGED, f"official:{official.id}", who.contact.id, hazards=count, told=told)
    return len(told)


def _key(desk: Desk, contact_id: int) -> str:
    return f"hazard_nudge:{desk.today}:{contact_id}"


async def recall_nudge(desk: Desk, who: Who, stamp: int) -> int:
    """Take back a reminder of within the last minute. Returns how many are not told. Raises UndoTooLate."""
    official, at = _deciding(who), _within_a_minute(desk, stamp)
    found = await desk.session.scalars(
        select(JournalRecord.facts).where(
            JournalRecord.at == at, JournalRecord.happened == NUDGED,
            JournalRecord.subject == f"official:{official.id}", JournalRecord.contact_id == who.contact.id,
        )
    )  # fmt: skip
    keys = [_key(desk, id_) for facts in found for id_ in json.loads(facts)["told"]]
    # Under another key, so that they can be reminded today after all.
    taken = await desk.session.scalars(
        update(DeliveryRecord)
        .where(DeliveryRecord.key.in_(keys), DeliveryRecord.state.in_(_WAITING))
        .values(
            state=DeliveryState.SKIPPED, reason="withdrawn", settled_at=desk.now,
            key=DeliveryRecord.key + f":{stamp}",
        )
        .returning(DeliveryRecord.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    count = len(taken.all())
    if not count:
        raise UndoTooLate
    await desk.note("NudgeWithdrawn", f"official:{official.id}", who.contact.id, count=count)
    return count


async def to_take_over(desk: Desk, official: Official, sift: Sift) -> list[tuple[int, int]]:
    """The open hazards of a list that another official follows, or nobody: id and version, no more than can be."""
    official.must(Duty.TRIAGE)
    rows = await desk.session.execute(
        select(HazardRecord.id, HazardRecord.version)
        .where(
            *conditions(desk, official, sift),
            func.coalesce(HazardRecord.follower_id, 0) != official.id,
        )
        .order_by(HazardRecord.id)
        .limit(MOST_TAKEN_OVER)
    )  # fmt: skip
    return [(id_, version) for id_, version in rows]


async def take_over(desk: Desk, who: Who, sift: Sift, count: int) -> int:
    """Become 督促人 of them all, each by a step of its own. Raises StalePress when it is not `count` any more."""
    found = await to_take_over(desk, _deciding(who), sift)
    if len(found) != count:
        raise StalePress
    for id_, version in found:
        await rectifying.take(desk, who, id_, version, StepKey.FOLLOW)
        # What is answered to this press is the list: whoever takes over has a card elsewhere too.
        await call_for_cards(desk, id_, None)
    return len(found)


async def give_back(desk: Desk, who: Who, stamp: int) -> int:
    """Take back what was taken over within the last minute, as far as nobody has done anything since.

    Returns how many. Raises UndoTooLate.
    """
    at = _within_a_minute(desk, stamp)
    steps = await desk.session.execute(
        select(HazardStepRecord.hazard_id, HazardStepRecord.version)
        .where(
            HazardStepRecord.at == at, HazardStepRecord.contact_id == who.contact.id,
            HazardStepRecord.step == StepKey.FOLLOW,
        )
        .order_by(HazardStepRecord.hazard_id)
    )  # fmt: skip
    count = 0
    for id_, version in steps.all():
        try:
            await rectifying.undo(desk, who, id_, version)
        except (UndoTooLate, StepStale):
            continue
        await call_for_cards(desk, id_, None)
        count += 1
    if not count:
        raise UndoTooLate
    return count


def stamp_of(at: datetime) -> int:
    """An instant as a button holds it, in microseconds."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _within_a_minute(desk: Desk, stamp: int) -> datetime:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=min(stamp, 2**52))
    if not timedelta() <= desk.now - at <= UNDO_FOR:
        raise UndoTooLate
    return at


def _deciding(who: Who) -> Official:
    if who.official is None:
        raise StalePress
    who.official.must(Duty.TRIAGE)
    return who.official
