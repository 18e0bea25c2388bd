"""监管措施一览 — the measures that were noted about a hazard, as cards and screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from domain.measure import MeasureKind
from outreach.desk import Desk
from outreach.storage.measures import HazardMeasureRecord
from outreach.storage.people import OfficialRecord
from outreach.storage.straight import Straight

_NAME = "lifted_by_name"
_BY, _LIFTED_BY = aliased(OfficialRecord), aliased(OfficialRecord)
_MEASURES = (
    select(
        HazardMeasureRecord.id, HazardMeasureRecord.kind, HazardMeasureRecord.number, HazardMeasureRecord.words,
        HazardMeasureRecord.set_at, _BY.name, HazardMeasureRecord.lifted_at, _LIFTED_BY.name.label(_NAME),
    )
    .outerjoin(_BY, _BY.id == HazardMeasureRecord.set_by)
    .outerjoin(_LIFTED_BY, _LIFTED_BY.id == HazardMeasureRecord.lifted_by)
    .where(HazardMeasureRecord.hazard_id == bindparam("hazard"))
    .order_by(HazardMeasureRecord.id)
)  # fmt: skip
_ALL = Straight(_MEASURES)
_IN_FORCE = Straight(_MEASURES.where(HazardMeasureRecord.lifted_at.is_(None)))


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
    (found,) = await desk.ask((_IN_FORCE if in_force else _ALL, {"hazard": hazard_id}))
    return tuple(
        Measure(id_, MeasureKind(kind), number, words, set_at, set_by or "", lifted_at, lifted_by or "")
        for id_, kind, number, words, set_at, set_by, lifted_at, lifted_by in found
    )
