"""立案 — a hazard is opened from any source: a report that is true, a failed item of a checklist, an inspection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.checklist import Grade
from domain.hazard import HazardState, Source
from domain.ownership import Owners
from domain.rectification import StepKey
from outreach.desk import Desk
from outreach.register.owning import owners_at
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.people import OfficialRecord

WHERE_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a hazard when it is opened. `number` empty: it gets the next one of the day.

    state: `ordered` for what an enterprise found of itself, `verified` for what an official found or confirmed,
    `reported` for what somebody else says and an official has still to verify. due_on: an Asia/Shanghai day.
    """

    source: Source
    what: str
    where: str
    grade: Grade = Grade.GENERAL
    state: HazardState = HazardState.VERIFIED
    number: str = ""
    found_by: str = ""
    report_id: int | None = None
    finding_id: int | None = None
    enterprise_id: int | None = None
    street: str = ""
    grid: str = ""
    remedy: str = ""
    grade_hint: Grade | None = None
    clause: str = ""
    due_on: date | None = None
    official_id: int | None = None


async def open_hazard(desk: Desk, contact_id: int | None, opening: Opening) -> HazardRecord:
    """Write it down with its first step. `contact_id` is who did it; the official's id stands in the opening."""
    unit = await desk.session.get(EnterpriseRecord, opening.enterprise_id) if opening.enterprise_id else None
    owners = await owners_at(desk, opening.enterprise_id, opening.street, opening.grid)
    area, trade = (one.id if one else None for one in (owners.area, owners.trade))
    row = HazardRecord(
        number=opening.number or await _next_number(desk), source=opening.source, found_by=opening.found_by,
        report_id=opening.report_id, finding_id=opening.finding_id, enterprise_id=opening.enterprise_id,
        street=opening.street, grid=opening.grid, industries=list(unit.industries) if unit else [],
        where=opening.where[:WHERE_LIMIT], what=opening.what,
        remedy=opening.remedy, grade=opening.grade, grade_hint=opening.grade_hint, clause=opening.clause,
        state=opening.state, opened_at=desk.now, due_on=opening.due_on,
        verified_by=opening.official_id if opening.state is not HazardState.REPORTED else None,
        follower_id=await _follower(desk, opening, owners), area_owner_id=area, trade_owner_id=trade,
        next_look_at=desk.now if opening.state is HazardState.ORDERED else None,
    )  # fmt: skip
    desk.session.add(row)
    await desk.session.flush()
    desk.session.add(
        HazardStepRecord(
            hazard_id=row.id, version=1, at=desk.now, step=StepKey.OPEN, contact_id=contact_id,
            official_id=opening.official_id, state=row.state, grade=row.grade, due_on=row.due_on,
        )
    )  # fmt: skip
    await desk.session.flush()
    await desk.note(
        "HazardOpened", f"hazard:{row.id}", contact_id, number=row.number, source=row.source, area_owner=area,
        trade_owner=trade,
    )  # fmt: skip
    return row


async def _follower(desk: Desk, opening: Opening, owners: Owners) -> int | None:
    """督促人 from the start: whoever opened it; of what an enterprise found of itself an owner of it in the chat."""
    if opening.official_id is not None or opening.state is not HazardState.ORDERED:
        return opening.official_id
    for one in (owners.area, owners.trade):
        row = await desk.session.get(OfficialRecord, one.id) if one else None
        if row is not None and row.contact_id is not None:
            return row.id
    return None


async def _next_number(desk: Desk) -> str:
    day = f"{desk.today:%Y%m%d}"
    return f"YH{day}-{await desk.next_number(f'hazard:{day}'):04d}"
