"""条款装载 — the files under clauses/ for the clause finder, with the words that many of them share."""

from collections.abc import Mapping

from content.loading.entry import Entry
from content.loading.page import Page
from domain.clause import Clause
from domain.clause_finding import Speech, plain
from domain.industry import Industry

SETS, SPEECH = "sets", "speech"
_FIELDS = ("id", "title", "plain", "label", "major", "trades", "words", "basis")
Sets = Mapping[str, tuple[str, ...]]


def read_sets(page: Page) -> Sets:
    """Words that mean the same, by the name they are used by with @ before it.

    Raises:
        ContentFault: a set is no list of texts.
    """
    entry = Entry(page, page.table)
    return {name: tuple(map(plain, entry.texts(name))) for name in page.table}


def read_speech(page: Page) -> Speech:
    """How people deny something, from speech.toml.

    Raises:
        ContentFault: a flawed field.
    """
    entry = Entry(page, page.table)
    entry.must_hold_only("bare", "denials", "between", "calm")
    return Speech(entry.texts("bare"), entry.texts("denials"), "".join(entry.texts("between")), entry.texts("calm"))


def read_clauses(page: Page, sets: Sets, industries: Mapping[str, Industry]) -> list[Clause]:
    """The clauses of one page, in file order.

    Raises:
        ContentFault: a flawed field, an unknown set or trade, or a clause that nothing finds.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("clause")
    return [_clause(entry, sets, industries) for entry in whole.entries("clause")]


def _clause(entry: Entry, sets: Sets, industries: Mapping[str, Industry]) -> Clause:
    entry.must_hold_only(*_FIELDS)
    words = entry.texts("words")
    if not words:
        raise entry.fault("fault-missing-field", "words", field="words")
    return Clause(
        id=entry.text("id"),
        title=entry.text("title"),
        plain=entry.text("plain"),
        label=entry.text("label"),
        is_major=entry.flag("major"),
        trades=entry.trades(industries),
        patterns=tuple(_pattern(entry, at, line, sets) for at, line in enumerate(words)),
        basis=entry.bases(),
    )


def _pattern(entry: Entry, at: int, line: str, sets: Sets) -> tuple[tuple[str, ...], ...]:
    """除尘|风管 @no 泄爆 → groups that must all occur, each by one of its words."""
    groups: list[tuple[str, ...]] = []
    for group in line.split():
        found: list[str] = []
        for word in group.split("|"):
            if word.startswith("@"):
                if word[1:] not in sets:
                    raise entry.fault("fault-unknown-set", "words", at, id=word)
                found += sets[word[1:]]
            elif not plain(word):
                raise entry.fault("fault-empty", "words", at, field="words")
            else:
                found.append(plain(word))
        groups.append(tuple(found))
    return tuple(groups)
