"""名录成表 — writes register workbooks: the rows that came in with their problems, the empty template, a filled one.

Nothing is ever written as a formula: what begins with = + - @ or a tab is a text, and marked as one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from content.workbooks.register import RegisterReading
from content.workbooks.sheets import MOST_COLUMNS, Row
from content.workbooks.words import RegisterWords, folded, register_words
from content.workbooks.writing import HEAD, TEXT, Book
from domain.enterprise import EnterpriseEntry, RiskClass
from domain.phone import spoken_phone
from domain.register import REQUIRED, Column

_BAD: dict[str, Any] = TEXT | {"bg_color": "#FDE3E1", "font_color": "#A1221B"}
_DROP_DOWN_ROWS = 5_000


def write_problem_workbook(reading: RegisterReading) -> bytes:
    """The rows of the workbook that was read, each where it stood, with a last column that says what is wrong.

    Good rows are kept, so that the workbook can be put right and sent again as a whole.
    """
    words = register_words()
    book = Book()
    sheet = book.book.add_worksheet(_title(reading.sheet.title))
    told: dict[int, list[str]] = {}
    bad: set[tuple[int, int]] = set()
    for problem in reading.problems:
        label = words.columns[problem.column].heading
        told.setdefault(problem.row, []).append(words.problem_place.format(column=label, problem=problem.wording))
        place = reading.heading.places.get(problem.column)
        if place is not None:
            bad.add((problem.row, place))
            sheet.write_blank(problem.row - 1, place, None, book.format(_BAD))
    last, dropped = _problem_place(reading, words)
    for row in reading.sheet.rows:
        is_heading = reading.heading.first_row <= row.number <= reading.heading.last_row
        for place, cell in enumerate(row.cells):
            if cell.text and place != dropped:
                look = HEAD if is_heading else _BAD if (row.number, place) in bad else TEXT
                book.put(sheet, row.number - 1, place, cell.text, look)
        if row.number in told:
            book.put(sheet, row.number - 1, last, words.problem_joint.join(told[row.number]), _BAD)
    book.put(sheet, reading.heading.last_row - 1, last, words.problem_heading, HEAD)
    for column, place in reading.heading.places.items():
        sheet.set_column(place, place, words.columns[column].width, book.format(TEXT))
    sheet.set_column(last, last, 70)
    sheet.freeze_panes(reading.heading.last_row, 0)
    return book.finish()


def register_template(industry_names: Sequence[str]) -> bytes:
    """An empty register: headings with notes, drop-downs, one example row that an import passes over."""
    words = register_words()
    return _register(words, industry_names, [[column.example for column in words.columns.values()]], True)


def write_register(rows: Iterable[Mapping[Column, str]], industry_names: Sequence[str]) -> bytes:
    """A filled register of the template's shape; what a row leaves out stays empty."""
    words = register_words()
    filled = [[row.get(column, "") for column in words.columns] for row in rows]
    return _register(words, industry_names, filled, False)


def register_cells(entry: EnterpriseEntry, industry_name: Callable[[str], str]) -> dict[Column, str]:
    """An entry as the cells of a row, so that importing them again changes nothing."""
    words = register_words()
    cells = {
        Column.NAME: entry.name,
        Column.CREDIT_CODE: entry.credit_code,
        Column.INDUSTRIES: words.industry_joint.join(map(industry_name, entry.industries)),
        Column.STREET: entry.street,
        Column.GRID: entry.grid,
        Column.GROUP: entry.group,
        Column.ADDRESS: entry.address,
        Column.HEAD_COUNT: "" if entry.head_count is None else str(entry.head_count),
        Column.RISK_CLASS: words.risk_names[entry.risk_class] if entry.risk_class else "",
    }
    for column, phone_column, person in (
        (Column.PRINCIPAL, Column.PRINCIPAL_PHONE, entry.principal),
        (Column.SAFETY_OFFICER, Column.SAFETY_OFFICER_PHONE, entry.safety_officer),
    ):
        if person is not None:
            cells[column] = person.name
            cells[phone_column] = spoken_phone(person.phone).replace(" ", "") if person.phone else ""
    return cells


def _register(words: RegisterWords, industry_names: Sequence[str], rows: list[list[str]], is_example: bool) -> bytes:
    book = Book()
    sheet = book.book.add_worksheet(words.sheet)
    notes = book.book.add_worksheet(words.notes_sheet)
    choices = book.book.add_worksheet(words.choices_sheet)
    for place, (column, column_words) in enumerate(words.columns.items()):
        star = "*" if column in REQUIRED else ""
        sheet.set_column(place, place, column_words.width, book.format(TEXT))
        book.put(sheet, 0, place, column_words.heading + star, HEAD)
        sheet.write_comment(0, place, column_words.note)
    look = TEXT | {"italic": True, "font_color": "#8A8F8C"} if is_example else TEXT
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            if text:
                book.put(sheet, number, place, text, look)
    sheet.set_row(0, 30)
    sheet.freeze_panes(1, 1)
    _write_notes(book, notes, words)
    _write_choices(book, sheet, choices, words, industry_names)
    return book.finish()


def _write_notes(book: Book, sheet: Any, words: RegisterWords) -> None:
    wrapped = TEXT | {"text_wrap": True}
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 80)
    for number, (column, column_words) in enumerate(words.columns.items()):
        mark = words.required_mark if column in REQUIRED else words.optional_mark
        for place, text in enumerate((column_words.heading, mark, column_words.note)):
            book.put(sheet, number, place, text, wrapped)
    for number, note in enumerate(words.notes, start=len(words.columns) + 1):
        book.put(sheet, number, 2, note, wrapped)


def _write_choices(book: Book, sheet: Any, choices: Any, words: RegisterWords, industry_names: Sequence[str]) -> None:
    # Only a hint: a cell may name several industries, so what is not on the list is let through.
    lists = {
        Column.INDUSTRIES: list(industry_names),
        Column.RISK_CLASS: [words.risk_names[risk] for risk in RiskClass],
    }
    places = {column: place for place, column in enumerate(words.columns)}
    for place, (column, names) in enumerate(lists.items()):
        book.put(choices, 0, place, words.columns[column].heading, HEAD)
        for number, name in enumerate(names, start=1):
            book.put(choices, number, place, name)
        letter = "AB"[place]
        source = f"='{words.choices_sheet}'!${letter}$2:${letter}${len(names) + 1}"
        rule = {"validate": "list", "source": source, "show_error": False}
        sheet.data_validation(1, places[column], _DROP_DOWN_ROWS, places[column], rule)
    choices.set_column(0, 1, 24)


def _problem_place(reading: RegisterReading, words: RegisterWords) -> tuple[int, int]:
    """Where the problems go, and the place of such a column from an earlier round, -1 when there is none."""
    dropped, widest = -1, 0
    for row in reading.sheet.rows:
        widest = max(widest, len(row.cells))
        if row.number == reading.heading.last_row:
            dropped = _place_of(row, words.problem_heading)
    return (dropped, dropped) if dropped >= 0 else (min(widest, MOST_COLUMNS), -1)


def _place_of(row: Row, heading: str) -> int:
    places = (place for place, cell in enumerate(row.cells) if folded(cell.text) == folded(heading))
    return next(places, -1)


def _title(text: str) -> str:
    title = "".join(char for char in text if char not in "[]:*?/\\").strip("'")[:31]
    return title or register_words().sheet
