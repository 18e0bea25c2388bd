"""举报归谁管 — which officials a report concerns, and how its place is said in one line."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from domain.authority import Duty
from domain.contact import Contact, Jurisdiction
from domain.report import Draft, concerns
from outreach import overseeing
from outreach.appointing import as_official
from outreach.desk import Desk
from outreach.persons import as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from outreach.storage.reports import PlaceRecord, ReportRecord


async def officials_concerned(desk: Desk, report: ReportRecord) -> list[Contact]:
    """The serving officials in the chat who decide about such a report; all of them when nobody knows where it is."""
    enterprise = await desk.session.get(EnterpriseRecord, report.enterprise_id) if report.enterprise_id else None
    industries = None if enterprise is None else tuple(map(str, enterprise.industries))
    found = await desk.session.execute(
        select(ContactRecord, OfficialRecord)
        .join(OfficialRecord, OfficialRecord.contact_id == ContactRecord.id)
        .order_by(OfficialRecord.id)
    )
    told: dict[int, Contact] = {}
    for contact, row in found:
        official = as_official(desk, row)
        if not official.is_serving(desk.today) or not official.may(Duty.TRIAGE):
            continue
        if concerns(official.jurisdiction, report.street, report.grid, industries):
            told.setdefault(contact.id, as_contact(contact))
    return list(told.values())


def within(jurisdiction: Jurisdiction) -> list[ColumnElement[bool]]:
    """The conditions under which a report concerns a jurisdiction: the query's side of `domain.report.concerns`."""
    conditions: list[ColumnElement[bool]] = []
    if jurisdiction.street:
        conditions.append(or_(ReportRecord.street == "", ReportRecord.street == jurisdiction.street))
    if jurisdiction.grid:
        conditions.append(or_(ReportRecord.grid == "", ReportRecord.grid == jurisdiction.grid))
    if jurisdiction.industries:
        trade = overseeing.within(Jurisdiction(industries=jurisdiction.industries))
        own = select(EnterpriseRecord.id).where(*trade)
        conditions.append(or_(ReportRecord.enterprise_id.is_(None), ReportRecord.enterprise_id.in_(own)))
    return conditions


async def where_of(desk: Desk, said: ReportRecord | Draft) -> str:
    """Enterprise, place and own words in one line; empty when nothing is known."""
    parts = []
    if said.enterprise_id is not None:
        enterprise = await desk.session.get(EnterpriseRecord, said.enterprise_id)
        parts.append(enterprise.name if enterprise else "")
    if said.place_id is not None:
        place = await desk.session.get(PlaceRecord, said.place_id)
        parts.append(place.name if place else "")
    parts.append(said.where)
    if said.latitude is not None and said.longitude is not None:
        parts.append(f"{said.latitude:.4f},{said.longitude:.4f}")
    return " · ".join(part for part in parts if part)
