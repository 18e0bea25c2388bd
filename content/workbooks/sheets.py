"""表格 — the sheets of a workbook as rows of plain texts, whatever types Excel made of what was typed."""

import datetime as dt
import io
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from content.workbooks.opening import ASIDES, MOST_ROWS, Sighting, inspect
from domain.refusal import Refusal
from domain.register import ProblemCode
from domain.workbook import WorkbookBroken, WorkbookTooLarge

MOST_COLUMNS = 60
_LAST_ROW = 1_048_576
_MOST_FILLED = 1_000_000
# Excel keeps 15 digits of a number and makes the others 0.
_EXACT = 10**15
_quiet = threading.Lock()


class Cell(NamedTuple):
    """The text of a cell; `flaw` says why it is not to be trusted, `is_number` that Excel holds a number."""

    text: str
    flaw: ProblemCode | None = None
    is_number: bool = False


NOTHING = Cell("")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with something in it; `number` counts from 1 as Excel does."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, place: int) -> str:
        """The text in the column at `place`, counted from 0; empty beyond the last cell."""
        return self.cells[place].text if place < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet; a vertically merged cell stands in each of its rows."""

    title: str
    rows: tuple[Row, ...]


def read_sheets(data: bytes) -> tuple[Sheet, ...]:
    """The visible sheets of a workbook, in order, at most 60 columns wide.

    Raises:
        Refusal: one of `domain.workbook`; the file is not taken.
    """
    # Loaded when first needed: it takes 15 MB, and many a day passes without a workbook.
    import openpyxl

    seen = inspect(data)
    try:
        # openpyxl warns about what it leaves out (styles, validations), none of which is read here.
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                return tuple(
                    _read(sheet, seen.get(sheet._worksheet_path, Sighting()))
                    for sheet in book.worksheets
                    if sheet.sheet_state == "visible"
                )
            finally:
                book.close()
    except Refusal:
        raise
    except Exception as error:
        # A damaged part makes openpyxl fail in any way an XML reader or a type conversion can fail.
        raise WorkbookBroken from error


def _read(sheet: Any, seen: Sighting) -> Sheet:
    from openpyxl.cell.read_only import EMPTY_CELL

    # The dimension a file claims may be a million empty rows, or too small.
    sheet.reset_dimensions()
    rows: dict[int, list[Cell]] = {}
    unanswered = _places(seen.unanswered)
    left_out = None
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if number > _LAST_ROW:
            raise WorkbookBroken
        # Rows that the file leaves out come as one and the same tuple, up to a million times.
        if row is left_out:
            continue
        if all(cell is EMPTY_CELL for cell in row):
            left_out = row
            continue
        cells = [_cell(cell, (number, place) in unanswered) for place, cell in enumerate(row)]
        while cells and cells[-1] == NOTHING:
            cells.pop()
        if cells:
            rows[number] = cells
            if len(rows) > MOST_ROWS + ASIDES:
                raise WorkbookTooLarge(rows=MOST_ROWS)
    _fill(rows, seen.merges)
    return Sheet(str(sheet.title), tuple(Row(number, tuple(cells)) for number, cells in rows.items()))


def _cell(cell: Any, is_unanswered: bool) -> Cell:
    if is_unanswered:
        return Cell("", ProblemCode.FORMULA)
    value = cell.value
    if value is None:
        return NOTHING
    if cell.data_type == "e":
        return Cell(str(value), ProblemCode.CELL_ERROR)
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return Cell(_day(value), ProblemCode.DATE)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(_number(value), is_number=True)
    text = str(value)
    return Cell(text) if text.strip() else NOTHING


def _day(value: dt.datetime | dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _number(value: int | float) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.5E}"
    return str(int(value)) if float(value).is_integer() else f"{value:.15g}"


def _places(names: set[str]) -> set[tuple[int, int]]:
    from openpyxl.utils import range_boundaries

    found = set()
    for name in names:
        column, row, _, _ = range_boundaries(name)
        found.add((row, column - 1))
    return found


def _fill(rows: dict[int, list[Cell]], merges: list[str]) -> None:
    """Give each row of a vertically merged cell its value: streets and grids are often merged."""
    budget = _MOST_FILLED
    for column, top, bottom in _vertical(merges):
        above = rows.get(top)
        if above is None or column > len(above):
            continue
        for number in range(top + 1, min(bottom, _LAST_ROW) + 1):
            budget -= 1
            if budget < 0:
                raise WorkbookBroken
            if (cells := rows.get(number)) is not None:
                cells.extend([NOTHING] * (column - len(cells)))
                if cells[column - 1] == NOTHING:
                    cells[column - 1] = above[column - 1]


def _vertical(merges: list[str]) -> Iterator[tuple[int, int, int]]:
    from openpyxl.utils import range_boundaries

    for name in merges:
        column, top, _, bottom = range_boundaries(name)
        if bottom > top and column <= MOST_COLUMNS:
            yield column, top, bottom
