"""电话装载 — hotlines.toml and hotline_guide.toml: what holds nationwide, then what a bureau adds for its own area."""

from collections.abc import Callable
from typing import TypeVar

from content.loading.entry import Entry
from content.loading.page import Page
from domain.hotline import GuidePart, Hotline

Local = TypeVar("Local", GuidePart, Hotline)


def read_hotlines(page: Page) -> tuple[Hotline, ...]:
    """All numbers in file order.

    Raises:
        ContentFault: a flawed field, or one number given twice for the same jurisdiction.
    """
    return _each_once(page, "hotline", "number", _hotline)


def _hotline(entry: Entry) -> Hotline:
    entry.must_hold_only("number", "name", "scope", "not_for", "hours", "jurisdiction", "urgent", "source")
    return Hotline(
        number=entry.text("number"),
        name=entry.text("name"),
        scope=entry.text("scope"),
        not_for=entry.text("not_for"),
        hours=entry.text("hours"),
        jurisdiction=entry.text_or_none("jurisdiction"),
        urgent=entry.flag("urgent"),
        source=entry.text("source"),
    )


def read_guide(page: Page) -> tuple[GuidePart, ...]:
    """How to report, part by part, in file order.

    Raises:
        ContentFault: a flawed field, a part without a line, or one given twice for the same jurisdiction.
    """
    if not (parts := _each_once(page, "part", "id", _part)):
        raise Entry(page, page.table).fault("fault-missing-field", field="part")
    return parts


def _each_once(page: Page, array: str, field: str, read: Callable[[Entry], Local]) -> tuple[Local, ...]:
    """What stands in the only array of a page; nationwide and for each jurisdiction, `field` stands once."""
    whole = Entry(page, page.table)
    whole.must_hold_only(array)
    found: dict[tuple[str, str | None], Local] = {}
    for entry in whole.entries(array):
        thing = read(entry)
        key = (getattr(thing, field), thing.jurisdiction)
        if key in found:
            raise entry.fault("fault-twice", field, id=key[0])
        found[key] = thing
    return tuple(found.values())


def _part(entry: Entry) -> GuidePart:
    entry.must_hold_only("id", "icon", "title", "lines", "jurisdiction", "basis", "source")
    if not (lines := entry.texts("lines")):
        raise entry.fault("fault-missing-field", "lines", field="lines")
    return GuidePart(
        id=entry.text("id"),
        icon=entry.text("icon"),
        title=entry.text("title"),
        lines=lines,
        jurisdiction=entry.text_or_none("jurisdiction"),
        basis=entry.bases(),
        source=entry.text_or_none("source"),
    )
