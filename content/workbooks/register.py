"""名录工作簿 — an enterprise register as a workbook: read, given back with its problems, and as a template."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from content.catalogue import Catalogue
from content.workbooks.headings import Heading, find_heading
from content.workbooks.opening import MOST_ROWS
from content.workbooks.sheets import Cell, Row, Sheet, read_sheets
from content.workbooks.words import RegisterWords, folded, register_words
from domain.enterprise import EnterpriseEntry
from domain.phone import phone_fault
from domain.register import Column, Problem, ProblemCode, read_entry
from domain.text import is_blank
from domain.workbook import WorkbookEmpty, WorkbookTooLarge, WorkbookWithoutHeading


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One flaw of one row, in words that name neither the row nor the column."""

    row: int
    column: Column
    wording: str


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """What a workbook says: the good rows, the flaws of the others, and how many rows there are in all.

    `rows` pairs the row's number in Excel with its entry. `skipped_sheets` are visible sheets that also look
    like a register but were not read. `sheet` and `heading` are kept to give the same rows back.
    """

    rows: tuple[tuple[int, EnterpriseEntry], ...]
    problems: tuple[RowProblem, ...]
    total: int
    skipped_sheets: tuple[str, ...]
    sheet: Sheet
    heading: Heading

    @property
    def bad_rows(self) -> int:
        """How many rows have a flaw; a row may have several."""
        return len({problem.row for problem in self.problems})

    def with_problems(self, found: Iterable[tuple[int, Problem]]) -> "RegisterReading":
        """This reading without the rows that are now found to be flawed, and with their problems added."""
        words = register_words()
        added = tuple(RowProblem(row, problem.column, words.wording(problem)) for row, problem in found)
        flawed = {problem.row for problem in added}
        return replace(
            self,
            rows=tuple((number, entry) for number, entry in self.rows if number not in flawed),
            problems=tuple(sorted((*self.problems, *added), key=lambda problem: problem.row)),
        )


def industry_ids(catalogue: Catalogue) -> Callable[[str], str | None]:
    """The look-up that reading needs: from a trade's name or alias to its id."""

    def named(text: str) -> str | None:
        found = catalogue.industry_named(text)
        return found.id if found else None

    return named


def read_register(data: bytes, industry_named: Callable[[str], str | None]) -> RegisterReading:
    """Read the first visible sheet with the headings of a register; `industry_named` gives an industry's id.

    The example row of the template, totals and remarks are passed over. Of rows with the same credit code the
    first that is good counts. Takes CPU time (about 5 s for 20,000 rows): call it in a thread.

    Raises:
        Refusal: one of `domain.workbook`; the workbook as a whole is not taken.
    """
    words = register_words()
    sheets = read_sheets(data)
    chosen = [(sheet, heading) for sheet in sheets if (heading := find_heading(sheet.rows, words))]
    if not chosen:
        raise WorkbookWithoutHeading if any(sheet.rows for sheet in sheets) else WorkbookEmpty
    sheet, heading = chosen[0]
    rows: list[tuple[int, EnterpriseEntry]] = []
    problems: list[RowProblem] = []
    first_rows: dict[str, int] = {}
    total = 0
    for row in sheet.rows:
        if row.number <= heading.last_row or _is_aside(row, heading, words):
            continue
        total += 1
        if total > MOST_ROWS:
            raise WorkbookTooLarge(rows=MOST_ROWS)
        entry = _entry(row, heading, industry_named, words)
        if isinstance(entry, EnterpriseEntry) and entry.credit_code in first_rows:
            number = str(first_rows[entry.credit_code])
            entry = (Problem(ProblemCode.CREDIT_CODE_REPEATED, Column.CREDIT_CODE, number),)
        if isinstance(entry, EnterpriseEntry):
            first_rows[entry.credit_code] = row.number
            rows.append((row.number, entry))
        else:
            problems += [RowProblem(row.number, flaw.column, words.wording(flaw)) for flaw in entry]
    if total == 0:
        raise WorkbookEmpty
    return RegisterReading(
        tuple(rows), tuple(problems), total, tuple(other.title for other, _ in chosen[1:]), sheet, heading
    )


def _entry(
    row: Row, heading: Heading, industry_named: Callable[[str], str | None], words: RegisterWords
) -> EnterpriseEntry | tuple[Problem, ...]:
    cells: dict[Column, str] = {}
    flaws: list[Problem] = []
    for column, place in heading.places.items():
        cell = row.cells[place] if place < len(row.cells) else Cell("")
        if cell.flaw is not None:
            flaws.append(Problem(cell.flaw, column, cell.text))
        else:
            cells[column] = _phone(cell) if column in _PHONES else cell.text
    return read_entry(cells, industry_named, words.risk_named, flaws)


_PHONES = (Column.PRINCIPAL_PHONE, Column.SAFETY_OFFICER_PHONE)


def _phone(cell: Cell) -> str:
    # Excel drops the 0 of an area code when it takes a landline for a number.
    if cell.is_number and phone_fault(cell.text) and not phone_fault("0" + cell.text):
        return "0" + cell.text
    return cell.text


def _is_aside(row: Row, heading: Heading, words: RegisterWords) -> bool:
    filled = [cell.text for cell in row.cells if cell.flaw is not None or not is_blank(cell.text)]
    if not any(
        place < len(row.cells) and (row.cells[place].flaw is not None or not is_blank(row.text(place)))
        for place in heading.places.values()
    ):
        return True
    name = row.text(heading.places[Column.NAME])
    if _begins(name, words.example_marks):
        return True
    return len(filled) <= 2 and _begins(next(iter(filled), ""), words.aside_marks)


def _begins(text: str, marks: Sequence[str]) -> bool:
    plain = folded(text).lstrip("([\u3010<\u201c\"'")
    return any(plain.startswith(folded(mark)) for mark in marks)
