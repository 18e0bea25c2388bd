"""法定事项 — what the law asks of an enterprise again and again: how often, when to think of it, what proves it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.basis import Basis


class Interval(StrEnum):
    """At least how often; `HALF_MONTHLY` is the 15th and the last day of each month."""

    HALF_MONTHLY = "half_monthly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    THREE_YEARLY = "three_yearly"


_MONTHS = {
    Interval.MONTHLY: 1, Interval.QUARTERLY: 3, Interval.HALF_YEARLY: 6, Interval.YEARLY: 12, Interval.THREE_YEARLY: 36,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatutoryDuty:
    """One duty as a rule. Empty `trades` and `areas` (streets) mean all; `head_count_least` 0 means any size.

    condition: what the register cannot know, for the reader to judge ("有电梯、叉车的"); None when it always holds.
    lead_for: how long before the last day to think of it. evidence: what proves that it was done.
    """

    id: str
    title: str
    plain: str
    trades: frozenset[str]
    areas: frozenset[str]
    head_count_least: int
    condition: str | None
    interval: Interval
    lead_for: timedelta
    evidence: str
    basis: tuple[Basis, ...]

    def binds(self, enterprise: "EnterpriseFacts") -> bool:
        """Whether it asks something of that enterprise, its condition apart.

        A duty of larger enterprises binds one whose size nobody knows: it is shown rather than forgotten.
        """
        return (
            (not self.trades or bool(self.trades & enterprise.trades))
            and (not self.areas or enterprise.area in self.areas)
            and (enterprise.head_count is None or enterprise.head_count >= self.head_count_least)
        )


@dataclass(frozen=True, slots=True)
class EnterpriseFacts:
    """What a duty may depend on; `trades` with all wider ones, `area` the street."""

    trades: frozenset[str]
    area: str
    head_count: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """One time of a duty, Asia/Shanghai dates: think of it from `remind_on`, done by the end of `due_on`."""

    duty: StatutoryDuty
    remind_on: date
    due_on: date


def year_of(
    duties: Iterable[StatutoryDuty], enterprise: EnterpriseFacts, year: int, done: Mapping[str, date] | None = None
) -> tuple[Due, ...]:
    """Everything the law asks of an enterprise in that year, by day and then by duty.

    done: by duty, the day on which it was last done. From there the interval counts, also into the past: what is
    overdue when the year begins comes first. Without it each duty falls on the last day of its period.
    """
    last = done or {}
    dues = [
        Due(duty, on - duty.lead_for, on)
        for duty in duties
        if duty.binds(enterprise)
        for on in _days(duty.interval, year, last.get(duty.id))
    ]
    return tuple(sorted(dues, key=lambda due: (due.due_on, due.duty.id)))


def _days(interval: Interval, year: int, last: date | None) -> list[date]:
    if last is None:
        return _ends(interval, year)
    found: list[date] = []
    on = _after(interval, last, 1)
    count = 1
    while on.year <= year:
        # Of what should have been done before the year only the latest still is of use.
        if on.year < year:
            found = [on]
        else:
            found.append(on)
        count += 1
        on = _after(interval, last, count)
    return found


def _ends(interval: Interval, year: int) -> list[date]:
    """The last days of the periods of a year."""
    if interval is Interval.HALF_MONTHLY:
        return [on for month in range(1, 13) for on in (date(year, month, 15), _month_end(year, month))]
    months = min(_MONTHS[interval], 12)
    return [_month_end(year, month) for month in range(months, 13, months)]


def _after(interval: Interval, last: date, times: int) -> date:
    """The day so many intervals after `last`; the 31st becomes the last day of a shorter month."""
    if interval is Interval.HALF_MONTHLY:
        return last + timedelta(days=15 * times)
    months = last.month - 1 + _MONTHS[interval] * times
    year, month = last.year + months // 12, months % 12 + 1
    return date(year, month, min(last.day, _month_end(year, month).day))


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
