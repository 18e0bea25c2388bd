"""公示栏海报 — a month's hazards as an enterprise hangs them up for its staff: A3, without any person's name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from content.papers.press import day, press


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One hazard of the sheet; `term` is None where none was set."""

    number: str
    what: str
    where: str
    is_major: bool
    state: str
    term: date | None


@dataclass(frozen=True, slots=True)
class BoardPaper:
    """Everything that the sheet prints. law: the paragraph of the article, word for word."""

    enterprise: str
    month_on: date
    as_of: datetime
    until_on: date
    found: int
    closed: int
    open: int
    major: int
    rows: tuple[BoardRow, ...]
    law: str
    approved_on: date


@cache
def board_law() -> str:
    """The paragraph of art. 41 that wants this board, word for word from the excerpt that is proof-read."""
    excerpt = Path(__file__).parent.parent / "sources" / "安全生产法.toml"
    articles = tomllib.loads(excerpt.read_text(encoding="utf-8"))["articles"]
    return str(articles["41"]).strip().split("\n")[1]


def hazard_board(paper: BoardPaper) -> bytes:
    """The sheet as a PDF; the same facts give the same bytes. Call it off the event loop."""
    data: dict[str, object] = {
        "enterprise": paper.enterprise, "month": day(paper.month_on), "until": day(paper.until_on),
        "found": paper.found, "closed": paper.closed, "open": paper.open, "major": paper.major, "law": paper.law,
        "approved": day(paper.approved_on),
        "rows": [
            {
                "number": row.number, "what": row.what, "where": row.where, "is_major": row.is_major,
                "state": row.state, "term": day(row.term) if row.term else None,
            }
            for row in paper.rows
        ],
    }  # fmt: skip
    return press("board", data, {}, paper.as_of)
