"""周报告、月调度 — a bureau's report on paper: sentences, tables and what is asked, as PDF and as Word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from content.papers.glyphs import printable
from content.papers.press import day, minute, press

_FONT = "仿宋"
_CELL_PT = 10.5


@dataclass(frozen=True, slots=True)
class RoundupPaper:
    """Everything that the report prints; whatever is empty has words of its own on the paper.

    numbers: name, value, of which major. overdue: number, enterprise, what, term, days. carried: unit, what, day and
    state. asks: unit, what, day. released_as is empty for a draft.
    """

    title: str
    number: str
    place: str
    since: datetime
    as_of: datetime
    sentences: tuple[str, ...]
    numbers: tuple[tuple[str, str, str], ...]
    overdue: tuple[tuple[str, str, str, date, int], ...]
    carried: tuple[tuple[str, str, date, str], ...]
    asks: tuple[tuple[str, str, date], ...]
    remark: str
    released_as: str
    released_on: date | None


def roundup_pdf(paper: RoundupPaper) -> bytes:
    """The report as an A4 PDF; the same report gives the same bytes. Call it off the event loop."""
    data: dict[str, object] = {
        "title": paper.title, "number": paper.number, "place": paper.place, "since": minute(paper.since),
        "as_of": minute(paper.as_of), "sentences": paper.sentences, "numbers": paper.numbers,
        "overdue": [[*row[:3], day(row[3]), row[4]] for row in paper.overdue],
        "carried": [[*row[:2], day(row[2]), row[3]] for row in paper.carried],
        "asks": [[*row[:2], day(row[2])] for row in paper.asks], "remark": paper.remark,
        "released_as": paper.released_as, "released_on": day(paper.released_on) if paper.released_on else None,
    }  # fmt: skip
    return press("roundup", data, {}, paper.as_of)


def roundup_word(paper: RoundupPaper) -> bytes:
    """The same as a Word file, to be put into an office's own form. Call it off the event loop."""
    # Loaded when first needed: few processes ever make a Word file.
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.6)
    for name, size in (("Normal", 12), ("Title", 22), ("Heading 1", 15)):
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    properties = document.core_properties
    properties.title, properties.author = _clean(paper.title), _clean(paper.place)
    properties.created = properties.modified = paper.as_of.replace(tzinfo=None)

    def table(
        headings: Sequence[str], widths_cm: Sequence[float], rows: Sequence[Sequence[str]], none: str
    ) -> None:  # fmt: skip
        if not rows:
            document.add_paragraph(none)
            return
        made = document.add_table(0, len(headings), style="Table Grid")
        made.autofit = False
        for column, width in zip(made.columns, widths_cm, strict=True):
            column.width = Cm(width)
        for at, row in enumerate((headings, *rows)):
            drawn = made.add_row()
            # A row stays on one page, and the headings stand again on each.
            rules = drawn._tr.get_or_add_trPr()
            rules.append(OxmlElement("w:cantSplit"))
            if at == 0:
                rules.append(OxmlElement("w:tblHeader"))
            for cell, width, text in zip(drawn.cells, widths_cm, row, strict=True):
                cell.width = Cm(width)
                words = cell.paragraphs[0]
                written = words.add_run(_clean(text))
                written.font.size, written.bold = Pt(_CELL_PT), at == 0
                # Headings do not stand alone at the foot of a page.
                words.paragraph_format.keep_with_next = at == 0

    document.add_paragraph(_clean(paper.title), style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(f"编号：{paper.number}　　{_clean(paper.place)}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(f"{_moment(paper.since)} 至 {_moment(paper.as_of)}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading("一、情况", 1)
    for sentence in paper.sentences:
        document.add_paragraph(_clean(sentence))
    table(("项目", "条数", "其中重大"), (9.8, 3, 3), paper.numbers, "没有数字。")
    document.add_heading("二、超期未改", 1)
    table(
        ("隐患编号", "单位", "问题", "期限", "超期天数"), (3.8, 2.9, 3.5, 3.6, 2),
        [(*row[:3], _day(row[3]), str(row[4])) for row in paper.overdue], "没有超期的隐患。",
    )  # fmt: skip
    document.add_heading("三、上次提出", 1)
    table(
        ("单位", "事项", "期限", "落实情况"), (3.6, 6.2, 3.6, 2.4),
        [(*row[:2], _day(row[2]), row[3]) for row in paper.carried], "上次没有提出事项。",
    )  # fmt: skip
    document.add_heading("四、下一步", 1)
    table(
        ("单位", "事项", "期限"), (4.6, 7.6, 3.6),
        [(*row[:2], _day(row[2])) for row in paper.asks], "这次没有提出事项。",
    )  # fmt: skip
    if paper.remark:
        document.add_heading("五、说明", 1)
        document.add_paragraph(_clean(paper.remark)).paragraph_format.keep_with_next = True
    signed = (
        f"签发：{_clean(paper.released_as)}　{_day(paper.released_on)}" if paper.released_on else "草稿，还没有签发"
    )
    # Who released it does not stand alone on a page.
    if paper.asks and not paper.remark:
        for cell in document.tables[-1].rows[-1].cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    last = document.add_paragraph(signed)
    last.alignment, last.paragraph_format.space_before = WD_ALIGN_PARAGRAPH.RIGHT, Pt(18)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def _moment(value: datetime) -> str:
    there: dict[str, Any] = minute(value)
    return "{y}年{m}月{d}日 {h:02d}:{min:02d}".format(**there)


def _clean(text: str) -> str:
    """Without control characters, for which XML has no place; a character that our own fonts lack Word may have."""
    drawn, absent = printable(text)
    return (
        drawn if not absent else "".join(char for char in text if char in absent or char == "\n" or char.isprintable())
    )
