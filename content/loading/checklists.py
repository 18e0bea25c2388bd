"""自查表装载 — one file per checklist under checklists/, named like its id."""

from content.loading.entry import Entry
from content.loading.page import Page
from domain.checklist import Checklist, ForWhom, Grade, Item, Section

_ITEM_FIELDS = (
    "id", "title", "what", "how", "standard", "risk", "remedy",
    "due_days", "evidence", "grade_hint", "clause", "basis", "retired",
)  # fmt: skip


def read_checklist(page: Page) -> Checklist:
    """The checklist of one page.

    Raises:
        ContentFault: a field is missing, unknown or of the wrong kind, or there is no item left to ask.
    """
    entry = Entry(page, page.table)
    entry.must_hold_only("id", "version", "title", "intro", "audience", "industries", "section")
    retired: list[Item] = []
    # A section of which nothing is left is not walked through any more.
    sections = tuple(section for part in entry.entries("section") if (section := _section(part, retired)).items)
    if not sections:
        raise entry.fault("fault-no-items")
    return Checklist(
        id=entry.text("id"),
        version=entry.whole("version"),
        title=entry.text("title"),
        intro=entry.text("intro"),
        industries=frozenset(entry.texts("industries")),
        sections=sections,
        audience=entry.word("audience", ForWhom) or ForWhom.ENTERPRISE,
        retired=tuple(retired),
    )


def _section(entry: Entry, retired: list[Item]) -> Section:
    """The items that are asked; those that no longer are go to `retired`."""
    entry.must_hold_only("title", "item")
    items: list[Item] = []
    for part in entry.entries("item"):
        (retired if part.flag("retired") else items).append(_item(part))
    if not items and not entry.holds("item"):
        raise entry.fault("fault-no-items")
    return Section(entry.text("title"), tuple(items))


def _item(entry: Entry) -> Item:
    entry.must_hold_only(*_ITEM_FIELDS)
    return Item(
        id=entry.text("id"),
        title=entry.text("title"),
        what=entry.text("what"),
        how=entry.text("how"),
        standard=entry.text("standard"),
        risk=entry.text("risk"),
        remedy=entry.text("remedy"),
        due_days=entry.whole("due_days"),
        evidence=entry.text("evidence"),
        grade_hint=entry.word("grade_hint", Grade),
        clause=entry.text_or_none("clause"),
        basis=entry.bases(),
    )
