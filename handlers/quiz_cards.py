"""答题画面 — a question as a native poll, and the result in words; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping

from content.texts import Words
from domain.question import EXPLANATION_LIMIT, EXPLANATION_LINE_FEEDS, STEM_LIMIT, Question
from domain.quiz import Asked, Bar
from handlers.screen import home_button
from handlers.turn import Button, Poll, Rows, Say, press
from outreach.quizzes.quizzing import Quiz

MESSAGE_LIMIT = 4096
STEM_SHOWN, ANSWER_SHOWN = 90, 160
# The last word of a button under a result: what comes of it is a new message, so that the result can still be read.
KEEP = "+"


def subject(quiz: Quiz, asked: Asked) -> str:
    """What a poll about this question is remembered under."""
    return f"quiz:{quiz.id}:{asked.position}"


def poll(words: Words, quiz: Quiz, asked: Asked, question: Question) -> Poll:
    """One question of a quiz, its options in the order that was laid out for this person."""
    kind = words.label(f"quiz.kind.{question.kind.value}")
    if len(quiz.asked) == 1:
        head = words.label("quiz.head_single", kind=kind, stem=question.stem)
    else:
        head = words.label("quiz.head", number=asked.position, total=len(quiz.asked), kind=kind, stem=question.stem)
    return _poll(words, head, asked, question, subject(quiz, asked))


def group_poll(words: Words, asked: Asked, question: Question, about: str) -> Poll:
    """One question for a whole group."""
    kind = words.label(f"quiz.kind.{question.kind.value}")
    return _poll(words, words.label("quiz.head_single", kind=kind, stem=question.stem), asked, question, about)


def _poll(words: Words, head: str, asked: Asked, question: Question, about: str) -> Poll:
    return Poll(
        head if _length(head) <= STEM_LIMIT else question.stem,
        tuple(question.options[option] for option in asked.shown),
        asked.places_of(question.correct),
        about,
        _with_basis(words, question) or question.explanation,
    )


def _with_basis(words: Words, question: Question) -> str:
    """Explanation and legal basis together, when Telegram has room for both; else empty."""
    named = [words.label("quiz.basis", law=basis.law, article=basis.article) for basis in question.basis]
    named += [question.source] if question.source else []
    whole = words.label("quiz.explanation", text=question.explanation, basis=words.label("quiz.and").join(named))
    fits = _length(whole) <= EXPLANATION_LIMIT and whole.count("\n") <= EXPLANATION_LINE_FEEDS
    return whole if fits else ""


def basis(words: Words, question: Question) -> tuple[Say, ...]:
    """The legal basis as a message of its own, for a question whose explanation left no room for it."""
    if _with_basis(words, question):
        return ()
    return (Say(words("replies/quiz/basis", bases=question.basis, source=question.source)),)


def result(
    words: Words, quiz: Quiz, questions: Mapping[str, Question], bars: tuple[Bar, ...], rank: tuple[int, int] | None
) -> Say:
    """How the quiz went: what was wrong and why, and the three dimensions."""
    wrong = [
        {
            "number": asked.position,
            "stem": _short(question.stem, STEM_SHOWN),
            "answer": _short(" / ".join(question.options[at] for at in sorted(question.correct)), ANSWER_SHOWN),
            "explanation": question.explanation,
            "bases": question.basis,
            "source": question.source,
        }
        for asked in quiz.asked
        if asked.is_right is False and (question := questions.get(asked.question_id)) is not None
    ]

    def said(with_quotes: bool) -> str:
        return words(
            "replies/quiz/result", right=quiz.right, total=len(quiz.asked), wrong=wrong, with_quotes=with_quotes,
            bars=bars, rank=rank, is_daily=quiz.daily_on is not None,
        )  # fmt: skip

    text = said(with_quotes=True)
    # The exact words of the law go first when five long ones would not fit into one message.
    return Say(text if _length(text) <= MESSAGE_LIMIT else said(with_quotes=False), _after(words, quiz))


def _after(words: Words, quiz: Quiz) -> Rows:
    again = Button(words.label("quiz.again"), press("qz", "b", quiz.topic, KEEP), style="primary")
    other = Button(words.label("quiz.other"), press("qz", "l", KEEP))
    daily = Button(words.label("quiz.daily"), press("qz", "t", KEEP))
    return ((again, other), (daily, home_button(words)))


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _length(text: str) -> int:
    """In UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2
