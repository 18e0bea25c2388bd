"""还要不要说 — whether what a reminder is about is still to be done, and by this person: asked again at each step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import aliased

from domain.checklist import Verdict
from domain.contact import RESPONSIBLE
from domain.hazard import HazardState
from domain.plan import OccurrenceState, Reminded
from outreach.delivery.ladder_relevance import LADDER, papers_over
from outreach.delivery.visit_relevance import VISIT, visits_over
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.inspections import AnswerRecord, FindingRecord, InspectionRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import PostRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord

# Asked inside a deed's transaction or the pump's: only columns are read, so either will do.
Link = AsyncSession | AsyncConnection
# By contact and enterprise.
Roles = Mapping[int, Mapping[int, set[str]]]

OCCURRENCE, FINDING, NOTICE = "occurrence", "finding", "notice"
# While a hazard stands so, its finding is still to be put right.
TO_BE_PUT_RIGHT = (HazardState.REPORTED, HazardState.VERIFIED, HazardState.ORDERED)
# Why something is no longer to be said.
ANSWERED, WITHDRAWN, LEFT = "answered", "withdrawn", "left"


def number_in(about: str) -> tuple[str, int]:
    """`occurrence:17` as its kind and its number; a kind nobody knows has the number 0."""
    kind, _, number = about.partition(":")
    return kind, int(number) if number.isdigit() else 0


async def over(link: Link, contact_id: int, abouts: Iterable[str]) -> dict[str, str]:
    """Of these things, those of which this contact need not be reminded any more, each with a word why."""
    asked = {(contact_id, about) for about in abouts}
    return {about: reason for (_, about), reason in (await over_for(link, asked)).items()}


async def over_for(
    link: Link, asked: Collection[tuple[int, str]], now: datetime | None = None
) -> dict[tuple[int, str], str]:  # fmt: skip
    """The same for many contacts at once: pairs of a contact and what they were to be reminded of.

    now: by which an interview or an office is over; None leaves that out.
    """
    found: dict[tuple[int, str], str] = {}
    by_kind: dict[str, list[_Asked]] = {}
    for contact_id, about in asked:
        kind, number = number_in(about)
        by_kind.setdefault(kind, []).append(_Asked(contact_id, about, number))
    held = await _held(link, {contact_id for contact_id, _ in asked}) if by_kind.keys() & {OCCURRENCE, FINDING} else {}
    for kind, reasons_of in ((OCCURRENCE, _occurrences), (FINDING, _findings), (NOTICE, _notices)):
        if ones := by_kind.get(kind):
            reasons = await reasons_of(link, ones, held)
            found |= {(one.contact_id, one.about): reason for one, reason in zip(ones, reasons, strict=True) if reason}
    for kind in (*LADDER, VISIT):
        if ones := by_kind.get(kind):
            pairs = {(one.contact_id, one.number) for one in ones}
            over = await (visits_over(link, pairs, now) if kind == VISIT else papers_over(link, kind, pairs, now))
            found |= {(contact_id, f"{kind}:{number}"): reason for (contact_id, number), reason in over.items()}
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    contact_id: int
    about: str
    number: int


async def _held(link: Link, contact_ids: set[int]) -> dict[int, dict[int, set[str]]]:
    """The enterprises for which each of these contacts answers today, with their roles there."""
    rows = await link.execute(
        select(PostRecord.contact_id, PostRecord.enterprise_id, PostRecord.role).where(
            PostRecord.contact_id.in_(contact_ids), PostRecord.until_at.is_(None), PostRecord.role.in_(RESPONSIBLE)
        )
    )
    held: dict[int, dict[int, set[str]]] = {}
    for contact_id, enterprise_id, role in rows:
        held.setdefault(contact_id, {}).setdefault(enterprise_id, set()).add(role)
    return held


async def _occurrences(link: Link, asked: Sequence[_Asked], held: Roles) -> list[str]:
    rows = await link.execute(
        select(OccurrenceRecord.id, OccurrenceRecord.state, OccurrenceRecord.enterprise_id, PlanRecord.reminded)
        .join(PlanRecord, PlanRecord.id == OccurrenceRecord.plan_id, isouter=True)
        .where(OccurrenceRecord.id.in_({one.number for one in asked}))
    )
    known = {id_: (state, enterprise_id, reminded) for id_, state, enterprise_id, reminded in rows}
    reasons = []
    for one in asked:
        state, enterprise_id, reminded = known.get(one.number, ("", 0, None))
        if state == OccurrenceState.DONE:
            reasons.append(ANSWERED)
        elif state != OccurrenceState.OPEN:
            reasons.append(WITHDRAWN)
        else:
            # Who holds another role than the one the plan reminds is no more asked than who left.
            roles = held.get(one.contact_id, {}).get(enterprise_id, set())
            reasons.append("" if roles & set(Reminded(reminded or Reminded.RESPONSIBLE).roles) else LEFT)
    return reasons


async def _findings(link: Link, asked: Sequence[_Asked], held: Roles) -> list[str]:
    ids = {one.number for one in asked}
    rows = await link.execute(select(FindingRecord.id, FindingRecord.enterprise_id).where(FindingRecord.id.in_(ids)))
    places = dict(rows.all())
    settled = await put_right(link, ids)
    reasons = []
    for one in asked:
        if one.number not in places or one.number in settled:
            reasons.append(ANSWERED)
        else:
            reasons.append("" if places[one.number] in held.get(one.contact_id, ()) else LEFT)
    return reasons


async def put_right(link: Link, finding_ids: Iterable[int]) -> set[int]:
    """Of these findings, those reported put right, and those whose item a later inspection no longer failed."""
    reported = await link.execute(
        select(HazardRecord.finding_id).where(
            HazardRecord.finding_id.in_(set(finding_ids)), HazardRecord.state.not_in(TO_BE_PUT_RIGHT)
        )
    )
    later = aliased(InspectionRecord)
    found = await link.execute(
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
    return {id_ for id_ in reported.scalars() if id_ is not None} | set(found.scalars())


async def _notices(link: Link, asked: Sequence[_Asked], _: Roles) -> list[str]:
    rows = await link.execute(
        select(DeliveryRecord.id, DeliveryRecord.acknowledged_at, BroadcastRecord.recalled_at)
        .join(BroadcastRecord, BroadcastRecord.id == DeliveryRecord.broadcast_id)
        .where(DeliveryRecord.id.in_({one.number for one in asked}))
    )
    reasons = {}
    for id_, acknowledged_at, recalled_at in rows:
        if recalled_at is not None:
            reasons[id_] = WITHDRAWN
        else:
            reasons[id_] = ANSWERED if acknowledged_at is not None else ""
    return [reasons.get(one.number, WITHDRAWN) for one in asked]
