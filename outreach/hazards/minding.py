"""督促人 — which officials may see to it that a hazard is put right, and who does."""

from __future__ import annotations

from sqlalchemy import select

from domain.authority import Duty
from domain.contact import Official
from domain.hazard import FollowerUnfit
from outreach.concerning import does_concern
from outreach.desk import Desk
from outreach.people.appointing import as_official
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import OfficialRecord


async def followers_to_choose(desk: Desk, row: HazardRecord, but: int) -> tuple[Official, ...]:
    """The serving officials in the chat who decide about such a hazard, without the one with that id."""
    rows = await desk.session.scalars(
        select(OfficialRecord)
        .where(OfficialRecord.contact_id.is_not(None), OfficialRecord.id != but)
        .order_by(OfficialRecord.id)
    )
    found = [as_official(desk, one) for one in rows.all()]
    return tuple([one for one in found if await _is_fit(desk, row, one)])


async def must_serve(desk: Desk, row: HazardRecord, official_id: int | None) -> None:
    """Raises FollowerUnfit for an official who does not serve, or whom such a hazard does not concern."""
    if official_id is None:
        return
    one = await desk.session.get(OfficialRecord, official_id)
    if one is None or one.contact_id is None or not await _is_fit(desk, row, as_official(desk, one)):
        raise FollowerUnfit


async def _is_fit(desk: Desk, row: HazardRecord, official: Official) -> bool:
    is_serving = official.is_serving(desk.today) and official.may(Duty.TRIAGE)
    return is_serving and await does_concern(desk, official, row)
