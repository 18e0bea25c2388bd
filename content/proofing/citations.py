"""引文校对 — every quotation stands in the article named, and nothing repealed or renumbered is cited."""

import re
from collections.abc import Iterable, Iterator

from content.numerals import ARTICLE, ITEM, OPENING, as_article, as_item
from content.proofing.library import Library, holds
from content.proofing.pieces import Piece
from content.proofing.report import Finding
from content.proofing.rules import Rules
from content.wording import say
from domain.basis import Basis
from domain.checklist import Grade, Item
from domain.clause import Clause
from domain.statutory import StatutoryDuty
from domain.visit import ProcedureStep

_ARTICLE_ID = re.compile(r"[1-9]\d*([-.][1-9]\d*)?")


def citation_findings(pieces: Iterable[Piece], library: Library, rules: Rules) -> Iterator[Finding]:
    """All that is wrong with citations, clauses, and laws named in passing."""
    for source in library.sources.values():
        yield from _stale_excerpts(source.short, library)
    for piece in pieces:
        for position, basis in enumerate(piece.basis):
            yield from _basis(piece, position, basis, library, rules)
        for steps, text in (*piece.texts, *piece.notes):
            yield from _named_in_passing(piece, steps, text, library, rules)
        if isinstance(piece.thing, Item):
            yield from _hint(piece, piece.thing, library)
        if isinstance(piece.thing, Clause | ProcedureStep | StatutoryDuty) and not piece.basis:
            yield piece.finding("basis-missing", "id")
        if isinstance(piece.thing, Clause) and piece.thing.is_major and piece.basis:
            yield from _criterion(piece, "label", piece.thing.label, library)


def _stale_excerpts(law: str, library: Library) -> Iterator[Finding]:
    """A shipped excerpt of a statute must read as the statute in force does."""
    source = library.sources[law]
    if source.kind != "statute" or not library.has_statutes:
        return
    for number, text in source.articles.items():
        statute = library.statute(law, number)
        if statute is None or not holds(statute, text):
            line = source.page.line(("articles", number))
            yield Finding(source.page.name, line, "excerpt-stale", say("excerpt-stale", law=law, article=number))


def _basis(piece: Piece, position: int, basis: Basis, library: Library, rules: Rules) -> Iterator[Finding]:
    field = ("basis", position)
    facts = {"law": basis.law, "article": basis.article}
    if basis.law in rules.repealed:
        yield piece.finding("law-repealed", *field, law=basis.law, instead=rules.repealed[basis.law])
        return
    if basis.law not in library.sources:
        yield piece.finding("law-unknown", *field, **facts)
        return
    if not _ARTICLE_ID.fullmatch(basis.article):
        yield piece.finding("article-form", *field, **facts)
        return
    if len(basis.quote) < rules.limits["quote_min"]:
        yield piece.finding("quote-short", *field, **facts)
    text = library.article(basis.law, basis.article)
    if text is not None and holds(text, basis.quote):
        if library.excerpt(basis.law, basis.article) is None:
            yield piece.finding("excerpt-missing", *field, **facts)
        return
    elsewhere = library.where(basis.law, basis.quote)
    if elsewhere and rules.renumbered.get(basis.law, {}).get(basis.article) == elsewhere:
        yield piece.finding("article-old", *field, **facts, now=elsewhere)
    elif elsewhere:
        yield piece.finding("quote-elsewhere", *field, **facts, now=elsewhere)
    elif text is None:
        yield piece.finding("article-unknown", *field, **facts)
    else:
        yield piece.finding("quote-absent", *field, **facts)


def _named_in_passing(
    piece: Piece, steps: tuple[str | int, ...], text: str, library: Library, rules: Rules
) -> Iterator[Finding]:
    for name, instead in rules.repealed.items():
        if name in text:
            yield piece.finding("law-repealed", *steps, law=name, instead=instead)
    for named in library.named.finditer(text):
        law, label = named[1], ARTICLE.match(text, named.end())
        if label and library.article(law, as_article(label)) is None:
            yield piece.finding("article-unknown", *steps, law=law, article=as_article(label))


def _hint(piece: Piece, item: Item, library: Library) -> Iterator[Finding]:
    """A hint at a major hazard names one criterion."""
    if item.grade_hint is Grade.MAJOR and (item.clause is None or not item.basis):
        yield piece.finding("major-without-clause", "grade_hint")
    if item.clause is not None:
        yield from _criterion(piece, "clause", item.clause, library)


def _criterion(piece: Piece, field: str, clause: str, library: Library) -> Iterator[Finding]:
    """A criterion of a major hazard is named in full, and that very paragraph is quoted."""
    label = ARTICLE.search(clause)
    law = clause[: label.start()] if label else ""
    source = library.sources.get(law)
    if label is None or source is None or source.kind != "criteria":
        yield piece.finding("clause-form", field)
        return
    quotes = [basis.quote for basis in piece.basis if (basis.law, basis.article) == (law, as_article(label))]
    paragraph = _paragraph(source.articles.get(as_article(label), ""), clause)
    if not any(holds(paragraph, quote) for quote in quotes):
        yield piece.finding("clause-without-basis", field)


def _paragraph(article: str, clause: str) -> str:
    """The numbered or lettered paragraph that a clause names, or the whole article when it names none."""
    if (wanted := ITEM.search(clause)) is None:
        return article
    for paragraph in article.splitlines():
        opening = OPENING.match(paragraph.strip())
        if opening and as_item(opening) == as_item(wanted):
            return paragraph
    return ""
