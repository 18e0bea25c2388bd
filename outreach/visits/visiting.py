"""官方检查 — begun at an enterprise, joined by colleagues, finished or discarded; whoever takes part writes into it."""

from __future__ import annotations

from sqlalchemy import delete, select

from domain.checklist import Checklist
from domain.contact import Contact, Official, StalePress
from domain.visit import (
    KINDS,
    ListChosen,
    NotTakingPart,
    VisitKind,
    VisitNotEmpty,
    VisitOver,
    VisitState,
    kinds_of,
)
from outreach.delivery.visit_relevance import VISIT
from outreach.desk import Desk
from outreach.editions import keep_edition
from outreach.hazards.viewing import Who
from outreach.overseeing import oversees
from outreach.people.appointing import as_official
from outreach.persons import as_contact
from outreach.plans.occurring import remind_of
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from outreach.storage.visits import (
    VisitAnswerRecord,
    VisitPartyRecord,
    VisitRecord,
    VisitTakingRecord,
)
from outreach.visits.placing import call_for_cards
from outreach.visits.viewing import VisitView, inspector, left_open_on, overseen, view_of, visit_for


async def begin(desk: Desk, who: Who, enterprise_id: int, kind: VisitKind) -> VisitRecord:
    """Begin a visit, or join the one of that kind that goes on there. Raises NotYours, DutyLacking, StalePress."""
    official = inspector(who)
    if kind not in kinds_of(official.role):
        raise StalePress
    # Locked: of two who begin at once the second joins.
    enterprise = await overseen(desk, official, enterprise_id, is_locked=True)
    found = await desk.session.scalars(
        select(VisitRecord).where(
            VisitRecord.enterprise_id == enterprise.id, VisitRecord.kind == kind, VisitRecord.state == VisitState.GOING
        )
    )
    row = found.first()
    if row is not None:
        return await join(desk, who, row.id)
    day = f"{desk.today:%Y%m%d}"
    row = VisitRecord(
        number=f"JC{day}-{await desk.next_number(f'visit:{day}'):04d}", enterprise_id=enterprise.id, kind=kind,
        begun_at=desk.now, begun_by=official.id,
    )  # fmt: skip
    desk.session.add(row)
    await desk.session.flush()
    await take_in(desk, row, official.id, who.contact.id)
    await desk.session.flush()
    await desk.note("VisitBegun", f"visit:{row.id}", who.contact.id, number=row.number, kind=kind)
    return row


async def join(desk: Desk, who: Who, visit_id: int) -> VisitRecord:
    """Take part in a visit that goes on. Twice is once. Raises NotYours, DutyLacking, VisitOver."""
    row = await visit_for(desk, who, visit_id, is_locked=True)
    must_go_on(row)
    official = inspector(who)
    if not await _is_party(desk, row.id, official.id):
        await take_in(desk, row, official.id, who.contact.id)
        await desk.note("VisitJoined", f"visit:{row.id}", who.contact.id)
        await changed(desk, row, who.contact.id)
    return row


async def take_in(desk: Desk, row: VisitRecord, official_id: int, contact_id: int) -> None:
    """Somebody takes part from now on; once it has been left open they are reminded of it, one time."""
    desk.session.add(VisitPartyRecord(visit_id=row.id, official_id=official_id, joined_at=desk.now))
    day = left_open_on(desk, desk.on(row.begun_at))
    if day > desk.today:
        await remind_of(desk, [(f"{VISIT}:{row.id}", contact_id)], day)


async def written(desk: Desk, who: Who, visit_id: int) -> tuple[VisitRecord, Official]:
    """The visit, locked, for somebody who takes part and wants to write into it.

    Raises NotYours, DutyLacking, VisitOver, NotTakingPart.
    """
    row = await visit_for(desk, who, visit_id, is_locked=True)
    must_go_on(row)
    official = inspector(who)
    if not await _is_party(desk, row.id, official.id):
        raise NotTakingPart
    return row, official


async def changed(desk: Desk, row: VisitRecord, by: int | None) -> None:
    """Something of the visit is different now: every other card follows."""
    row.version += 1
    await desk.session.flush()
    await call_for_cards(desk, row.id, by)


async def colleagues(desk: Desk, who: Who, visit_id: int) -> list[tuple[Official, Contact]]:
    """Who could be asked to come along: in the chat, serving, for that enterprise, and not there yet."""
    row, _ = await written(desk, who, visit_id)
    return await colleagues_of(desk, row)


async def colleagues_of(desk: Desk, row: VisitRecord) -> list[tuple[Official, Contact]]:
    """The same, for whoever may ask already."""
    enterprise = await desk.session.get_one(EnterpriseRecord, row.enterprise_id)
    there = select(VisitPartyRecord.official_id).where(VisitPartyRecord.visit_id == row.id)
    found = await desk.session.execute(
        select(OfficialRecord, ContactRecord)
        .join(ContactRecord, ContactRecord.id == OfficialRecord.contact_id)
        .where(OfficialRecord.id.not_in(there), ContactRecord.erased_at.is_(None))
        .order_by(OfficialRecord.id)
    )
    pairs = [(as_official(desk, one), as_contact(contact)) for one, contact in found]
    return [
        (one, contact)
        for one, contact in pairs
        if one.is_serving(desk.today) and one.role in KINDS and oversees(one, enterprise)
    ]


async def leave(desk: Desk, who: Who, visit_id: int) -> None:
    """Take no part after all, as long as one wrote nothing down and is not the last.

    Raises NotYours, DutyLacking, VisitOver, NotTakingPart, VisitNotEmpty.
    """
    row, official = await written(desk, who, visit_id)
    view = await view_of(desk, row)
    wrote = select(VisitAnswerRecord.id).where(
        VisitAnswerRecord.visit_id == row.id, VisitAnswerRecord.official_id == official.id
    )
    took = select(VisitTakingRecord.id).where(
        VisitTakingRecord.visit_id == row.id, VisitTakingRecord.official_id == official.id
    )
    found = (
        select(HazardRecord.id)
        .join(HazardStepRecord, HazardStepRecord.hazard_id == HazardRecord.id)
        .where(
            HazardRecord.visit_id == row.id, HazardStepRecord.version == 1,
            HazardStepRecord.contact_id == who.contact.id,
        )
    )  # fmt: skip
    left = [(await desk.session.scalars(one)).first() for one in (wrote, took, found)]
    if len(view.parties) < 2 or any(one is not None for one in left):
        raise VisitNotEmpty
    await desk.session.execute(
        delete(VisitPartyRecord).where(VisitPartyRecord.visit_id == row.id, VisitPartyRecord.official_id == official.id)
    )
    await desk.note("VisitLeft", f"visit:{row.id}", who.contact.id)
    await changed(desk, row, who.contact.id)


async def lists_for(desk: Desk, view: VisitView) -> tuple[Checklist, ...]:
    """The lists that fit the enterprise: those of its trades first, then those for all."""
    enterprise = await desk.session.get_one(EnterpriseRecord, view.enterprise_id)
    return desk.catalogue.checklists_for(frozenset(map(str, enterprise.industries)))


async def choose_list(desk: Desk, who: Who, visit_id: int, checklist_id: str) -> None:
    """The list that is filled in; another may be chosen until a part is taken.

    Raises ListChosen, what `written` raises, and StalePress for one that does not fit the enterprise (any more).
    """
    row, _ = await written(desk, who, visit_id)
    view = await view_of(desk, row)
    if any(part.turn for part in view.parts):
        raise ListChosen
    checklist = next((one for one in await lists_for(desk, view) if one.id == checklist_id), None)
    if checklist is None:
        raise StalePress
    row.edition_id = await keep_edition(desk, checklist)
    await desk.note("VisitListChosen", f"visit:{row.id}", who.contact.id, checklist=checklist.id)
    await changed(desk, row, who.contact.id)


async def discard(desk: Desk, who: Who, visit_id: int) -> VisitRecord:
    """It was begun by mistake: it counts nowhere. Raises VisitNotEmpty and what `written` raises."""
    row, official = await written(desk, who, visit_id)
    if not (await view_of(desk, row)).is_empty:
        raise VisitNotEmpty
    row.state, row.finished_at, row.finished_by = VisitState.DISCARDED, desk.now, official.id
    await desk.note("VisitDiscarded", f"visit:{row.id}", who.contact.id)
    await changed(desk, row, who.contact.id)
    return row


async def _is_party(desk: Desk, visit_id: int, official_id: int) -> bool:
    return await desk.session.get(VisitPartyRecord, (visit_id, official_id)) is not None


def must_go_on(row: VisitRecord) -> None:
    """Raises VisitOver."""
    if row.state != VisitState.GOING:
        raise VisitOver
