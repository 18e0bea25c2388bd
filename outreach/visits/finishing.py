"""结束检查 — the record goes to whoever took part and, by day, to those responsible at the enterprise."""

from __future__ import annotations

from domain.contact import RESPONSIBLE, Contact, StalePress
from domain.notice import Notice, NoticeButton
from domain.reminder import QuietHours
from domain.visit import VisitState
from outreach.desk import Desk
from outreach.enrolling import holders
from outreach.hazards.viewing import Who
from outreach.persons import as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord
from outreach.storage.visits import VisitRecord
from outreach.visits.viewing import VisitView, view_of, visit_for
from outreach.visits.visiting import changed, written


async def finish(desk: Desk, who: Who, visit_id: int) -> VisitRecord:
    """Nothing is written into it any more, whatever was left out; the record goes out.

    Raises NotYours, DutyLacking, VisitOver, NotTakingPart.
    """
    row, official = await written(desk, who, visit_id)
    row.state, row.finished_at, row.finished_by = VisitState.FINISHED, desk.now, official.id
    row.keep_place(await desk.session.get_one(EnterpriseRecord, row.enterprise_id))
    view = await view_of(desk, row)
    await desk.note(
        "VisitFinished", f"visit:{row.id}", who.contact.id, officials=len(view.parties), hazards=len(view.hazards),
        missing=[step.id for step in view.missing], unanswered=view.unanswered,
    )  # fmt: skip
    await changed(desk, row, who.contact.id)
    told: set[int] = set()
    for party in view.parties:
        contact = await desk.session.get(ContactRecord, party.contact_id) if party.contact_id else None
        if contact is not None and contact.erased_at is None:
            told.add(contact.id)
            await _tell(desk, as_contact(contact), view, f"visit:{row.id}:record:{contact.id}")
    for contact_there, role in await holders(desk, row.enterprise_id):
        if role in RESPONSIBLE and contact_there.id not in told:
            told.add(contact_there.id)
            key = f"visit:{row.id}:record:{contact_there.id}"
            await _tell(desk, contact_there, view, key, for_enterprise=True)
    return row


async def record_again(desk: Desk, who: Who, visit_id: int) -> None:
    """The record once more, for an official of the place. Raises NotYours, DutyLacking, StalePress before its end."""
    row = await visit_for(desk, who, visit_id)
    if row.state != VisitState.FINISHED:
        raise StalePress
    asked = f"{desk.now:%Y%m%d%H%M}"
    await _tell(desk, who.contact, await view_of(desk, row), f"visit:{row.id}:record:{who.contact.id}:{asked}")


async def _tell(desk: Desk, contact: Contact, view: VisitView, key: str, *, for_enterprise: bool = False) -> None:
    facts: dict[str, object] = {
        "number": view.number, "kind": view.kind.value, "enterprise": view.enterprise, "begun_at": view.begun_at,
        "finished_at": view.finished_at, "names": [party.name for party in view.parties],
        "hazards": len(view.hazards), "for_enterprise": for_enterprise,
    }  # fmt: skip
    buttons = ((NoticeButton("visit.hazards", "hz:l:0"),),) if for_enterprise and view.hazards else ()
    due_at = desk.office.almanac.allowed_from(desk.now, QuietHours()) if for_enterprise else None
    notice = Notice("visit_record", facts, key, buttons, attachment=f"visit:{view.id}", due_at=due_at)
    await desk.tell(contact, notice)
