"""筛选项 — what a list of the queue can be narrowed to, with how many each: by grade, source, grid, trade, enterprise
and 督促人.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.checklist import Grade
from domain.contact import Official
from domain.hazard import OPEN, Source
from domain.text import sort_key
from outreach.concerning import within
from outreach.desk import Desk
from outreach.hazards.sifting import Sift, conditions
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import OfficialRecord


class Side(StrEnum):
    """By what a list is narrowed, by the letter that a button holds."""

    GRADE = "g"
    SOURCE = "s"
    PLACE = "p"
    TRADE = "t"
    ENTERPRISE = "e"
    FOLLOWER = "f"


# What a list is without that choice.
BLANK: dict[Side, dict[str, object]] = {
    Side.GRADE: {"grade": None}, Side.SOURCE: {"source": None}, Side.PLACE: {"place": None}, Side.TRADE: {"trade": ""},
    Side.ENTERPRISE: {"enterprise_id": None}, Side.FOLLOWER: {"follower_id": None},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One value and how many hazards of the list have it; `sift` is the list narrowed to it. `name` may be empty."""

    name: str
    count: int
    sift: Sift


def without(sift: Sift, side: Side) -> Sift:
    """The list as it is without that choice."""
    return replace(sift, **BLANK[side])  # type: ignore[arg-type]


async def choices(desk: Desk, official: Official, sift: Sift, side: Side) -> tuple[Choice, ...]:
    """What the list can be narrowed to on that side, as it is narrowed on the others. Raises DutyLacking."""
    wide = without(sift, side)
    if side is Side.TRADE:
        return await _trades(desk, official, wide)
    if side is Side.ENTERPRISE:
        return await _enterprises(desk, official, wide)
    if side is Side.FOLLOWER:
        return await _followers(desk, official, wide)
    columns: tuple[InstrumentedAttribute[str], ...] = {
        Side.GRADE: (HazardRecord.grade,), Side.SOURCE: (HazardRecord.source,),
        Side.PLACE: (HazardRecord.street, HazardRecord.grid),
    }[side]  # fmt: skip
    rows = await desk.session.execute(
        select(*columns, func.count()).where(*conditions(desk, official, wide)).group_by(*columns)
    )
    found = [(tuple(map(str, values)), int(count)) for *values, count in rows]
    if side is Side.GRADE:
        found.sort(key=lambda one: one[0][0] != Grade.MAJOR)
        return tuple(Choice(v[0], count, replace(wide, grade=Grade(v[0]))) for v, count in found)
    if side is Side.SOURCE:
        found.sort(key=lambda one: list(Source).index(Source(one[0][0])))
        return tuple(Choice(v[0], count, replace(wide, source=Source(v[0]))) for v, count in found)
    found.sort(key=lambda one: (sort_key(one[0][0]), sort_key(one[0][1])))
    return tuple(Choice(" ".join(filter(None, v)), count, replace(wide, place=(v[0], v[1]))) for v, count in found)


async def _enterprises(desk: Desk, official: Official, wide: Sift) -> tuple[Choice, ...]:
    """Where most of it is comes first."""
    counted = _by_enterprise(desk, official, wide)
    rows = await desk.session.execute(
        select(EnterpriseRecord.id, EnterpriseRecord.name, counted.c[1])
        .join(counted, counted.c.enterprise_id == EnterpriseRecord.id)
        .order_by(counted.c[1].desc(), EnterpriseRecord.name, EnterpriseRecord.id)
    )
    return tuple(Choice(name, int(count), replace(wide, enterprise_id=id_)) for id_, name, count in rows)


async def _followers(desk: Desk, official: Official, wide: Sift) -> tuple[Choice, ...]:
    """督促人, whoever follows most first; last what nobody follows, without a name."""
    counted = (
        select(HazardRecord.follower_id, func.count())
        .where(*conditions(desk, official, wide))
        .group_by(HazardRecord.follower_id)
        .subquery()
    )
    rows = await desk.session.execute(
        select(counted.c.follower_id, func.coalesce(OfficialRecord.name, ""), counted.c[1])
        .outerjoin(OfficialRecord, OfficialRecord.id == counted.c.follower_id)
        .order_by(counted.c.follower_id.is_(None), counted.c[1].desc(), counted.c.follower_id)
    )
    return tuple(Choice(name, int(count), replace(wide, follower_id=id_ or 0)) for id_, name, count in rows)


async def _trades(desk: Desk, official: Official, wide: Sift) -> tuple[Choice, ...]:
    """The trades of the enterprises, and the wider ones that these belong to, in the order of the catalogue."""
    counted = _by_enterprise(desk, official, wide)
    rows = await desk.session.execute(
        select(EnterpriseRecord.industries, counted.c[1]).join(counted, counted.c.enterprise_id == EnterpriseRecord.id)
    )
    of: dict[str, int] = {}
    for industries, count in rows:
        for trade in desk.catalogue.trades_of(frozenset(map(str, industries))):
            of[trade] = of.get(trade, 0) + int(count)
    known = desk.catalogue.industries
    return tuple(Choice(known[id_].name, of[id_], replace(wide, trade=id_)) for id_ in known if id_ in of)


def _by_enterprise(desk: Desk, official: Official, wide: Sift) -> Subquery:
    return (
        select(HazardRecord.enterprise_id, func.count())
        .where(*conditions(desk, official, wide), HazardRecord.enterprise_id.is_not(None))
        .group_by(HazardRecord.enterprise_id)
        .subquery()
    )


async def places(desk: Desk, official: Official) -> tuple[tuple[str, str], ...]:
    """The streets and grids in which anything open concerns the official."""
    rows = await desk.session.execute(
        select(HazardRecord.street, HazardRecord.grid)
        .where(*within(official.jurisdiction, HazardRecord), HazardRecord.state.in_(sorted(OPEN)))
        .distinct()
    )
    return tuple((street, grid) for street, grid in rows)


async def name_of(desk: Desk, official: Official, enterprise_id: int) -> str:
    """What an enterprise is called; empty for one of which nothing concerns the official."""
    rows = await desk.session.scalars(
        select(EnterpriseRecord.name)
        .join(HazardRecord, HazardRecord.enterprise_id == EnterpriseRecord.id)
        .where(EnterpriseRecord.id == enterprise_id, *within(official.jurisdiction, HazardRecord))
        .limit(1)
    )
    return rows.first() or ""


async def follower_name(desk: Desk, official: Official, follower_id: int) -> str:
    """What a 督促人 is called; empty for one who follows nothing that concerns the official, and for nobody."""
    rows = await desk.session.scalars(
        select(OfficialRecord.name)
        .join(HazardRecord, HazardRecord.follower_id == OfficialRecord.id)
        .where(OfficialRecord.id == follower_id, *within(official.jurisdiction, HazardRecord))
        .limit(1)
    )
    return rows.first() or ""
