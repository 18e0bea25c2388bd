"""宣传活动 — an edition of a campaign: its theme, its days, and the matrix of what each place has done."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from domain.contact import Role
from domain.refusal import Refusal
from domain.text import narrow


class Confidence(StrEnum):
    """可信度 — how well number and theme are attested; an uncertain one is shown as such and never asked in a quiz."""

    CONFIRMED = "confirmed"
    REPORTED = "reported"
    UNCERTAIN = "uncertain"


class DayKind(StrEnum):
    """每日安排 — a lesson, a quiz on a topic, a task, or a call to everybody."""

    LESSON = "lesson"
    QUIZ = "quiz"
    TASK = "task"
    CALL = "call"


class Subject(StrEnum):
    """四个一的主体 — who has to do it: each enterprise, or the park once for all."""

    ENTERPRISE = "enterprise"
    PARK = "park"


class Filling(StrEnum):
    """怎么算完成 — by an inspection submitted anyway, or by a record entered once with photo and head-count."""

    INSPECTION = "inspection"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What one day holds for one audience; empty `roles` mean everybody.

    `ref` is a lesson's id for a lesson, a topic's id for a quiz, the id of a row of the matrix (or
    None) for a task, and None for a call. `is_fixed`: it keeps its day of the month when the edition is rolled on.
    """

    on: date
    kind: DayKind
    title: str
    text: str
    ref: str | None
    roles: frozenset[Role]
    is_fixed: bool = False

    def is_for(self, role: Role | None) -> bool:
        """Whether somebody in that role gets it; who holds no post gets what is for everybody."""
        return not self.roles or role in self.roles


@dataclass(frozen=True, slots=True)
class FourOnesRow:
    """四个一的一项 — a column of the matrix; a bureau may word it as its own document does."""

    id: str
    title: str
    subject: Subject
    filled_by: Filling
    evidence: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition, such as a 安全生产月 or 消防日; both ends of the period are included.

    `number` counts editions, None where nobody does; `theme` is empty while none has been published.
    """

    id: str
    name: str
    number: int | None
    year: int
    theme: str
    starts_on: date
    ends_on: date
    confidence: Confidence
    source: str
    days: tuple[DayPlan, ...]
    four_ones: tuple[FourOnesRow, ...]

    def is_running(self, on: date) -> bool:
        """Whether that day lies within the edition."""
        return self.starts_on <= on <= self.ends_on

    def plan_for(self, on: date, role: Role | None) -> DayPlan | None:
        """The one thing that day holds for somebody in that role; None on a day without."""
        for plan in self.days:
            if plan.on == on and plan.is_for(role):
                return plan
        return None

    def cells(self, enterprises: int, parks: int) -> int:
        """How many cells the matrix has: each row once per place it is about, and no more."""
        about = {Subject.ENTERPRISE: enterprises, Subject.PARK: parks}
        return sum(about[row.subject] for row in self.four_ones)


class CellState(StrEnum):
    """四个一的一格: nothing yet, done, or entered with a photo that could not be kept."""

    OPEN = "open"
    DONE = "done"
    LACKING = "lacking"


class Step(StrEnum):
    """What a record of an activity still needs, in the order in which it is asked (安全生产法第28条第四款)."""

    DAY = "day"
    COUNT = "count"
    CONTENT = "content"
    RESULT = "result"
    PHOTO = "photo"


# Photos of one activity: a picture of what went on, one of the sheet that was signed, one more.
PHOTOS_MOST = 3
HEADS_MOST = 100_000
# A morning's message is not made up for in the evening: the next day has its own.
TELL_UNTIL = time(18)
_BEFORE_FOR = timedelta(days=60)


class NoCampaign(Refusal):
    """There is no campaign with something to do."""


class ActivityUnfinished(Refusal):
    """The record lacks something; `step` is what."""


class ActivityEntered(Refusal):
    """It was entered before; `held_on` is the day it is about."""


class HeadCountUnclear(Refusal):
    """No number of people could be read."""


class DayUnclear(Refusal):
    """No day could be read."""


class DayOutside(Refusal):
    """The day lies outside the campaign or has not come; `starts_on`, `ends_on`."""


class ActivityPhotosFull(Refusal):
    """No more photos than that for one activity; `most`."""


@dataclass(frozen=True, slots=True)
class Activity:
    """一次活动的记录 — time, content, attendees and result, with how many photos are kept or on their way.

    attendees: as it was typed, such as how many and who.
    """

    held_on: date | None = None
    head_count: int | None = None
    attendees: str = ""
    content: str = ""
    result: str = ""
    photos: int = 0

    @property
    def missing(self) -> Step | None:
        """What is asked next; None when nothing is missing."""
        has = {
            Step.DAY: self.held_on is not None,
            Step.COUNT: self.head_count is not None,
            Step.CONTENT: bool(self.content),
            Step.RESULT: bool(self.result),
            Step.PHOTO: self.photos > 0,
        }
        return next((step for step in Step if not has[step]), None)

    def state(self) -> CellState:
        """What a cell shows once this was entered."""
        return CellState.DONE if self.missing is None else CellState.LACKING


def current(editions: Iterable[Edition], on: date) -> Edition | None:
    """The edition that runs on that day; else the next one when it is near; else the last one."""
    known = sorted((one for one in editions if one.four_ones), key=lambda one: one.starts_on)
    running = next((one for one in known if one.is_running(on)), None)
    coming = next((one for one in known if on < one.starts_on <= on + _BEFORE_FOR), None)
    over = next((one for one in reversed(known) if one.ends_on < on), None)
    return running or coming or over


def of_the_day(editions: Iterable[Edition], on: date) -> Edition | None:
    """The edition that plans that day, the current one before one of a single day; else the current one."""
    editions = tuple(editions)
    now = current(editions, on)
    planned = [one for one in editions if one.is_running(on) and any(plan.on == on for plan in one.days)]
    return now if now in planned else next(iter(planned), now)


def read_head_count(typed: str) -> int:
    """The number of people in what was typed: the one before a word for people, else the only one.

    Raises HeadCountUnclear for none, for several of which none is of people, or for one that cannot be.
    """
    plain = narrow(typed)
    named = re.findall(r"(\d{1,7})\s*\u4e2a?[\u4eba\u540d\u4f4d]", plain)
    numbers = named[-1:] or re.findall(r"\d{1,7}", plain)
    count = int(numbers[0]) if len(numbers) == 1 else 0
    if not 0 < count <= HEADS_MOST:
        raise HeadCountUnclear
    return count


def read_day(typed: str, edition: Edition) -> date:
    """A day such as 6月3日 or 2026-06-03 in the edition's year. Raises DayUnclear."""
    figures = [int(figure) for figure in re.findall(r"\d{1,4}", narrow(typed))]
    try:
        if len(figures) == 2:
            return date(edition.year, *figures)
        if len(figures) == 3:
            return date(*figures)
    except ValueError:
        raise DayUnclear from None
    raise DayUnclear


def must_lie_in(edition: Edition, held_on: date, today: date) -> None:
    """Raises DayOutside for a day before or after the edition, or one that has not come."""
    if not edition.is_running(held_on) or held_on > today:
        raise DayOutside(starts_on=edition.starts_on, ends_on=min(edition.ends_on, today))
