"""写表 — a workbook in memory whose cells are texts and never formulas, and plain lists made with it."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# The same signs in full width are formulas to some spreadsheet programs.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TEXT: dict[str, Any] = {"num_format": "@", "valign": "top"}
HEAD: dict[str, Any] = {
    "bold": True,
    "bg_color": "#E8F0EA",
    "bottom": 1,
    "text_wrap": True,
    "valign": "vcenter",
    "num_format": "@",
}
_LONGEST = 32_767  # of Excel, in UTF-16 units: a rare character or an emoji takes two
_CUT = "……（太长，后面的没有写进来）"
# A half of a pair and the two non-characters cannot stand in XML.
_NEVER = re.compile("[\ud800-\udfff\ufffe\uffff]")

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")


def fitted(text: str) -> str:
    """The text as a cell can hold it: what is too long is cut between characters, with a mark that says so."""
    text = _CONTROL.sub("", _NEVER.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")))
    if len(text) <= _LONGEST // 2 or len(text.encode("utf-16-le")) <= 2 * _LONGEST:
        return text
    room = text.encode("utf-16-le")[: 2 * (_LONGEST - len(_CUT))]
    return room.decode("utf-16-le", "ignore") + _CUT


def look_of(text: str, look: Mapping[str, Any]) -> Mapping[str, Any]:
    """How a text is written so that no program takes it for a formula."""
    return {**look, "quote_prefix": True} if text.startswith(_RISKY) else look


class Book:
    """A workbook in memory, and its formats, each made once."""

    def __init__(self) -> None:
        # Loaded when first needed, as its like for reading is.
        import xlsxwriter

        self._stream = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._stream, {"in_memory": True, "strings_to_urls": False})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, look: Mapping[str, Any]) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(dict(look))
        return self._formats[key]

    def put(self, sheet: Any, row: int, place: int, text: str, look: Mapping[str, Any] = TEXT) -> None:
        """Write `text` as text, never as anything else; row and place count from 0."""
        sheet.write_string(row, place, fitted(text), self.format(look_of(text, look)))

    def finish(self) -> bytes:
        self.book.close()
        return self._stream.getvalue()


@dataclass(frozen=True, slots=True)
class ListSheet:
    """A sheet with a heading row; `widths` are the columns' widths in characters."""

    title: str
    headings: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]


def write_lists(sheets: Sequence[ListSheet]) -> bytes:
    """A workbook of lists, each with its headings kept in sight."""
    book = Book()
    for listed in sheets:
        sheet = book.book.add_worksheet(listed.title)
        for place, (heading, width) in enumerate(zip(listed.headings, listed.widths, strict=True)):
            sheet.set_column(place, place, width, book.format(TEXT))
            book.put(sheet, 0, place, heading, HEAD)
        for number, row in enumerate(listed.rows, start=1):
            for place, text in enumerate(row):
                if text:
                    book.put(sheet, number, place, text)
        sheet.freeze_panes(1, 0)
        if listed.rows:
            sheet.autofilter(0, 0, len(listed.rows), len(listed.headings) - 1)
    return book.finish()
