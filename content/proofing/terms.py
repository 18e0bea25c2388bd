"""本地说法校对 — a term that the bureau fills in is either whole, with its source, or still empty."""

from collections.abc import Iterable, Iterator

from content.proofing.pieces import Piece
from content.proofing.report import Finding
from content.proofing.rules import Rules
from domain.local_term import LocalTerm
from domain.special import SpecialCampaign


def term_findings(pieces: Iterable[Piece], rules: Rules) -> Iterator[Finding]:
    """All that is wrong with terms of the bureau's own."""
    for piece in pieces:
        if isinstance(piece.thing, LocalTerm):
            yield from _term(piece, piece.thing, rules)
        elif isinstance(piece.thing, SpecialCampaign) and piece.thing.is_begun and not piece.thing.is_filled:
            for field in ("name", "source"):
                if not getattr(piece.thing, field):
                    yield piece.finding("special-half", field)
            for position, stage in enumerate(piece.thing.stages):
                if not stage.is_filled:
                    yield piece.finding("special-half", "stage", position, "title")


def _term(piece: Piece, term: LocalTerm, rules: Rules) -> Iterator[Finding]:
    if term.note != rules.term_note:
        yield piece.finding("term-note", "note", note=rules.term_note)
    labels: set[str] = set()
    texts: set[str] = set()
    for position, part in enumerate(term.parts):
        if part.label in labels:
            yield piece.finding("duplicate", "part", position, "label", other=part.label)
        if part.text and part.text in texts:
            yield piece.finding("duplicate", "part", position, "text", other=part.text)
        labels.add(part.label)
        texts.add(part.text)
        if term.is_begun and not part.text:
            yield piece.finding("term-half", "part", position, "text", label=part.label)
    if term.is_begun and not term.source:
        yield piece.finding("term-sourceless", "source")
