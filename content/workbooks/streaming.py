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
_LINE_POINTS = 15
# Of a longer text the first lines are shown; all of it stands in the cell.
_MOST_LINES = 12
_A3 = 8
# So many characters side by side can still be read on A3.
_READABLE = 320


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
        assert len(headings) == len(widths), f"{title}: {len(headings)} headings, {len(widths)} widths"
        self._widths = tuple(widths)
        self.count = 0
        self._sheet = book.book.add_worksheet(title)
        self._sheet.freeze_panes(1, 0)
        # On paper: across, with the headings on each sheet; what would be too small to read goes over two of them.
        self._sheet.set_paper(_A3)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(-(-sum(widths) // _READABLE), 0)
        self._sheet.repeat_rows(0)
        self._sheet.repeat_columns(0)
        self._sheet.set_footer(f"&L{title.replace('&', '&&')}&R第 &P 页，共 &N 页")
        for place, width in enumerate(widths):
            self._sheet.set_column(place, place, width, book.format(TEXT))
        for place, heading in enumerate(headings):
            self._sheet.write_string(0, place, heading, book.format(HEAD))

    def write(self, rows: Iterable[Sequence[CellValue]]) -> None:
        """Add rows below those that are there. Takes processor time: call it in a thread."""
        for row in rows:
            self.count += 1
            self._sheet.set_row(self.count, _LINE_POINTS * self._lines(row))
            for place, value in enumerate(row):
                if isinstance(value, int | float):
                    self._sheet.write_number(self.count, place, value, self._book.format(_NUMBER))
                elif value:
                    look = self._book.format(look_of(value, _WRAPPED))
                    self._sheet.write_string(self.count, place, fitted(value), look)

    def _lines(self, row: Sequence[CellValue]) -> int:
        """How many lines the highest of these cells takes: not every program finds that out by itself."""
        most = 1
        for value, width in zip(row, self._widths, strict=False):
            # Two columns to each Chinese character: what is short enough anyway is not looked at.
            if isinstance(value, str) and (2 * len(value) > width or "\n" in value):
                most = max(most, sum(-(-_columns(line) // width) or 1 for line in value.split("\n")))
        return min(most, _MOST_LINES)

    def close(self) -> None:
        if self.count:
            self._sheet.autofilter(0, 0, self.count, len(self._widths) - 1)


def _columns(line: str) -> int:
    """How wide a line is, a Chinese character counting two; rather too much than too little."""
    return (len(line.encode("utf-8", "replace")) + len(line) + 1) // 2
