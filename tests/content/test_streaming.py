"""流式写表 — whatever a person typed comes back from the workbook as the text that it was, and never as a formula."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from content.workbooks import ListSheet, write_lists
from content.workbooks.streaming import StreamedBook

FORMULAS = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "＝1+1", "＋1", "－1", "＠a", "\t=1", '=HYPERLINK("http://a","b")',
    "=1+2\";=1", "%0A=1", "\n=1",
)  # fmt: skip
RARE = (
    "喆堃䶮",
    "𠮷野家",
    "🧯👩‍🚒🇨🇳",
    "e\u0301",
    "一\t二",
    "  空格  ",
    "一\n二",
    "<b>&amp;\"'</b>",
)


def streamed(tmp_path: Path, rows: list[list[str | int | float | None]]) -> bytes:
    path = tmp_path / "made.xlsx"
    book = StreamedBook(path)
    book.sheet("表", ("一", "二"), (10, 10)).write(rows)
    book.close()
    return path.read_bytes()


def cells(data: bytes) -> list[tuple[object, str, bool]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [(cell.value, cell.data_type, bool(cell.quotePrefix)) for (cell, *_) in sheet.iter_rows(min_row=2)]


def test_long_names_wrap_and_a_sheet_can_be_printed(tmp_path: Path) -> None:
    name, words = "精密机械加工与金属表面处理（集团）有限责任公司", "一\n二\n\n三"
    rows = [["短", "短"], [name, "短"], ["短", words], ["短", "长" * 4000]]
    with zipfile.ZipFile(io.BytesIO(streamed(tmp_path, rows))) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    heights = [float(row.get("ht", "15")) for row in sheet.iter(f"{space}row")][1:]
    assert heights[0] == 15 and heights[1] >= 15 * 5 and heights[2] == 15 * 4 and heights[3] <= 409
    page = sheet.find(f"{space}pageSetup")
    assert page is not None and (page.get("orientation"), page.get("fitToHeight")) == ("landscape", "0")


@pytest.mark.parametrize("is_streamed", [True, False])
def test_nothing_becomes_a_formula_and_every_character_survives(tmp_path: Path, is_streamed: bool) -> None:
    texts = [*FORMULAS, *RARE]
    if is_streamed:
        data = streamed(tmp_path, [[text] for text in texts])
    else:
        data = write_lists([ListSheet("表", ("一", "二"), (10, 10), [[text] for text in texts])])
    found = cells(data)
    assert [(value, kind) for value, kind, _ in found] == [(text, "s") for text in texts]
    assert all(quoted for _, _, quoted in found[: len(FORMULAS) - 2])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet


@pytest.mark.parametrize("text", ["长" * 32_767, "长" * 32_768, "𠮷" * 16_383, "𠮷" * 16_384, "字" + "🧯" * 40_000])
def test_a_cell_holds_what_excel_can_hold_and_says_where_it_was_cut(tmp_path: Path, text: str) -> None:
    found = cells(streamed(tmp_path, [[text]]))[0][0]
    assert isinstance(found, str)
    units = len(text.encode("utf-16-le")) // 2
    if units <= 32_767:
        assert found == text
    else:
        kept = found.removesuffix("……（太长，后面的没有写进来）")
        assert kept != found and text.startswith(kept) and len(kept) > 16_000
        assert len(found.encode("utf-16-le")) // 2 in (32_766, 32_767)


def test_half_a_character_is_replaced_and_numbers_can_be_added_up(tmp_path: Path) -> None:
    # What looks like Excel's own way to write a character is none.
    ((written, _, _),) = cells(streamed(tmp_path, [["_x0041_ 不是 A\r\n"]]))
    assert unescape(str(written)) == "_x0041_ 不是 A\n"
    data = streamed(tmp_path, [["\ud83e坏\uffff\u0000\u0007"], [12.5], [0], [None]])
    assert [value for value, _, _ in cells(data)] == ["\ufffd坏\ufffd", 12.5, 0]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                ElementTree.fromstring(archive.read(name))


def test_sheets_are_written_in_turns_and_keep_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    book = StreamedBook(path)
    first, second = book.sheet("甲", ("一",), (10,)), book.sheet("乙", ("一",), (10,))
    for at in range(0, 3000, 1000):
        first.write([[f"甲{n}"] for n in range(at, at + 1000)])
        second.write([[f"乙{n}"] for n in range(at, at + 1000)])
    book.close()
    read = openpyxl.load_workbook(path, read_only=True)
    for sheet in read.worksheets:
        rows = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert rows == [f"{sheet.title}{n}" for n in range(3000)]
    read.close()
