"""演示区 — an invented district to try things on: a street of 23 enterprises, a chemical park of 27."""

from collections.abc import Callable, Sequence
from pathlib import Path

from content.loading.entry import Entry
from content.loading.page import Page
from content.workbooks import register_words, write_register
from domain.enterprise import EnterpriseEntry
from domain.register import Column, read_entry

_FOLDER = Path(__file__).parent


def demo_district(industry_named: Callable[[str], str | None]) -> tuple[EnterpriseEntry, ...]:
    """The enterprises of the demo district; `industry_named` gives an industry's id.

    Raises:
        ContentFault: `demo/district.toml` has a row that a register would not take.
    """
    words = register_words()
    found = []
    for entry, cells in _rows("district.toml"):
        read = read_entry(cells, industry_named, words.risk_named)
        if not isinstance(read, EnterpriseEntry):
            raise entry.fault(words.wording(read[0]), read[0].column)
        found.append(read)
    return tuple(found)


def demo_register(industry_names: Sequence[str]) -> bytes:
    """A register for a newcomer to import: twelve rows, three of them with a flaw."""
    return write_register([cells for _, cells in _rows("sample.toml")], industry_names)


def _rows(name: str) -> list[tuple[Entry, dict[Column, str]]]:
    page = Page.read(_FOLDER / name, _FOLDER.parent)
    rows = []
    for entry in Entry(page, page.table).entries("enterprise"):
        entry.must_hold_only(*Column)
        rows.append((entry, {column: entry.text_or_none(column) or "" for column in Column}))
    return rows
