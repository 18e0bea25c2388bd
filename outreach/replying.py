"""答复举报人 — the outcome reaches whoever reported: an ordinary notice, or a letter by the sealed route."""

from __future__ import annotations

import json
from datetime import datetime
from secrets import randbelow

from sqlalchemy import update

from domain.notice import Notice
from outreach.desk import Desk
from outreach.people.enrolling import as_contact
from outreach.storage.people import ContactRecord
from outreach.storage.reports import LetterRecord, ReportRecord
from outreach.storage.sealing import SealBroken

HOME_LOCALE = "zh-CN"
LARGEST_ID = 2**53


def random_id() -> int:
    """An id that tells no order: 53 bits, so that it fits a button and every reader of JSON."""
    return 1 + randbelow(LARGEST_ID - 1)


def seal_route(desk: Desk, report_id: int, chat_id: int, locale: str) -> str:
    """The way back to an anonymous reporter, for the holder of the route key only."""
    return desk.office.seal.close(f"route:{report_id}", {"chat_id": chat_id, "locale": locale})


async def tell_reporter(desk: Desk, report: ReportRecord, notice: Notice) -> bool:
    """Tell whoever made the report; False when there is no way back to them, or they were told before."""
    if report.is_named:
        row = await desk.session.get(ContactRecord, report.contact_id) if report.contact_id else None
        if row is None or row.erased_at is not None:
            return False
        return await desk.tell(as_contact(row), notice)
    if not report.route:
        return False
    try:
        locale = str(desk.office.seal.open(f"route:{report.id}", report.route)["locale"])
    except SealBroken:
        locale = HOME_LOCALE
    words = desk.office.texts.words(locale)
    buttons = [[[words.label(b.label), b.press] for b in row] for row in notice.buttons]
    desk.has_letters = True
    return await desk.put_once(
        LetterRecord,
        LetterRecord.key,
        id=random_id(),
        key=notice.key,
        report_id=report.id,
        kind=notice.kind,
        text=words(f"notices/{notice.kind}", **notice.facts),
        buttons=json.dumps(buttons, ensure_ascii=False),
        due_at=to_the_hour(desk.now),
    )


async def withhold(desk: Desk, report_id: int) -> None:
    """Nothing more goes by the sealed route of this report; what has not been claimed is skipped."""
    await desk.session.execute(
        update(LetterRecord)
        .where(LetterRecord.report_id == report_id, LetterRecord.state == "queued")
        .values(state="skipped", reason="route_dropped", due_at=None)
    )


def to_the_hour(instant: datetime) -> datetime:
    """The full hour before: due at once, and no nearer to the truth than the report itself."""
    return instant.replace(minute=0, second=0, microsecond=0)
