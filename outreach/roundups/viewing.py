"""看报告 — one report as officials see it: its frozen figures, what it asks, what was asked before; and the list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from domain.authority import Duty
from domain.contact import Jurisdiction, NotYours, Official
from domain.hazard_figures import Cut, Figures, Measure
from domain.roundup import Ask, AskState, Kind
from outreach.desk import Desk
from outreach.hazards import counting
from outreach.overseeing import narrowed
from outreach.storage.roundups import RoundupAskRecord, RoundupRecord

LATEST = 10


@dataclass(frozen=True, slots=True)
class AskView:
    """One line of a report. is_carried: asked before, in an earlier report."""

    id: int
    ask: Ask
    enterprise_id: int | None
    is_carried: bool


@dataclass(frozen=True, slots=True)
class RoundupView:
    """A report. `figures` holds the frozen numbers by name, `asks` all lines with those that were carried over."""

    id: int
    number: str
    kind: Kind
    place: Jurisdiction
    trades: tuple[str, ...]
    drafted_on: date
    since: datetime
    as_of: datetime
    figures: dict[str, Any]
    words: str
    asks: tuple[AskView, ...]
    to_officials: bool
    to_units: bool
    released_at: datetime | None
    released_as: str

    @property
    def is_draft(self) -> bool:
        return self.released_at is None

    @property
    def carried(self) -> tuple[AskView, ...]:
        """上次提出."""
        return tuple(one for one in self.asks if one.is_carried)

    @property
    def next_steps(self) -> tuple[AskView, ...]:
        """下一步."""
        return tuple(one for one in self.asks if not one.is_carried)


async def held(desk: Desk, official: Official, roundup_id: int, duty: Duty = Duty.FIGURES) -> RoundupRecord:
    """The row, locked, for an official within whose jurisdiction it lies. Raises NotYours, DutyLacking."""
    official.must(duty)
    found = await desk.session.scalars(
        select(RoundupRecord)
        .where(RoundupRecord.id == roundup_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = found.first()
    if row is None or not official.jurisdiction.contains(place_of(desk, row)):
        raise NotYours
    return row


async def roundup(desk: Desk, official: Official, roundup_id: int) -> RoundupView:
    """One report. Raises NotYours, DutyLacking."""
    return await view_of(desk, await held(desk, official, roundup_id))


async def roundups(desk: Desk, official: Official) -> tuple[RoundupView, ...]:
    """The newest reports of an official's jurisdiction and of what lies inside it. Raises DutyLacking."""
    official.must(Duty.FIGURES)
    conditions = []
    if official.jurisdiction.street:
        conditions.append(RoundupRecord.street == official.jurisdiction.street)
    if official.jurisdiction.grid:
        conditions.append(RoundupRecord.grid == official.jurisdiction.grid)
    rows = await desk.session.scalars(
        select(RoundupRecord)
        .where(*conditions)
        .order_by(RoundupRecord.as_of.desc(), RoundupRecord.id)
        .limit(5 * LATEST)
    )
    own = [row for row in rows if official.jurisdiction.contains(place_of(desk, row))]
    return tuple([await view_of(desk, row) for row in own[:LATEST]])


async def view_of(desk: Desk, row: RoundupRecord) -> RoundupView:
    """The row with its lines."""
    asks = await desk.session.scalars(
        select(RoundupAskRecord).where(RoundupAskRecord.roundup_id == row.id).order_by(RoundupAskRecord.id)
    )
    lines = tuple(
        AskView(
            one.id, Ask(one.unit, one.what, one.due_on, AskState(one.state), one.raised_on), one.enterprise_id,
            one.carried_from is not None,
        )
        for one in asks
    )  # fmt: skip
    return RoundupView(
        row.id, row.number, Kind(row.kind), place_of(desk, row), tuple(row.trades.split()), row.drafted_on, row.since,
        row.as_of, json.loads(row.figures), row.words, lines, row.to_officials, row.to_units, row.released_at,
        row.released_as,
    )  # fmt: skip


def place_of(desk: Desk, row: RoundupRecord) -> Jurisdiction:
    """The jurisdiction that a report is about."""
    return Jurisdiction(row.street, row.grid, narrowed(desk.catalogue, row.trades.split()))


async def rows_of(desk: Desk, view: RoundupView, measure: Measure) -> tuple[Figures, Cut]:
    """The hazards behind one number of a report, as they stood at its instant."""
    return await counting.figures(desk, view.place, view.as_of, view.since), Cut(measure)
