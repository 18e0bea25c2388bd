"""滚到下一年 — an edition's file written anew for another year: the same days in the same order, on days that suit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from content.wording import say
from domain.calendar import Calendar
from domain.campaign import DayKind, DayPlan, Edition

_DAY = re.compile(r"^\[\[day\]\]\n", re.MULTILINE)
_ON = re.compile(r"^on = .*$", re.MULTILINE)
_HEAD = re.compile(r"\A(?:(?:#.*)?\n)*")


@dataclass(frozen=True, slots=True)
class _Batch:
    """Everything that one day holds, for whichever roles; it moves together."""

    on: date
    plans: tuple[DayPlan, ...]
    was_off: bool

    @property
    def is_fixed(self) -> bool:
        return any(plan.is_fixed for plan in self.plans)

    @property
    def is_restful(self) -> bool:
        """Whether it can stand on a day off: nothing of it is work."""
        return all(plan.kind is not DayKind.TASK for plan in self.plans)


def rolled(text: str, edition: Edition, year: int, calendar: Calendar) -> tuple[str, str]:
    """The id and the file of that edition in another year; without a theme, and as uncertain, until one is published.

    A fixed day keeps its day of the month; the others keep their order, those of days off on days off as far as
    there are any. Raises ValueError for an edition without days, its own year, or an id that does not name its year.
    """
    if year == edition.year or str(edition.year) not in edition.id or not edition.days:
        raise ValueError(edition.id)
    moved = _moved(edition, year, calendar)
    head, *blocks = _DAY.split(text)
    dated = sorted(
        ((moved[plan.on], block) for plan, block in zip(edition.days, blocks, strict=True)), key=lambda one: one[0]
    )
    new_id = edition.id.replace(str(edition.year), str(year))
    head = _HEAD.sub("", head)
    facts: dict[str, object] = {
        "id": f'"{new_id}"',
        "year": year,
        "theme": '""',
        "starts_on": edition.starts_on.replace(year=year),
        "ends_on": edition.ends_on.replace(year=year),
        "confidence": '"uncertain"',
        "source": f'"{say("roll-source", before=edition.year)}"',
    }
    if edition.number is not None:
        facts["number"] = edition.number + year - edition.year
    for name, value in facts.items():
        head = re.sub(rf"^{name} = .*$", f"{name} = {value}", head, count=1, flags=re.MULTILINE)
    days = [f"[[day]]\n{_ON.sub(f'on = {on}', block.strip(), count=1)}\n" for on, block in dated]
    return new_id, "\n".join([say("roll-head", year=year, before=edition.year) + "\n" + head.rstrip() + "\n", *days])


def _moved(edition: Edition, year: int, calendar: Calendar) -> dict[date, date]:
    """Old day to new day."""
    batches = [
        _Batch(on, tuple(plan for plan in edition.days if plan.on == on), not calendar.is_workday(on))
        for on in dict.fromkeys(plan.on for plan in edition.days)
    ]
    moved = {batch.on: batch.on.replace(year=year) for batch in batches if batch.is_fixed}
    first, last = edition.starts_on.replace(year=year), edition.ends_on.replace(year=year)
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    free = [day for day in days if day not in moved.values()]
    left = [batch for batch in batches if not batch.is_fixed]
    for at, day in enumerate(free):
        if not left:
            break
        off_ahead = sum(not calendar.is_workday(one) for one in free[at + 1 :])
        batch = _work(left, off_ahead) if calendar.is_workday(day) else _rest(left)
        left.remove(batch)
        moved[batch.on] = day
    return moved


def _rest(left: Sequence[_Batch]) -> _Batch:
    """For a day off: what stood on one before, else the next that is no work, else the next."""
    light = [batch for batch in left if batch.was_off and batch.is_restful]
    return (light or [batch for batch in left if batch.is_restful] or list(left))[0]


def _work(left: Sequence[_Batch], off_ahead: int) -> _Batch:
    """For a workday: the next one that the days off ahead do not need."""
    spare = sum(batch.is_restful for batch in left) - off_ahead
    fitting = [batch for batch in left if not batch.was_off and (spare > 0 or not batch.is_restful)]
    return (fitting or list(left))[0]
