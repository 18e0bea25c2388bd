"""监管措施 — what only officials order by a document of their own; the bot notes it, shows it, and never issues it."""

from enum import StrEnum

from domain.refusal import Refusal

NUMBER_LIMIT = 40
WORDS_LIMIT = 200


class MeasureKind(StrEnum):
    """限期整改, 停止使用 (a device or a place), 停产停业, 关闭."""

    CORRECT = "correct"
    STOP_USE = "stop_use"
    STOP_WORK = "stop_work"
    SHUT_DOWN = "shut_down"


class MeasureIncomplete(Refusal):
    """A measure names the number of its document, and says in words what it orders. Facts: `number`, `words`."""


class MeasureStands(Refusal):
    """A measure of that kind is in force already: it is lifted before another one is noted."""


class MeasureLifted(Refusal):
    """Somebody lifted it before."""


def number_and_words(said: str) -> tuple[str, str]:
    """The first line as the document's number, the rest as its words. Raises MeasureIncomplete."""
    first, _, rest = said.strip().partition("\n")
    number, words = first.strip(), rest.strip()
    if not number or not words or len(number) > NUMBER_LIMIT or len(words) > WORDS_LIMIT:
        raise MeasureIncomplete(number=NUMBER_LIMIT, words=WORDS_LIMIT)
    return number, words
