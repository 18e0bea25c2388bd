"""What belongs to which figure: a table of hazards as they stood, and who is counted where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.campaign import DayUnclear
from domain.checklist import Grade
from domain.hazard import HazardState, Source
from domain.hazard_figures import Cut, Figures, Measure, Stood, read_past_day

AT = datetime(2026, 6, 30, 7, 0, tzinfo=UTC)
SINCE = AT - timedelta(days=7)
TODAY = date(2026, 6, 30)
S, M = HazardState, Measure
ONE = Stood(
    1, "YH20260601-0001", "后门锁着", 7, "王记老火锅店", "东华街道", Source.OFFICIAL, Grade.GENERAL, S.ORDERED,
    TODAY, None, AT - timedelta(days=20), None, None, None,
)  # fmt: skip


def of(*stood: Stood) -> Figures:
    return Figures(AT, TODAY, SINCE, stood)


def measures(one: Stood) -> set[Measure]:
    return {measure for measure in Measure if of(one).count(measure)}


@pytest.mark.parametrize(
    ("one", "counted"),
    [
        (replace(ONE, state=S.REPORTED, found_at=None), {M.WAITING}),
        (replace(ONE, state=S.RETURNED), set()),
        (replace(ONE, state=S.MERGED, cost=100), set()),
        (ONE, {M.FOUND, M.OPEN}),
        (replace(ONE, due_on=TODAY - timedelta(days=1)), {M.FOUND, M.OPEN, M.OVERDUE, M.DUE}),
        (replace(ONE, found_at=SINCE), {M.FOUND, M.OPEN}),
        (replace(ONE, found_at=SINCE + timedelta(seconds=1)), {M.FOUND, M.OPEN, M.NEW}),
        (
            replace(ONE, state=S.RECTIFIED, rectified_on=TODAY, rectified_due_on=TODAY),
            {M.FOUND, M.OPEN, M.DUE, M.ON_TIME},
        ),
        (
            replace(ONE, state=S.RECHECKED, rectified_on=TODAY, rectified_due_on=TODAY - timedelta(days=1)),
            {M.FOUND, M.OPEN, M.DUE},
        ),
        # Sent back: what was reported before says nothing any more.
        (replace(ONE, rectified_on=TODAY, rectified_due_on=TODAY), {M.FOUND, M.OPEN}),
        (
            replace(ONE, state=S.CLOSED, rectified_on=TODAY, rectified_due_on=TODAY, closed_at=AT, cost=120_000),
            {M.FOUND, M.CLOSED, M.NEWLY_CLOSED, M.DUE, M.ON_TIME, M.PAID},
        ),
        (replace(ONE, state=S.CONFIRMED, closed_at=SINCE), {M.FOUND, M.CLOSED}),
        (replace(ONE, state=S.HANDED_OVER), {M.FOUND, M.HANDED_OVER}),
    ],
)
def test_which_figures_a_hazard_belongs_to(one: Stood, counted: set[Measure]) -> None:
    assert measures(one) == counted
    assert all(of(one).rows(Cut(measure)) == ((one,) if measure in counted else ()) for measure in Measure)


def test_rates_money_and_enterprises() -> None:
    closed = replace(ONE, id=2, state=S.CLOSED, rectified_on=TODAY, rectified_due_on=TODAY, closed_at=AT, cost=120_050)
    merged = replace(ONE, id=3, state=S.MERGED, cost=120_050, enterprise_id=8)
    late = replace(ONE, id=4, due_on=TODAY - timedelta(days=1), grade=Grade.MAJOR, source=Source.SELF)
    figures = of(ONE, closed, merged, late, replace(ONE, id=5, state=S.HANDED_OVER, enterprise_id=None))
    assert (figures.closure_percent, figures.on_time_percent) == (33.3, 50.0)
    assert (figures.cost, figures.enterprises, figures.enterprises_open) == (120_050, 1, 1)
    assert figures.count(M.OPEN, Grade.MAJOR) == figures.count(M.OPEN, source=Source.SELF) == 1
    assert figures.rows(Cut(M.OPEN, Grade.MAJOR, Source.SELF)) == (late,)
    assert (of().closure_percent, of().on_time_percent, of().cost) == (None, None, 0)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("6月3日", date(2026, 6, 3)),
        ("2026-06-03", date(2026, 6, 3)),
        ("６月３０日", TODAY),
        ("7月1日", date(2025, 7, 1)),  # has not come this year
        ("2024年2月29日", date(2024, 2, 29)),
    ],
)
def test_a_past_day_is_read_as_people_write_it(typed: str, day: date) -> None:
    assert read_past_day(typed, TODAY) == day


@pytest.mark.parametrize("typed", ["", "后天", "2026年7月1日", "13月1日", "2月30日", "6", "1 2 3 4"])
def test_what_is_no_past_day_is_refused(typed: str) -> None:
    with pytest.raises(DayUnclear):
        read_past_day(typed, TODAY)
