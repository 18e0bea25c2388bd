"""The days on which reports are drafted: Fridays, the month's last workday, and what comes before a holiday."""

from __future__ import annotations

from datetime import date

import pytest

from domain.calendar import Calendar
from domain.roundup import Ask, AskState, Kind, drafted_on, latest_drafted_on, term_days, workdays_after

# National Day 2026 with the make-up Saturday after it.
CALENDAR = Calendar(frozenset(date(2026, 10, day) for day in range(1, 8)), frozenset({date(2026, 10, 10)}))


@pytest.mark.parametrize(
    ("today", "drafted"),
    [
        (date(2026, 9, 21), date(2026, 9, 25)),
        (date(2026, 9, 27), date(2026, 9, 25)),
        (date(2026, 9, 28), date(2026, 9, 30)),  # Friday is a holiday
        (date(2026, 10, 10), date(2026, 10, 9)),  # a make-up Saturday is not asked
    ],
)
def test_a_week_is_reported_on_friday_or_on_the_workday_before(today: date, drafted: date) -> None:
    assert drafted_on(Kind.WEEKLY, today, CALENDAR) == drafted


def test_a_week_without_a_workday_until_friday_has_no_report() -> None:
    closed = Calendar(frozenset(date(2026, 10, day) for day in range(5, 10)))
    assert drafted_on(Kind.WEEKLY, date(2026, 10, 6), closed) is None
    assert latest_drafted_on(Kind.WEEKLY, date(2026, 10, 10), closed) == date(2026, 10, 2)


@pytest.mark.parametrize(
    ("until", "kind", "latest"),
    [
        (date(2026, 9, 24), Kind.WEEKLY, date(2026, 9, 18)),
        (date(2026, 9, 25), Kind.WEEKLY, date(2026, 9, 25)),
        (date(2026, 10, 8), Kind.WEEKLY, date(2026, 9, 30)),
        (date(2026, 9, 29), Kind.MONTHLY, date(2026, 8, 31)),
        (date(2026, 9, 30), Kind.MONTHLY, date(2026, 9, 30)),
        (date(2026, 11, 1), Kind.MONTHLY, date(2026, 10, 30)),
        (date(2026, 1, 3), Kind.MONTHLY, date(2025, 12, 31)),
    ],
)
def test_the_latest_day_that_is_not_after(until: date, kind: Kind, latest: date) -> None:
    assert latest_drafted_on(kind, until, CALENDAR) == latest


def test_terms_are_workdays_over_holidays_and_make_up_days() -> None:
    assert workdays_after(date(2026, 9, 30), 3, CALENDAR) == date(2026, 10, 10)
    assert all(CALENDAR.is_workday(day) for day in term_days(date(2026, 9, 29), CALENDAR))


def test_an_ask_is_late_until_it_is_done() -> None:
    ask = Ask("王记老火锅店", "换锁", date(2026, 9, 25))
    assert ask.is_late(date(2026, 9, 26)) and not ask.is_late(date(2026, 9, 25))
    assert not Ask("王记老火锅店", "换锁", date(2026, 9, 25), AskState.DONE).is_late(date(2026, 9, 30))
