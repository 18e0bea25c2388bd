"""电话装载 — hotlines.toml: national numbers first, then whatever a bureau adds for its own area."""

from content.loading.entry import Entry
from content.loading.page import Page
from domain.hotline import Hotline


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
