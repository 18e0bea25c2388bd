"""电话装载 — hotlines.toml and hotline_guide.toml: what holds nationwide, then what a bureau adds for its own area."""

from content.loading.entry import Entry
from content.loading.page import Page
from domain.hotline import GuidePart, Hotline


def read_hotlines(page: Page) -> tuple[Hotline, ...]:
    """All numbers in file order.

    Raises:
        ContentFault: a flawed field, or one number given twice for the same jurisdiction.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("hotline")
    found: dict[tuple[str, str | None], Hotline] = {}
    for entry in whole.entries("hotline"):
        hotline = _hotline(entry)
        key = (hotline.number, hotline.jurisdiction)
        if key in found:
            raise entry.fault("fault-twice", "number", id=hotline.number)
        found[key] = hotline
    return tuple(found.values())


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
    whole = Entry(page, page.table)
    whole.must_hold_only("part")
    found: dict[tuple[str, str | None], GuidePart] = {}
    for entry in whole.entries("part"):
        part = _part(entry)
        key = (part.id, part.jurisdiction)
        if key in found:
            raise entry.fault("fault-twice", "id", id=part.id)
        found[key] = part
    if not found:
        raise whole.fault("fault-missing-field", field="part")
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
