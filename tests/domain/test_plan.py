"""自查计划 — on which days a plan asks, until when what it asks may be done, and what an outage leaves of it."""

from datetime import date

import pytest

from domain.calendar import Calendar
from domain.plan import Rhythm, Span, end_choices, month_end

CALENDAR = Calendar(frozenset({date(2026, 6, 19)}))


def days(span: Span) -> list[date]:
    found, day = [], span.next_from(span.from_on, CALENDAR)
    while day is not None:
        found.append(day)
        day = span.next_from(date.fromordinal(day.toordinal() + 1), CALENDAR)
    return found


def june(*numbers: int) -> list[date]:
    return [date(2026, 6, number) for number in numbers]


@pytest.mark.parametrize(
    ("span", "asked"),
    [
        (Span(Rhythm.ONCE, date(2026, 6, 3), date(2026, 6, 30)), june(3)),
        (Span(Rhythm.WEEKLY, date(2026, 6, 1), date(2026, 6, 30)), june(1, 8, 15, 22, 29)),
        (Span(Rhythm.WORKDAYS, date(2026, 6, 17), date(2026, 6, 23)), june(17, 18, 22, 23)),
        (
            Span(Rhythm.MONTHLY, date(2026, 1, 31), date(2026, 5, 31)),
            [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)],
        ),
        (
            Span(Rhythm.MONTHLY, date(2027, 12, 29), date(2028, 3, 1)),
            [date(2027, 12, 29), date(2028, 1, 29), date(2028, 2, 29)],
        ),
    ],
)
def test_the_days_at_which_a_plan_asks(span: Span, asked: list[date]) -> None:
    assert days(span) == asked


@pytest.mark.parametrize(
    ("rhythm", "occurs_on", "due_on"),
    [
        (Rhythm.ONCE, date(2026, 6, 1), date(2026, 6, 30)),
        (Rhythm.WEEKLY, date(2026, 6, 8), date(2026, 6, 14)),
        (Rhythm.WEEKLY, date(2026, 6, 29), date(2026, 6, 30)),
        (Rhythm.WORKDAYS, date(2026, 6, 8), date(2026, 6, 8)),
        (Rhythm.MONTHLY, date(2026, 6, 1), date(2026, 6, 30)),
    ],
)
def test_what_is_asked_may_be_done_until_the_eve_of_the_next_time(
    rhythm: Rhythm, occurs_on: date, due_on: date
) -> None:
    assert Span(rhythm, date(2026, 6, 1), date(2026, 6, 30)).due_on(occurs_on, CALENDAR) == due_on


def test_of_what_was_slept_through_only_the_latest_is_asked() -> None:
    weekly = Span(Rhythm.WEEKLY, date(2026, 6, 1), date(2026, 6, 30))
    assert weekly.latest_until(None, date(2026, 6, 24), CALENDAR) == date(2026, 6, 22)
    assert weekly.latest_until(date(2026, 6, 22), date(2026, 6, 24), CALENDAR) is None
    assert weekly.latest_until(date(2026, 6, 22), date(2026, 6, 10), CALENDAR) is None  # the clock went back
    assert weekly.latest_until(None, date(2026, 5, 31), CALENDAR) is None


def test_the_last_days_that_are_offered_lie_ahead() -> None:
    assert end_choices(date(2026, 6, 1)) == (*june(8, 30), date(2026, 7, 31), date(2026, 12, 31))
    assert end_choices(date(2026, 12, 31)) == (date(2027, 1, 7), date(2027, 1, 31))
    assert month_end(date(2026, 11, 5), 3) == date(2027, 2, 28)
