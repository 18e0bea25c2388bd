"""受众 — who is meant by an audience today, always inside the official's own bound, and what there is to choose."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Row, case, select

from domain.authority import Duty, OfficeRole, may
from domain.broadcast import Audience, Bound
from domain.contact import Contact, Jurisdiction, Official, Role
from domain.enterprise import RiskClass
from outreach.desk import Desk
from outreach.persons import as_contact
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord, OfficialRecord, PostRecord

_STRENGTH = {role: place for place, role in enumerate(Role)}
_ROLES = {role.value: role for role in Role}
_BY_STRENGTH = case({role.value: place for role, place in _STRENGTH.items()}, value=PostRecord.role)
_EARLIER = 20
_PAGE = 2000
_PLACES = ("street", "grid", "group")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of an audience, with the strongest post for which they are meant."""

    contact: Contact
    enterprise_id: int
    enterprise_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Reach:
    """An audience, resolved: its people, how many enterprises are meant, and those where nobody can be told."""

    recipients: tuple[Recipient, ...]
    enterprises: int
    vacancies: tuple[tuple[int, str], ...]

    @property
    def count(self) -> int:
        return len(self.recipients)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a bound of the audience can have; `code` stands for it in a button."""

    code: str
    value: str
    name: str


async def bound_of(desk: Desk, official: Official) -> Bound:
    """What this official may address at most."""
    row = await desk.session.get_one(OfficialRecord, official.id)
    return _bound(row)


def _bound(row: OfficialRecord) -> Bound:
    return Bound(Jurisdiction(row.street, row.grid), frozenset(map(str, row.industries)))


def _is_serving(desk: Desk, row: OfficialRecord) -> bool:
    return row.from_on <= desk.today and (row.until_on is None or desk.today <= row.until_on)


async def bound_of_id(desk: Desk, official_id: int) -> Bound | None:
    """The same by id; None for somebody whose appointment is over."""
    row = await desk.session.get(OfficialRecord, official_id)
    return _bound(row) if row is not None and _is_serving(desk, row) else None


async def seconds(desk: Desk, audience: Audience, first_contact_id: int) -> list[Contact]:
    """The officials, within reach in the chat, who may agree to what the first one drafted for that audience."""
    found = await desk.session.execute(
        select(ContactRecord, OfficialRecord)
        .join(OfficialRecord, OfficialRecord.contact_id == ContactRecord.id)
        .where(ContactRecord.id != first_contact_id, ContactRecord.is_reachable, ContactRecord.chat_id.is_not(None))
        .order_by(OfficialRecord.id)
    )
    able = [
        as_contact(contact)
        for contact, row in found
        if _is_serving(desk, row) and may(OfficeRole(row.role), Duty.NOTICE) and _bound(row).allows(audience)
    ]
    return list({contact.id: contact for contact in able}.values())


async def resolve(desk: Desk, audience: Audience) -> Reach:
    """Everybody who is meant today: each person once, however many posts they hold."""
    meant = await _enterprises(desk, audience)
    roles = audience.posts.roles
    # Columns, not records: an audience may be a whole city's.
    found = await desk.session.execute(
        select(
            ContactRecord.id, ContactRecord.name, ContactRecord.phone, ContactRecord.locale,
            ContactRecord.consent_version, PostRecord.enterprise_id, PostRecord.role,
        )
        .join(PostRecord, PostRecord.contact_id == ContactRecord.id)
        .join(EnterpriseRecord, EnterpriseRecord.id == PostRecord.enterprise_id)
        .where(
            PostRecord.until_at.is_(None), PostRecord.role.in_(roles), ContactRecord.erased_at.is_(None),
            *_bounds(audience),
        )
        .order_by(_BY_STRENGTH, PostRecord.id)
    )  # fmt: skip
    people: dict[int, Recipient] = {}
    held: set[int] = set()
    for page in found.partitions(_PAGE):
        # Whoever else is being answered is not kept waiting for a whole city.
        await asyncio.sleep(0)
        for id_, name, phone, locale, version, enterprise_id, role in page:
            if enterprise_id not in meant or (roles == (Role.PRINCIPAL,) and enterprise_id in held):
                # 致企业主要负责人: exactly one person for each enterprise.
                continue
            held.add(enterprise_id)
            if id_ not in people:
                contact = Contact(id_, name, phone, locale, version)
                people[id_] = Recipient(contact, enterprise_id, meant[enterprise_id], _ROLES[role])
    if audience.unacknowledged_of is not None:
        silent = await _silent(desk, audience.unacknowledged_of)
        people = {id_: one for id_, one in people.items() if id_ in silent}
        named = {one.enterprise_id for one in people.values()}
        return Reach(_in_order(people.values()), len(named), ())
    vacant = sorted((name, id_) for id_, name in meant.items() if id_ not in held)
    return Reach(_in_order(people.values()), len(meant), tuple((id_, name) for name, id_ in vacant))


def _in_order(people: Iterable[Recipient]) -> tuple[Recipient, ...]:
    return tuple(sorted(people, key=lambda one: (one.enterprise_name, _STRENGTH[one.role], one.contact.id)))


def _bounds(audience: Audience) -> list[ColumnElement[bool]]:
    """What of an audience the database can judge."""
    return [
        column == wanted
        for column, wanted in (
            (EnterpriseRecord.street, audience.street),
            (EnterpriseRecord.grid, audience.grid),
            (EnterpriseRecord.group, audience.group),
            (EnterpriseRecord.risk_class, audience.risk_class),
        )
        if wanted
    ]


async def _enterprises(desk: Desk, audience: Audience) -> dict[int, str]:
    """The enterprises that are meant, with their names."""
    rows = await desk.session.execute(
        select(
            EnterpriseRecord.id, EnterpriseRecord.name, EnterpriseRecord.street, EnterpriseRecord.grid,
            EnterpriseRecord.group, EnterpriseRecord.industries, EnterpriseRecord.risk_class,
        ).where(*_bounds(audience))
    )  # fmt: skip
    meant: dict[int, str] = {}
    for page in rows.partitions(_PAGE):
        await asyncio.sleep(0)
        meant |= {row.id: row.name for row in page if is_meant(desk, audience, row)}
    return meant


def is_meant(desk: Desk, audience: Audience, row: EnterpriseRecord | Row[Any]) -> bool:
    """Whether an enterprise belongs to the audience; a wider trade covers the narrower ones."""
    return audience.meets(row.street, row.grid, row.group, _trades(desk, row), row.risk_class or "")


def _trades(desk: Desk, row: EnterpriseRecord | Row[Any]) -> frozenset[str]:
    return desk.catalogue.trades_of(frozenset(map(str, row.industries)))


async def _silent(desk: Desk, broadcast_id: int) -> set[int]:
    """Who was meant by an earlier broadcast and has not pressed 已阅."""
    found = await desk.session.scalars(
        select(RecipientRecord.contact_id)
        .join(
            DeliveryRecord,
            (DeliveryRecord.broadcast_id == RecipientRecord.broadcast_id)
            & (DeliveryRecord.contact_id == RecipientRecord.contact_id),
        )
        .where(
            RecipientRecord.broadcast_id == broadcast_id,
            DeliveryRecord.kind == "broadcast",
            DeliveryRecord.acknowledged_at.is_(None),
        )
    )
    return set(found)


async def choices(desk: Desk, bound: Bound, audience: Audience, field: str) -> tuple[Choice, ...]:
    """What a bound of the audience can be, given the others; only what lies within the official's own bound."""
    if field == "unacknowledged_of":
        return await _earlier(desk, bound)
    rows = [
        row
        for row in await desk.session.scalars(select(EnterpriseRecord))
        if bound.jurisdiction.covers(row.street, row.grid)
        and (not bound.industries or bound.industries & _trades(desk, row))
    ]
    if field == "industry":
        present = {trade for row in rows for trade in _trades(desk, row)}
        industries = desk.catalogue.industries
        return tuple(_choice(id_, industry.name) for id_, industry in industries.items() if id_ in present)
    if field == "risk_class":
        classes = {row.risk_class for row in rows}
        return tuple(_choice(risk.value, risk.value) for risk in RiskClass if risk.value in classes)
    if field != "street" and audience.street:
        rows = [row for row in rows if row.street == audience.street]
    places = {(row.street, row.grid, row.group)[_PLACES.index(field)] for row in rows}
    return tuple(_choice(value, value) for value in sorted(places - {""}))


def _choice(value: str, name: str) -> Choice:
    # A name may be longer than a button's 64 bytes.
    return Choice(f"{crc32(value.encode()):08x}", value, name)


async def _earlier(desk: Desk, bound: Bound) -> tuple[Choice, ...]:
    rows = await desk.session.scalars(
        select(BroadcastRecord)
        .where(BroadcastRecord.state == "approved")
        .order_by(BroadcastRecord.approved_at.desc(), BroadcastRecord.id.desc())
        .limit(_EARLIER * 5)
    )
    mine = [row for row in rows if bound.allows(Audience.of(row.audience))]
    return tuple(Choice(str(row.id), str(row.id), row.number) for row in mine[:_EARLIER])
