"""导入 — what an edited workbook changes: each row held against the loaders and the proof, good rows written."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from content.authoring.cells import CellWrong, read, written
from content.authoring.columns import FIELDS, Form
from content.authoring.entries import Entry, entries_of, place_of
from content.authoring.rewriting import added, body, changed
from content.authoring.sheets import Row, Sheetful
from content.catalogue import Catalogue
from content.fault import ContentFault
from content.loading.checklists import read_checklist
from content.loading.lines import Steps, index_spans
from content.loading.page import Page
from content.loading.questions import read_questions, read_topics
from content.proof import proof
from content.proofing.report import Finding

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Change:
    """What one row asks for: values to set in an entry that exists, or a whole new one at the end of `steps`."""

    row: Row
    page: Page
    steps: Steps
    values: Mapping[str, Any]
    is_new: bool


@dataclass(slots=True)
class Outcome:
    """What an import does. `texts` are the new files by name, `problems` by row; `notes` concern no one row."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    problems: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def compare(catalogue: Catalogue, sheetful: Sheetful) -> Outcome:
    """What an import of these rows would do. Nothing is written; takes some seconds, the proof reads all twice."""
    form = sheetful.form
    outcome = Outcome()
    known = {entry.id: entry for entry in entries_of(catalogue, form.name)}
    changes: list[Change] = []
    rows: dict[str, int] = {}
    for row in sheetful.rows:
        try:
            if row.id in rows:
                raise CellWrong("id", form.problem("id-twice", row=rows[row.id]))
            change = _change(catalogue, sheetful, row, known.get(row.id))
        except CellWrong as wrong:
            outcome.problems[row.number] = _told(form, wrong.key, str(wrong))
        else:
            outcome.unchanged += change is None
            changes += [change] if change is not None else []
        rows.setdefault(row.id, row.number)
    outcome.left_out = len(known.keys() - rows.keys())
    if changes:
        changes = _proved(catalogue, form, changes, outcome)
    outcome.added = sum(change.is_new for change in changes)
    outcome.changed = len(changes) - outcome.added
    outcome.texts = _texts(form, changes)
    return outcome


def apply(catalogue: Catalogue, outcome: Outcome) -> None:
    """Write the files anew, each at once: a stop in between leaves whole files only."""
    _write(catalogue.folder, outcome.texts)


def _change(catalogue: Catalogue, sheetful: Sheetful, row: Row, entry: Entry | None) -> Change | None:
    """What a row changes; None for nothing. Raises CellWrong."""
    form = sheetful.form
    for key, problem in row.flaws:
        raise CellWrong(_key(key), problem)
    if not row.id:
        raise CellWrong("id", form.problem("id-empty"))
    cells = written(entry, form, catalogue) if entry is not None else {}
    keys = [key for key in FIELDS[form.name] if any(_key(one) == key for one in sheetful.fields)]
    # A column that was taken out of the workbook says nothing about anybody.
    told = {**cells, **{key: text for key, text in row.cells.items() if key in sheetful.fields}}
    if entry is None:
        place, part = told.get("place", ""), told.get("part", "")
        found = place_of(catalogue, form.name, place, part)
        if found is None:
            raise CellWrong("place", form.problem("place-unknown", value=" ".join(filter(None, (place, part)))))
        if not _ID.fullmatch(row.id):
            raise CellWrong("id", form.problem("id-form"))
        values = {key: read(told, key, form, catalogue) for key in keys}
        _must_load(catalogue, form, row, found[0], values)
        return Change(row, *found, values, True)
    for key in ("place", "part"):
        if key in sheetful.fields and told.get(key, "") != cells.get(key, ""):
            raise CellWrong(key, form.problem("place-moved", value=cells[key]))
    fields = {one for one in sheetful.fields if told.get(one, "") != cells.get(one, "")}
    values = {key: read(told, key, form, catalogue) for key in keys if key in {_key(one) for one in fields}}
    if not values:
        return None
    _must_load(catalogue, form, row, entry.page, {**entry.table, **values})
    return Change(row, entry.page, entry.steps, values, False)


def _key(name: str) -> str:
    return name.partition(".")[0]


def _must_load(catalogue: Catalogue, form: Form, row: Row, page: Page, values: Mapping[str, Any]) -> None:
    """Read the entry alone, by the loader that will read it in its file. Raises CellWrong."""
    written_out = body((key, value) for key, value in values.items() if key != "retired")
    try:
        if form.name == "questions":
            topics = read_topics(catalogue.pages["topics.toml"])
            alone = Page(page.name, f"[[question]]\n{written_out}\n")
            read_questions(alone, topics.by_id[Path(page.name).stem], topics, catalogue.industries)
        else:
            head = 'id = "x"\nversion = 1\ntitle = "x"\nintro = "x"\n[[section]]\ntitle = "x"\n[[section.item]]\n'
            read_checklist(Page(page.name, f"{head}{written_out}\n"))
    except ContentFault as fault:
        raise CellWrong("", _in_chinese(form, fault.message)) from fault


def _in_chinese(form: Form, message: str) -> str:
    """A loader's sentence with the headings instead of the names of fields."""
    for key in FIELDS[form.name]:
        message = message.replace(f"\u201c{key}\u201d", f"\u201c{form.heading(key)}\u201d")
    return message


def _told(form: Form, key: str, problem: str) -> str:
    if not key:
        return problem
    return form.problem_place.format(heading=form.heading(key), problem=problem)


def _texts(form: Form, changes: Iterable[Change]) -> dict[str, str]:
    texts: dict[str, str] = {}
    # New ones last, and so behind all whose position is known.
    for change in sorted(changes, key=lambda one: one.is_new):
        text = texts.get(change.page.name, change.page.text)
        if change.is_new:
            text = added(text, change.steps, body(change.values.items()))
        else:
            text = changed(text, change.steps, change.values, FIELDS[form.name])
        texts[change.page.name] = text
    return texts


def _proved(catalogue: Catalogue, form: Form, changes: list[Change], outcome: Outcome) -> list[Change]:
    """The changes of which the proof has nothing to say that it did not say before."""
    before = {_what(found) for found in proof(catalogue).findings}
    while changes:
        with tempfile.TemporaryDirectory() as folder:
            after = _overlaid(catalogue, Path(folder) / "content", _texts(form, changes))
            found = [one for one in proof(after).findings if _what(one) not in before]
        spans = _spans(changes, {entry.id: entry for entry in entries_of(after, form.name)})
        wrong: dict[int, list[str]] = {}
        notes = []
        for one in found:
            owner = _owner(one, spans)
            if owner is None:
                notes.append(f"{one.file}: {one.message}")
            else:
                wrong.setdefault(owner.row.number, []).append(one.message)
        if not wrong:
            outcome.notes = notes
            break
        outcome.problems |= {number: form.problem_joint.join(dict.fromkeys(told)) for number, told in wrong.items()}
        changes = [change for change in changes if change.row.number not in wrong]
    return changes


def _what(found: Finding) -> tuple[str, str, str]:
    # A line more above moves every other finding of a file.
    return found.file, found.code, found.message


def _spans(changes: Iterable[Change], entries: Mapping[str, Entry]) -> list[tuple[Change, str, range]]:
    """Of each change the file of its entry, and the lines that are the entry's own; a page is indexed once."""
    ends: dict[str, dict[Steps, int]] = {}
    found = []
    for change in changes:
        entry = entries[change.row.id]
        page = entry.page
        if page.name not in ends:
            ends[page.name] = {steps: end for steps, (_, end) in index_spans(page.text).items()}
        last = max(end for steps, end in ends[page.name].items() if _is_in(steps, entry.steps))
        found.append((change, page.name, range(page.line(entry.steps), page.text.count("\n", 0, last) + 2)))
    return found


def _owner(found: Finding, spans: Sequence[tuple[Change, str, range]]) -> Change | None:
    """The row that a finding is about: the entry on whose lines it stands, else the one that it names."""
    for change, file, lines in spans:
        if found.file == file and found.line in lines:
            return change
    return next((change for change, _, _ in spans if f"\u201c{change.row.id}\u201d" in found.message), None)


def _is_in(steps: Steps, entry: Steps) -> bool:
    return steps[: len(entry)] == entry


def _overlaid(catalogue: Catalogue, folder: Path, texts: Mapping[str, str]) -> Catalogue:
    shutil.copytree(catalogue.folder, folder, ignore=shutil.ignore_patterns("*.py", "*.pyc", "__pycache__", "locales"))
    _write(folder, texts)
    return Catalogue.load(folder)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        fresh = path.with_suffix(".toml.new")
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(path)
