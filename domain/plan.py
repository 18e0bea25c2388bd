"""自查计划 — an official asks enterprises to walk a checklist again and again: how often, from when, until when."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.calendar import Calendar
from domain.refusal import Refusal

ONE_DAY = timedelta(days=1)
LONGEST_FOR = timedelta(days=366)


class Rhythm(StrEnum):
    """How often: once, every week or month on the day of the first time, or every workday."""

    ONCE = "once"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    WORKDAYS = "workdays"


class PlanState(StrEnum):
    """A draft asks nobody anything. An ended plan is over for good, a paused one goes on when told."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class OccurrenceState(StrEnum):
    """What became of one time at one enterprise. Only `open` asks for something."""

    OPEN = "open"
    DONE = "done"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class PlanUnfinished(Refusal):
    """The plan lacks an answer: which checklist, how often or until when."""


class PlanForNobody(Refusal):
    """No enterprise lies within what was chosen."""


class PlanEnded(Refusal):
    """The plan is over and cannot be changed; a new one can be set."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a plan asks: its rhythm and its first and last day, Asia/Shanghai dates, both included."""

    rhythm: Rhythm
    from_on: date
    until_on: date

    def next_from(self, on: date, calendar: Calendar) -> date | None:
        """The first day from `on` on at which the plan asks; None when it is over."""
        day = max(on, self.from_on)
        match self.rhythm:
            case Rhythm.ONCE:
                day = self.from_on if on <= self.from_on else self.until_on + ONE_DAY
            case Rhythm.WEEKLY:
                day += timedelta(days=(self.from_on - day).days % 7)
            case Rhythm.MONTHLY:
                day = self._month_from(day)
            case Rhythm.WORKDAYS:
                day = calendar.workday_from(day)
        return day if day <= self.until_on else None

    def latest_until(self, after: date | None, today: date, calendar: Calendar) -> date | None:
        """The latest day, later than `after` and not after today, at which the plan asked; the others lapsed unasked.

        So an outage or a pause of any length leads to one time, not to one for each that was slept through.
        """
        day = self.next_from(self.from_on if after is None else after + ONE_DAY, calendar)
        found = None
        while day is not None and day <= today:
            found, day = day, self.next_from(day + ONE_DAY, calendar)
        return found

    def due_on(self, occurs_on: date, calendar: Calendar) -> date:
        """The last day for what is asked on `occurs_on`: the eve of the next time, for every workday the day itself."""
        match self.rhythm:
            case Rhythm.ONCE:
                return self.until_on
            case Rhythm.WORKDAYS:
                return occurs_on
            case Rhythm.WEEKLY:
                return min(occurs_on + timedelta(days=6), self.until_on)
            case Rhythm.MONTHLY:
                return min(self._month_from(occurs_on + ONE_DAY) - ONE_DAY, self.until_on)

    def _month_from(self, day: date) -> date:
        """The first day from `day` on with the plan's day of the month, or the last of a shorter month."""
        for ahead in (0, 1):
            end = month_end(day, ahead)
            asked = end.replace(day=min(self.from_on.day, end.day))
            if asked >= day:
                return asked
        raise AssertionError("one of two months has such a day")


def month_end(day: date, months: int = 0) -> date:
    """The last day of the month that lies so many months ahead of `day`."""
    month = day.month + months
    return date(day.year + month // 12, month % 12 + 1, 1) - ONE_DAY


def end_choices(today: date) -> tuple[date, ...]:
    """The last days that are offered: in a week, the ends of this month, of the next, of the quarter, of the year."""
    quarter = month_end(today, 2 - (today.month - 1) % 3)
    ends = {today + timedelta(days=7), month_end(today), month_end(today, 1), quarter, date(today.year, 12, 31)}
    return tuple(sorted(day for day in ends if day > today))
