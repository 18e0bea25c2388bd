"""自查计划 — an official asks enterprises to walk a checklist again and again: how often, from when, until when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from domain.calendar import Calendar
from domain.contact import Role
from domain.refusal import Refusal
from domain.text import narrow

Who = TypeVar("Who")

ONE_DAY = timedelta(days=1)
LONGEST_FOR = timedelta(days=366)
# How many days before (below nought) or after a date a plan may ask.
DAYS_AROUND = (-7, -3, -1, 0, 1, 3, 7)


class Rhythm(StrEnum):
    """How often: once, every week or month on the day of the first time, every workday, every day of the calendar,
    or once so many days before or after a date that has a meaning of its own.
    """

    ONCE = "once"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    WORKDAYS = "workdays"
    DAILY = "daily"
    RELATIVE = "relative"


class Reminded(StrEnum):
    """Who is reminded at each enterprise: the safety officer, else the principal; or only who holds that one role."""

    RESPONSIBLE = "responsible"
    PRINCIPAL = "principal"
    SAFETY_OFFICER = "safety_officer"

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that may be reminded, the one that comes first in front."""
        match self:
            case Reminded.RESPONSIBLE:
                return Role.SAFETY_OFFICER, Role.PRINCIPAL
            case Reminded.PRINCIPAL:
                return (Role.PRINCIPAL,)
            case Reminded.SAFETY_OFFICER:
                return (Role.SAFETY_OFFICER,)

    def of(self, held: Mapping[Role, Who]) -> Who | None:
        """Of those who hold a role at an enterprise the one who is reminded, if anybody is."""
        return next((held[role] for role in self.roles if role in held), None)


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


class PlanDayUnclear(Refusal):
    """No date could be read."""


class PlanDayPast(Refusal):
    """Every day on which the plan could ask around that date, `on`, is over."""


class PlanDayTooFar(Refusal):
    """The date lies further ahead than a plan may be set, `days`."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a plan asks: its rhythm and its first and last day, Asia/Shanghai dates, both included.

    The first day of a plan around a date is the workday that `day_around` made of it.
    """

    rhythm: Rhythm
    from_on: date
    until_on: date

    def next_from(self, on: date, calendar: Calendar) -> date | None:
        """The first day from `on` on at which the plan asks; None when it is over."""
        day = max(on, self.from_on)
        match self.rhythm:
            case Rhythm.ONCE | Rhythm.RELATIVE:
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
        """The last day for what is asked on `occurs_on`: the eve of the next time; every day or workday, that day."""
        match self.rhythm:
            case Rhythm.ONCE | Rhythm.RELATIVE:
                return self.until_on
            case Rhythm.WORKDAYS | Rhythm.DAILY:
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


def end_choices(
    first: date, latest: date = date.max, about_on: date | None = None, calendar: Calendar | None = None
) -> tuple[date, ...]:  # fmt: skip
    """The last days that are offered: in a week, the ends of this month, of the next, of the quarter, of the year.

    Around a date also its eve and the date itself, as far as they are not before the first day. None is after `latest`.
    With a calendar none is before the first workday: nobody would have been reminded by then.
    """
    quarter = month_end(first, 2 - (first.month - 1) % 3)
    ends = {first + timedelta(days=7), month_end(first), month_end(first, 1), quarter, date(first.year, 12, 31)}
    ends = {day for day in ends if day > first}
    if about_on is not None:
        ends |= {day for day in (about_on - ONE_DAY, about_on) if day >= first}
    worked = calendar.workday_from(first) if calendar is not None else first
    return tuple(sorted(day for day in ends if worked <= day <= latest)) or (latest,)


def day_around(about_on: date, days: int, calendar: Calendar) -> date:
    """The workday on which a plan asks, so many days before (below nought) or after a date.

    Before it, a day off becomes the last workday ahead of it, so that what is asked is done in time; from the date on,
    the next workday. After a holiday is counted from its last day.
    """
    if days < 0:
        return calendar.workday_until(about_on + timedelta(days=days))
    holiday = calendar.holiday_from(about_on) if days else None
    return calendar.workday_from((holiday.until_on if holiday else about_on) + timedelta(days=days))


def days_around(about_on: date, today: date, calendar: Calendar) -> dict[int, date]:
    """How many days before or after that date a plan can still ask, each with the day that this is.

    Raises PlanDayPast, PlanDayTooFar.
    """
    latest = today + LONGEST_FOR
    if about_on > latest:
        raise PlanDayTooFar(days=LONGEST_FOR.days)
    if about_on < today - LONGEST_FOR:
        raise PlanDayPast(on=about_on)
    days = {number: day_around(about_on, number, calendar) for number in DAYS_AROUND}
    ahead = {number: day for number, day in days.items() if today <= day <= latest}
    if not ahead:
        raise PlanDayPast(on=about_on)
    return ahead


def read_about(typed: str, today: date) -> date:
    """The date that figures such as `2026-10-01` or `10月1日` mean; without a year the next such day.

    Raises PlanDayUnclear.
    """
    figures = [int(figure) for figure in re.findall(r"[0-9]+", narrow(typed)[:100]) if len(figure) <= 4]
    try:
        match figures:
            case [month, day_of_month]:
                found = date(today.year, month, day_of_month)
                return found if found >= today else found.replace(year=today.year + 1)
            case [year, month, day_of_month]:
                return date(year, month, day_of_month)
    except ValueError:
        raise PlanDayUnclear from None
    raise PlanDayUnclear
