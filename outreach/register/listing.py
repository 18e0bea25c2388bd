"""名录查阅 — the enterprises of a jurisdiction as plain rows: counted, paged, looked up and exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from domain.contact import Contact, Jurisdiction, NotYours, Role
from domain.enterprise import EnterpriseEntry, PersonEntry, RiskClass
from domain.ownership import Owners
from outreach.desk import Desk
from outreach.overseeing import within as within
from outreach.paging import Page
from outreach.people.enrolling import holders
from outreach.register.owning import owners_of
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import PostRecord


@dataclass(frozen=True, slots=True)
class RegisterCounts:
    """How many enterprises there are, how many have somebody in the chat, and how many per street."""

    total: int
    enrolled: int
    streets: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class EnterpriseLine:
    """One enterprise in a list."""

    id: int
    name: str
    street: str
    grid: str
    is_enrolled: bool


@dataclass(frozen=True, slots=True)
class EnterpriseCard:
    """One enterprise by itself: what the register says, who holds a post today, and which officials answer for it."""

    id: int
    entry: EnterpriseEntry
    holders: tuple[tuple[Contact, Role], ...]
    owners: Owners


async def counts(desk: Desk, jurisdiction: Jurisdiction) -> RegisterCounts:
    """The figures of a jurisdiction; streets by name."""
    rows = await desk.session.execute(
        select(EnterpriseRecord.street, func.count())
        .where(*within(jurisdiction))
        .group_by(EnterpriseRecord.street)
        .order_by(func.min(EnterpriseRecord.id))
    )
    streets = tuple((street, int(count)) for street, count in rows)
    enrolled = (
        await desk.session.scalars(
            select(func.count(func.distinct(PostRecord.enterprise_id)))
            .join(EnterpriseRecord, EnterpriseRecord.id == PostRecord.enterprise_id)
            .where(*within(jurisdiction), PostRecord.until_at.is_(None))
        )
    ).one()
    return RegisterCounts(sum(count for _, count in streets), int(enrolled), streets)


async def enterprises(
    desk: Desk, jurisdiction: Jurisdiction, page: int, size: int, named: str = ""
) -> Page[EnterpriseLine]:
    """A page of the register in the order in which it was entered; `named` is a part of the name to look for."""
    conditions = within(jurisdiction)
    if named:
        conditions.append(EnterpriseRecord.name.contains(named, autoescape=True))
    total = (await desk.session.scalars(select(func.count()).select_from(EnterpriseRecord).where(*conditions))).one()
    held = select(PostRecord.id).where(PostRecord.enterprise_id == EnterpriseRecord.id, PostRecord.until_at.is_(None))
    page = max(0, min(page, -(-total // size) - 1))
    rows = await desk.session.execute(
        select(EnterpriseRecord, held.exists())
        .where(*conditions)
        .order_by(EnterpriseRecord.id)
        .limit(size)
        .offset(page * size)
    )
    lines = tuple(EnterpriseLine(row.id, row.name, row.street, row.grid, bool(is_held)) for row, is_held in rows)
    return Page(lines, total, page, -(-total // size))


async def enterprise(desk: Desk, jurisdiction: Jurisdiction, enterprise_id: int) -> EnterpriseCard:
    """One enterprise of the jurisdiction. Raises NotYours for any other, whether it exists or not."""
    found = await desk.session.scalars(
        select(EnterpriseRecord).where(EnterpriseRecord.id == enterprise_id, *within(jurisdiction))
    )
    record = found.first()
    if record is None:
        raise NotYours
    held = tuple(await holders(desk, record.id))
    return EnterpriseCard(record.id, _entry(record), held, await owners_of(desk, record))


async def export(desk: Desk, jurisdiction: Jurisdiction, by: int) -> Sequence[EnterpriseEntry]:
    """The whole register of a jurisdiction; that it was taken out is noted in the journal."""
    rows = await desk.session.scalars(
        select(EnterpriseRecord).where(*within(jurisdiction)).order_by(EnterpriseRecord.id)
    )
    entries = [_entry(record) for record in rows]
    await desk.note("RegisterExported", "register", by, rows=len(entries))
    return entries


def _entry(record: EnterpriseRecord) -> EnterpriseEntry:
    return EnterpriseEntry(
        name=record.name,
        credit_code=record.credit_code,
        industries=tuple(record.industries),
        street=record.street,
        grid=record.grid,
        group=record.group,
        address=record.address,
        principal=_person(record.principal_name, record.principal_phone),
        safety_officer=_person(record.safety_officer_name, record.safety_officer_phone),
        head_count=record.head_count,
        risk_class=RiskClass(record.risk_class) if record.risk_class else None,
    )


def _person(name: str, phone: str) -> PersonEntry | None:
    return PersonEntry(name, phone or None) if name else None
