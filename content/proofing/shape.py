"""体例校对 — ids, numbers of items, due days, duplicates: the frame around the words."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import combinations

from content.proofing.pieces import Piece
from content.proofing.report import Finding
from content.proofing.rules import Rules
from domain.checklist import Checklist, ForWhom, Item
from domain.hotline import GuidePart

_NAMESPACES = {"item": "item", "question": "question", "lesson": "lesson"}
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def shape_findings(pieces: Iterable[Piece], rules: Rules) -> Iterator[Finding]:
    """All that is wrong with the frame."""
    seen: dict[tuple[str, str], str] = {}
    lists: dict[str, list[Piece]] = {}
    for piece in pieces:
        if isinstance(piece.thing, GuidePart) and not piece.basis and not piece.thing.source:
            yield piece.finding("ground-missing", "id")
        if piece.kind in ("hotline", "edition") or (isinstance(piece.thing, GuidePart) and piece.thing.jurisdiction):
            # A number is no id, and a local part bears the id of the one it replaces.
            continue
        yield from _ids(piece, seen, rules)
        if piece.is_retired:
            continue
        if isinstance(piece.thing, Checklist):
            yield from _list(piece, piece.thing, rules)
        elif isinstance(piece.thing, Item):
            lists.setdefault(piece.page.name, []).append(piece)
            yield from _item(piece, piece.thing, rules)
    for items in lists.values():
        yield from _duplicates(items, rules)


def _ids(piece: Piece, seen: dict[tuple[str, str], str], rules: Rules) -> Iterator[Finding]:
    if not _ID.fullmatch(piece.id) or len(piece.id) > rules.limits["id"]:
        yield piece.finding("id-form", "id", limit=rules.limits["id"])
    # Files are named by their ids; an item, a question and a lesson are met in buttons and records.
    key = (_NAMESPACES.get(piece.kind, piece.page.name), piece.id)
    if key in seen:
        yield piece.finding("id-twice", "id", first=seen[key])
    seen.setdefault(key, piece.page.name)


def _list(piece: Piece, checklist: Checklist, rules: Rules) -> Iterator[Finding]:
    count = len(checklist.items)
    size = "items" if checklist.audience is ForWhom.ENTERPRISE else "items_short"
    least, most = rules.limits[f"{size}_min"], rules.limits[f"{size}_max"]
    if not least <= count <= most:
        yield piece.finding("items-count", "id", count=count, least=least, most=most)
    if checklist.audience is ForWhom.HOUSEHOLD and checklist.industries:
        yield piece.finding("household-trades", "industries")
    if checklist.version < 1:
        yield piece.finding("version-low", "version")


def _item(piece: Piece, item: Item, rules: Rules) -> Iterator[Finding]:
    if not 1 <= item.due_days <= rules.limits["due_days"]:
        yield piece.finding("due-days", "due_days", days=item.due_days, most=rules.limits["due_days"])
    if not item.basis:
        yield piece.finding("basis-missing", "id")


def _duplicates(items: list[Piece], rules: Rules) -> Iterator[Finding]:
    """Two items of one list that ask the same; the later one is named."""
    texts = [[_Text(str(getattr(item.thing, name))) for name in ("title", "what")] for item in items]
    for (first, ones), (second, others) in combinations(zip(items, texts, strict=True), 2):
        for name, one, other in zip(("title", "what"), ones, others, strict=True):
            if one.body == other.body:
                yield second.finding("duplicate", name, other=first.id)
            elif _alike(one, other, rules.ratio):
                yield second.finding("near-duplicate", name, other=first.id)


class _Text:
    """A text that is compared with many, and how often each character stands in it."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.characters = Counter(body)


def _alike(one: _Text, other: _Text, ratio: float) -> bool:
    size = len(one.body) + len(other.body)
    # Most pairs are too far apart in length, or in the characters that they share in whatever order.
    if 2 * min(len(one.body), len(other.body)) < ratio * size:
        return False
    there = other.characters
    shared = sum(min(count, there[character]) for character, count in one.characters.items() if character in there)
    return 2 * shared >= ratio * size and SequenceMatcher(None, one.body, other.body, False).ratio() >= ratio
