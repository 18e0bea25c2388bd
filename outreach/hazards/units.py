"""责任单位 — which enterprise has to put right what somebody reported without saying whose it is."""

from __future__ import annotations

from typing import Any

from domain.authority import Duty
from domain.contact import Official
from domain.hazard import UnitUnfit
from outreach.desk import Desk
from outreach.overseeing import oversees
from outreach.register.owning import owners_of
from outreach.storage.enterprises import EnterpriseRecord


async def unit_changes(desk: Desk, official: Official | None, enterprise_id: int | None) -> tuple[str, dict[str, Any]]:
    """The name of an enterprise, and the columns of a hazard that say whose it is and where it lies once it is named.

    Raises UnitUnfit for an enterprise outside the official's jurisdiction, whether it exists or not.
    """
    unit = await desk.session.get(EnterpriseRecord, enterprise_id) if enterprise_id else None
    if unit is None or not oversees(official, unit, Duty.TRIAGE):
        raise UnitUnfit
    owners = await owners_of(desk, unit)
    return unit.name, {
        "enterprise_id": unit.id, "street": unit.street, "grid": unit.grid, "industries": list(unit.industries),
        "area_owner_id": owners.area.id if owners.area else None,
        "trade_owner_id": owners.trade.id if owners.trade else None,
    }  # fmt: skip
