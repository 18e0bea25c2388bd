"""举报草稿 — what somebody has said of a hazard so far, sealed until they choose; no other row is touched by it.

The draft says by itself what the next free message means, so the flow needs neither the contact's standing nor the
journal: whoever reads those learns nothing of a report (RELIABILITY A3, A4).
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from domain.contact import Post
from domain.report import DRAFT_KEPT_FOR, Draft, DraftPhoto, ReportUnfinished
from outreach.desk import Desk, affected
from outreach.placing import open_place
from outreach.standing import Standing
from outreach.storage.reports import ReportDraftRecord
from outreach.storage.sealing import SealBroken
from outreach.storage.straight import Asked, Row, Straight

PURPOSE = "report-draft"
# Asked at every update.
_LOOK = Straight(
    select(ReportDraftRecord.__table__.c.sealed).where(ReportDraftRecord.__table__.c.mark == bindparam("mark"))
)
# The buttons of this matter, its command, and the codes of places.
SIGNS = ('"rp:', '"/report', '"/start r-')


async def draft_of(desk: Desk, person_id: int) -> Draft | None:
    """What the person has said so far, or None; one that does not open with this key is none."""
    return opened(desk, person_id, (await desk.ask(asked(desk, person_id)))[0])


def asked(desk: Desk, person_id: int) -> Asked:
    """What to ask for, among other things: `opened` understands the answer."""
    return _LOOK, {"mark": desk.office.seal.mark(PURPOSE, person_id)}


def opened(desk: Desk, person_id: int, rows: list[Row]) -> Draft | None:
    """The draft that was asked for."""
    if not rows:
        return None
    try:
        held = desk.office.seal.open(f"{PURPOSE}:{desk.office.seal.mark(PURPOSE, person_id)}", rows[0][0])
    except SealBroken:
        return None
    held["asked_at"] = datetime.fromisoformat(held["asked_at"])
    held["photos"] = tuple(DraftPhoto(**photo) for photo in held["photos"])
    return Draft(**held)


def listens(draft: Draft | None, stands: Standing) -> bool:
    """Whether the next free message belongs to the draft: of the draft and other talks, whoever asked last."""
    if draft is None or not draft.asked:
        return False
    return not stands.meaning or stands.asked_at is None or stands.asked_at <= draft.asked_at


async def keep(desk: Desk, person_id: int, draft: Draft) -> Draft:
    """Seal the draft in place of an earlier one; it was asked for now."""
    draft = replace(draft, asked_at=desk.now)
    mark = desk.office.seal.mark(PURPOSE, person_id)
    held = asdict(draft) | {"asked_at": draft.asked_at.isoformat()}
    sealed = desk.office.seal.close(f"{PURPOSE}:{mark}", held)
    row = await desk.session.get(ReportDraftRecord, mark, with_for_update=True)
    if row is None:
        desk.session.add(ReportDraftRecord(mark=mark, sealed=sealed, kept_on=desk.today))
    else:
        row.sealed, row.kept_on = sealed, desk.today
    await desk.session.flush()
    return draft


async def begin(desk: Desk, person_id: int, posts: tuple[Post, ...], code: str = "") -> Draft:
    """A fresh draft, or the one begun earlier; the place comes from a scanned code or from the only own enterprise."""
    draft = await draft_of(desk, person_id)
    if draft is None or (draft.report_id is not None and draft.is_empty):
        own = {post.enterprise_id for post in posts}
        draft = Draft(desk.now, enterprise_id=own.pop() if len(own) == 1 else None)
    place = await open_place(desk, code) if code else None
    if place is not None:
        draft = replace(draft, enterprise_id=place.enterprise_id, place_id=place.id if place.is_open else None)
    return await keep(desk, person_id, replace(draft, asked="what"))


async def begin_addition(desk: Desk, person_id: int, report_id: int) -> Draft:
    """A draft that adds to a report which the caller was found to be the reporter of. Raises ReportUnfinished."""
    draft = await draft_of(desk, person_id)
    if draft is not None and draft.report_id != report_id and not draft.is_empty:
        raise ReportUnfinished
    if draft is None or draft.report_id != report_id:
        draft = Draft(desk.now, report_id=report_id, card=draft.card if draft else None)
    return await keep(desk, person_id, replace(draft, asked="what"))


async def rest(desk: Desk, person_id: int) -> None:
    """Something else is asked now: the draft stays, but the next free message is not for it."""
    draft = await draft_of(desk, person_id)
    if draft is not None and draft.asked:
        await keep(desk, person_id, replace(draft, asked=""))


async def place_card(desk: Desk, person_id: int, message_id: int) -> None:
    """Remember which message is the card of the draft, if there still is one."""
    draft = await draft_of(desk, person_id)
    if draft is not None and draft.card != message_id:
        await keep(desk, person_id, replace(draft, card=message_id))


async def drop(desk: Desk, person_id: int) -> bool:
    """Wipe the draft; whether there was one."""
    mark = desk.office.seal.mark(PURPOSE, person_id)
    gone = await desk.session.execute(delete(ReportDraftRecord).where(ReportDraftRecord.mark == mark))
    desk.leave_no_trace()
    return bool(affected(gone))


async def is_about_a_report(desk: Desk, chat_id: int, body: str) -> bool:
    """Whether an update that could not be handled, as it came, may belong to a report: then it is kept sealed too."""
    return any(sign in body for sign in SIGNS) or await draft_of(desk, chat_id) is not None


async def forget_old(desk: Desk) -> int:
    """Drop drafts that nobody went on with for two days. Returns how many."""
    before = desk.on(desk.now - DRAFT_KEPT_FOR)
    desk.leave_no_trace()
    return affected(await desk.session.execute(delete(ReportDraftRecord).where(ReportDraftRecord.kept_on < before)))
