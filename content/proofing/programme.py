"""学习卡和活动校对 — tracks of the right length, lessons that rest on something, and no day without a plan."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from content.proofing.pieces import Piece
from content.proofing.report import Finding
from content.proofing.rules import Rules
from domain.campaign import DayKind, Edition
from domain.contact import Role
from domain.lesson import Lesson
from domain.question import Question


def programme_findings(pieces: Iterable[Piece], questions: Mapping[str, Question], rules: Rules) -> Iterator[Finding]:
    """All that is wrong with lessons, tracks and editions."""
    lessons: dict[str, int] = {}
    heads: list[Piece] = []
    for piece in pieces:
        if isinstance(piece.thing, Lesson):
            lessons[piece.thing.track] = lessons.get(piece.thing.track, 0) + 1
            if not piece.basis and not piece.thing.source:
                yield piece.finding("ground-missing", "id")
            for position, asked in enumerate(piece.thing.questions):
                if questions[asked].is_retired:
                    yield piece.finding("lesson-retired", "questions", position, question=asked)
        elif isinstance(piece.thing, Edition):
            yield from _days(piece, piece.thing)
        elif piece.kind == "track":
            heads.append(piece)
    least, most = int(rules.bank["lessons_min"]), int(rules.bank["lessons_max"])
    for head in heads:
        if not least <= lessons.get(head.id, 0) <= most:
            yield head.finding("track-length", "id", count=lessons.get(head.id, 0), least=least, most=most)


def _days(piece: Piece, edition: Edition) -> Iterator[Finding]:
    """An edition that plans at all plans every day for every role, and no lesson twice for one person."""
    if not edition.days:
        return
    length = (edition.ends_on - edition.starts_on).days + 1
    for on in (edition.starts_on + timedelta(days=number) for number in range(length)):
        if any(edition.plan_for(on, role) is None for role in Role):
            yield piece.finding("day-empty", "day", on=on.isoformat())
    seen: dict[tuple[str, Role], int] = {}
    for number, plan in enumerate(edition.days):
        if plan.kind is not DayKind.LESSON or plan.ref is None:
            continue
        again = [role for role in Role if plan.is_for(role) and (plan.ref, role) in seen]
        if again:
            yield piece.finding("day-again", "day", number, "ref", ref=plan.ref)
        seen.update({(plan.ref, role): number for role in Role if plan.is_for(role)})
