"""检查还要不要提醒 — whether a visit still goes on, and whether this person still takes part in it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from domain.visit import VisitState
from outreach.delivery.ladder_relevance import Link, offices_of
from outreach.storage.visits import VisitPartyRecord, VisitRecord

VISIT = "visit"


async def visits_over(
    link: Link, asked: Collection[tuple[int, int]], now: datetime | None
) -> dict[tuple[int, int], str]:  # fmt: skip
    """Of these pairs of a contact and a visit those of which nothing is to be said any more, each with a word why."""
    numbers = {number for _, number in asked}
    on = select(VisitRecord.id).where(VisitRecord.id.in_(numbers), VisitRecord.state == VisitState.GOING)
    going = {int(id_) for (id_,) in await link.execute(on)}
    rows = await link.execute(
        select(VisitPartyRecord.visit_id, VisitPartyRecord.official_id).where(VisitPartyRecord.visit_id.in_(numbers))
    )
    parties = {(int(visit_id), int(official_id)) for visit_id, official_id in rows}
    offices = await offices_of(link, {contact_id for contact_id, _ in asked}, now)
    reasons: dict[tuple[int, int], str] = {}
    for contact_id, number in asked:
        if number not in going:
            reasons[contact_id, number] = "answered"
        elif not any((number, one.id) in parties for one in offices.get(contact_id, ())):
            reasons[contact_id, number] = "left"
    return reasons
