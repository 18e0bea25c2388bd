"""名录用语 — the headings, notes, choices and wordings of the register workbook, read from its content file."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from content.fault import ContentFault
from content.loading.entry import Entry
from content.loading.page import Page
from content.wording import say
from domain.enterprise import RiskClass
from domain.register import Column, Problem, ProblemCode

_CONTENT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """How one column is headed and explained; the first of `names` is the heading, the others its aliases."""

    heading: str
    names: tuple[str, ...]
    note: str
    example: str
    width: int


@dataclass(frozen=True)
class RegisterWords:
    """All words of the register workbook; `risk_names` are the choices, a class each."""

    sheet: str
    notes_sheet: str
    choices_sheet: str
    file_name: str
    problem_file_name: str
    export_file_name: str
    problem_heading: str
    problem_joint: str
    problem_place: str
    industry_joint: str
    required_mark: str
    optional_mark: str
    example_marks: tuple[str, ...]
    aside_marks: tuple[str, ...]
    name_endings: tuple[str, ...]
    phone_endings: tuple[str, ...]
    notes: tuple[str, ...]
    columns: Mapping[Column, ColumnWords]
    risk_names: Mapping[RiskClass, str]
    problems: Mapping[ProblemCode, str]
    _risks: Mapping[str, RiskClass]

    def risk_named(self, text: str) -> RiskClass | None:
        """The risk class of that name, colour or grade, whatever the width of its letters."""
        return self._risks.get(folded(text))

    def wording(self, problem: Problem) -> str:
        """A problem in words, without the name of its column."""
        return self.problems[problem.code].format(value=problem.value)


def folded(text: str) -> str:
    """A heading or choice as compared: narrow letters in lower case, without any space."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@cache
def register_words() -> RegisterWords:
    """The words of the register workbook.

    Raises:
        ContentFault: `workbooks/register.toml` lacks something or says it twice.
    """
    page = Page.read(Path(__file__).parent / "register.toml", _CONTENT)
    whole = Entry(page, page.table)
    risk_names, risks = _risks(whole)
    words = RegisterWords(
        sheet=whole.text("sheet"),
        notes_sheet=whole.text("notes_sheet"),
        choices_sheet=whole.text("choices_sheet"),
        file_name=whole.text("file_name"),
        problem_file_name=whole.text("problem_file_name"),
        export_file_name=whole.text("export_file_name"),
        problem_heading=whole.text("problem_heading"),
        problem_joint=whole.text("problem_joint"),
        problem_place=whole.text("problem_place"),
        industry_joint=whole.text("industry_joint"),
        required_mark=whole.text("required_mark"),
        optional_mark=whole.text("optional_mark"),
        example_marks=whole.texts("example_marks"),
        aside_marks=whole.texts("aside_marks"),
        name_endings=whole.texts("name_endings"),
        phone_endings=whole.texts("phone_endings"),
        notes=whole.texts("notes"),
        columns=_columns(whole),
        risk_names=risk_names,
        problems=_problems(page),
        _risks=risks,
    )
    whole.must_hold_only(*(each.name for each in fields(words)), "column", "risk")
    return words


def _columns(whole: Entry) -> dict[Column, ColumnWords]:
    found: dict[Column, ColumnWords] = {}
    taken: set[str] = set()
    for entry in whole.entries("column"):
        entry.must_hold_only("id", "heading", "aliases", "note", "example", "width")
        column = entry.word("id", Column)
        if column is None or column in found:
            raise entry.fault("fault-twice", "id", id=column)
        heading = entry.text("heading")
        names = (heading, *entry.texts("aliases"))
        for name in names:
            if folded(name) in taken:
                raise entry.fault("fault-twice", "aliases", id=name)
            taken.add(folded(name))
        found[column] = ColumnWords(
            heading=heading,
            names=names,
            note=entry.text("note"),
            example=entry.text("example"),
            width=entry.whole("width"),
        )
    for column in Column:
        if column not in found:
            raise whole.fault("fault-missing-field", field=column)
    return {column: found[column] for column in Column}


def _risks(whole: Entry) -> tuple[dict[RiskClass, str], dict[str, RiskClass]]:
    names: dict[RiskClass, str] = {}
    known: dict[str, RiskClass] = {}
    for entry in whole.entries("risk"):
        entry.must_hold_only("id", "name", "aliases")
        risk = entry.word("id", RiskClass)
        if risk is None or risk in names:
            raise entry.fault("fault-twice", "id", id=risk)
        names[risk] = entry.text("name")
        known |= {folded(name): risk for name in (names[risk], *entry.texts("aliases"))}
    for risk in RiskClass:
        if risk not in names:
            raise whole.fault("fault-missing-field", field=risk)
    return names, known


def _problems(page: Page) -> dict[ProblemCode, str]:
    table = page.table.get("problems")
    if not isinstance(table, dict):
        raise ContentFault(page.name, 1, say("fault-missing-field", field="problems"))
    entry = Entry(page, table, ("problems",))
    entry.must_hold_only(*ProblemCode)
    return {code: entry.text(code) for code in ProblemCode}
