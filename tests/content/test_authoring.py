"""题库和自查表的工作簿 — out and in again: what was not edited stays to the byte, what is wrong comes back with why."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from planting import Plot

from content.authoring import FORMS, apply, compare, export, problem_workbook, read_rows
from content.authoring.columns import FIELDS, form
from content.authoring.entries import entries_of
from content.authoring.importing import Outcome
from content.authoring.rewriting import added, changed
from content.catalogue import Catalogue
from content.fault import ContentFault
from domain.refusal import Refusal
from domain.workbook import WorkbookBroken, WorkbookIsText

FIRE = "questions/fire.toml"
CATERING = "checklists/catering.toml"
Edit = Callable[[dict[str, int], "openpyxl.worksheet.worksheet.Worksheet"], None]


@pytest.fixture
def plot(tmp_path: Path) -> Plot:
    return Plot.dug(tmp_path / "content")


def edited(data: bytes, edit: Edit) -> bytes:
    """The workbook after somebody's work in Excel; columns go by their headings."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    edit({str(cell.value): cell.column for cell in sheet[1]}, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(sheet: object, id_: str) -> int:
    return next(row[0].row for row in sheet.iter_rows() if row[0].value == id_)  # type: ignore[attr-defined]


def taken(plot: Plot, name: str, edit: Edit) -> tuple[Outcome, bytes]:
    catalogue = Catalogue.load(plot.folder)
    sheetful = read_rows("x.xlsx", edited(export(catalogue, name), edit))
    outcome = compare(catalogue, sheetful)
    apply(catalogue, outcome)
    return outcome, problem_workbook(sheetful, outcome.problems)


@pytest.mark.parametrize("name", FORMS)
def test_a_round_trip_without_edits_changes_nothing(catalogue: Catalogue, name: str) -> None:
    sheetful = read_rows("x.xlsx", edited(export(catalogue, name), lambda columns, sheet: None))
    outcome = compare(catalogue, sheetful)
    assert outcome.texts == {} and outcome.problems == {} and outcome.left_out == 0
    assert outcome.unchanged == len(sheetful.rows) == len(list(entries_of(catalogue, name)))


@pytest.mark.parametrize("name", FORMS)
def test_every_value_written_anew_reads_as_before(catalogue: Catalogue, name: str) -> None:
    for entry in entries_of(catalogue, name):
        if entry.steps[-1] == 0:
            text = changed(entry.page.text, entry.steps, entry.table, FIELDS[name])
            assert tomllib.loads(text) == entry.page.table, entry.id


def test_one_edited_cell_changes_its_line_and_no_other(plot: Plot) -> None:
    before = (plot.folder / FIRE).read_text(encoding="utf-8").splitlines()
    others = {path: path.read_bytes() for path in plot.folder.rglob("*.toml") if path.name != "fire.toml"}

    def edit(columns, sheet):  # type: ignore[no-untyped-def]
        sheet.cell(row_of(sheet, "fire-chief"), columns["题干"]).value = "在一个单位里，谁是消防安全责任人？"

    outcome, _ = taken(plot, "questions", edit)
    assert (outcome.changed, outcome.added, outcome.problems) == (1, 0, {})
    after = (plot.folder / FIRE).read_text(encoding="utf-8").splitlines()
    differing = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert differing == [('stem = "一个单位里，谁是消防安全责任人？"', 'stem = "在一个单位里，谁是消防安全责任人？"')]
    assert others == {path: path.read_bytes() for path in others}


def test_a_new_item_stands_at_the_end_of_its_section_and_a_retired_one_keeps_its_words(plot: Plot) -> None:
    def edit(columns, sheet):  # type: ignore[no-untyped-def]
        old = row_of(sheet, "catering-gas-hose")
        sheet.cell(old, columns["停用"]).value = "是"
        new = sheet.max_row + 1
        for column in columns.values():
            sheet.cell(new, column).value = sheet.cell(old, column).value
        sheet.cell(new, 1).value = "catering-gas-pipe"
        sheet.cell(new, columns["停用"]).value = None

    outcome, _ = taken(plot, "checklists", edit)
    assert (outcome.changed, outcome.added, outcome.problems, outcome.notes) == (1, 1, {}, [])
    checklist = Catalogue.load(plot.folder).checklists["catering"]
    assert [item.id for item in checklist.retired] == ["catering-gas-hose"]
    assert checklist.sections[0].items[-1].id == "catering-gas-pipe"
    assert "[[section.item]]\nid" in (plot.folder / CATERING).read_text(encoding="utf-8")


def test_rows_with_a_problem_come_back_with_why_and_are_not_written(plot: Plot) -> None:
    wanted = {
        "fire-chief": ("答案", "E", "只能写 A 到 D"),
        "fire-locked-door": ("依据", "消防法 第28条 不得占用", "法名|条号|原话"),
        "fire-goods-aisle": ("行业", "炼丹", "没有“炼丹”这个行业"),
    }

    def edit(columns, sheet):  # type: ignore[no-untyped-def]
        for id_, (heading, value, _) in wanted.items():
            sheet.cell(row_of(sheet, id_), columns[heading]).value = value
        quoted = row_of(sheet, "duty-refuse-order")
        sheet.cell(quoted, columns["依据"]).value = "安全生产法|54|这句话法律里没有写过"
        sheet.cell(row_of(sheet, "duty-leave-danger"), columns["难度"]).value = 3
        sheet.cell(row_of(sheet, "duty-leave-danger"), columns["主题"]).value = "消防安全"

    before = {path: path.read_bytes() for path in plot.folder.rglob("*.toml")}
    outcome, back = taken(plot, "questions", edit)
    assert len(outcome.problems) == 5 and outcome.changed == 0
    assert before == {path: path.read_bytes() for path in before}
    sheet = openpyxl.load_workbook(io.BytesIO(back)).worksheets[0]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    said = {row[0].value: str(row[columns["问题"] - 1].value) for row in sheet.iter_rows(min_row=2)}
    for id_, (heading, _, problem) in wanted.items():
        assert problem in said[id_], heading
    assert "没有这句话" in said["duty-refuse-order"] and "不能换到别处" in said["duty-leave-danger"]
    assert said["sw-two-things"] == "None"


def test_the_good_row_is_written_beside_the_bad_one(plot: Plot) -> None:
    def edit(columns, sheet):  # type: ignore[no-untyped-def]
        sheet.cell(row_of(sheet, "fire-chief"), columns["难度"]).value = 2
        sheet.cell(row_of(sheet, "fire-locked-door"), columns["难度"]).value = 9

    outcome, _ = taken(plot, "questions", edit)
    assert outcome.changed == 1 and len(outcome.problems) == 1
    after = Catalogue.load(plot.folder).questions
    assert after["fire-chief"].difficulty == 2 and after["fire-locked-door"].difficulty == 1


def test_what_looks_like_a_formula_is_a_text(plot: Plot) -> None:
    plot.plant(FIRE, "保安队长", "=1+1")
    sheet = openpyxl.load_workbook(io.BytesIO(export(Catalogue.load(plot.folder), "questions"))).worksheets[0]
    cell = sheet.cell(row_of(sheet, "fire-chief"), 5)
    assert cell.value == "=1+1" and cell.data_type == "s" and cell.quotePrefix
    assert sheet.protection.sheet and sheet.cell(row_of(sheet, "fire-chief"), 1).protection.locked


@pytest.mark.parametrize(("data", "refusal"), [(b"", WorkbookBroken), ("编号,题干\n".encode(), WorkbookIsText)])
def test_what_is_no_workbook_is_refused_as_with_a_register(data: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_rows("x.xlsx", data)


def test_a_workbook_of_something_else_is_refused_in_words(catalogue: Catalogue) -> None:
    def edit(columns, sheet):  # type: ignore[no-untyped-def]
        sheet.delete_rows(1)

    with pytest.raises(ContentFault, match="认不出这是题库还是自查表"):
        read_rows("x.xlsx", edited(export(catalogue, "questions"), edit))


def test_a_new_entry_behind_the_last_leaves_what_follows_alone() -> None:
    text = '[[section]]\ntitle = "a"\n\n[[section.item]]\nid = "x"\n\n# about b\n[[section]]\ntitle = "b"\n'
    after = added(text, ("section", 0, "item"), 'id = "y"')
    assert after == text.replace('id = "x"\n', 'id = "x"\n\n[[section.item]]\nid = "y"\n')


def test_every_column_is_a_field_and_every_field_has_a_column() -> None:
    for name in FORMS:
        keys = {column.key for column in form(name).columns}
        assert keys - {"place", "part"} == set(FIELDS[name])
