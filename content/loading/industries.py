"""行业装载 — industries.toml: trades with the names by which registers know them."""

import unicodedata

from content.loading.entry import Entry
from content.loading.page import Page
from domain.industry import Industry


def folded(name: str) -> str:
    """A trade name as compared: full-width letters narrowed, spaces dropped, letters in lower case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def read_industries(page: Page) -> dict[str, Industry]:
    """All trades by id, in file order.

    Raises:
        ContentFault: a flawed field, an id or a name given twice, or a parent that does not exist.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("industry")
    found: dict[str, Industry] = {}
    taken: set[str] = set()
    entries = list(whole.entries("industry"))
    for entry in entries:
        industry = _industry(entry)
        if industry.id in found:
            raise entry.fault("fault-twice", "id", id=industry.id)
        for name in (industry.name, *sorted(industry.aliases)):
            if folded(name) in taken:
                raise entry.fault("fault-twice", "aliases", id=name)
            taken.add(folded(name))
        found[industry.id] = industry
    for entry, industry in zip(entries, found.values(), strict=True):
        if industry.parent is not None and industry.parent not in found:
            raise entry.fault("fault-unknown-industry", "parent", id=industry.parent)
    return found


def _industry(entry: Entry) -> Industry:
    entry.must_hold_only("id", "name", "aliases", "parent")
    return Industry(
        id=entry.text("id"),
        name=entry.text("name"),
        aliases=frozenset(entry.texts("aliases")),
        parent=entry.text_or_none("parent"),
    )
