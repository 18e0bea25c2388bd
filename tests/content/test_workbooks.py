"""工作簿 — registers as people really send them, and files that nobody should open."""

import contextlib
import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from content.workbooks import (
    RegisterReading,
    read_register,
    register_template,
    register_words,
    write_problem_workbook,
    write_register,
)
from domain.enterprise import EnterpriseEntry, PersonEntry, RiskClass, credit_check_digit
from domain.refusal import Refusal
from domain.register import Column
from domain.workbook import (
    WorkbookBroken,
    WorkbookEmpty,
    WorkbookEncrypted,
    WorkbookHasMacros,
    WorkbookHeadingRepeated,
    WorkbookIsText,
    WorkbookLacksColumns,
    WorkbookOldFormat,
    WorkbookTooLarge,
    WorkbookWithoutHeading,
)

INDUSTRIES = {"餐饮": "catering", "机械加工": "machining", "catering": "catering"}.get
PLAIN = ("企业名称", "统一社会信用代码", "行业", "街道")


def code(number: int) -> str:
    head = f"91339906MA0{number:06d}"
    return head + credit_check_digit(head)


def book(rows: Sequence[Sequence[Any]], touch: Callable[[Any], None] | None = None) -> bytes:
    """A workbook as people type it: numbers stay numbers, dates dates, formulas formulas."""
    made = openpyxl.Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(list(row))
    if touch is not None:
        touch(sheet)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def read(data: bytes) -> RegisterReading:
    return read_register(data, INDUSTRIES)


def read_rows(*rows: Sequence[Any], touch: Callable[[Any], None] | None = None) -> RegisterReading:
    return read(book(rows, touch))


def texts(data: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def told(reading: RegisterReading) -> list[tuple[int, Column, str]]:
    return [(problem.row, problem.column, problem.wording) for problem in reading.problems]


def test_the_template_is_empty_until_somebody_fills_it_in() -> None:
    template = register_template(["餐饮", "机械加工"])
    with pytest.raises(WorkbookEmpty):
        read(template)
    filled = openpyxl.load_workbook(io.BytesIO(template))
    sheet = filled.worksheets[0]
    for place, text in enumerate(["好味来餐饮店", code(1), "餐饮", "望潮街道"], start=1):
        sheet.cell(3, place, text)
    stream = io.BytesIO()
    filled.save(stream)
    reading = read(stream.getvalue())
    assert [(number, entry.name) for number, entry in reading.rows] == [(3, "好味来餐饮店")]
    assert reading.problems == ()


def test_the_template_keeps_codes_and_phones_as_text_and_offers_choices() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(register_template(["餐饮"]))).worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:4] == ["企业名称*", "统一社会信用代码*", "行业*", "街道*"]
    for label in ("统一社会信用代码*", "主要负责人电话"):
        letter = openpyxl.utils.get_column_letter(headings.index(label) + 1)
        assert sheet.column_dimensions[letter].number_format == "@" or sheet[f"{letter}2"].number_format == "@"
    assert len(sheet.data_validations.dataValidation) == 2


def test_a_register_comes_back_as_it_was_written() -> None:
    full = {
        Column.NAME: "好味来餐饮店",
        Column.CREDIT_CODE: code(1),
        Column.INDUSTRIES: "餐饮、机械加工",
        Column.STREET: "望潮街道",
        Column.GRID: "3-1",
        Column.GROUP: "第一组",
        Column.ADDRESS: "听涛路 1 号",
        Column.PRINCIPAL: "李强",
        Column.PRINCIPAL_PHONE: "13800001003",
        Column.SAFETY_OFFICER: "王芳",
        Column.SAFETY_OFFICER_PHONE: "0999-88880012",
        Column.HEAD_COUNT: "12",
        Column.RISK_CLASS: "橙",
    }
    reading = read(write_register([full], ["餐饮"]))
    assert reading.total == 1
    assert reading.rows == (
        (
            2,
            EnterpriseEntry(
                name="好味来餐饮店",
                credit_code=code(1),
                industries=("catering", "machining"),
                street="望潮街道",
                grid="3-1",
                group="第一组",
                address="听涛路 1 号",
                principal=PersonEntry("李强", "+8613800001003"),
                safety_officer=PersonEntry("王芳", "+8699988880012"),
                head_count=12,
                risk_class=RiskClass.ORANGE,
            ),
        ),
    )


def test_headings_in_any_order_wording_width_and_below_a_title() -> None:
    reading = read_rows(
        ["望潮街道企业名录（2026年）"],
        [],
        [
            "序号",
            " 所属行业 ",
            "信 用 代 码",
            "单位名称（全称）",
            "＊所属街道",
            "安全员",
            "联系电话",
            "法人",
            "手机",
            "备注",
        ],
        [1, "餐饮", code(1), "甲店", "望潮街道", "王芳", 13800001002, "李强", 13800001003.0, "无"],
    )
    assert [number for number, _ in reading.rows] == [4]
    entry = reading.rows[0][1]
    assert entry.safety_officer == PersonEntry("王芳", "+8613800001002")
    assert entry.principal == PersonEntry("李强", "+8613800001003")


def test_two_rows_of_headings_and_merged_cells() -> None:
    def merge(sheet: Any) -> None:
        for ref in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1", "G1:H1", "D3:D4"):
            sheet.merge_cells(ref)

    reading = read_rows(
        [*PLAIN, "主要负责人", None, "安全管理人员", None],
        [None, None, None, None, "姓名", "电话", "姓名", "手机号"],
        ["甲店", code(1), "餐饮", "望潮街道", "李强", "13800001003", "王芳", "13800001002"],
        ["乙店", code(2), "餐饮", None, None, None, None, None],
        touch=merge,
    )
    assert reading.problems == ()
    first, second = (entry for _, entry in reading.rows)
    assert first.principal == PersonEntry("李强", "+8613800001003")
    assert first.safety_officer == PersonEntry("王芳", "+8613800001002")
    assert second.street == "望潮街道"


def test_the_better_heading_wins_where_two_columns_could_be_meant() -> None:
    reading = read_rows(
        [*PLAIN, "法定代表人", "联系电话", "主要负责人", "联系电话"],
        ["甲店", code(1), "餐饮", "望潮街道", "赵一", "13800001001", "李强", "13800001003"],
    )
    assert reading.rows[0][1].principal == PersonEntry("李强", "+8613800001003")


def test_blank_rows_totals_and_examples_are_passed_over() -> None:
    reading = read_rows(
        PLAIN,
        ["示例：甲店", "123", "餐饮", "望潮街道"],
        [],
        [" ", None, "\u3000", ""],
        ["甲店", code(1), "餐饮", "望潮街道"],
        ["合计", None, "1 家", None],
        ["填表人：周科"],
    )
    assert (reading.total, len(reading.rows), reading.problems) == (1, 1, ())


def test_what_excel_did_to_the_cells_is_explained() -> None:
    reading = read_rows(
        [*PLAIN, "网格", "主要负责人", "主要负责人电话", "从业人数"],
        ["数字代码", 913399060000000001, "餐饮", "望潮街道"],
        ["文字代码", "9.13399E+17", "餐饮", "望潮街道"],
        ["日期网格", code(3), "餐饮", "望潮街道", dt.date(2026, 3, 1)],
        ["公式", code(4), "=B2&C2", "望潮街道"],
        ["座机丢零", code(5), "餐饮", "望潮街道", 3, "李强", 99988880012, 12.0],
        ["小数人数", code(6), "餐饮", "望潮街道", 3, "李强", 13800001003, 12.5],
        ["出错", code(7), "餐饮", "#N/A"],
    )
    assert [(row, column.value) for row, column, _ in told(reading)] == [
        (2, "credit_code"),
        (3, "credit_code"),
        (4, "grid"),
        (5, "industries"),
        (7, "head_count"),
        (8, "street"),
    ]
    wordings = [wording for *_, wording in told(reading)]
    assert all("后几位已经丢失" in wording for wording in wordings[:2])
    assert "日期（2026-03-01）" in wordings[2]
    assert "公式" in wordings[3]
    assert "公式出错（#N/A）" in wordings[5]
    (good,) = reading.rows
    assert good[1].principal == PersonEntry("李强", "+8699988880012")
    assert (good[1].grid, good[1].head_count) == ("3", 12)


def test_the_result_of_a_formula_is_taken() -> None:
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, PLAIN)
    sheet.write_row(1, 0, ["甲店", code(1), "餐饮"])
    sheet.write_formula(1, 3, '="望潮"&"街道"', None, "望潮街道")
    made.close()
    assert read(stream.getvalue()).rows[0][1].street == "望潮街道"


def test_the_second_row_with_a_code_is_a_problem_and_the_first_counts() -> None:
    reading = read_rows(
        PLAIN,
        ["甲店", code(1), "养蜂", "望潮街道"],
        ["甲店", code(1), "餐饮", "望潮街道"],
        ["甲店", code(1).lower(), "餐饮", "望潮街道"],
    )
    assert [number for number, _ in reading.rows] == [3]
    assert told(reading) == [
        (2, Column.INDUSTRIES, "没有“养蜂”这个行业，请从“选项”表里选"),
        (4, Column.CREDIT_CODE, "与第 3 行重复"),
    ]


def test_problems_come_back_on_the_rows_as_they_were_sent() -> None:
    sent = [
        ["望潮街道企业名录", None, None, None, None],
        [*PLAIN, "备注"],
        ["甲店", code(1), "餐饮", "望潮街道", "=1+1 不是公式"],
        [None, "123", "餐饮", "望潮街道", "@某人"],
        ["丙店", code(3), "机械加工", "望潮街道", None],
    ]
    data = write_problem_workbook(read(book(sent, lambda sheet: _as_text(sheet["E3"], sheet["E4"]))))
    back = texts(data)
    assert [row[:5] for row in back] == sent
    assert [row[5] for row in back] == [
        None,
        "问题",
        None,
        "企业名称：没有填；统一社会信用代码：应为 18 位，这里是 3 位",
        None,
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert sheet["E3"].quotePrefix and sheet["E4"].quotePrefix
    assert sheet["A4"].fill.fgColor.rgb == sheet["B4"].fill.fgColor.rgb == "FFFDE3E1"
    assert sheet["B3"].fill.fgColor.rgb != "FFFDE3E1"


def _as_text(*cells: Any) -> None:
    for cell in cells:
        cell.data_type = "s"


def test_the_problem_workbook_put_right_and_sent_again_has_one_problem_column() -> None:
    first = read_rows(PLAIN, ["甲店", "123", "餐饮", "望潮街道"], ["乙店", code(2), "餐饮", "望潮街道"])
    once = write_problem_workbook(first)
    assert write_problem_workbook(read(once)).count(b"") and texts(write_problem_workbook(read(once))) == texts(once)
    mended = openpyxl.load_workbook(io.BytesIO(once))
    mended.worksheets[0]["B2"] = code(1)
    stream = io.BytesIO()
    mended.save(stream)
    second = read(stream.getvalue())
    assert second.problems == ()
    assert [entry.credit_code for _, entry in second.rows] == [code(1), code(2)]


def test_only_the_first_visible_register_is_read_and_the_others_are_named() -> None:
    made = openpyxl.load_workbook(io.BytesIO(book([["随手记", "无"]])))
    for title, name, state in (("旧", "旧店", "hidden"), ("甲街", "甲店", "visible"), ("乙街", "乙店", "visible")):
        sheet = made.create_sheet(title)
        sheet.append(PLAIN)
        sheet.append([name, code(1), "餐饮", "望潮街道"])
        sheet.sheet_state = state
    stream = io.BytesIO()
    made.save(stream)
    reading = read(stream.getvalue())
    assert reading.rows[0][1].name == "甲店"
    assert reading.skipped_sheets == ("乙街",)


def parts(data: bytes, change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in added.items():
            new.writestr(name, content)
    return stream.getvalue()


def same(name: str, content: bytes) -> bytes:
    return content


GOOD = book([PLAIN, ["甲店", code(1), "餐饮", "望潮街道"]])
SHARED = write_register([{Column.NAME: "甲店"}], [])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def in_sheet(old: bytes, new: bytes) -> bytes:
    def change(name: str, content: bytes) -> bytes:
        if not name.startswith("xl/worksheets/"):
            return content
        assert old in content
        return content.replace(old, new, 1)

    return parts(GOOD, change)


def many_rows(count: int, row: bytes) -> bytes:
    return in_sheet(b"</sheetData>", row * count + b"</sheetData>")


FULL_ROW = b'<row><c t="inlineStr"><is><t>name</t></is></c></row>'
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><sst><si><t>&j;</t></si></sst>"
)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", WorkbookBroken),
        (b"PK\x03\x04 and then nothing", WorkbookBroken),
        (GOOD[:-200], WorkbookBroken),
        (GOOD[: len(GOOD) // 2], WorkbookBroken),
        (bytes(range(256)) * 40, WorkbookBroken),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), WorkbookEncrypted),
        (OLE + bytes(600) + "Workbook".encode("utf-16-le"), WorkbookOldFormat),
        ("企业名称,信用代码\n甲店,1\n".encode("gbk"), WorkbookIsText),
        ("<html><table><tr><td>企业名称</td></tr></table>".encode(), WorkbookIsText),
        (parts(GOOD, same, **{"xl/vbaProject.bin": b"x"}), WorkbookHasMacros),
        (parts(GOOD, same, **{"xl/macrosheets/sheet1.xml": b"x"}), WorkbookHasMacros),
        (
            parts(
                GOOD,
                lambda _, content: content.replace(
                    b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"
                ),
            ),
            WorkbookHasMacros,
        ),
        (parts(GOOD, same, **{"xl/junk.xml": bytes(9_000_000)}), WorkbookTooLarge),
        (parts(GOOD, same, **{"xl/media/a.png": random.Random(1).randbytes(5_000_000)}), WorkbookTooLarge),
        (many_rows(20_051, FULL_ROW), WorkbookTooLarge),
        (in_sheet(b'<row r="2"', b'<row r="999999999999"'), WorkbookBroken),
        (in_sheet(b"<sheetData>", b"<sheetData><row><wrong>"), WorkbookBroken),
        (parts(SHARED, lambda name, c: BOMB if name == "xl/sharedStrings.xml" else c), WorkbookBroken),
        (parts(GOOD, lambda name, c: b"" if name == "[Content_Types].xml" else c), WorkbookBroken),
        (book([]), WorkbookEmpty),
        (book([PLAIN]), WorkbookEmpty),
        (book([["姓名", "成绩"], ["甲", 90]]), WorkbookWithoutHeading),
        (book([["企业名称", "行业", "街道"], ["甲店", "餐饮", "望潮街道"]]), WorkbookLacksColumns),
        (book([[*PLAIN, "街道"], ["甲店", code(1), "餐饮", "望潮街道", "x"]]), WorkbookHeadingRepeated),
    ],
)
def test_what_is_not_taken_is_refused_for_its_reason(data: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read(data)


def test_a_refusal_names_what_is_lacking() -> None:
    with pytest.raises(WorkbookLacksColumns) as lacking:
        read_rows(["企业名称", "行业"], ["甲店", "餐饮"])
    assert lacking.value.facts == {"columns": ("统一社会信用代码", "街道")}


def test_rows_that_are_merely_formatted_are_no_rows() -> None:
    assert read(many_rows(60_000, b'<row><c s="0"/></row>')).total == 1


def test_rows_under_another_prefix_are_counted() -> None:
    prefixed = FULL_ROW.replace(b"</", b"</x:").replace(b"<r", b"<x:r").replace(b"<is", b"<x:is")
    with pytest.raises(WorkbookTooLarge):
        read(many_rows(20_051, prefixed))


def test_deceptive_characters_do_not_reach_the_register() -> None:
    entry = read_rows(PLAIN, ["甲\u202e店\u200b\u3000一", code(1), "餐饮", "望潮街道"]).rows[0][1]
    assert entry.name == "甲店 一"


def test_every_problem_has_its_words() -> None:
    words = register_words()
    assert all("{" not in text.format(value="x") for text in words.problems.values())


def test_damaged_workbooks_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(7)
    for _ in range(200):

        def damage(name: str, content: bytes) -> bytes:
            if "theme" in name or chance.random() < 0.7:
                return content
            at = chance.randrange(len(content))
            junk = chance.choice([b"", b"<row>", b"</c>", b"\x00", b"<v>1e999</v>", b'r="ZZZ99999999"', b't="d"'])
            return content[:at] + junk + content[at + chance.randint(0, 9) :]

        with contextlib.suppress(Refusal):
            write_problem_workbook(read(parts(GOOD, damage)))
