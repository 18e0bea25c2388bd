"""隐患数字 — what is counted of hazards at an instant: each figure is a rule by which a hazard belongs to it or not.

A figure is the number of hazards that its rule picks, so the rows behind it are at hand by the same rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from domain.campaign import DayUnclear
from domain.checklist import Grade
from domain.hazard import DONE, OPEN, HazardState, Source
from domain.text import narrow

# These were no hazards, or no hazards of their own; a merged one counts once, as the one that it went into.
_NONE = frozenset({HazardState.REPORTED, HazardState.RETURNED, HazardState.MERGED})
_PUT_RIGHT = DONE | {HazardState.RECTIFIED, HazardState.RECHECKED}


class Measure(StrEnum):
    """What is counted."""

    WAITING = "waiting"  # 待核实
    FOUND = "found"  # 查出隐患
    NEW = "new"  # 本期新增
    OPEN = "open"  # 未销号
    CLOSED = "closed"  # 已销号
    NEWLY_CLOSED = "newly_closed"  # 本期销号
    HANDED_OVER = "handed_over"  # 移交
    DUE = "due"  # 应整改
    ON_TIME = "on_time"  # 按期整改
    OVERDUE = "overdue"  # 超期未改
    PAID = "paid"  # 填了整改资金


@dataclass(frozen=True, slots=True)
class Stood:
    """One hazard as it stood at an instant. `_on` are days of the office's zone, `due_on` the term of that time.

    found_at: when it first stood as a hazard, None while somebody only says so. rectified_on, rectified_due_on: when
    it was last reported put right, and the term it then had. closed_at: when it was last closed. cost: in fen.
    """

    id: int
    number: str
    what: str
    enterprise_id: int | None
    enterprise: str
    street: str
    source: Source
    grade: Grade
    state: HazardState
    due_on: date | None
    cost: int | None
    found_at: datetime | None
    rectified_on: date | None
    rectified_due_on: date | None
    closed_at: datetime | None

    @property
    def is_hazard(self) -> bool:
        """Whether it counts at all."""
        return self.state not in _NONE

    @property
    def is_put_right(self) -> bool:
        """Whether its enterprise reported it put right, and nobody sent it back."""
        return self.state in _PUT_RIGHT

    def is_overdue(self, on: date) -> bool:
        """Whether its term had run out by that day with nothing reported put right."""
        return self.state is HazardState.ORDERED and self.due_on is not None and self.due_on < on

    @property
    def is_on_time(self) -> bool:
        """Whether it was put right within the term that it had then."""
        return (
            self.is_put_right and self.rectified_on is not None and self.rectified_due_on is not None
            and self.rectified_on <= self.rectified_due_on
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """A figure: what is counted, and perhaps of one grade or one source only."""

    measure: Measure
    grade: Grade | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All hazards of a jurisdiction as they stood at `at`, and what can be counted of them.

    on: the day of `at` in the office's zone; since: after it the period begins of which `new` and `newly_closed` are.
    """

    at: datetime
    on: date
    since: datetime
    stood: Sequence[Stood] = field(repr=False)
    _tally: Counter[tuple[Measure, Grade | None, Source | None]] = field(
        init=False, repr=False, compare=False, default_factory=Counter
    )

    def __post_init__(self) -> None:
        for one in self.stood:
            for measure in self._measures(one):
                for grade in (None, one.grade):
                    self._tally[measure, grade, None] += 1
                    self._tally[measure, grade, one.source] += 1

    def rows(self, cut: Cut) -> tuple[Stood, ...]:
        """The hazards behind a figure, in the order in which they were opened."""
        return tuple(
            one
            for one in self.stood
            if cut.grade in (None, one.grade)
            and cut.source in (None, one.source)
            and cut.measure in self._measures(one)
        )

    def count(self, measure: Measure, grade: Grade | None = None, source: Source | None = None) -> int:
        """One figure."""
        return self._tally[measure, grade, source]

    @property
    def closure_percent(self) -> float | None:
        """销号率 — of all that ever had to be closed, in per cent with one decimal; None when there were none."""
        closed = self.count(Measure.CLOSED)
        return _percent(closed, closed + self.count(Measure.OPEN))

    @property
    def on_time_percent(self) -> float | None:
        """按期整改率 — of all that had to be put right by now, in per cent; None when there were none."""
        return _percent(self.count(Measure.ON_TIME), self.count(Measure.DUE))

    @property
    def cost(self) -> int:
        """整改资金 in fen: of each hazard the latest amount only, of merged ones nothing."""
        return sum(one.cost or 0 for one in self.stood if one.is_hazard)

    @property
    def enterprises(self) -> int:
        """涉及企业, 家: an enterprise with many hazards is one."""
        return _enterprises(one for one in self.stood if one.is_hazard)

    @property
    def enterprises_open(self) -> int:
        """The same of the hazards that are open."""
        return _enterprises(one for one in self.stood if one.is_hazard and one.state in OPEN)

    def _measures(self, one: Stood) -> list[Measure]:
        """The figures to which a hazard belongs."""
        if not one.is_hazard:
            return [Measure.WAITING] if one.state is HazardState.REPORTED else []
        found = [Measure.FOUND]
        if one.found_at is not None and one.found_at > self.since:
            found.append(Measure.NEW)
        if one.state in OPEN:
            found.append(Measure.OPEN)
        elif one.state in DONE:
            found.append(Measure.CLOSED)
            if one.closed_at is not None and one.closed_at > self.since:
                found.append(Measure.NEWLY_CLOSED)
        else:
            found.append(Measure.HANDED_OVER)
        if one.is_overdue(self.on):
            found += (Measure.OVERDUE, Measure.DUE)
        elif one.is_put_right and one.rectified_due_on is not None:
            found.append(Measure.DUE)
        if one.is_on_time:
            found.append(Measure.ON_TIME)
        if one.cost:
            found.append(Measure.PAID)
        return found


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _enterprises(stood: Iterable[Stood]) -> int:
    return len({one.enterprise_id for one in stood if one.enterprise_id is not None})


def read_past_day(typed: str, today: date) -> date:
    """A day such as 6月3日 or 2026-06-03 that is not to come; without a year the latest. Raises DayUnclear."""
    figures = [int(figure) for figure in re.findall(r"\d{1,4}", narrow(typed))]
    try:
        if len(figures) == 2:
            day = date(today.year, *figures)
            return day if day <= today else date(today.year - 1, *figures)
        if len(figures) == 3 and date(*figures) <= today:
            return date(*figures)
    except ValueError:
        raise DayUnclear from None
    raise DayUnclear
