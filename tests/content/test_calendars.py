"""日历 — our file of a year says what the published tables say; a flaw is named by file and line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from content.catalogue import Catalogue
from content.fault import ContentFault
from content.loading.calendars import read_calendar
from content.loading.page import Page
from domain.calendar import Calendar

FOLDER = Path(__file__).parents[2] / "content" / "calendars"
NONE = Page("calendars/exceptions.toml", "")


def test_2026_is_what_the_state_council_published(catalogue: Catalogue) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [day for day in days if catalogue.calendar.is_workday(day) != chinese_calendar.is_workday(day)] == []


def test_a_year_without_a_table_goes_by_the_day_of_the_week(catalogue: Catalogue) -> None:
    days = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    assert [day for day in days if catalogue.calendar.is_workday(day) != (day.weekday() < 5)] == []


def read(year: str, exceptions: str = "") -> Calendar:
    return read_calendar([Page("calendars/2030.toml", year)], Page("calendars/exceptions.toml", exceptions))


YEAR = """year = 2030
source = "样例"

[[holiday]]
name = "元旦"
from = 2030-01-01
until = 2030-01-02

[[makeup]]
on = 2030-01-05
"""


def test_the_bureaus_own_exceptions_have_the_last_word() -> None:
    calendar = read(YEAR)
    assert not calendar.is_workday(date(2030, 1, 2)) and calendar.is_workday(date(2030, 1, 5))
    own = """[[day]]
on = 2030-01-02
worked = true
why = "值班"

[[day]]
on = 2030-01-03
worked = false
why = "防台风停工"
"""
    changed = read(YEAR, own)
    assert changed.is_workday(date(2030, 1, 2)) and not changed.is_workday(date(2030, 1, 3))
    assert changed.workday_from(date(2030, 1, 3)) == date(2030, 1, 4)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("until = 2030-01-02", "until = 2029-12-31", 7),
        ("until = 2030-01-02", "until = 2029-01-02", 7),
        ("on = 2030-01-05", 'on = "2030-01-05"', 10),
        ("name =", "nmae =", 5),
    ],
)
def test_a_flaw_is_named_by_its_line(old: str, new: str, line: int) -> None:
    with pytest.raises(ContentFault) as fault:
        read(YEAR.replace(old, new))
    assert (fault.value.file, fault.value.line) == ("calendars/2030.toml", line)


def test_an_exception_given_twice_is_a_flaw() -> None:
    twice = '[[day]]\non = 2030-01-02\nworked = true\nwhy = "值班"\n\n' * 2
    with pytest.raises(ContentFault) as fault:
        read(YEAR, twice)
    assert fault.value.line == 7
