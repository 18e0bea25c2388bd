"""归谁管 — which officials a report or a hazard concerns, and how its place is said in one line."""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, or_, select

from domain.authority import Duty, OfficeRole
from domain.contact import Contact, Jurisdiction, Official
from domain.report import Draft, concerns
from outreach import overseeing
from outreach.desk import Desk
from outreach.people.appointing import as_official
from outreach.persons import as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from outreach.storage.reports import PlaceRecord, ReportRecord
from outreach.storage.straight import Straight

# What lies somewhere: a street and a grid, each empty while nobody knows it, and perhaps an enterprise.
Placed = ReportRecord | HazardRecord
_INDUSTRIES = Straight(select(EnterpriseRecord.industries).where(EnterpriseRecord.id == bindparam("enterprise")))


async def officials_concerned(desk: Desk, placed: Placed, *, is_head: bool = False) -> list[Contact]:
    """The serving officials in the chat who decide about such a thing; all of them when nobody knows where it is.

    is_head: only those who serve as 负责人.
    """
    industries = await _industries(desk, placed)
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
        if is_head and official.role is not OfficeRole.HEAD:
            continue
        if concerns(official.jurisdiction, placed.street, placed.grid, industries):
            told.setdefault(contact.id, as_contact(contact))
    return list(told.values())


async def does_concern(desk: Desk, official: Official, placed: Placed) -> bool:
    """Whether it lies in the jurisdiction of that official, as far as anybody knows where it lies."""
    return concerns(official.jurisdiction, placed.street, placed.grid, await _industries(desk, placed))


async def _industries(desk: Desk, placed: Placed) -> tuple[str, ...] | None:
    if not placed.enterprise_id:
        return None
    (found,) = await desk.ask((_INDUSTRIES, {"enterprise": placed.enterprise_id}))
    return tuple(map(str, found[0][0])) if found else None


def within(jurisdiction: Jurisdiction, record: type[Placed] = ReportRecord) -> list[ColumnElement[bool]]:
    """The conditions under which a thing concerns a jurisdiction: the query's side of `domain.report.concerns`."""
    conditions: list[ColumnElement[bool]] = []
    if jurisdiction.street:
        conditions.append(or_(record.street == "", record.street == jurisdiction.street))
    if jurisdiction.grid:
        conditions.append(or_(record.grid == "", record.grid == jurisdiction.grid))
    if jurisdiction.industries:
        trade = overseeing.within(Jurisdiction(industries=jurisdiction.industries))
        own = select(EnterpriseRecord.id).where(*trade)
        conditions.append(or_(record.enterprise_id.is_(None), record.enterprise_id.in_(own)))
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
