"""督办还要不要提醒 — whether a draft still waits, an interview is still to come, an answer is still owed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.contact import RESPONSIBLE
from domain.ladder import PaperState
from outreach.storage.ladder import InterviewRecord, LadderPaperRecord
from outreach.storage.people import OfficialRecord, PostRecord

Link = AsyncSession | AsyncConnection
# What is said of a paper: it waits to be released, its interview comes, its answer or written result is due.
DRAFT, MEETING, RESULT = "draft", "meeting", "result"
# While a paper stands so, it still asks for that.
_ASKS = {
    DRAFT: (PaperState.DRAFT,), MEETING: (PaperState.RELEASED,), RESULT: (PaperState.RELEASED,),
}  # fmt: skip


async def papers_over(
    link: Link, kind: str, asked: Collection[tuple[int, int]], now: datetime | None
) -> dict[tuple[int, int], str]:  # fmt: skip
    """Of these pairs of a contact and a paper those of which nothing is to be said any more, each with a word why."""
    numbers = {number for _, number in asked}
    rows = await link.execute(
        select(
            LadderPaperRecord.id, LadderPaperRecord.state, LadderPaperRecord.outcome, LadderPaperRecord.enterprise_id,
            InterviewRecord.held_at, LadderPaperRecord.proposed_by, LadderPaperRecord.meet_at,
        )
        .outerjoin(InterviewRecord, InterviewRecord.paper_id == LadderPaperRecord.id)
        .where(LadderPaperRecord.id.in_(numbers))
    )  # fmt: skip
    known = {row.id: row for row in rows}
    held, offices = await _concerned(link, {contact_id for contact_id, _ in asked})
    reasons: dict[tuple[int, int], str] = {}
    for contact_id, number in asked:
        row, own = known.get(number), offices.get(contact_id, set())
        if row is None:
            reasons[contact_id, number] = "withdrawn"
        elif row.state == PaperState.ANSWERED or (kind == DRAFT and PaperState(row.state).is_out):
            reasons[contact_id, number] = "answered"
        elif row.state not in _ASKS[kind] or row.outcome or (kind == MEETING and _is_past(row, now)):
            reasons[contact_id, number] = "withdrawn"
        elif kind == DRAFT and row.proposed_by in own:
            # It waits for somebody else now.
            reasons[contact_id, number] = "answered"
        elif row.enterprise_id not in held.get(contact_id, set()) and not own:
            reasons[contact_id, number] = "left"
    return reasons


def _is_past(row: Any, now: datetime | None) -> bool:
    return row.held_at is not None or (now is not None and row.meet_at is not None and row.meet_at <= now)


async def _concerned(link: Link, contact_ids: set[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By contact: the enterprises for which they answer, and the offices that they were appointed to."""
    posts = select(PostRecord.contact_id, PostRecord.enterprise_id).where(
        PostRecord.contact_id.in_(contact_ids), PostRecord.until_at.is_(None), PostRecord.role.in_(RESPONSIBLE)
    )
    appointed = select(func.coalesce(OfficialRecord.contact_id, 0), OfficialRecord.id).where(
        OfficialRecord.contact_id.in_(contact_ids)
    )
    found: list[dict[int, set[int]]] = []
    for query in (posts, appointed):
        theirs: dict[int, set[int]] = {}
        for contact_id, number in await link.execute(query):
            theirs.setdefault(int(contact_id), set()).add(int(number))
        found.append(theirs)
    return found[0], found[1]
