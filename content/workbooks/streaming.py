"""流式写表 — a workbook written to a file row by row, so that however many rows there are, few are held in memory.

Every text is a text, whatever it begins with; a number may be given as one, so that it can be added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from content.workbooks.writing import HEAD, TEXT, fitted, look_of

CellValue = str | int | float | None
_WRAPPED: dict[str, Any] = TEXT | {"text_wrap": True}
_NUMBER: dict[str, Any] = {"valign": "top", "num_format": "0.##"}


class StreamedBook:
    """A workbook that grows on disk. Rows of several sheets may come in turns; each sheet's in their order."""

    def __init__(self, path: Path) -> None:
        # Loaded when first needed, as its like for reading is.
        import xlsxwriter

        options = {"constant_memory": True, "strings_to_urls": False, "tmpdir": str(path.parent)}
        self.book = xlsxwriter.Workbook(str(path), options)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._sheets: list[StreamedSheet] = []

    def sheet(self, title: str, headings: Sequence[str], widths: Sequence[int]) -> StreamedSheet:
        """A new sheet with a heading row that stays in sight; `widths` are the columns' widths in characters."""
        made = StreamedSheet(self, title, headings, widths)
        self._sheets.append(made)
        return made

    def format(self, look: Mapping[str, Any]) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(dict(look))
        return self._formats[key]

    def close(self) -> None:
        """Finish the file."""
        for sheet in self._sheets:
            sheet.close()
        self.book.close()


class StreamedSheet:
    """One sheet of it."""

    def __init__(self, book: StreamedBook, title: str, headings: Sequence[str], widths: Sequence[int]) -> None:
        self._book = book
        self._columns = len(headings)
        self.count = 0
        self._sheet = book.book.add_worksheet(title)
        self._sheet.freeze_panes(1, 0)
        for place, width in enumerate(widths):
            self._sheet.set_column(place, place, width, book.format(TEXT))
        for place, heading in enumerate(headings):
            self._sheet.write_string(0, place, heading, book.format(HEAD))

    def write(self, rows: Iterable[Sequence[CellValue]]) -> None:
        """Add rows below those that are there. Takes processor time: call it in a thread."""
        for row in rows:
            self.count += 1
            for place, value in enumerate(row):
                if isinstance(value, int | float):
                    self._sheet.write_number(self.count, place, value, self._book.format(_NUMBER))
                elif value:
                    look = self._book.format(look_of(value, _WRAPPED))
                    self._sheet.write_string(self.count, place, fitted(value), look)

    def close(self) -> None:
        if self.count:
            self._sheet.autofilter(0, 0, self.count, self._columns - 1)
