"""发送时间 — a moment to come as people write it: a day or none, a part of the day or none, and the hour."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from domain.refusal import Refusal
from domain.text import narrow

FURTHEST_FOR = timedelta(days=90)
NOON = 12
DAYS = {"today": 0, "tomorrow": 1, "in_two_days": 2, "in_three_days": 3}
PARTS = ("before_dawn", "morning", "noon", "afternoon", "evening")
# What words of a moment can mean; those who write it have several for most of them.
MEANINGS = (*DAYS, "year", "month", "day", *PARTS, "hour", "minute", "half", "sharp")
# Whatever stands in it besides is not passed over: a moment half understood would be another one.
_MOMENT = re.compile(
    rf"""\s*(?:
        <(?P<ahead>{"|".join(DAYS)})>
        | (?:(?P<year>\d{{4}})\s*(?:[-/.]|<year>)\s*)?
          (?P<month>\d{{1,2}})\s*(?:[-/.]|<month>)\s*(?P<on>\d{{1,2}})\s*(?:<day>)?
    )?[\s,]*
    (?:<(?P<part>{"|".join(PARTS)})>)?\s*
    (?P<hour>\d{{1,2}})\s*
    (?: :\s*(?P<minute>\d{{2}}) | <hour>\s*(?:(?P<after>\d{{1,2}})\s*(?:<minute>)? | <(?P<half>half)>)? )
    \s*(?:<sharp>\s*)*""",
    re.VERBOSE | re.ASCII,
)  # fmt: skip


class MomentNotUnderstood(Refusal):
    """No day and time could be read in what was typed."""


class MomentPast(Refusal):
    """That moment is over."""


class MomentTooFar(Refusal):
    """Further ahead than a notice may be planned."""


def read_moment(typed: str, now: datetime, zone: tzinfo, spoken: Mapping[str, str]) -> datetime:
    """The moment to come that somebody wrote, as `6/3 14:30` or `14:30`, or in words; without a day, today.

    spoken: words and what they mean, one of MEANINGS each. Raises MomentNotUnderstood, MomentPast or MomentTooFar.
    """
    written = narrow(typed)[:100].replace("<", " ")
    for word in sorted(spoken, key=len, reverse=True):
        written = written.replace(word, f"<{spoken[word]}>")
    found = _MOMENT.fullmatch(written)
    if found is None:
        raise MomentNotUnderstood
    try:
        clock = time(_hour(found["part"] or "", int(found["hour"])), _minute(found))
        day = _day(found, now.astimezone(zone).date())
    except ValueError:
        raise MomentNotUnderstood from None
    moment = datetime.combine(day, clock, zone)
    must_be_ahead(moment, now)
    return moment


def must_be_ahead(moment: datetime, now: datetime) -> None:
    """Raises MomentPast or MomentTooFar for a moment at which nothing can be planned to leave."""
    if moment <= now:
        raise MomentPast
    if moment > now + FURTHEST_FOR:
        raise MomentTooFar(days=FURTHEST_FOR.days)


def _day(found: re.Match[str], today: date) -> date:
    if found["ahead"]:
        return today + timedelta(days=DAYS[found["ahead"]])
    if not found["month"]:
        return today
    month, day_of_month = int(found["month"]), int(found["on"])
    if found["year"]:
        return date(int(found["year"]), month, day_of_month)
    day = date(today.year, month, day_of_month)
    return day if day >= today else day.replace(year=today.year + 1)


def _hour(part: str, hour: int) -> int:
    """The hour of the day; ValueError for one that two people would take for two."""
    match part:
        # One or two o'clock of an evening may be the night after it.
        case "evening" if hour < 5 or hour == NOON:
            raise ValueError(part)
        case "afternoon" | "evening" if hour < NOON:
            return hour + NOON
        case "morning" if hour == NOON:
            raise ValueError(part)
        case "before_dawn" | "morning" if hour > NOON:
            raise ValueError(part)
        case "before_dawn":
            return hour % NOON
        case "noon" if hour <= 2:
            return hour + NOON
        case "noon" if not 11 <= hour <= 14:
            raise ValueError(part)
    return hour


def _minute(found: re.Match[str]) -> int:
    return 30 if found["half"] else int(found["minute"] or found["after"] or 0)
