"""检查记录 — the paper of an official visit: time, place, what was looked at, what was found and ordered, signatures.

安全生产法 art. 68 says what stands in it and who signs it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from content.papers.press import day, minute, press


@dataclass(frozen=True, slots=True)
class PaperStep:
    """A step of the procedure; `done_by` is empty where nobody noted it."""

    title: str
    done_by: str


@dataclass(frozen=True, slots=True)
class PaperPart:
    """A section of the list: who answered, how many items of how many, and how many of them failed."""

    title: str
    by: str
    answered: int
    total: int
    failed: int


@dataclass(frozen=True, slots=True)
class PaperRemark:
    """An item that somebody found not in order, or of which officials said different things."""

    title: str
    said: str
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class PaperHazard:
    """A hazard as it stood when the visit ended; `due_on` is None while no day was set."""

    number: str
    what: str
    is_major: bool
    state: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class VisitPaper:
    """Everything that the record prints. Empty strings leave their line out; `_at` are aware UTC instants."""

    number: str
    kind: str
    enterprise: str
    credit_code: str
    address: str
    begun_at: datetime
    finished_at: datetime
    inspectors: tuple[str, ...]
    checklist: str
    steps: tuple[PaperStep, ...]
    parts: tuple[PaperPart, ...]
    remarks: tuple[PaperRemark, ...]
    hazards: tuple[PaperHazard, ...]


@cache
def record_law() -> str:
    """Art. 68, word for word from the excerpt that is proof-read."""
    excerpt = Path(__file__).parent.parent / "sources" / "安全生产法.toml"
    return str(tomllib.loads(excerpt.read_text(encoding="utf-8"))["articles"]["68"]).strip()


def visit_record(paper: VisitPaper) -> bytes:
    """The record as an A4 PDF; the same facts give the same bytes. Call it off the event loop."""
    data: dict[str, object] = {
        "number": paper.number, "kind": paper.kind, "enterprise": paper.enterprise, "credit_code": paper.credit_code,
        "address": paper.address, "begun": minute(paper.begun_at), "finished": minute(paper.finished_at),
        "inspectors": list(paper.inspectors), "checklist": paper.checklist, "law": record_law(),
        "steps": [{"title": one.title, "done_by": one.done_by} for one in paper.steps],
        "parts": [
            {"title": one.title, "by": one.by, "answered": one.answered, "total": one.total, "failed": one.failed}
            for one in paper.parts
        ],
        "remarks": [
            {"title": one.title, "said": one.said, "is_disputed": one.is_disputed} for one in paper.remarks
        ],
        "hazards": [
            {
                "number": one.number, "what": one.what, "is_major": one.is_major, "state": one.state,
                "due": day(one.due_on) if one.due_on else None,
            }
            for one in paper.hazards
        ],
    }  # fmt: skip
    return press("visit", data, {}, paper.finished_at)
