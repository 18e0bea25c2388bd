"""进行中的检查 — the visits that go on in a jurisdiction, and those of them that were left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select

from domain.contact import Jurisdiction
from domain.visit import LEFT_OPEN_AFTER, VisitKind, VisitState
from outreach import overseeing
from outreach.desk import Desk
from outreach.paging import Page, within_pages
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import OfficialRecord
from outreach.storage.visits import VisitPartyRecord, VisitRecord


@dataclass(frozen=True, slots=True)
class Going:
    """A visit that goes on, in a list: on which day it began, how many days ago, and who takes part."""

    id: int
    kind: VisitKind
    enterprise: str
    begun_on: date
    days: int
    names: tuple[str, ...] = ()


async def going(desk: Desk, jurisdiction: Jurisdiction, most: int, enterprise_id: int | None = None) -> list[Going]:
    """The visits that go on in a jurisdiction, or at one enterprise of it, the newest first."""
    conditions = _going(jurisdiction)
    if enterprise_id is not None:
        conditions.append(VisitRecord.enterprise_id == enterprise_id)
    rows = await desk.session.execute(_listed(conditions).order_by(VisitRecord.id.desc()).limit(most))
    return _lines(desk, rows.all(), {})


async def count_left_open(desk: Desk, jurisdiction: Jurisdiction) -> int:
    """How many visits of a jurisdiction nobody finished in time."""
    counted = select(func.count()).select_from(VisitRecord)
    counted = counted.join(EnterpriseRecord, EnterpriseRecord.id == VisitRecord.enterprise_id)
    return int((await desk.session.scalars(counted.where(*_left_open(desk, jurisdiction)))).one())


async def left_open(desk: Desk, jurisdiction: Jurisdiction, page: int, size: int) -> Page[Going]:
    """A page of these, those first that have gone on longest; a page behind the last is the last."""
    total = await count_left_open(desk, jurisdiction)
    page = within_pages(page, total, size)
    rows = await desk.session.execute(
        _listed(_left_open(desk, jurisdiction)).order_by(VisitRecord.begun_at, VisitRecord.id).limit(size)
        .offset(page * size)
    )  # fmt: skip
    found = rows.all()
    named = await desk.session.execute(
        select(VisitPartyRecord.visit_id, OfficialRecord.name)
        .join(OfficialRecord, OfficialRecord.id == VisitPartyRecord.official_id)
        .where(VisitPartyRecord.visit_id.in_([row.id for row in found]))
        .order_by(VisitPartyRecord.joined_at, OfficialRecord.id)
    )
    names: dict[int, tuple[str, ...]] = {}
    for visit_id, name in named:
        names[visit_id] = (*names.get(visit_id, ()), name)
    return Page(tuple(_lines(desk, found, names)), total, page, -(-total // size))


def _going(jurisdiction: Jurisdiction) -> list[ColumnElement[bool]]:
    return [VisitRecord.state == VisitState.GOING, *overseeing.within(jurisdiction)]


def _left_open(desk: Desk, jurisdiction: Jurisdiction) -> list[ColumnElement[bool]]:
    almanac = desk.office.almanac
    latest = almanac.end_of(almanac.workdays_before(desk.today, LEFT_OPEN_AFTER))
    return [*_going(jurisdiction), VisitRecord.begun_at < latest]


def _listed(conditions: Sequence[ColumnElement[bool]]) -> Any:
    return (
        select(VisitRecord.id, VisitRecord.kind, EnterpriseRecord.name, VisitRecord.begun_at)
        .join(EnterpriseRecord, EnterpriseRecord.id == VisitRecord.enterprise_id)
        .where(*conditions)
    )


def _lines(desk: Desk, rows: Sequence[Any], names: dict[int, tuple[str, ...]]) -> list[Going]:
    return [
        Going(
            row.id, VisitKind(row.kind), row.name, desk.on(row.begun_at), (desk.today - desk.on(row.begun_at)).days,
            names.get(row.id, ()),
        )
        for row in rows
    ]  # fmt: skip
