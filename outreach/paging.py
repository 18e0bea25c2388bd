"""翻页 — one page of a list, as every door shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Page(Generic[Line]):
    """A page of a list: the lines, how many there are in all, and how many pages that makes."""

    lines: tuple[Line, ...]
    total: int
    number: int
    pages: int


def within_pages(page: int, total: int, size: int) -> int:
    """The page that is shown for one that was asked for: a list may have grown shorter since."""
    return max(0, min(page, -(-total // size) - 1))
