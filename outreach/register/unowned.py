"""无主责任 — the enterprises that miss an owner by area or by trade, and how a head names one, for one or for many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, insert, or_, select, true, update

from domain.authority import Duty
from domain.contact import Contact, NotYours, Official, StalePress
from domain.hazard import UndoTooLate
from domain.ownership import OwnerKind, Owners, OwnerUnfit, may_own
from domain.rectification import UNDO_FOR
from outreach.desk import Desk
from outreach.overseeing import oversees, within
from outreach.paging import Page
from outreach.register.owning import deciding, lacking, owners_of, owners_of_each
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.ownerships import OwnershipRecord

# One transaction does not take the database for itself for longer than that takes.
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Gaps:
    """How many enterprises miss an owner of each kind, and how many miss any; `of` how many there are."""

    by_kind: dict[OwnerKind, int]
    any: int
    of: int


@dataclass(frozen=True, slots=True)
class UnownedLine:
    """An enterprise of the list and what it misses."""

    id: int
    name: str
    street: str
    grid: str
    missing: tuple[OwnerKind, ...]


@dataclass(frozen=True, slots=True)
class OwnedEnterprise:
    """One enterprise with its owners, whatever of them there is."""

    id: int
    name: str
    owners: Owners


async def gaps(desk: Desk, official: Official) -> Gaps:
    """How much of the official's jurisdiction misses an owner, counted in one look. Raises DutyLacking."""
    official.must(Duty.FINDINGS)
    known = await deciding(desk)
    lacks = [await lacking(desk, kind, known) for kind in OwnerKind]
    sums = [func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in (*lacks, or_(*lacks))]
    found = await desk.session.execute(
        select(func.count(), *sums).select_from(EnterpriseRecord).where(*within(official.jurisdiction))
    )
    total, area, trade, either = (int(one) for one in found.one())
    return Gaps({OwnerKind.AREA: area, OwnerKind.TRADE: trade}, either, total)


async def unowned(desk: Desk, official: Official, kind: OwnerKind | None, page: int, size: int) -> Page[UnownedLine]:
    """A page of the enterprises that miss an owner of that kind, or any, by street and grid. Raises DutyLacking."""
    official.must(Duty.FINDINGS)
    known = await deciding(desk)
    lacks = [await lacking(desk, one, known) for one in (OwnerKind if kind is None else (kind,))]
    conditions = [*within(official.jurisdiction), or_(*lacks)]
    total = (await desk.session.scalars(select(func.count()).select_from(EnterpriseRecord).where(*conditions))).one()
    pages = -(-total // size)
    page = max(0, min(page, pages - 1))
    rows = await desk.session.scalars(
        select(EnterpriseRecord)
        .where(*conditions)
        .order_by(EnterpriseRecord.street, EnterpriseRecord.grid, EnterpriseRecord.id)
        .limit(size)
        .offset(page * size)
    )
    found = rows.all()
    owners = await owners_of_each(desk, found, known)
    lines = [UnownedLine(row.id, row.name, row.street, row.grid, owners[row.id].missing) for row in found]
    return Page(tuple(lines), int(total), page, pages)


async def look(desk: Desk, official: Official, enterprise_id: int) -> OwnedEnterprise:
    """One enterprise and its owners. Raises NotYours for any outside."""
    row = await _there(desk, official, enterprise_id)
    return OwnedEnterprise(row.id, row.name, await owners_of(desk, row))


async def fit_for(desk: Desk, head: Official, enterprise_id: int) -> tuple[Official, ...]:
    """The officials who may be named for an enterprise. Raises DutyLacking, NotYours."""
    head.must(Duty.APPOINT)
    row = await _there(desk, head, enterprise_id)
    return tuple(one for one in await deciding(desk) if _is_fit(one, row))


async def name_owner(
    desk: Desk, contact: Contact, head: Official, enterprise_id: int, kind: OwnerKind, official_id: int | None
) -> None:
    """Name who answers for an enterprise; None for whoever does by office. Raises DutyLacking, NotYours, OwnerUnfit."""
    head.must(Duty.APPOINT)
    row = await _there(desk, head, enterprise_id, is_locked=True)
    if official_id is not None and not any(one.id == official_id for one in await fit_for(desk, head, row.id)):
        raise OwnerUnfit
    await _end(desk, head, kind, [row.id])
    if official_id is not None:
        desk.session.add(_named(desk, head, row.id, kind, official_id))
        await desk.session.flush()
    await desk.note("OwnerNamed", f"enterprise:{row.id}", contact.id, owner=kind, official=official_id)


async def fit_for_all(desk: Desk, head: Official, kind: OwnerKind) -> tuple[tuple[Official, int], ...]:
    """The officials who may be named at once, each for how many enterprises of the list. Raises DutyLacking."""
    head.must(Duty.APPOINT)
    known = await deciding(desk)
    if not known:
        return ()
    sums = [func.coalesce(func.sum(case((_lies_in(one), 1), else_=0)), 0) for one in known]
    counted = await desk.session.execute(
        select(*sums).select_from(EnterpriseRecord).where(*await _listed(desk, head, kind, known))
    )
    found = zip(known, (min(int(count), MOST_AT_ONCE) for count in counted.one()), strict=True)
    return tuple((one, count) for one, count in found if count)


async def name_for_all(
    desk: Desk, contact: Contact, head: Official, kind: OwnerKind, official_id: int, count: int
) -> Official:
    """Name one official for every enterprise of the list that lies with them. Returns the official.

    Raises DutyLacking, OwnerUnfit; StalePress when it is not `count` enterprises any more.
    """
    head.must(Duty.APPOINT)
    known = await deciding(desk)
    one = next((official for official in known if official.id == official_id), None)
    if one is None:
        raise OwnerUnfit
    # Asked again once they are held: somebody else may have named an owner of them while this waited.
    for _ in range(2):
        listed = (*await _listed(desk, head, kind, known), _lies_in(one))
        query = select(EnterpriseRecord.id).where(*listed).order_by(EnterpriseRecord.id).limit(MOST_AT_ONCE)
        ids = list(await desk.session.scalars(query.with_for_update()))
    if not ids or len(ids) != count:
        raise StalePress
    await _end(desk, head, kind, ids)
    values = [
        {"enterprise_id": id_, "kind": kind, "official_id": one.id, "set_at": desk.now, "set_by": head.id}
        for id_ in ids
    ]
    await desk.session.execute(insert(OwnershipRecord), values)
    await desk.note("OwnersNamed", f"official:{one.id}", contact.id, owner=kind, enterprises=ids)
    return one


async def named_lately(
    desk: Desk, head: Official, kind: OwnerKind, official_id: int, count: int
) -> tuple[Official, datetime] | None:
    """The official whom this head has named for so many at once, and when, as long as that can be taken back."""
    one = next((official for official in await deciding(desk) if official.id == official_id), None)
    at = await desk.session.scalar(
        select(OwnershipRecord.set_at)
        .where(
            OwnershipRecord.kind == kind, OwnershipRecord.official_id == official_id,
            OwnershipRecord.set_by == head.id, OwnershipRecord.ended_at.is_(None),
            OwnershipRecord.set_at >= desk.now - UNDO_FOR,
        )
        .group_by(OwnershipRecord.set_at)
        .having(func.count() == count)
        .order_by(OwnershipRecord.set_at.desc())
        .limit(1)
    )  # fmt: skip
    return (one, at) if one is not None and at is not None else None


async def take_back(desk: Desk, contact: Contact, head: Official, stamp: int) -> int:
    """Take back what was named for many within the last minute. Returns for how many. Raises UndoTooLate."""
    head.must(Duty.APPOINT)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=min(stamp, 2**52))
    if not timedelta() <= desk.now - at <= UNDO_FOR:
        raise UndoTooLate
    ended = await desk.session.scalars(
        update(OwnershipRecord)
        .where(
            OwnershipRecord.set_at == at, OwnershipRecord.set_by == head.id, OwnershipRecord.ended_at.is_(None)
        )
        .values(ended_at=desk.now, ended_by=head.id)
        .returning(OwnershipRecord.enterprise_id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    ids = ended.all()
    if not ids:
        raise UndoTooLate
    await desk.note("OwnersTakenBack", f"official:{head.id}", contact.id, enterprises=sorted(ids))
    return len(ids)


async def _there(
    desk: Desk, official: Official, enterprise_id: int, *, is_locked: bool = False
) -> EnterpriseRecord:  # fmt: skip
    row = await desk.session.get(
        EnterpriseRecord, enterprise_id, with_for_update=is_locked, populate_existing=is_locked
    )
    if row is None or not oversees(official, row):
        raise NotYours
    return row


def _is_fit(official: Official, row: EnterpriseRecord) -> bool:
    return may_own(official, row.street, row.grid, tuple(map(str, row.industries)))


async def _listed(desk: Desk, head: Official, kind: OwnerKind, known: list[Official]) -> list[ColumnElement[bool]]:
    return [*within(head.jurisdiction), await lacking(desk, kind, known)]


def _lies_in(official: Official) -> ColumnElement[bool]:
    return and_(true(), *within(official.jurisdiction))


def _named(desk: Desk, head: Official, enterprise_id: int, kind: OwnerKind, official_id: int) -> OwnershipRecord:
    return OwnershipRecord(
        enterprise_id=enterprise_id, kind=kind, official_id=official_id, set_at=desk.now, set_by=head.id
    )


async def _end(desk: Desk, head: Official, kind: OwnerKind, enterprise_ids: list[int]) -> None:
    """Whoever was named before, even if they serve no more, is named no longer."""
    await desk.session.execute(
        update(OwnershipRecord)
        .where(
            OwnershipRecord.enterprise_id.in_(enterprise_ids), OwnershipRecord.kind == kind,
            OwnershipRecord.ended_at.is_(None),
        )
        .values(ended_at=desk.now, ended_by=head.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
