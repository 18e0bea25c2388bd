"""自查计划 — on which days a plan asks, until when what it asks may be done, and what an outage leaves of it."""

from datetime import date

import pytest

from domain.calendar import Calendar, Holiday
from domain.contact import Role
from domain.plan import (
    PlanDayPast,
    PlanDayTooFar,
    PlanDayUnclear,
    Reminded,
    Rhythm,
    Span,
    day_around,
    days_around,
    end_choices,
    month_end,
    read_about,
)

CALENDAR = Calendar(frozenset({date(2026, 6, 19)}))
# National Day, with a Sunday before it and a Saturday after it made up; New Year's Day of the year after.
AUTUMN = Calendar(
    frozenset(date(2026, 10, number) for number in range(1, 8)) | {date(2027, 1, 1)},
    frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    (Holiday("国庆节", date(2026, 10, 1), date(2026, 10, 7)), Holiday("元旦", date(2027, 1, 1), date(2027, 1, 1))),
)


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
        (Span(Rhythm.DAILY, date(2026, 6, 18), date(2026, 6, 21)), june(18, 19, 20, 21)),
        (
            Span(Rhythm.DAILY, date(2028, 2, 28), date(2028, 3, 1)),
            [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)],
        ),
        (
            Span(Rhythm.DAILY, date(2026, 12, 30), date(2027, 1, 2)),
            [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)],
        ),
        (Span(Rhythm.RELATIVE, date(2026, 6, 3), date(2026, 6, 30)), june(3)),
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
        (Rhythm.DAILY, date(2026, 6, 20), date(2026, 6, 20)),
        (Rhythm.RELATIVE, date(2026, 6, 1), date(2026, 6, 30)),
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


@pytest.mark.parametrize(
    ("about_on", "days", "asked_on"),
    [
        (date(2026, 10, 1), -3, date(2026, 9, 28)),
        (date(2026, 10, 1), -7, date(2026, 9, 24)),
        (date(2026, 10, 1), 0, date(2026, 10, 8)),  # a day off: the first day worked after it
        (date(2026, 10, 1), 1, date(2026, 10, 8)),  # after a holiday is after its last day
        (date(2026, 10, 1), 3, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 10, 1), 7, date(2026, 10, 14)),
        (date(2026, 10, 2), 1, date(2026, 10, 8)),  # no holiday begins here
        (date(2026, 9, 23), -3, date(2026, 9, 20)),  # a Sunday that is worked
        (date(2026, 9, 14), -1, date(2026, 9, 11)),  # a Sunday that is not: the Friday ahead of it
        (date(2026, 9, 19), 0, date(2026, 9, 20)),
        (date(2027, 1, 1), -1, date(2026, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
        (date(2028, 3, 1), -1, date(2028, 2, 29)),
        (date(2028, 2, 29), 0, date(2028, 2, 29)),
        (date(2028, 2, 29), 1, date(2028, 3, 1)),
        (date(2027, 2, 28), 1, date(2027, 3, 1)),
    ],
)
def test_a_plan_around_a_date_asks_on_a_workday_in_time(about_on: date, days: int, asked_on: date) -> None:
    assert day_around(about_on, days, AUTUMN) == asked_on


def test_of_the_days_around_a_date_only_those_to_come_are_offered() -> None:
    national = date(2026, 10, 1)
    assert list(days_around(national, date(2026, 9, 24), AUTUMN)) == [-7, -3, -1, 0, 1, 3, 7]
    assert list(days_around(national, date(2026, 9, 30), AUTUMN)) == [-1, 0, 1, 3, 7]
    assert days_around(national, date(2026, 10, 14), AUTUMN) == {7: date(2026, 10, 14)}
    with pytest.raises(PlanDayPast):
        days_around(national, date(2026, 10, 15), AUTUMN)
    for past in (date(1, 1, 1), date(2020, 2, 29)):
        with pytest.raises(PlanDayPast):
            days_around(past, national, AUTUMN)
    for far in (date(9999, 12, 31), date(2027, 10, 3)):
        with pytest.raises(PlanDayTooFar):
            days_around(far, national, AUTUMN)
    assert list(days_around(date(2027, 10, 2), national, AUTUMN)) == [-7, -3, -1]  # the others are over a year away


@pytest.mark.parametrize(
    ("typed", "on"),
    [
        ("2026-10-01", date(2026, 10, 1)),
        ("２０２６年１０月１日", date(2026, 10, 1)),
        ("10月1日", date(2026, 10, 1)),
        ("5月1日", date(2027, 5, 1)),
        ("6.1", date(2026, 6, 1)),
        ("2028/2/29", date(2028, 2, 29)),
    ],
)
def test_a_typed_date_is_read(typed: str, on: date) -> None:
    assert read_about(typed, date(2026, 6, 1)) == on


@pytest.mark.parametrize("typed", ["", "国庆", "2026-02-30", "2月29日", "0-1-1", "2026", "1 2 3 4", "99999-1-1-1-1"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(PlanDayUnclear):
        read_about(typed, date(2026, 6, 1))


def test_the_last_days_around_a_date_are_within_a_year() -> None:
    eve, day = date(2026, 9, 30), date(2026, 10, 1)
    assert end_choices(date(2026, 9, 28), about_on=day)[:2] == (eve, day)
    assert end_choices(eve, about_on=day)[:2] == (eve, day)
    assert day not in end_choices(date(2026, 10, 8), about_on=day)
    assert end_choices(date(2027, 6, 1), date(2027, 6, 2)) == (date(2027, 6, 2),)


def test_who_is_reminded_is_one_person_or_nobody() -> None:
    both = {Role.PRINCIPAL: "principal", Role.SAFETY_OFFICER: "officer"}
    only = {Role.PRINCIPAL: "principal"}
    assert [whom.of(both) for whom in Reminded] == ["officer", "principal", "officer"]
    assert [whom.of(only) for whom in Reminded] == ["principal", "principal", None]
    assert [whom.of({}) for whom in Reminded] == [None, None, None]


def test_no_last_day_is_offered_by_which_nobody_could_have_been_reminded() -> None:
    """A Saturday whose month ends on the Sunday; and a week that is all holiday."""
    assert date(2026, 5, 31) in end_choices(date(2026, 5, 30))
    assert date(2026, 5, 31) not in end_choices(date(2026, 5, 30), calendar=Calendar())
    off = Calendar(off=frozenset(date(2026, 10, day) for day in range(1, 9)))
    assert date(2026, 10, 8) not in end_choices(date(2026, 10, 1), calendar=off)
    # A weekend day that is worked counts.
    assert date(2026, 5, 31) in end_choices(date(2026, 5, 30), calendar=Calendar(worked=frozenset({date(2026, 5, 31)})))
