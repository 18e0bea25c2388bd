"""测验 — which questions to ask, in which order their options stand, and what the answers come to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from domain.question import Dimension, Question, QuestionKind
from domain.refusal import Refusal

QUESTIONS_A_SET = 5
# The hours at which a person may have the question of the day: before work, at noon, after work.
DAILY_HOURS = (time(8, 30), time(12, 30), time(18, 0))
# Past this hour the question of a day is not pushed any more: quiet hours begin, and tomorrow has one of its own.
DAILY_UNTIL = time(21, 0)
GROUP_QUESTIONS_A_DAY = 20

_OFFSET, _PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF


class QuestionsLacking(Refusal):
    """The bank has no question that fits this person and this topic."""


class NotGroupAdmin(Refusal):
    """Only an admin of the group puts a question to it."""


class GroupQuestionsSpent(Refusal):
    """The group has had as many questions today as it may have in a day."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one person and one question.

    due_at: when a question they once got wrong should return; None for one they never got wrong.
    """

    answered_at: datetime
    was_right: bool
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a quiz: `shown` says which option as written stands at each place, `chosen` is as written."""

    position: int
    question_id: str
    shown: tuple[int, ...]
    chosen: frozenset[int] | None = None
    is_right: bool | None = None

    @property
    def is_answered(self) -> bool:
        return self.is_right is not None

    def as_written(self, places: Iterable[int]) -> frozenset[int]:
        """The options that stand at these places, from 0; a place that was never shown is nothing."""
        return frozenset(self.shown[place] for place in places if 0 <= place < len(self.shown))

    def places_of(self, options: Iterable[int]) -> tuple[int, ...]:
        """Where these options, by their positions as written, stand for this person."""
        wanted = frozenset(options)
        return tuple(place for place, option in enumerate(self.shown) if option in wanted)


@dataclass(frozen=True, slots=True)
class Bar:
    """One of the three dimensions: of the questions answered, how many rightly at the last try."""

    dimension: Dimension
    right: int
    answered: int

    def blocks(self, width: int = 10) -> int:
        """The length of the bar, of `width`; one block at least for one right answer."""
        if not self.right:
            return 0
        return max(1, width * self.right // self.answered)


def shown_order(question: Question, seed: str) -> tuple[int, ...]:
    """The order in which the options are shown to whoever the seed stands for; always the same for the same seed.

    A judgement keeps its two words in place, where everybody expects them and where they tell nothing.
    """
    options = range(len(question.options))
    if question.kind is QuestionKind.JUDGE:
        return tuple(options)
    return tuple(sorted(options, key=lambda option: _grain(f"{seed}/{question.id}/{option}")))


def choose(
    bank: Sequence[Question], memories: Mapping[str, Memory], now: datetime, seed: str, count: int
) -> tuple[Question, ...]:
    """The next questions: own wrong answers that are due, then new ones, then those asked longest ago.

    Raises QuestionsLacking when the bank is empty; a small bank gives fewer.
    """
    if not bank:
        raise QuestionsLacking

    def rank(question: Question) -> tuple[int, float]:
        memory = memories.get(question.id)
        if memory is None:
            return 1, _grain(f"{seed}/{question.id}")
        if memory.due_at is not None and memory.due_at <= now:
            return 0, memory.due_at.timestamp()
        return 2, memory.answered_at.timestamp()

    return tuple(sorted(bank, key=rank)[:count])


def bars(questions: Mapping[str, Question], memories: Mapping[str, Memory]) -> tuple[Bar, ...]:
    """The three dimensions over everything answered so far; questions that are gone from the bank do not count."""
    return tuple(
        Bar(dimension, sum(memory.was_right for memory in mine), len(mine))
        for dimension in Dimension
        for mine in [[m for id, m in memories.items() if id in questions and questions[id].dimension is dimension]]
    )


def next_daily_at(after: datetime, hour: time, zone: tzinfo) -> datetime:
    """The first instant later than `after` (both UTC) at which clocks in `zone` show that hour."""
    there = after.astimezone(zone)
    at = there.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    if at <= there:
        at = (there + timedelta(days=1)).replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return at.astimezone(after.tzinfo)


def may_ask_daily(due_at: datetime, now: datetime, zone: tzinfo) -> bool:
    """Whether a question of the day that fell due may still be pushed: on its own day, before the evening's end."""
    due, there = due_at.astimezone(zone), now.astimezone(zone)
    return due.date() == there.date() and there.time() < DAILY_UNTIL


def _grain(text: str) -> int:
    """A number that looks random and never changes for the same text: FNV-1a with a final mix of its bits."""
    value = _OFFSET
    for byte in text.encode():
        value = ((value ^ byte) * _PRIME) & _MASK
    value = ((value ^ (value >> 33)) * 0xFF51AFD7ED558CCD) & _MASK
    return value ^ (value >> 33)
