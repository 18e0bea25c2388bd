"""日历 — which days are worked: holidays, make-up days (调休), a bureau's own exceptions, else the day of the week."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

SATURDAY = 5
ONE_DAY = timedelta(days=1)
# Longer than any holiday ever was; a table that closes more than this is not obeyed for ever.
LONGEST_BREAK_DAYS = 60


@dataclass(frozen=True, slots=True)
class Holiday:
    """法定节假日: its name, its first and its last day, Asia/Shanghai dates."""

    name: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """The tables. `off` are days not worked, `worked` are weekend days that are; both as Asia/Shanghai dates.
    `holidays` are those that are known by name, the earliest first.

    A year for which nothing is published goes by the day of the week, so an empty calendar is Monday to Friday.
    """

    off: frozenset[date] = field(default=frozenset())
    worked: frozenset[date] = field(default=frozenset())
    holidays: tuple[Holiday, ...] = ()

    def is_workday(self, on: date) -> bool:
        """Whether that day is worked; a day that stands in both tables is worked."""
        if on in self.worked:
            return True
        return on not in self.off and on.weekday() < SATURDAY

    def workday_from(self, on: date) -> date:
        """The first workday that is not before that day."""
        for days in range(LONGEST_BREAK_DAYS):
            if self.is_workday(on + days * ONE_DAY):
                return on + days * ONE_DAY
        return on

    def workday_until(self, on: date) -> date:
        """The last workday that is not after that day."""
        for days in range(LONGEST_BREAK_DAYS):
            if self.is_workday(on - days * ONE_DAY):
                return on - days * ONE_DAY
        return on

    def holiday_from(self, on: date) -> Holiday | None:
        """The holiday that begins on that day, if one does."""
        return next((one for one in self.holidays if one.from_on == on), None)

    def with_exceptions(self, off: Iterable[date], worked: Iterable[date]) -> "Calendar":
        """The same calendar with these days changed; what is said last holds."""
        off, worked = frozenset(off), frozenset(worked)
        return Calendar((self.off - worked) | off, (self.worked - off) | worked, self.holidays)
