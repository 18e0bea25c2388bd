"""自查记录 — the numbered paper of one submitted inspection, to be filed, shown and signed."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from content.papers.press import day, minute, press
from domain.checklist import Grade, Verdict

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PaperFinding:
    """问题 — what is wrong at one item, what to do about it and by when.

    `photos` are JPEG thumbnails taken before rectification, `lost_photos` counts those that were sent
    and cannot be shown; `photo_note` is the reason given for having none.  `due_on` is None when the
    item sets no term.
    """

    wrong: str
    remedy: str
    due_on: date | None
    grade_hint: Grade | None
    photos: tuple[bytes, ...] = ()
    photo_note: str = ""
    lost_photos: int = 0


@dataclass(frozen=True, slots=True)
class PaperItem:
    """检查项 — one line of the record; `finding` is present exactly when the verdict is 不符合."""

    section: str
    title: str
    standard: str
    verdict: Verdict
    finding: PaperFinding | None = None


@dataclass(frozen=True, slots=True)
class InspectionPaper:
    """Everything the record prints.  Empty strings leave their line out; `_at` are aware UTC instants."""

    number: str
    enterprise: str
    credit_code: str
    address: str
    jurisdiction: str
    checklist_title: str
    checklist_version: int
    inspector: str
    inspector_post: str
    started_at: datetime
    submitted_at: datetime
    items: tuple[PaperItem, ...]

    def count(self, verdict: Verdict) -> int:
        """How many items were given this verdict."""
        return sum(1 for item in self.items if item.verdict is verdict)


def inspection_record(facts: InspectionPaper) -> bytes:
    """The record as an A4 PDF; the same facts give the same bytes.

    A thumbnail that turns out to be no JPEG costs the picture, never the record: the paper is then
    set once more with a line in the place of each photo.
    """
    import typst

    pictures = {
        f"{line}-{shot}.jpg": photo
        for line, item in enumerate(facts.items, start=1)
        if item.finding is not None
        for shot, photo in enumerate(item.finding.photos, start=1)
    }
    try:
        return press("record", _data(facts, frozenset(pictures)), pictures, facts.submitted_at)
    except typst.TypstError as fault:
        if not pictures:
            raise
        _log.warning("record %s is set without its photos: %s", facts.number, fault)
        return press("record", _data(facts, frozenset()), {}, facts.submitted_at)


def _data(facts: InspectionPaper, drawn: frozenset[str]) -> dict[str, object]:
    return {
        "number": facts.number,
        "enterprise": facts.enterprise,
        "credit_code": facts.credit_code,
        "address": facts.address,
        "jurisdiction": facts.jurisdiction,
        "checklist": facts.checklist_title,
        "version": facts.checklist_version,
        "inspector": facts.inspector,
        "post": facts.inspector_post,
        "started": minute(facts.started_at),
        "submitted": minute(facts.submitted_at),
        "counts": {verdict.value: facts.count(verdict) for verdict in Verdict},
        "items": [
            {
                "no": line,
                "section": item.section,
                "title": item.title,
                "standard": item.standard,
                "verdict": item.verdict.value,
                "finding": item.finding and _finding(line, item.finding, drawn),
            }
            for line, item in enumerate(facts.items, start=1)
        ],
    }


def _finding(line: int, finding: PaperFinding, drawn: frozenset[str]) -> dict[str, object]:
    names = [f"{line}-{shot}.jpg" for shot in range(1, len(finding.photos) + 1)]
    return {
        "wrong": finding.wrong,
        "remedy": finding.remedy,
        "due": finding.due_on and day(finding.due_on),
        "grade": finding.grade_hint and finding.grade_hint.value,
        "photos": [name for name in names if name in drawn],
        "lost_photos": finding.lost_photos + sum(1 for name in names if name not in drawn),
        "photo_note": finding.photo_note,
    }
