"""表头 — finds the headings of a register and what each column means, in whatever order and wording."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from content.workbooks.sheets import Row
from content.workbooks.words import RegisterWords, folded
from domain.register import REQUIRED, Column
from domain.workbook import WorkbookHeadingRepeated, WorkbookLacksColumns

_DEEPEST = 30
# The rank of a heading that means something only by its place: behind every heading that says it.
_VAGUE = 100
# What a heading says in brackets, and stars for what must be filled in, are remarks.
_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[*:.]|^\d+")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the headings stand and which place, counted from 0, holds which column."""

    first_row: int
    last_row: int
    places: Mapping[Column, int]

    def column_at(self, place: int) -> Column | None:
        """The column at a place, None for one that the register does not know."""
        return next((column for column, taken in self.places.items() if taken == place), None)


def find_heading(rows: Sequence[Row], words: RegisterWords) -> Heading | None:
    """The row, or pair of rows, among the first 30 that reads most like the headings of a register.

    None when no row names at least an enterprise or a credit code and one thing more.

    Raises:
        WorkbookLacksColumns: a column that every row needs is not there.
        WorkbookHeadingRepeated: two columns are headed alike.
    """
    best: tuple[int, int, int, list[str]] | None = None
    for at, row in enumerate(rows[:_DEEPEST]):
        single = [cell.text for cell in row.cells]
        readings = [(row.number, single)]
        if at + 1 < len(rows) and rows[at + 1].number == row.number + 1:
            readings.append((row.number + 1, _joined(single, rows[at + 1])))
        for last, texts in readings:
            found = _match(texts, words)
            is_heading = len(found) >= 2 and not found.keys().isdisjoint((Column.NAME, Column.CREDIT_CODE))
            if is_heading and (best is None or len(found) > best[0]):
                best = (len(found), row.number, last, texts)
    if best is None:
        return None
    _, first, last, texts = best
    return Heading(first, last, _settled(texts, words))


def _settled(texts: list[str], words: RegisterWords) -> dict[Column, int]:
    places: dict[Column, int] = {}
    for column, ranked in _match(texts, words).items():
        best = min(rank for rank, _ in ranked)
        chosen = [place for rank, place in ranked if rank == best]
        if len(chosen) > 1:
            letters = " ".join(_letter(place) for place in chosen)
            raise WorkbookHeadingRepeated(column=words.columns[column].heading, places=letters)
        places[column] = chosen[0]
    lacking = tuple(words.columns[column].heading for column in REQUIRED if column not in places)
    if lacking:
        raise WorkbookLacksColumns(columns=lacking)
    return places


def _match(texts: Sequence[str], words: RegisterWords) -> dict[Column, list[tuple[int, int]]]:
    """Every place that reads like a column, with the rank of the name it goes by; 0 is the best."""
    found: dict[Column, list[tuple[int, int]]] = {}
    person: tuple[Column, int] | None = None
    for place, text in enumerate(texts):
        plain = _REMARK.sub("", folded(text))
        column, rank = _named(plain, person, words)
        if column is None:
            continue
        if column in _PHONE_OF:
            person = (column, rank)
        found.setdefault(column, []).append((rank, place))
    return found


_PHONE_OF = {
    Column.PRINCIPAL: Column.PRINCIPAL_PHONE,
    Column.SAFETY_OFFICER: Column.SAFETY_OFFICER_PHONE,
}


def _named(plain: str, person: tuple[Column, int] | None, words: RegisterWords) -> tuple[Column | None, int]:
    for column, column_words in words.columns.items():
        for rank, name in enumerate(column_words.names):
            if plain == folded(name):
                return column, rank
    for column, phone in _PHONE_OF.items():
        for rank, name in enumerate(words.columns[column].names):
            if plain.startswith(folded(name)):
                ending = plain[len(folded(name)) :]
                if ending in words.name_endings:
                    return column, rank
                if ending in words.phone_endings:
                    return phone, rank
    # A bare "phone" belongs to the person named to the left of it.
    if person is not None and plain in words.phone_endings:
        return _PHONE_OF[person[0]], _VAGUE + person[1]
    return None, 0


def _joined(above: Sequence[str], below: Row) -> list[str]:
    """Two rows of headings as one: what stands over several columns goes before what stands under it."""
    texts: list[str] = []
    over = ""
    for place in range(max(len(above), len(below.cells))):
        upper, lower = above[place] if place < len(above) else "", below.text(place)
        over = upper or (over if lower else "")
        texts.append(over if lower in ("", over) else over + lower)
    return texts


def _letter(place: int) -> str:
    return chr(65 + place) if place < 26 else chr(64 + place // 26) + chr(65 + place % 26)
