"""任职 — who is an official, for which jurisdiction, from when until when."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from domain.contact import OFFICIAL_CODE_LASTS_FOR, Contact, Jurisdiction, Official, OfficialCodeSpent
from outreach.desk import Desk
from outreach.enrolling import as_contact
from outreach.inviting import digest
from outreach.storage.people import ContactRecord, OfficialCodeRecord, OfficialRecord


def as_official(row: OfficialRecord) -> Official:
    return Official(row.id, row.name, Jurisdiction(row.street, row.grid), row.from_on, row.until_on)


async def official_of(desk: Desk, contact_id: int) -> Official | None:
    """The official that this contact is today, if any."""
    rows = await desk.session.scalars(select(OfficialRecord).where(OfficialRecord.contact_id == contact_id))
    return next((o for o in map(as_official, rows) if o.is_serving(desk.today)), None)


async def appoint(desk: Desk, name: str, jurisdiction: Jurisdiction) -> str:
    """Appoint an official from the command line. Returns the one-time code, which is stored nowhere."""
    official = OfficialRecord(name=name, street=jurisdiction.street, grid=jurisdiction.grid, from_on=desk.today)
    desk.session.add(official)
    await desk.session.flush()
    code = secrets.token_urlsafe(12)
    desk.session.add(
        OfficialCodeRecord(official_id=official.id, digest=digest(code), expires_at=desk.now + OFFICIAL_CODE_LASTS_FOR)
    )
    await desk.note("OfficialAppointed", f"official:{official.id}", street=jurisdiction.street)
    return code


async def take_office(desk: Desk, contact: Contact, code: str) -> Official:
    """The official opens their one-time code. Raises OfficialCodeSpent."""
    row = (
        await desk.session.scalars(
            select(OfficialCodeRecord).where(OfficialCodeRecord.digest == digest(code)).with_for_update()
        )
    ).first()
    if row is None or row.used_at is not None or row.expires_at < desk.now:
        raise OfficialCodeSpent
    official = await desk.session.get_one(OfficialRecord, row.official_id)
    row.used_at, official.contact_id = desk.now, contact.id
    await desk.note("OfficeTaken", f"official:{official.id}", contact.id)
    return as_official(official)


async def officials_for(desk: Desk, street: str, grid: str) -> list[Contact]:
    """The serving officials, already in the chat, whose jurisdiction covers that street and grid."""
    found = await desk.session.execute(
        select(ContactRecord, OfficialRecord).join(OfficialRecord, OfficialRecord.contact_id == ContactRecord.id)
    )
    return [
        as_contact(contact)
        for contact, row in found
        if as_official(row).is_serving(desk.today) and Jurisdiction(row.street, row.grid).covers(street, grid)
    ]


async def is_office_taken(desk: Desk) -> bool:
    """Whether any official is in the chat already."""
    taken = select(OfficialRecord.id).where(OfficialRecord.contact_id.is_not(None)).limit(1)
    return (await desk.session.scalars(taken)).first() is not None
