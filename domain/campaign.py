"""宣传活动 — an edition of a campaign: its theme, its days, and the matrix of what each place has done."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.contact import Role


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
    None) for a task, and None for a call.
    """

    on: date
    kind: DayKind
    title: str
    text: str
    ref: str | None
    roles: frozenset[Role]

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
    """One edition, such as a 安全生产月; `number` counts editions, both ends of the period are included."""

    id: str
    name: str
    number: int
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
