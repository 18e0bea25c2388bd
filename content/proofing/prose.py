"""文字校对 — can it be read on a phone by somebody with primary schooling: length, sentences, punctuation."""

import re
from collections.abc import Iterable, Iterator, Mapping

from content.proofing.pieces import Piece
from content.proofing.report import Finding
from content.proofing.rules import Rules
from domain.checklist import Item
from domain.emergency import EmergencyCard

_HAN = "\u4e00-\u9fff"
_ASCII_MARK = re.compile(rf"(?<=[{_HAN}])[,.;:?!()\"']|[,;:?!()\"'](?=[{_HAN}])")
_SHOWN_WHOLE = ("item", "card", "hotline", "guide", "lesson")
_SENTENCE_END = re.compile("[。！？；\n]")
# Shapes of Chinese service numbers: 110, 119, 120, 122; 12345 and its like; 95598; 96119.
_PHONE = re.compile(r"(?<![\d.〔-])(?:1[12]\d|12\d{3}|9[56]\d{3})(?![\d.〕-])")


def prose_findings(pieces: Iterable[Piece], rules: Rules, numbers: frozenset[str]) -> Iterator[Finding]:
    """All that is wrong with the wording; `numbers` are the listed telephone numbers."""
    for piece in pieces:
        yield from _lengths(piece, rules)
        for steps, text in (*piece.texts, *piece.notes):
            if mark := _ASCII_MARK.search(text):
                yield piece.finding("ascii-mark", *steps, mark=mark.group(), near=_near(text, mark))
        for steps, text in piece.texts:
            yield from _sentences(piece, steps, text, rules)
            for number in _PHONE.findall(text):
                if number not in numbers:
                    yield piece.finding("number-unlisted", *steps, number=number)
        if isinstance(piece.thing, EmergencyCard):
            for position, number in enumerate(piece.thing.call):
                if number not in numbers:
                    yield piece.finding("number-unlisted", "call", position, number=number)


def card_length(piece: Piece) -> int:
    """Characters of a piece shown whole in one chat message, quotations included, labels allowed for."""
    shown = sum(len(text) + 6 for _, text in (*piece.texts, *piece.notes))
    return shown + sum(len(basis.quote) + len(basis.law) + 8 for basis in piece.basis)


def _lengths(piece: Piece, rules: Rules) -> Iterator[Finding]:
    limits = rules.limits
    if piece.kind in _SHOWN_WHOLE and (length := card_length(piece)) > limits["card"]:
        yield piece.finding("card-long", length=length, limit=limits["card"])
    for steps, text in piece.texts:
        limit = _limit(piece, steps, limits)
        if len(text) > limit:
            yield piece.finding("text-long", *steps, length=len(text), limit=limit)
    if isinstance(piece.thing, EmergencyCard) and len(piece.thing.steps) > limits["steps"]:
        yield piece.finding("steps-many", "steps", length=len(piece.thing.steps), limit=limits["steps"])


def _limit(piece: Piece, steps: tuple[str | int, ...], limits: Mapping[str, int]) -> int:
    if piece.kind in ("question", "lesson", "topic", "track", "edition", "term", "special", "clause", "duty"):
        field = next(name for name in reversed(steps) if isinstance(name, str))
        return limits[f"{piece.kind}_{field}"]
    if steps[-1] == "title" or steps[-1] == "name":
        return limits["title"] if piece.kind != "checklist" else limits["list_title"]
    if isinstance(piece.thing, EmergencyCard) and steps[0] in ("steps", "never"):
        return limits["step"]
    if isinstance(piece.thing, Item) and steps[0] == "evidence":
        return limits["evidence"]
    return limits["text"]


def _sentences(piece: Piece, steps: tuple[str | int, ...], text: str, rules: Rules) -> Iterator[Finding]:
    for sentence in _SENTENCE_END.split(text):
        if len(sentence) > rules.limits["sentence"]:
            yield piece.finding(
                "sentence-long",
                *steps,
                length=len(sentence),
                limit=rules.limits["sentence"],
                near=sentence[:12],
            )


def _near(text: str, mark: re.Match[str]) -> str:
    return text[max(0, mark.start() - 6) : mark.end() + 6]
