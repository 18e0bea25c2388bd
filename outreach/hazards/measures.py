"""监管措施一览 — the measures that were noted about a hazard, as cards and screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.measure import MeasureKind
from outreach.desk import Desk
from outreach.storage.measures import HazardMeasureRecord
from outreach.storage.people import OfficialRecord


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as it is shown. `lifted_by` is empty while it stands."""

    id: int
    kind: MeasureKind
    number: str
    words: str
    set_at: datetime
    set_by: str
    lifted_at: datetime | None
    lifted_by: str


async def measures_of(desk: Desk, hazard_id: int, *, in_force: bool = False) -> tuple[Measure, ...]:
    """The measures of a hazard in the order in which they were set; `in_force`: only those that stand."""
    query = select(HazardMeasureRecord).where(HazardMeasureRecord.hazard_id == hazard_id)
    if in_force:
        query = query.where(HazardMeasureRecord.lifted_at.is_(None))
    rows = (await desk.session.scalars(query.order_by(HazardMeasureRecord.id))).all()
    found = []
    for row in rows:
        by = [await desk.session.get(OfficialRecord, id_) if id_ else None for id_ in (row.set_by, row.lifted_by)]
        names = [one.name if one is not None else "" for one in by]
        found.append(
            Measure(row.id, MeasureKind(row.kind), row.number, row.words, row.set_at, names[0], row.lifted_at, names[1])
        )
    return tuple(found)
