"""成表 — writes questions or checklists as a workbook, reads it back as rows, and gives it back with its problems.

Nothing is ever written as a formula, and a workbook that comes in is looked at before it is opened, as with a register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from content.authoring.cells import written
from content.authoring.columns import FORMS, Column, Form, form
from content.authoring.entries import entries_of
from content.catalogue import Catalogue
from content.fault import ContentFault
from content.wording import say
from content.workbooks.sheets import Sheet, read_sheets
from content.workbooks.words import folded, register_words
from content.workbooks.writing import HEAD, TEXT, Book

_OPEN: dict[str, Any] = TEXT | {"text_wrap": True, "locked": False}
_LOCKED: dict[str, Any] = TEXT | {"font_color": "#8A8F8C", "bg_color": "#F3F4F3"}
_BAD: dict[str, Any] = _OPEN | {"bg_color": "#FDE3E1", "font_color": "#A1221B"}
_LEAST_HEADINGS = 3
_ALLOWED = {
    "insert_rows": True, "format_columns": True, "format_rows": True, "sort": True, "autofilter": True,
    "select_locked_cells": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a workbook: its number in Excel, its cells by field, and the flaws that Excel itself made."""

    number: int
    cells: Mapping[str, str]
    flaws: tuple[tuple[str, str], ...]

    @property
    def id(self) -> str:
        return self.cells.get("id", "")


@dataclass(frozen=True, slots=True)
class Sheetful:
    """A workbook as read: what form it has, which fields it has columns for, and its rows."""

    form: Form
    fields: frozenset[str]
    rows: tuple[Row, ...]


def export(catalogue: Catalogue, name: str) -> bytes:
    """All questions, or the items of all checklists, a row each; the ids of what exists are locked."""
    shape = form(name)
    rows = [written(entry, shape, catalogue) for entry in entries_of(catalogue, name)]
    return _book(shape, shape.columns, [(cells, "") for cells in rows])


def problem_workbook(sheetful: Sheetful, problems: Mapping[int, str]) -> bytes:
    """The rows that were read, in their order, with a last column that says what is wrong with which."""
    shape = sheetful.form
    columns = [column for column in shape.columns if column.field in sheetful.fields]
    return _book(shape, columns, [(row.cells, problems.get(row.number, "")) for row in sheetful.rows], True)


def _book(
    shape: Form, columns: Sequence[Column], rows: Sequence[tuple[Mapping[str, str], str]], has_problems: bool = False
) -> bytes:
    book = Book()
    sheet = book.book.add_worksheet(shape.sheet)
    notes = book.book.add_worksheet(shape.notes_sheet)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, book.format(_OPEN))
        book.put(sheet, 0, place, column.heading, HEAD)
    if has_problems:
        sheet.set_column(len(columns), len(columns), 60, book.format(_OPEN))
        book.put(sheet, 0, len(columns), shape.problem_heading, HEAD)
    for number, (cells, problem) in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            if text := cells.get(column.field, ""):
                is_locked = column.field == "id" and not problem
                book.put(sheet, number, place, text, _LOCKED if is_locked else _BAD if problem else _OPEN)
        if problem:
            book.put(sheet, number, len(columns), problem, _BAD)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    # Without a password: it keeps from slips, not from intent.
    sheet.protect("", _ALLOWED)
    notes.set_column(0, 0, 100)
    for number, note in enumerate(shape.notes):
        book.put(notes, number, 0, note, _OPEN)
    return book.finish()


def read_rows(file: str, data: bytes) -> Sheetful:
    """The rows of a workbook that was exported and edited; `file` is its name, for the fault.

    Raises:
        Refusal: one of `domain.workbook`; the file is not taken.
        ContentFault: no sheet has the headings of questions or of checklists, or one of them stands twice.
    """
    for sheet in read_sheets(data):
        for name in FORMS:
            if (places := _headings(sheet, form(name), file)) is not None:
                return Sheetful(form(name), frozenset(places), tuple(_rows(sheet, places)))
    raise ContentFault(file, 1, say("sheet-without-heading"))


def _headings(sheet: Sheet, shape: Form, file: str) -> dict[str, int] | None:
    if not sheet.rows:
        return None
    known = {folded(column.heading): column.field for column in shape.columns}
    places: dict[str, int] = {}
    for place, cell in enumerate(sheet.rows[0].cells):
        if (field := known.get(folded(cell.text))) is None:
            continue
        if field in places:
            raise ContentFault(file, 1, say("fault-twice", id=cell.text))
        places[field] = place
    # What both forms share tells nothing.
    own = sum(field in places for field in ("stem", "answer", "what", "standard", "remedy"))
    return places if "id" in places and own and len(places) >= _LEAST_HEADINGS else None


def _rows(sheet: Sheet, places: Mapping[str, int]) -> list[Row]:
    flaws = register_words().problems
    found = []
    for row in sheet.rows[1:]:
        cells: dict[str, str] = {}
        wrong: list[tuple[str, str]] = []
        for field, place in places.items():
            cell = row.cells[place] if place < len(row.cells) else None
            if cell is None:
                continue
            if cell.flaw is not None:
                wrong.append((field, flaws[cell.flaw].format(value=cell.text)))
            cells[field] = _plain(cell.text)
        if any(cells.values()) or wrong:
            found.append(Row(row.number, cells, tuple(wrong)))
    return found


def _plain(text: str) -> str:
    """A cell as its text would be written: Excel may end lines in its own way."""
    return text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()
