"""日历装载 — a file per year of published holidays and make-up days, and the exceptions that a bureau enters."""

from collections.abc import Sequence
from datetime import date, timedelta

from chinese_calendar import constants

from content.loading.entry import Entry
from content.loading.page import Page
from domain.calendar import Calendar, Holiday

EXCEPTIONS = "exceptions"
ONE_DAY = timedelta(days=1)


def read_calendar(years: Sequence[Page], exceptions: Page) -> Calendar:
    """The calendar of all files; a year without a file goes by the published tables of the package, if it has it.

    Raises:
        ContentFault: a flawed field, a day outside its year, a holiday that ends before it begins, a day given twice.
    """
    off: set[date] = set()
    worked: set[date] = set()
    named: set[int] = set()
    holidays: list[Holiday] = []
    for page in years:
        whole = Entry(page, page.table)
        whole.must_hold_only("year", "source", "holiday", "makeup")
        whole.text("source")
        year = whole.whole("year")
        if year in named:
            raise whole.fault("fault-twice", "year", id=str(year))
        named.add(year)
        for entry in whole.entries("holiday"):
            holiday = _holiday(entry, year)
            holidays.append(holiday)
            off |= {holiday.from_on + n * ONE_DAY for n in range((holiday.until_on - holiday.from_on).days + 1)}
        for entry in whole.entries("makeup"):
            entry.must_hold_only("on")
            worked.add(_within(entry, "on", year))
    calendar = Calendar(
        frozenset(off | {day for day in constants.holidays if day.year not in named and day.weekday() < 5}),
        frozenset(worked | {day for day in constants.workdays if day.year not in named}),
        tuple(sorted(holidays, key=lambda one: one.from_on)),
    )
    return _with_exceptions(calendar, exceptions)


def _holiday(entry: Entry, year: int) -> Holiday:
    entry.must_hold_only("name", "from", "until")
    name = entry.text("name")
    first, last = _within(entry, "from", year), _within(entry, "until", year)
    if last < first:
        raise entry.fault("fault-holiday", "until")
    return Holiday(name, first, last)


def _within(entry: Entry, name: str, year: int) -> date:
    day = entry.day(name)
    if day.year != year:
        raise entry.fault("fault-other-year", name, on=day, year=year)
    return day


def _with_exceptions(calendar: Calendar, page: Page) -> Calendar:
    whole = Entry(page, page.table)
    whole.must_hold_only("day")
    said: dict[date, bool] = {}
    for entry in whole.entries("day"):
        entry.must_hold_only("on", "worked", "why")
        day, is_worked = entry.day("on"), entry.flag("worked")
        entry.text("why")
        if day in said:
            raise entry.fault("fault-twice", "on", id=str(day))
        said[day] = is_worked
    return calendar.with_exceptions(
        (day for day, is_worked in said.items() if not is_worked), (day for day, is_worked in said.items() if is_worked)
    )
