"""举报归谁管 — which officials a report concerns, and how its place is said in one line."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from domain.contact import Contact, Jurisdiction
from domain.report import Draft, concerns
from outreach.appointing import as_official
from outreach.desk import Desk
from outreach.enrolling import as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from outreach.storage.reports import PlaceRecord, ReportRecord


async def officials_concerned(desk: Desk, street: str, grid: str) -> list[Contact]:
    """The serving officials, already in the chat, whom a report there concerns; all of them when nobody knows where."""
    found = await desk.session.execute(
        select(ContactRecord, OfficialRecord)
        .join(OfficialRecord, OfficialRecord.contact_id == ContactRecord.id)
        .order_by(OfficialRecord.id)
    )
    told: dict[int, Contact] = {}
    for contact, row in found:
        official = as_official(row)
        if official.is_serving(desk.today) and concerns(official.jurisdiction, street, grid):
            told.setdefault(contact.id, as_contact(contact))
    return list(told.values())


def within(jurisdiction: Jurisdiction) -> list[ColumnElement[bool]]:
    """The conditions under which a report concerns a jurisdiction: the query's side of `domain.report.concerns`."""
    conditions: list[ColumnElement[bool]] = []
    if jurisdiction.street:
        conditions.append(or_(ReportRecord.street == "", ReportRecord.street == jurisdiction.street))
    if jurisdiction.grid:
        conditions.append(or_(ReportRecord.grid == "", ReportRecord.grid == jurisdiction.grid))
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
