"""题目校对 — one question at a time: does it rest on something, teach why, and keep its answer to itself."""

from collections.abc import Iterable, Iterator

from content.proofing.likeness import likeness, pairs
from content.proofing.pieces import Piece
from content.proofing.report import Finding
from content.proofing.rules import Rules
from content.wording import say
from domain.campaign import Confidence, Edition
from domain.question import EXPLANATION_LIMIT, EXPLANATION_LINE_FEEDS, Question, QuestionKind


def question_findings(pieces: Iterable[Piece], editions: Iterable[Edition], rules: Rules) -> Iterator[Finding]:
    """All that is wrong with single questions."""
    uncertain = {edition.theme for edition in editions if edition.theme and edition.confidence is Confidence.UNCERTAIN}
    for piece in pieces:
        if isinstance(piece.thing, Question):
            yield from _ground(piece, piece.thing, rules)
            yield from _explanation(piece, piece.thing, rules)
            yield from _options(piece, piece.thing, rules)
            yield from _themes(piece, uncertain)


def shown_whole(question: Question) -> str:
    """Explanation and basis together, as they get into a quiz poll."""
    named = [say("basis-named", law=basis.law, article=basis.article) for basis in question.basis]
    named += [question.source] if question.source else []
    return say("basis-shown", text=question.explanation, basis=" ".join(named))


def _ground(piece: Piece, question: Question, rules: Rules) -> Iterator[Finding]:
    if not question.basis and not question.source:
        yield piece.finding("ground-missing", "id")
    for steps, text in piece.texts:
        if fine := rules.fines.search(text):
            yield piece.finding("asks-fine", *steps, near=fine.group())


def _explanation(piece: Piece, question: Question, rules: Rules) -> Iterator[Finding]:
    text = question.explanation
    if len(text) < rules.bank["explanation_min"]:
        yield piece.finding("explanation-short", "explanation", least=int(rules.bank["explanation_min"]))
    whole = shown_whole(question)
    if len(whole) > EXPLANATION_LIMIT or whole.count("\n") > EXPLANATION_LINE_FEEDS:
        yield piece.finding("explanation-long", "explanation", length=len(whole), limit=EXPLANATION_LIMIT)
    known = [basis.quote for basis in question.basis] + [question.stem]
    known += [question.options[position] for position in question.correct]
    if any(likeness(pairs(text), pairs(other)) >= rules.bank["explanation_repeats"] for other in known):
        yield piece.finding("explanation-repeats", "explanation")


def _options(piece: Piece, question: Question, rules: Rules) -> Iterator[Finding]:
    if question.kind is QuestionKind.JUDGE:
        return
    for position, option in enumerate(question.options):
        for words in rules.banned_options:
            if words in option:
                yield piece.finding("option-banned", "options", position, words=words)
    if len(question.correct) == len(question.options):
        yield piece.finding("options-all-right", "answer")
    right = [len(question.options[position]) for position in question.correct]
    wrong = [len(option) for position, option in enumerate(question.options) if position not in question.correct]
    if question.kind is QuestionKind.SINGLE and wrong:
        bounds = max(max(wrong) * rules.bank["longest_factor"], max(wrong) + rules.bank["longest_extra"])
        if right[0] >= bounds:
            yield piece.finding("option-gives-away", "options", *question.correct)


def _themes(piece: Piece, uncertain: set[str]) -> Iterator[Finding]:
    for steps, text in piece.texts:
        for theme in uncertain:
            if theme in text:
                yield piece.finding("theme-uncertain", *steps, theme=theme)
