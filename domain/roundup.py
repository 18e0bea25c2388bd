"""周报告、月调度 — when each is drafted, of which days it tells, and what it asks of whom until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from domain.calendar import ONE_DAY, Calendar
from domain.refusal import Refusal

FRIDAY = 4
# 15:00 of the office: time is left to edit and release it on the same day.
DRAFTED_AT = time(15, 0)
WORDS_LIMIT = 1000
# As long as the register lets the name of an enterprise be.
UNIT_LIMIT = 255
ASKS_LIMIT = 30
# The terms that are offered for what is asked, in workdays.
TERMS = (3, 5, 10, 20)
# Counts of the workdays after which what a month's agenda proposes is due.
PROPOSED_TERM = 5
MOST_PROPOSED = 10


class Kind(StrEnum):
    """Which report it is."""

    WEEKLY = "weekly"  # 周报告
    MONTHLY = "monthly"  # 月调度


class AskState(StrEnum):
    """What became of what was asked."""

    OPEN = "open"
    DONE = "done"


class RoundupReleased(Refusal):
    """What was released is not changed any more; the next one says what is different."""


class AskUnclear(Refusal):
    """What is asked names a unit and says what it shall do."""


class AsksFull(Refusal):
    """There is room for so many lines and no more. Facts: `limit`."""


class NobodyChosen(Refusal):
    """A report is sent to somebody."""


@dataclass(frozen=True, slots=True)
class Ask:
    """下一步 — what one unit shall do until which day; `raised_on` is the day on which it was asked first."""

    unit: str
    what: str
    due_on: date
    state: AskState = AskState.OPEN
    raised_on: date | None = None

    def is_late(self, on: date) -> bool:
        """Whether its day is over and it is not done."""
        return self.state is AskState.OPEN and self.due_on < on


def drafted_on(kind: Kind, today: date, calendar: Calendar) -> date | None:
    """The day on which the report of this week or month is drafted: Friday, the month's last workday.

    On the workday before where Friday is a holiday; None in a week without any workday until then.
    """
    if kind is Kind.MONTHLY:
        return calendar.workday_until(_month_end(today))
    monday = today - timedelta(days=today.weekday())
    day = calendar.workday_until(monday + timedelta(days=FRIDAY))
    return day if day >= monday else None


def latest_drafted_on(kind: Kind, until: date, calendar: Calendar) -> date:
    """The latest such day that is not after `until`."""
    within = until
    while True:
        day = drafted_on(kind, within, calendar)
        if day is not None and day <= until:
            return day
        within = within.replace(day=1) - ONE_DAY if kind is Kind.MONTHLY else within - timedelta(days=7)


def term_days(today: date, calendar: Calendar) -> tuple[date, ...]:
    """The last days that are offered for what is asked, each a workday."""
    return tuple(workdays_after(today, count, calendar) for count in TERMS)


def workdays_after(today: date, count: int, calendar: Calendar) -> date:
    """The workday that comes so many workdays after a day."""
    day = today
    for _ in range(count):
        day = calendar.workday_from(day + ONE_DAY)
    return day


def _month_end(on: date) -> date:
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY
