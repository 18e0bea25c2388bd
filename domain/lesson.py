"""学习卡 — one thing to learn in a minute, one thing to do today, and two questions about it."""

from dataclasses import dataclass

from domain.basis import Basis

TEXT_LIMIT = 300
QUESTIONS_PER_LESSON = 2


@dataclass(frozen=True, slots=True)
class Track:
    """系列 — lessons that belong together, in the order in which to take them."""

    id: str
    title: str
    intro: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One card; `action` is what to do today, `questions` are ids of the question bank.

    `track` is the id of its track.  `source` names a national guideline where no law says it; at
    least one of `basis` and `source` is there.
    """

    id: str
    track: str
    title: str
    text: str
    action: str
    questions: tuple[str, ...]
    basis: tuple[Basis, ...]
    source: str | None
