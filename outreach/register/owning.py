"""属地责任人、行业责任人 — who answers for an enterprise today: whom an official named, else whose office says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, false, not_, or_, select

from domain.authority import Duty
from domain.contact import Jurisdiction, Official
from domain.ownership import OwnerKind, Owners, is_by, may_own, owner_by_office
from outreach.desk import Desk
from outreach.overseeing import within
from outreach.people.appointing import as_official
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.ownerships import OwnershipRecord
from outreach.storage.people import OfficialRecord


async def deciding(desk: Desk) -> list[Official]:
    """The serving officials who decide about hazards, whether they are in the chat yet or not, as appointed."""
    rows = await desk.session.scalars(select(OfficialRecord).order_by(OfficialRecord.id))
    found = (as_official(desk, row) for row in rows.all())
    return [one for one in found if one.is_serving(desk.today) and one.may(Duty.TRIAGE)]


async def owners_of(desk: Desk, enterprise: EnterpriseRecord, officials: Sequence[Official] | None = None) -> Owners:
    """Who answers for an enterprise today; `officials` are those who decide, if they were read already."""
    return (await owners_of_each(desk, [enterprise], officials))[enterprise.id]


async def owners_of_each(
    desk: Desk, enterprises: Sequence[EnterpriseRecord], officials: Sequence[Official] | None = None
) -> dict[int, Owners]:
    """The same for a page of enterprises, by their ids."""
    known = {one.id: one for one in (await deciding(desk) if officials is None else officials)}
    rows = await desk.session.execute(
        select(OwnershipRecord.enterprise_id, OwnershipRecord.kind, OwnershipRecord.official_id).where(
            OwnershipRecord.enterprise_id.in_([one.id for one in enterprises]), OwnershipRecord.ended_at.is_(None)
        )
    )
    said: dict[int, list[tuple[str, int]]] = {}
    for enterprise_id, kind, id_ in rows:
        said.setdefault(enterprise_id, []).append((kind, id_))
    return {one.id: _owners(one, said.get(one.id, ()), known) for one in enterprises}


def _owners(enterprise: EnterpriseRecord, said: Iterable[tuple[str, int]], known: Mapping[int, Official]) -> Owners:
    place = (enterprise.street, enterprise.grid, tuple(map(str, enterprise.industries)))
    # Whoever does not serve any more, or not there, answers for nothing: then the offices say who does.
    named = {OwnerKind(kind): known[id_] for kind, id_ in said if id_ in known and may_own(known[id_], *place)}
    area, trade = (named.get(kind) or owner_by_office(kind, known.values(), *place) for kind in OwnerKind)
    return Owners(area, trade, frozenset(named))


async def owners_at(desk: Desk, enterprise_id: int | None, street: str, grid: str) -> Owners:
    """Who answers for what lies there: of an enterprise both; without one whoever the street and the grid belong to."""
    enterprise = None if enterprise_id is None else await desk.session.get(EnterpriseRecord, enterprise_id)
    if enterprise is not None:
        return await owners_of(desk, enterprise)
    return Owners(owner_by_office(OwnerKind.AREA, await deciding(desk), street, grid))


async def lacking(desk: Desk, kind: OwnerKind, officials: Iterable[Official]) -> ColumnElement[bool]:
    """The condition under which an enterprise has no owner of that kind: the query's side of `owners_of`."""
    known = {one.id: one for one in officials}
    owned = [_lies_in(one.jurisdiction) for one in known.values() if is_by(kind, one)]
    in_force = (OwnershipRecord.kind == kind, OwnershipRecord.ended_at.is_(None))
    for id_ in await desk.session.scalars(select(OwnershipRecord.official_id).where(*in_force).distinct()):
        if id_ in known:
            own = select(OwnershipRecord.enterprise_id).where(*in_force, OwnershipRecord.official_id == id_)
            owned.append(and_(EnterpriseRecord.id.in_(own), _lies_in(known[id_].jurisdiction)))
    return not_(or_(*owned)) if owned else not_(false())


def _lies_in(jurisdiction: Jurisdiction) -> ColumnElement[bool]:
    conditions = within(jurisdiction)
    return and_(*conditions) if conditions else not_(false())
