"""隐患计数 — how every hazard stood at any past instant, read from its steps; the same again whenever it is asked.

A step is only ever added, so what stood then is the newest step that was not later. Where a hazard lies and of which
trade it is, it keeps from its opening until an official names the enterprise that has to put it right; the steps tell
of that too. 自查 keeps it from its submission, whatever the register has said since. Only the names of enterprises are
asked of today's register.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import aliased

from domain.checklist import Grade
from domain.contact import Jurisdiction
from domain.hazard import HazardState, Source
from domain.hazard_figures import Figures, Stood
from domain.rectification import StepKey
from outreach import overseeing
from outreach.desk import Desk
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.inspections import InspectionRecord


@dataclass(frozen=True, slots=True)
class Walks:
    """自查 in a period: 家次, each that was submitted; 家, each enterprise once."""

    times: int
    enterprises: int


async def figures(
    desk: Desk, jurisdiction: Jurisdiction, at: datetime, since: datetime, *, ids: Collection[int] | None = None
) -> Figures:
    """What can be counted of a jurisdiction as it stood at `at`; the period of new ones begins after `since`.

    ids: of these hazards only, whatever they have become.
    """
    moved = await _moved_since(desk, at)
    query = _of_all(jurisdiction) if ids is None and not moved else _query(jurisdiction, ids, moved)
    found = await desk.session.execute(query, {"at": at})
    stood = [_stood(desk, row) for row in found]
    if moved:
        stood = [one for each in stood if (one := await _where_it_lay(desk, each, moved, jurisdiction)) is not None]
    return Figures(at, desk.on(at), since, tuple(stood))


async def walks(desk: Desk, jurisdiction: Jurisdiction, at: datetime, since: datetime) -> Walks:
    """How often the enterprises of a jurisdiction inspected themselves after `since` and until `at`."""
    counted = await desk.session.execute(
        select(func.count(), func.count(func.distinct(InspectionRecord.enterprise_id)))
        .where(
            InspectionRecord.submitted_at > since, InspectionRecord.submitted_at <= at,
            *overseeing.kept_within(InspectionRecord, jurisdiction),
        )
    )  # fmt: skip
    times, enterprises = counted.one()
    return Walks(int(times), int(enterprises))


async def streets(desk: Desk, jurisdiction: Jurisdiction) -> tuple[str, ...]:
    """The streets of a jurisdiction that ever had a hazard, by name."""
    found = await desk.session.scalars(
        select(HazardRecord.street).where(*within(jurisdiction), HazardRecord.street != "").distinct()
    )
    return tuple(sorted(found))


def end_of(desk: Desk, day: date) -> datetime:
    """The last instant of a day of the office, or now for today and any later day."""
    last = desk.office.almanac.start_of(day + timedelta(days=1)) - timedelta(microseconds=1)
    return min(last, desk.now)


def within(jurisdiction: Jurisdiction) -> list[ColumnElement[bool]]:
    """The conditions under which a hazard is counted for a jurisdiction: in one street only, so that sums are right."""
    return overseeing.kept_within(HazardRecord, jurisdiction)


async def _moved_since(desk: Desk, at: datetime) -> dict[int, dict[str, Any]]:
    """The hazards that were given to another enterprise later, with the columns that said whose they were before."""
    is_other = or_(
        HazardStepRecord.step == StepKey.UNIT,
        and_(HazardStepRecord.step == StepKey.UNDO, HazardStepRecord.words == StepKey.UNIT.value),
    )
    rows = await desk.session.execute(
        select(HazardStepRecord.hazard_id, HazardStepRecord.before)
        .where(is_other, HazardStepRecord.at > at)
        .order_by(HazardStepRecord.hazard_id, HazardStepRecord.version.desc())
    )
    # The earliest of them says how it was.
    return {hazard_id: json.loads(before) for hazard_id, before in rows}


async def _where_it_lay(
    desk: Desk, one: Stood, moved: Mapping[int, dict[str, Any]], jurisdiction: Jurisdiction
) -> Stood | None:
    """The same where it lay then; None if that was not in the jurisdiction."""
    then = moved.get(one.id)
    if then is None:
        return one
    if not jurisdiction.covers(then["street"], then["grid"], then["industries"]):
        return None
    unit = await desk.session.get(EnterpriseRecord, then["enterprise_id"]) if then["enterprise_id"] else None
    return replace(
        one, enterprise_id=then["enterprise_id"], enterprise=unit.name if unit else "", street=then["street"]
    )


# To make it anew each time took as long as everything else about a figure.
@lru_cache(maxsize=64)
def _of_all(jurisdiction: Jurisdiction) -> Select[*tuple[Any, ...]]:
    return _query(jurisdiction, None, ())


def _query(jurisdiction: Jurisdiction, ids: Collection[int] | None, moved: Collection[int]) -> Select[*tuple[Any, ...]]:
    """What a jurisdiction's hazards were like; the instant is its parameter `at`."""
    step, put_right = aliased(HazardStepRecord), aliased(HazardStepRecord)
    each = HazardStepRecord
    then = (
        select(
            each.hazard_id,
            func.max(each.version),
            func.max(case((each.step == StepKey.RECTIFY, each.version))),
            func.min(case((each.state != HazardState.REPORTED, each.at))),
            func.max(case((each.step == StepKey.CLOSE, each.at))),
        )
        .where(each.at <= bindparam("at"), *(() if ids is None else (each.hazard_id.in_(list(ids)),)))
        .group_by(each.hazard_id)
        .subquery()
    )
    hazard_id, version, rectified, found_at, closed_at = then.c
    lies = within(jurisdiction)
    if moved:
        # Where those lay then is asked of each.
        lies = [or_(and_(true(), *lies), HazardRecord.id.in_(list(moved)))]
    query = (
        select(
            HazardRecord.id, HazardRecord.number, HazardRecord.what, HazardRecord.enterprise_id, EnterpriseRecord.name,
            HazardRecord.street, HazardRecord.source, step.grade, step.state, step.due_on, step.cost, found_at,
            put_right.at, put_right.due_on, closed_at,
        )
        .join(then, hazard_id == HazardRecord.id)
        .join(step, and_(step.hazard_id == HazardRecord.id, step.version == version))
        .outerjoin(put_right, and_(put_right.hazard_id == HazardRecord.id, put_right.version == rectified))
        .outerjoin(EnterpriseRecord, EnterpriseRecord.id == HazardRecord.enterprise_id)
        .where(*lies)
        .order_by(HazardRecord.id)
    )  # fmt: skip
    return query if ids is None else query.where(HazardRecord.id.in_(list(ids)))


def _stood(desk: Desk, row: Any) -> Stood:
    (
        id_, number, what, enterprise_id, name, street, source, grade, state, due_on, cost, found_at, rectified_at,
        rectified_due_on, closed_at,
    ) = row  # fmt: skip
    return Stood(
        id_, number, what, enterprise_id, name or "", street, Source(source), Grade(grade), HazardState(state), due_on,
        cost, found_at, desk.on(rectified_at) if rectified_at else None, rectified_due_on, closed_at,
    )  # fmt: skip
