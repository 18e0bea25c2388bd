"""地点码 — QR codes for the walls of an enterprise: whoever scans one reports a hazard of that very place."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select

from domain.authority import Duty
from domain.contact import Contact, NotYours, Official, Post, Role
from domain.text import tidy
from outreach.desk import Desk
from outreach.overseeing import oversees
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.reports import PlaceRecord

MAKERS = (Role.PRINCIPAL, Role.SAFETY_OFFICER)
NAME_LIMIT = 40
PREFIX = "r-"
_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Place:
    """A place of an enterprise; `name` is empty for the enterprise as a whole, `link` what its code holds."""

    id: int
    enterprise_id: int
    enterprise_name: str
    name: str
    link: str
    is_open: bool


async def open_place(desk: Desk, code: str) -> Place | None:
    """The place of a scanned code, also of one taken out of use; None for a code that never was."""
    row = (await desk.session.scalars(select(PlaceRecord).where(PlaceRecord.code == code))).first()
    return None if row is None else await _as_place(desk, row)


async def _as_place(desk: Desk, row: PlaceRecord) -> Place:
    enterprise = await desk.session.get_one(EnterpriseRecord, row.enterprise_id)
    link = f"https://t.me/{desk.office.bot_username}?start={PREFIX}{row.code}"
    return Place(row.id, row.enterprise_id, enterprise.name, row.name, link, row.closed_at is None)


async def must_keep(desk: Desk, posts: tuple[Post, ...], official: Official | None, enterprise_id: int) -> str:
    """The name of an enterprise whose places the caller may make and close. Raises NotYours."""
    enterprise = await desk.session.get(EnterpriseRecord, enterprise_id)
    if enterprise is None:
        raise NotYours
    own = any(post.enterprise_id == enterprise_id and post.role in MAKERS for post in posts)
    if not own and not oversees(official, enterprise, Duty.INVITE):
        raise NotYours
    return enterprise.name


async def places_of(
    desk: Desk, posts: tuple[Post, ...], official: Official | None, enterprise_id: int
) -> tuple[Place, ...]:
    """The open places of an enterprise, oldest first. Raises NotYours."""
    await must_keep(desk, posts, official, enterprise_id)
    rows = await desk.session.scalars(
        select(PlaceRecord)
        .where(PlaceRecord.enterprise_id == enterprise_id, PlaceRecord.closed_at.is_(None))
        .order_by(PlaceRecord.id)
    )
    return tuple([await _as_place(desk, row) for row in rows.all()])


async def make_place(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, enterprise_id: int, name: str
) -> Place:
    """A code for a place; one that has the same name already is given again. Raises NotYours."""
    name = tidy(name, NAME_LIMIT)
    for place in await places_of(desk, posts, official, enterprise_id):
        if place.name == name:
            return place
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    row = PlaceRecord(code=code, enterprise_id=enterprise_id, name=name, made_at=desk.now)
    desk.session.add(row)
    await desk.session.flush()
    await desk.note("PlaceMade", f"place:{row.id}", contact.id, enterprise=enterprise_id)
    return await _as_place(desk, row)


async def place(desk: Desk, posts: tuple[Post, ...], official: Official | None, place_id: int) -> Place:
    """One place. Raises NotYours."""
    row = await desk.session.get(PlaceRecord, place_id)
    if row is None:
        raise NotYours
    await must_keep(desk, posts, official, row.enterprise_id)
    return await _as_place(desk, row)


async def close_place(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, place_id: int
) -> Place:
    """Take a code out of use: a scan still begins a report of the enterprise, but of no particular place."""
    closed = await place(desk, posts, official, place_id)
    row = await desk.session.get_one(PlaceRecord, place_id, with_for_update=True)
    if row.closed_at is None:
        row.closed_at = desk.now
        await desk.note("PlaceClosed", f"place:{place_id}", contact.id)
    return closed
