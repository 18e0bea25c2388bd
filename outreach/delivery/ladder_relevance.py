"""督办还要不要提醒 — whether a draft still waits, an interview is still to come, an answer is still owed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.contact import RESPONSIBLE
from domain.hazard import HazardState
from domain.ladder import PaperState
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import InterviewRecord, LadderPaperRecord
from outreach.storage.people import OfficialRecord, PostRecord

Link = AsyncSession | AsyncConnection
# What is said of a paper: it waits to be released, its interview comes, its answer or written result is due. The
# lowest step, a reminder, says itself: to whoever puts the hazard right, and to its 督促人.
DRAFT, MEETING, RESULT, LATE, FOLLOWED = "draft", "meeting", "result", "late", "followed"
LADDER = (DRAFT, MEETING, RESULT, LATE, FOLLOWED)
# While a paper stands so, it still asks for that.
_ASKS = {
    DRAFT: (PaperState.DRAFT,), MEETING: (PaperState.RELEASED,), RESULT: (PaperState.RELEASED,),
}  # fmt: skip
# Appointments are for days there.
_ZONE = ZoneInfo("Asia/Shanghai")


async def papers_over(
    link: Link, kind: str, asked: Collection[tuple[int, int]], now: datetime | None
) -> dict[tuple[int, int], str]:  # fmt: skip
    """Of these pairs of a contact and a paper those of which nothing is to be said any more, each with a word why."""
    numbers = {number for _, number in asked}
    rows = await link.execute(
        select(
            LadderPaperRecord.id, LadderPaperRecord.state, LadderPaperRecord.outcome, LadderPaperRecord.enterprise_id,
            InterviewRecord.held_at, LadderPaperRecord.proposed_by, LadderPaperRecord.meet_at,
            LadderPaperRecord.term_on, HazardRecord.state.label("stands"), HazardRecord.due_on, HazardRecord.street,
            HazardRecord.grid, HazardRecord.follower_id,
        )
        .join(HazardRecord, HazardRecord.id == LadderPaperRecord.hazard_id)
        .outerjoin(InterviewRecord, InterviewRecord.paper_id == LadderPaperRecord.id)
        .where(LadderPaperRecord.id.in_(numbers))
    )  # fmt: skip
    known = {row.id: row for row in rows}
    contacts = {contact_id for contact_id, _ in asked}
    held, offices = await _held(link, contacts), await offices_of(link, contacts, now)
    reasons: dict[tuple[int, int], str] = {}
    for contact_id, number in asked:
        row = known.get(number)
        own = [one for one in offices.get(contact_id, ()) if row is not None and _is_there(one, row)]
        ids, is_fixer = {one.id for one in own}, row is not None and row.enterprise_id in held.get(contact_id, set())
        if row is None:
            reasons[contact_id, number] = "withdrawn"
        elif kind in (LATE, FOLLOWED):
            if row.stands != HazardState.ORDERED or row.due_on != row.term_on or row.state != PaperState.RELEASED:
                reasons[contact_id, number] = "answered"
            elif not (is_fixer if kind == LATE else row.follower_id in ids):
                reasons[contact_id, number] = "left"
        elif row.state == PaperState.ANSWERED or (kind == DRAFT and PaperState(row.state).is_out):
            reasons[contact_id, number] = "answered"
        elif row.state not in _ASKS[kind] or row.outcome or (kind == MEETING and _is_past(row, now)):
            reasons[contact_id, number] = "withdrawn"
        elif kind == DRAFT and row.proposed_by in ids:
            # It waits for somebody else now.
            reasons[contact_id, number] = "answered"
        elif not own and (kind == DRAFT or not is_fixer):
            reasons[contact_id, number] = "left"
    return reasons


def _is_past(row: Any, now: datetime | None) -> bool:
    return row.held_at is not None or (now is not None and row.meet_at is not None and row.meet_at <= now)


def _is_there(office: Any, row: Any) -> bool:
    """Whether an office still has to do with the place; its trades are asked when the paper is opened."""
    return office.street in ("", row.street) and office.grid in ("", row.grid)


async def _held(link: Link, contact_ids: set[int]) -> dict[int, set[int]]:
    """By contact the enterprises for which they answer."""
    posts = select(PostRecord.contact_id, PostRecord.enterprise_id).where(
        PostRecord.contact_id.in_(contact_ids), PostRecord.until_at.is_(None), PostRecord.role.in_(RESPONSIBLE)
    )
    found: dict[int, set[int]] = {}
    for contact_id, number in await link.execute(posts):
        found.setdefault(int(contact_id), set()).add(int(number))
    return found


async def offices_of(link: Link, contact_ids: set[int], now: datetime | None) -> dict[int, list[Any]]:
    """By contact the offices in which they serve at that instant; None: to which they were ever appointed.

    Whoever serves no more hears nothing more of what goes on there.
    """
    on: date | None = None if now is None else now.astimezone(_ZONE).date()
    found: dict[int, list[Any]] = {}
    for row in await link.execute(
        select(
            OfficialRecord.contact_id, OfficialRecord.id, OfficialRecord.street, OfficialRecord.grid,
            OfficialRecord.from_on, OfficialRecord.until_on,
        ).where(OfficialRecord.contact_id.in_(contact_ids))
    ):  # fmt: skip
        if on is None or (row.from_on <= on and (row.until_on is None or on <= row.until_on)):
            found.setdefault(int(row.contact_id), []).append(row)
    return found
