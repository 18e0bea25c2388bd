"""结束检查 — the record goes to whoever took part and, by day, to those responsible at the enterprise."""

from __future__ import annotations

from domain.authority import OfficeRole
from domain.contact import RESPONSIBLE, Contact, Official, StalePress
from domain.notice import Notice, NoticeButton
from domain.reminder import QuietHours
from domain.visit import LEFT_OPEN_AFTER, RECORDED, CloserNotHead, VisitState, VisitUnderWay
from outreach.desk import Desk
from outreach.hazards.viewing import Who
from outreach.people.enrolling import holders
from outreach.persons import as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord
from outreach.storage.visits import VisitRecord
from outreach.visits.viewing import VisitView, inspector, view_of, visit_for
from outreach.visits.visiting import changed, must_go_on, written


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
    told = await _tell_parties(desk, view)
    for contact_there, role in await holders(desk, row.enterprise_id):
        if role in RESPONSIBLE and contact_there.id not in told:
            told.add(contact_there.id)
            key = f"visit:{row.id}:record:{contact_there.id}"
            await _tell(desk, contact_there, view, key, for_enterprise=True)
    return row


async def close_unfinished(desk: Desk, who: Who, visit_id: int) -> VisitRecord:
    """未完成: a 负责人 closes what nobody finished. What was written down stays, and it counts as no visit.

    Those who took part get its record, the enterprise does not. Raises NotYours, DutyLacking, VisitOver,
    CloserNotHead; VisitUnderWay while it has not been left open.
    """
    row, view, official = await closable(desk, who, visit_id, is_locked=True)
    row.state, row.finished_at, row.finished_by = VisitState.UNFINISHED, desk.now, official.id
    row.keep_place(await desk.session.get_one(EnterpriseRecord, row.enterprise_id))
    await desk.note("VisitLeftUnfinished", f"visit:{row.id}", who.contact.id, days=view.days)
    await changed(desk, row, who.contact.id)
    await _tell_parties(desk, await view_of(desk, row), but=who.contact.id, by=official.name)
    return row


async def closable(
    desk: Desk, who: Who, visit_id: int, *, is_locked: bool = False
) -> tuple[VisitRecord, VisitView, Official]:
    """The visit, for a 负责人 who may close it. Raises as `close_unfinished`."""
    row = await visit_for(desk, who, visit_id, is_locked=is_locked)
    must_go_on(row)
    view, official = await view_of(desk, row), inspector(who)
    if not view.is_left_open:
        raise VisitUnderWay(days=LEFT_OPEN_AFTER)
    if official.role is not OfficeRole.HEAD:
        raise CloserNotHead
    return row, view, official


async def record_again(desk: Desk, who: Who, visit_id: int) -> None:
    """The record once more, for an official of the place. Raises NotYours, DutyLacking, StalePress before its end."""
    row = await visit_for(desk, who, visit_id)
    if row.state not in RECORDED:
        raise StalePress
    asked = f"{desk.now:%Y%m%d%H%M}"
    await _tell(desk, who.contact, await view_of(desk, row), f"visit:{row.id}:record:{who.contact.id}:{asked}")


async def _tell_parties(desk: Desk, view: VisitView, *, but: int | None = None, by: str = "") -> set[int]:
    """The record goes to whoever took part and is in the chat. Whom it went to."""
    told: set[int] = set()
    for party in view.parties:
        contact = await desk.session.get(ContactRecord, party.contact_id) if party.contact_id else None
        if contact is not None and contact.erased_at is None and contact.id != but:
            told.add(contact.id)
            await _tell(desk, as_contact(contact), view, f"visit:{view.id}:record:{contact.id}", by=by)
    return told


async def _tell(
    desk: Desk, contact: Contact, view: VisitView, key: str, *, for_enterprise: bool = False, by: str = ""
) -> None:  # fmt: skip
    """by: who closed it unfinished, to be told by day."""
    facts: dict[str, object] = {
        "number": view.number, "kind": view.kind.value, "enterprise": view.enterprise, "begun_at": view.begun_at,
        "finished_at": view.finished_at, "names": [party.name for party in view.parties],
        "hazards": len(view.hazards), "for_enterprise": for_enterprise, "by": by,
        "is_unfinished": view.state is VisitState.UNFINISHED,
    }  # fmt: skip
    buttons = ((NoticeButton("visit.hazards", "hz:l:0"),),) if for_enterprise and view.hazards else ()
    due_at = desk.office.almanac.allowed_from(desk.now, QuietHours()) if for_enterprise or by else None
    notice = Notice("visit_record", facts, key, buttons, attachment=f"visit:{view.id}", due_at=due_at)
    await desk.tell(contact, notice)
