"""题 — one question of the bank: what is asked, which answers are right, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.basis import Basis
from domain.contact import Role

# Limits of a quiz poll in the Bot API: characters of the question, of one option and of the explanation.
STEM_LIMIT = 300
OPTION_LIMIT = 100
OPTIONS_LEAST, OPTIONS_MOST = 2, 10
EXPLANATION_LIMIT = 200
EXPLANATION_LINE_FEEDS = 2


class QuestionKind(StrEnum):
    """题型 — 单选, 多选 or 判断; a judgement has two options, the first of which says that it is so."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"


class Dimension(StrEnum):
    """维度 — 思想认识, 专业知识 or 业务技能: what a right answer shows about a person."""

    AWARENESS = "awareness"
    KNOWLEDGE = "knowledge"
    SKILL = "skill"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; its `id` never changes once published and is never given to another question.

    `correct` holds positions in `options` as written, from 0.  `difficulty` runs from 1 (everybody
    should know) to 3.  Empty `trades` or `roles` mean that it suits all.  `source` names a national
    guideline where no law says it; at least one of `basis` and `source` is there.  A retired one is kept
    for the records that name it and is not drawn any more.
    """

    id: str
    topic: str
    kind: QuestionKind
    stem: str
    options: tuple[str, ...]
    correct: frozenset[int]
    explanation: str
    difficulty: int
    dimension: Dimension
    trades: frozenset[str]
    roles: frozenset[Role]
    basis: tuple[Basis, ...]
    source: str | None
    is_retired: bool = False

    def is_right(self, chosen: Iterable[int]) -> bool:
        """Whether exactly the right options were chosen, by their positions as written."""
        return frozenset(chosen) == self.correct

    def suits(self, role: Role | None, trades: frozenset[str]) -> bool:
        """Whether to ask it of somebody in that role (None: not enrolled) at an enterprise of these trades."""
        return not self.is_retired and self._fits(role, trades)

    def _fits(self, role: Role | None, trades: frozenset[str]) -> bool:
        return (not self.roles or role in self.roles) and (not self.trades or bool(self.trades & trades))
