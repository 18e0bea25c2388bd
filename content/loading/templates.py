"""本地说法装载 — one file per term under templates/, named like its id, for the bureau to fill in."""

from content.loading.entry import Entry
from content.loading.page import Page
from domain.local_term import LocalTerm, TermPart


def read_template(page: Page) -> LocalTerm:
    """The term of one page, filled in or not.

    Raises:
        ContentFault: a field is missing, unknown or of the wrong kind, or there is no part at all.
    """
    entry = Entry(page, page.table)
    entry.must_hold_only("id", "name", "note", "source", "part")
    parts = tuple(_part(part) for part in entry.entries("part"))
    if not parts:
        raise entry.fault("fault-no-items")
    return LocalTerm(
        id=entry.text("id"),
        name=entry.text("name"),
        note=entry.text("note"),
        source=entry.text_to_fill("source"),
        parts=parts,
    )


def _part(entry: Entry) -> TermPart:
    entry.must_hold_only("label", "text")
    return TermPart(entry.text("label"), entry.text_to_fill("text"))
