"""还要不要说 — whether what a reminder is about is still to be done, and by this person: asked again at each step."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.checklist import Verdict
from domain.contact import Role
from domain.plan import OccurrenceState
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.inspections import AnswerRecord, FindingRecord, InspectionRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import PostRecord
from outreach.storage.plans import OccurrenceRecord

OCCURRENCE, FINDING, NOTICE = "occurrence", "finding", "notice"
RESPONSIBLE = (Role.PRINCIPAL, Role.SAFETY_OFFICER)
# Why something is no longer to be said.
ANSWERED, WITHDRAWN, LEFT = "answered", "withdrawn", "left"


def number_in(about: str) -> tuple[str, int]:
    """`occurrence:17` as its kind and its number; a kind nobody knows has the number 0."""
    kind, _, number = about.partition(":")
    return kind, int(number) if number.isdigit() else 0


async def over(session: AsyncSession, contact_id: int, abouts: Iterable[str]) -> dict[str, str]:
    """Of these things, those of which this contact need not be reminded any more, each with a word why."""
    asked: dict[str, set[int]] = {}
    for about in abouts:
        kind, number = number_in(about)
        asked.setdefault(kind, set()).add(number)
    held = select(PostRecord.enterprise_id).where(
        PostRecord.contact_id == contact_id, PostRecord.until_at.is_(None), PostRecord.role.in_(RESPONSIBLE)
    )
    own = set(await session.scalars(held)) if asked.keys() & {OCCURRENCE, FINDING} else set()
    reasons: dict[str, str] = {}
    if OCCURRENCE in asked:
        reasons |= await _occurrences(session, asked[OCCURRENCE], own)
    if FINDING in asked:
        reasons |= await _findings(session, asked[FINDING], own)
    if NOTICE in asked:
        reasons |= await _notices(session, asked[NOTICE])
    return reasons


async def _occurrences(session: AsyncSession, ids: set[int], own: set[int]) -> dict[str, str]:
    rows = (await session.scalars(select(OccurrenceRecord).where(OccurrenceRecord.id.in_(ids)))).all()
    reasons = {f"{OCCURRENCE}:{id_}": WITHDRAWN for id_ in ids - {row.id for row in rows}}
    for row in rows:
        if row.state == OccurrenceState.DONE:
            reasons[f"{OCCURRENCE}:{row.id}"] = ANSWERED
        elif row.state != OccurrenceState.OPEN:
            reasons[f"{OCCURRENCE}:{row.id}"] = WITHDRAWN
        elif row.enterprise_id not in own:
            reasons[f"{OCCURRENCE}:{row.id}"] = LEFT
    return reasons


async def _findings(session: AsyncSession, ids: set[int], own: set[int]) -> dict[str, str]:
    rows = await session.scalars(select(FindingRecord).where(FindingRecord.id.in_(ids)))
    places = {row.id: row.enterprise_id for row in rows}
    settled = await put_right(session, ids)
    reasons: dict[str, str] = {}
    for id_ in ids:
        if id_ not in places or id_ in settled:
            reasons[f"{FINDING}:{id_}"] = ANSWERED
        elif places[id_] not in own:
            reasons[f"{FINDING}:{id_}"] = LEFT
    return reasons


async def put_right(session: AsyncSession, finding_ids: Iterable[int]) -> set[int]:
    """Of these findings, those whose item a later submitted inspection of the enterprise no longer failed."""
    later = aliased(InspectionRecord)
    found = await session.scalars(
        select(FindingRecord.id)
        .join(later, later.enterprise_id == FindingRecord.enterprise_id)
        .join(AnswerRecord, AnswerRecord.inspection_id == later.id)
        .where(
            FindingRecord.id.in_(set(finding_ids)),
            later.submitted_at > FindingRecord.opened_at,
            AnswerRecord.item_id == FindingRecord.item_id,
            AnswerRecord.verdict != Verdict.FAIL,
        )
        .distinct()
    )
    return set(found)


async def _notices(session: AsyncSession, ids: set[int]) -> dict[str, str]:
    rows = (
        await session.execute(
            select(DeliveryRecord.id, DeliveryRecord.acknowledged_at, BroadcastRecord.recalled_at)
            .join(BroadcastRecord, BroadcastRecord.id == DeliveryRecord.broadcast_id)
            .where(DeliveryRecord.id.in_(ids))
        )
    ).all()
    reasons = {f"{NOTICE}:{id_}": WITHDRAWN for id_ in ids - {row.id for row in rows}}
    for id_, acknowledged_at, recalled_at in rows:
        if acknowledged_at is not None or recalled_at is not None:
            reasons[f"{NOTICE}:{id_}"] = ANSWERED if recalled_at is None else WITHDRAWN
    return reasons
