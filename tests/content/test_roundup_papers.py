"""The reports as Word files: tables as wide as their page, rows whole, headings on each page, nothing left empty."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm

from content.papers.roundup import RoundupPaper, roundup_pdf, roundup_word
from tests.content.pdf_pages import pages

AT = datetime(2026, 9, 21, 1, tzinfo=UTC)
LONG = "云泊区望潮街道滨海第二工业园区喆堃䶮𠮷精密金属表面处理与新能源汽车零部件制造（集团）有限责任公司第三分公司"
WHAT = "疏散通道堆放纸箱与液化气瓶（喆堃䶮𠮷）；" * 12


def paper(count: int, remark: str = "") -> RoundupPaper:
    return RoundupPaper(
        "云泊区安全生产隐患整改周报告", "周报〔2026〕第23号", LONG, AT - timedelta(days=7), AT, ("本周新增三条。",),
        (("新发现", "3", "0"),),
        tuple((f"YH20260901-{at:04d}", LONG, WHAT, date(2026, 9, 1), at) for at in range(count)),
        tuple((LONG, WHAT, date(2026, 9, 11), "没有落实") for _ in range(count)),
        tuple((LONG, WHAT, date(2026, 10, 9)) for _ in range(count)), remark, "周科", date(2026, 9, 21),
    )  # fmt: skip


@pytest.mark.parametrize("count", [0, 3, 30])
def test_tables_are_as_wide_as_their_page_and_no_cell_is_empty(count: int) -> None:
    read = docx.Document(io.BytesIO(roundup_word(paper(count))))
    assert len(read.tables) == (4 if count else 1)
    for table in read.tables:
        assert abs(sum(column.width or 0 for column in table.columns) - Cm(15.8)) < Cm(0.1)
        rules = [row._tr.get_or_add_trPr() for row in table.rows]
        assert all(one.find(qn("w:cantSplit")) is not None for one in rules)
        assert [one.find(qn("w:tblHeader")) is not None for one in rules] == [True] + [False] * (len(rules) - 1)
        assert all(cell.text.strip() for row in table.rows for cell in row.cells)


def test_whoever_released_it_does_not_stand_alone_on_a_page() -> None:
    alone = []
    for lines in range(1, 40, 2):
        last = pages(roundup_pdf(paper(1, "把门打开。\n" * lines + "把门打开。")))[-1].replace("\n", "")
        assert "签发" in last
        alone += [lines] if "把门打开" not in last else []
    assert alone == []
