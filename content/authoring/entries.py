"""条目 — every question, or every item, with the place of its lines in a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from content.catalogue import Catalogue
from content.loading.lines import Steps
from content.loading.page import Page


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is written: `place` is a topic or a checklist by its title, `part` a section of the latter."""

    page: Page
    steps: Steps
    place: str
    part: str
    table: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.table["id"]).strip()


def entries_of(catalogue: Catalogue, name: str) -> Iterator[Entry]:
    """All entries of a form, file by file."""
    if name == "questions":
        for topic in catalogue.topics.values():
            page = catalogue.pages[f"questions/{topic.id}.toml"]
            for position, table in enumerate(page.table.get("question", ())):
                yield Entry(page, ("question", position), topic.title, "", table)
        return
    for checklist in catalogue.checklists.values():
        page = catalogue.pages[f"checklists/{checklist.id}.toml"]
        for number, section in enumerate(page.table["section"]):
            for position, table in enumerate(section["item"]):
                steps: Steps = ("section", number, "item", position)
                yield Entry(page, steps, checklist.title, section["title"].strip(), table)


def place_of(catalogue: Catalogue, name: str, place: str, part: str) -> tuple[Page, Steps] | None:
    """The page and the array that a new entry is added to; None when there is no such place."""
    if name == "questions":
        for topic in catalogue.topics.values():
            if place in (topic.title, topic.id):
                return catalogue.pages[f"questions/{topic.id}.toml"], ("question",)
        return None
    for checklist in catalogue.checklists.values():
        if place in (checklist.title, checklist.id):
            page = catalogue.pages[f"checklists/{checklist.id}.toml"]
            for number, section in enumerate(page.table["section"]):
                if section["title"].strip() == part:
                    return page, ("section", number, "item")
    return None
