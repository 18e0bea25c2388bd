"""日历 — workdays by the tables, by the week where there is none."""

from datetime import date

import pytest

from domain.calendar import Calendar

JUNE = Calendar(frozenset({date(2026, 6, 19)}), frozenset({date(2026, 6, 28)}))


@pytest.mark.parametrize(
    ("on", "is_workday"),
    [
        (date(2026, 6, 18), True),  # a Thursday
        (date(2026, 6, 19), False),  # a Friday that is a holiday
        (date(2026, 6, 20), False),  # a Saturday
        (date(2026, 6, 28), True),  # a Sunday that is worked
        (date(2031, 6, 19), True),  # a year of which nothing is published
        (date(2031, 6, 21), False),
    ],
)
def test_a_day_is_worked_or_not(on: date, is_workday: bool) -> None:
    assert JUNE.is_workday(on) is is_workday


def test_the_next_workday_is_the_day_itself_when_it_is_one() -> None:
    assert JUNE.workday_from(date(2026, 6, 18)) == date(2026, 6, 18)
    assert JUNE.workday_from(date(2026, 6, 19)) == date(2026, 6, 22)
    assert JUNE.workday_from(date(2026, 6, 27)) == date(2026, 6, 28)


def test_what_is_said_last_of_a_day_holds() -> None:
    changed = JUNE.with_exceptions(off=[date(2026, 6, 28)], worked=[date(2026, 6, 19)])
    assert changed.is_workday(date(2026, 6, 19)) and not changed.is_workday(date(2026, 6, 28))


def test_tables_that_close_for_ever_do_not_hang_the_clock() -> None:
    closed = Calendar(frozenset(date.fromordinal(date(2026, 6, 1).toordinal() + n) for n in range(400)))
    assert closed.workday_from(date(2026, 6, 1)) == date(2026, 6, 1)
