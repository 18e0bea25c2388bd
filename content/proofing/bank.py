"""题库校对 — the bank as a whole: enough on each topic, no two alike, and no pattern that betrays the answers."""

from collections import Counter
from collections.abc import Iterator, Sequence

from content.catalogue import Catalogue
from content.proofing.likeness import alike
from content.proofing.pieces import Piece
from content.proofing.report import Finding
from content.proofing.rules import Rules
from content.wording import say
from domain.question import Question, QuestionKind

_USUAL_OPTIONS = 4


def bank_findings(catalogue: Catalogue, pieces: Sequence[Piece], rules: Rules) -> Iterator[Finding]:
    """All that is wrong with the questions taken together, and with lessons that say the same twice."""
    whole = catalogue.open_questions
    yield from _coverage(catalogue, whole, rules)
    yield from _repeated([piece for piece in pieces if piece.kind == "question"], "stem", rules)
    yield from _repeated([piece for piece in pieces if piece.kind == "lesson"], "text", rules)
    yield from _keys(catalogue, whole, rules)
    yield from _longest(catalogue, whole, rules.bank["longest_share"], 1)
    for number, topic_id in enumerate(catalogue.topics):
        line = catalogue.pages["topics.toml"].line(("topic", number))
        own = [question for question in whole if question.topic == topic_id]
        yield from _longest(catalogue, own, rules.bank["longest_share_in_topic"], line)


def is_longest(question: Question) -> bool:
    """Whether the one right option is longer than every other."""
    lengths = [len(option) for option in question.options]
    (right,) = question.correct
    return lengths[right] == max(lengths) and lengths.count(max(lengths)) == 1


def _finding(catalogue: Catalogue, line: int, code: str, **facts: object) -> Finding:
    return Finding(catalogue.pages["topics.toml"].name, line, code, say(code, **facts))


def _coverage(catalogue: Catalogue, questions: Sequence[Question], rules: Rules) -> Iterator[Finding]:
    if len(catalogue.topics) < rules.bank["topics_min"]:
        yield _finding(catalogue, 1, "topics-few", count=len(catalogue.topics), least=int(rules.bank["topics_min"]))
    for number, topic in enumerate(catalogue.topics.values()):
        count = sum(question.topic == topic.id for question in questions)
        if count < rules.bank["questions_per_topic"]:
            line = catalogue.pages["topics.toml"].line(("topic", number, "id"))
            least = int(rules.bank["questions_per_topic"])
            yield _finding(catalogue, line, "topic-thin", topic=topic.title, count=count, least=least)


def _repeated(pieces: Sequence[Piece], field: str, rules: Rules) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for piece in pieces:
        text = str(getattr(piece.thing, field))
        if text in first:
            yield piece.finding("duplicate", field, other=first[text])
        first.setdefault(text, piece.id)
    for earlier, later in alike([_whole(piece) for piece in pieces], rules.ratio):
        if getattr(pieces[earlier].thing, field) != getattr(pieces[later].thing, field):
            yield pieces[later].finding("near-duplicate", field, other=pieces[earlier].id)


def _whole(piece: Piece) -> str:
    """What a question asks and what is right: two that share both are the same question in other clothes."""
    if not isinstance(piece.thing, Question):
        return " ".join(text for _, text in piece.texts)
    question = piece.thing
    return " ".join((question.stem, *(question.options[position] for position in sorted(question.correct))))


def _keys(catalogue: Catalogue, questions: Sequence[Question], rules: Rules) -> Iterator[Finding]:
    usual = [
        next(iter(question.correct))
        for question in questions
        if question.kind is QuestionKind.SINGLE and len(question.options) == _USUAL_OPTIONS
    ]
    found = Counter(usual)
    least, most = rules.bank["key_share_min"], rules.bank["key_share_max"]
    for position in range(_USUAL_OPTIONS if usual else 0):
        share = found[position] / len(usual)
        if not least <= share <= most:
            yield _finding(
                catalogue, 1, "key-uneven", letter="ABCD"[position], share=round(share * 100), count=len(usual)
            )
    judged = [0 in question.correct for question in questions if question.kind is QuestionKind.JUDGE]
    if judged and not rules.bank["judge_share_min"] <= sum(judged) / len(judged) <= rules.bank["judge_share_max"]:
        line = catalogue.pages["topics.toml"].line(("judgement",))
        yield _finding(catalogue, line, "judge-uneven", count=sum(judged), whole=len(judged))


def _longest(catalogue: Catalogue, questions: Sequence[Question], most: float, line: int) -> Iterator[Finding]:
    singles = [question for question in questions if question.kind is QuestionKind.SINGLE]
    count = sum(map(is_longest, singles))
    if singles and count / len(singles) > most:
        yield _finding(catalogue, line, "longest-usual", count=count, whole=len(singles), most=round(most * 100))
