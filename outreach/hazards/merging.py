"""并案 — hazards of the same place that may be one and the same, and who hears of it once they are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, or_, select

from domain.authority import Duty
from domain.contact import Official
from domain.hazard import OPEN, HazardState, MergeUnfit
from domain.likeness import ALIKE_AT_HOME, ALIKE_NEARBY, likeness
from outreach.concerning import within
from outreach.desk import Desk
from outreach.storage.hazards import HazardRecord
from outreach.storage.reports import ReportRecord
from outreach.storage.straight import Straight

# The newest ones of a place; what is older than these is hardly the same.
MOST_COMPARED = 300
MOST_LIKELY = 3
MERGED_FROM = (HazardState.REPORTED, HazardState.VERIFIED)
_JOINED = Straight(
    select(HazardRecord.number)
    .where(HazardRecord.merged_into == bindparam("led"), HazardRecord.state == HazardState.MERGED.value)
    .order_by(HazardRecord.number)
)


@dataclass(frozen=True, slots=True)
class Twin:
    """A hazard of the same place. percent: how alike the words are. is_likely: alike enough to be pointed out."""

    id: int
    number: str
    state: HazardState
    what: str
    is_same_enterprise: bool
    percent: int
    is_likely: bool


async def twins(desk: Desk, official: Official, row: HazardRecord, most: int) -> tuple[Twin, ...]:
    """The open hazards of the same enterprise, or of the same street and grid with like words; the likest first.

    Only those that concern the official.
    """
    near = []
    if row.enterprise_id is not None:
        near.append(HazardRecord.enterprise_id == row.enterprise_id)
    if row.street and row.grid:
        near.append(and_(HazardRecord.street == row.street, HazardRecord.grid == row.grid))
    if not near:
        return ()
    found = await desk.session.execute(
        select(HazardRecord.id, HazardRecord.number, HazardRecord.state, HazardRecord.what, HazardRecord.enterprise_id)
        .where(
            or_(*near), HazardRecord.state.in_(sorted(OPEN)), HazardRecord.id != row.id,
            *within(official.jurisdiction, HazardRecord),
        )
        .order_by(HazardRecord.opened_at.desc(), HazardRecord.id.desc())
        .limit(MOST_COMPARED)
    )  # fmt: skip
    known = []
    for id_, number, state, what, enterprise_id in found:
        is_same = enterprise_id is not None and enterprise_id == row.enterprise_id
        alike = likeness(row.what, what)
        is_likely = alike >= (ALIKE_AT_HOME if is_same else ALIKE_NEARBY)
        if is_same or is_likely:
            known.append(Twin(id_, number, HazardState(state), what, is_same, round(alike * 100), is_likely))
    known.sort(key=lambda twin: (not twin.is_likely, -twin.percent, -twin.id))
    return tuple(known[:most])


async def likely(desk: Desk, official: Official, hazard_id: int) -> tuple[Twin, ...]:
    """What a hazard that can still be merged may be the same as, the likest first; it changes with the others, so
    that only the answer to a press says it, and never a card that stands.
    """
    row = await desk.session.get_one(HazardRecord, hazard_id)
    if row.state not in MERGED_FROM or not official.may(Duty.TRIAGE):
        return ()
    return tuple(twin for twin in await twins(desk, official, row, MOST_LIKELY) if twin.is_likely)


async def lock_both(desk: Desk, hazard_id: int, into_id: int) -> None:
    """In the order of their ids: two officials who merge the same two crosswise must not wait for each other."""
    both = select(HazardRecord.id).where(HazardRecord.id.in_((hazard_id, into_id))).order_by(HazardRecord.id)
    await desk.session.execute(both.with_for_update())


async def must_be_fit(desk: Desk, official: Official | None, row: HazardRecord, into_id: int | None) -> None:
    """Raises MergeUnfit unless the other one is open, another one, and concerns the official too."""
    if official is None or into_id is None or into_id == row.id:
        raise MergeUnfit
    query = select(HazardRecord.state).where(HazardRecord.id == into_id, *within(official.jurisdiction, HazardRecord))
    state = (await desk.session.scalars(query)).first()
    if state is None or not HazardState(state).is_open:
        raise MergeUnfit


async def leader(desk: Desk, row: HazardRecord) -> HazardRecord:
    """The hazard whose way this one goes: the one that it was merged into, and so on, or itself."""
    while row.state == HazardState.MERGED and row.merged_into is not None:
        row = await desk.session.get_one(HazardRecord, row.merged_into, populate_existing=True)
    return row


async def joined(desk: Desk, row: HazardRecord) -> tuple[str, ...]:
    """The numbers of what was merged into a hazard."""
    (found,) = await desk.ask((_JOINED, {"led": row.id}))
    return tuple(number for (number,) in found)


async def reports_behind(desk: Desk, row: HazardRecord) -> list[ReportRecord]:
    """Every report that goes the way of a hazard: its own, and those of whatever was merged into it."""
    hazards, fresh = {row.id: row.report_id}, [row.id]
    while fresh:
        merged = await desk.session.execute(
            select(HazardRecord.id, HazardRecord.report_id).where(
                HazardRecord.merged_into.in_(fresh), HazardRecord.state == HazardState.MERGED
            )
        )
        found = {id_: report_id for id_, report_id in merged if id_ not in hazards}
        hazards |= found
        fresh = list(found)
    own = [report_id for report_id in hazards.values() if report_id is not None]
    if not own:
        return []
    rows = await desk.session.scalars(
        select(ReportRecord)
        .where(or_(ReportRecord.id.in_(own), ReportRecord.merged_into.in_(own)))
        .order_by(ReportRecord.id)
    )
    return list(rows)
