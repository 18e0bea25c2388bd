"""栏目 — the columns of the two workbooks and the words in their cells, read from their content file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FORMS = ("questions", "checklists")
# In the order in which they stand in a file.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "questions": (
        "id", "retired", "kind", "stem", "options", "answer", "explanation", "difficulty", "dimension", "trades",
        "roles", "basis", "source",
    ),
    "checklists": (
        "id", "retired", "title", "what", "how", "standard", "risk", "remedy", "due_days", "evidence", "grade_hint",
        "clause", "basis",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `field` is a key of an entry, one option of it, or where the entry stands (`place`, `part`)."""

    field: str
    heading: str
    width: int

    @property
    def key(self) -> str:
        """The key of the entry that the cell belongs to: options share one."""
        return self.field.partition(".")[0]


@dataclass(frozen=True)
class Form:
    """One of the two workbooks: `name` is questions or checklists; `words` say in Chinese what files say in English."""

    name: str
    sheet: str
    notes_sheet: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]
    problems: Mapping[str, str]
    problem_heading: str
    problem_place: str
    problem_joint: str
    joint: str
    yes: str

    def heading(self, key: str) -> str:
        """The heading of a field, the first one where several columns hold it."""
        return next(column.heading for column in self.columns if column.key == key)

    def problem(self, code: str, /, **facts: object) -> str:
        """What is wrong with a cell, in words."""
        return self.problems[code].format(**facts)


@cache
def form(name: str) -> Form:
    """The form of that name."""
    table = tomllib.loads((Path(__file__).parent / "columns.toml").read_text(encoding="utf-8"))
    return Form(
        name=name,
        sheet=table[name]["sheet"],
        notes_sheet=table["notes_sheet"],
        columns=tuple(Column(**column) for column in table[name]["columns"]),
        notes=tuple(table["notes"]),
        words=table["words"],
        problems=table["problems"],
        problem_heading=table["problem_heading"],
        problem_place=table["problem_place"],
        problem_joint=table["problem_joint"],
        joint=table["joint"],
        yes=table["yes"],
    )
