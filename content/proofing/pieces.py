"""件 — every item, card, list head and number as one piece with its texts and the place of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from content.catalogue import Catalogue
from content.loading.lines import Steps
from content.loading.page import Page
from content.proofing.report import Finding
from content.wording import say
from domain.basis import Basis
from domain.checklist import Checklist, Item
from domain.emergency import EmergencyCard
from domain.hotline import Hotline

_ITEM_TEXTS = ("title", "what", "how", "standard", "risk", "remedy", "evidence")
_HOTLINE_TEXTS = ("name", "scope", "not_for", "hours")


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is read at one go; `texts` are for readers, `notes` (sources, clauses) for checkers."""

    kind: str
    id: str
    topic: str
    page: Page
    steps: Steps
    texts: tuple[tuple[Steps, str], ...]
    notes: tuple[tuple[Steps, str], ...]
    basis: tuple[Basis, ...]
    thing: Checklist | Item | EmergencyCard | Hotline

    def finding(self, code: str, *field: str | int, **facts: object) -> Finding:
        """A finding at the line of that field of the piece."""
        line = self.page.line((*self.steps, *field))
        return Finding(self.page.name, line, code, say(code, id=self.id, **facts))


def pieces_of(catalogue: Catalogue) -> tuple[Piece, ...]:
    """All pieces in the order of the files."""
    return (*_of_checklists(catalogue), *_of_cards(catalogue), *_of_hotlines(catalogue))


def _of_checklists(catalogue: Catalogue) -> Iterator[Piece]:
    for checklist in catalogue.checklists.values():
        page = catalogue.pages[f"checklists/{checklist.id}.toml"]
        heads: list[tuple[Steps, str]] = [(("title",), checklist.title), (("intro",), checklist.intro)]
        heads += [(("section", number, "title"), section.title) for number, section in enumerate(checklist.sections)]
        yield Piece("checklist", checklist.id, checklist.title, page, (), tuple(heads), (), (), checklist)
        for number, section in enumerate(checklist.sections):
            topic = f"{checklist.title} · {section.title}"
            for position, item in enumerate(section.items):
                steps: Steps = ("section", number, "item", position)
                texts = tuple(((name,), str(getattr(item, name))) for name in _ITEM_TEXTS)
                notes = ((("clause",), item.clause),) if item.clause else ()
                yield Piece("item", item.id, topic, page, steps, texts, notes, item.basis, item)


def _of_cards(catalogue: Catalogue) -> Iterator[Piece]:
    for card in catalogue.cards.values():
        texts: list[tuple[Steps, str]] = [(("title",), card.title)]
        texts += [(("steps", number), step) for number, step in enumerate(card.steps)]
        texts += [(("never", number), step) for number, step in enumerate(card.never)]
        if card.trained_note:
            texts.append((("trained_note",), card.trained_note))
        notes = ((("source",), card.source),)
        page = catalogue.pages[f"cards/{card.id}.toml"]
        yield Piece("card", card.id, card.title, page, (), tuple(texts), notes, card.basis, card)


def _of_hotlines(catalogue: Catalogue) -> Iterator[Piece]:
    page = catalogue.pages["hotlines.toml"]
    for number, hotline in enumerate(catalogue.hotlines):
        texts = tuple(((name,), str(getattr(hotline, name))) for name in _HOTLINE_TEXTS)
        notes = ((("source",), hotline.source),)
        steps: Steps = ("hotline", number)
        yield Piece("hotline", hotline.number, hotline.name, page, steps, texts, notes, (), hotline)
