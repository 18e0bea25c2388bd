"""格 — an entry as the cells of a row, and back; what cannot be read back is told by its heading."""

import re
from collections.abc import Mapping
from typing import Any

from content.authoring.columns import Form
from content.authoring.entries import Entry
from content.catalogue import Catalogue

Cells = Mapping[str, str]
_WHOLE = ("difficulty", "due_days")
_BAR = re.compile(r"\s*[|｜]\s*")
_AND = re.compile(r"[、,，;；\n]")


class CellWrong(Exception):
    """A cell does not say what its column needs; the message is for the editor."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def written(entry: Entry, form: Form, catalogue: Catalogue) -> dict[str, str]:
    """The cells of an entry by field; what it lacks is left empty."""
    table = entry.table
    cells = {"place": entry.place, "part": entry.part}
    for column in form.columns:
        field, _, at = column.field.partition(".")
        value = table.get(field)
        if field in ("place", "part") or value is None:
            continue
        if at:
            if int(at) < len(value):
                cells[column.field] = value[int(at)].strip()
        elif field == "basis":
            cells[field] = "\n".join("|".join(one[k].strip() for k in ("law", "article", "quote")) for one in value)
        elif field == "trades":
            cells[field] = form.joint.join(catalogue.industries[one.strip()].name for one in value)
        elif field == "roles":
            cells[field] = form.joint.join(form.words[field][one.strip()] for one in value)
        elif field == "retired":
            cells[field] = form.yes if value else ""
        else:
            text = str(value).strip()
            cells[field] = form.words[field][text] if field in form.words else text
    return cells


def read(cells: Cells, key: str, form: Form, catalogue: Catalogue) -> Any:
    """The value of one key as it is written to a file; None for an empty cell. Raises CellWrong."""
    if key == "options":
        found = [cells.get(f"options.{at}", "") for at in range(10)]
        while found and not found[-1]:
            found.pop()
        return found or None
    text = cells.get(key, "")
    if not text:
        return None
    if key in _WHOLE:
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise CellWrong(key, form.problem("number", value=text))
        return int(text)
    if key == "retired":
        if text != form.yes:
            raise CellWrong(key, form.problem("yes", yes=form.yes, value=text))
        return True
    if key == "basis":
        return [_basis(line, at, form) for at, line in enumerate(filter(str.strip, text.splitlines()), start=1)]
    if key == "trades":
        return [_trade(one, form, catalogue) for one in _split(text)]
    if key == "roles":
        return [_word(key, one, form) for one in _split(text)]
    return _word(key, text, form) if key in form.words else text


def _split(text: str) -> list[str]:
    return [one.strip() for one in _AND.split(text) if one.strip()]


def _word(key: str, text: str, form: Form) -> str:
    known = form.words[key]
    for word, said in known.items():
        if text in (said, word):
            return word
    raise CellWrong(key, form.problem("word", value=text, words=" ".join(known.values())))


def _trade(text: str, form: Form, catalogue: Catalogue) -> str:
    found = catalogue.industry_named(text)
    if found is None:
        raise CellWrong("trades", form.problem("trade", value=text))
    return found.id


def _basis(line: str, at: int, form: Form) -> dict[str, str]:
    parts = _BAR.split(line.strip(), 2)
    if len(parts) < 3 or not all(parts):
        raise CellWrong("basis", form.problem("basis", line=at))
    return dict(zip(("law", "article", "quote"), parts, strict=True))
