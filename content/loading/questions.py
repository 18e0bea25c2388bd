"""题库装载 — topics.toml and one file of questions per topic under questions/, named like the topic."""

from collections.abc import Mapping
from dataclasses import dataclass

from content.loading.entry import Entry
from content.loading.page import Page
from domain.contact import Role
from domain.industry import Industry
from domain.question import (
    EXPLANATION_LIMIT,
    EXPLANATION_LINE_FEEDS,
    OPTION_LIMIT,
    OPTIONS_LEAST,
    OPTIONS_MOST,
    STEM_LIMIT,
    Dimension,
    Question,
    QuestionKind,
)
from domain.topic import Topic

_FIELDS = (
    "id", "kind", "stem", "options", "answer", "explanation", "difficulty",
    "dimension", "trades", "roles", "basis", "source", "retired",
)  # fmt: skip
_LETTERS = "ABCDEFGHIJ"
_HARDEST = 3


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics by id in file order, and the two words that a judgement is answered with."""

    by_id: Mapping[str, Topic]
    judgement: tuple[str, ...]


def read_topics(page: Page) -> Topics:
    """The topics of topics.toml.

    Raises:
        ContentFault: a flawed field, an id given twice, or other than two words for judgements.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("judgement", "topic")
    judgement = whole.texts("judgement")
    if len(set(judgement)) != OPTIONS_LEAST:
        raise whole.fault("fault-judgement", "judgement")
    found: dict[str, Topic] = {}
    for entry in whole.entries("topic"):
        entry.must_hold_only("id", "title", "icon", "intro")
        topic = Topic(entry.text("id"), entry.text("title"), entry.text("icon"), entry.text("intro"))
        if topic.id in found:
            raise entry.fault("fault-twice", "id", id=topic.id)
        found[topic.id] = topic
    return Topics(found, judgement)


def read_questions(page: Page, topic: Topic, topics: Topics, industries: Mapping[str, Industry]) -> list[Question]:
    """The questions of one page, in file order.

    Raises:
        ContentFault: a flawed field, an answer that is no option, too many or too few right options
            for the kind, a text longer than Telegram takes, or an unknown trade.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("question")
    found = [_question(entry, topic, topics.judgement) for entry in whole.entries("question")]
    for entry, question in zip(whole.entries("question"), found, strict=True):
        if unknown := sorted(question.trades - industries.keys()):
            raise entry.fault("fault-unknown-industry", "trades", id=unknown[0])
    return found


def _question(entry: Entry, topic: Topic, judgement: tuple[str, ...]) -> Question:
    entry.must_hold_only(*_FIELDS)
    kind = entry.choice("kind", QuestionKind)
    options = judgement if kind is QuestionKind.JUDGE else _options(entry)
    return Question(
        id=entry.text("id"),
        topic=topic.id,
        kind=kind,
        stem=_short(entry, "stem", STEM_LIMIT),
        options=options,
        correct=_correct(entry, kind, options),
        explanation=_explanation(entry),
        difficulty=_difficulty(entry),
        dimension=entry.choice("dimension", Dimension),
        trades=frozenset(entry.texts("trades")),
        roles=entry.choices("roles", Role),
        basis=entry.bases(),
        source=entry.text_or_none("source"),
        is_retired=entry.flag("retired"),
    )


def _options(entry: Entry) -> tuple[str, ...]:
    options = entry.texts("options")
    if not OPTIONS_LEAST <= len(options) <= OPTIONS_MOST:
        raise entry.fault("fault-options-count", "options", least=OPTIONS_LEAST, most=OPTIONS_MOST, count=len(options))
    for position, option in enumerate(options):
        if option in options[:position]:
            raise entry.fault("fault-twice", "options", position, id=option)
        if len(option) > OPTION_LIMIT:
            raise entry.fault("fault-too-long", "options", position, field="options", limit=OPTION_LIMIT)
    return options


def _correct(entry: Entry, kind: QuestionKind, options: tuple[str, ...]) -> frozenset[int]:
    """Positions of the right options: letters as in an exam (ACD), or for a judgement one of its two words."""
    answer = entry.text("answer")
    if kind is QuestionKind.JUDGE:
        if answer not in options:
            raise entry.fault("fault-not-one-of", "answer", field="answer", value=answer, words=" ".join(options))
        return frozenset({options.index(answer)})
    letters = _LETTERS[: len(options)]
    if not set(answer) <= set(letters) or len(set(answer)) < len(answer):
        raise entry.fault("fault-answer", "answer", answer=answer, last=letters[-1])
    if (kind is QuestionKind.SINGLE) is not (len(answer) == 1):
        raise entry.fault(f"fault-answer-{kind}", "answer", answer=answer)
    return frozenset(map(letters.index, answer))


def _explanation(entry: Entry) -> str:
    text = _short(entry, "explanation", EXPLANATION_LIMIT)
    if text.count("\n") > EXPLANATION_LINE_FEEDS:
        raise entry.fault("fault-line-feeds", "explanation", most=EXPLANATION_LINE_FEEDS)
    return text


def _difficulty(entry: Entry) -> int:
    difficulty = entry.whole("difficulty")
    if not 1 <= difficulty <= _HARDEST:
        raise entry.fault("fault-difficulty", "difficulty", most=_HARDEST)
    return difficulty


def _short(entry: Entry, name: str, limit: int) -> str:
    text = entry.text(name)
    if len(text) > limit:
        raise entry.fault("fault-too-long", name, field=name, limit=limit)
    return text
