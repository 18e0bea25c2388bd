"""删除与检查 — whoever is erased has no card of a visit any more; what they wrote in office stays with the office."""

from __future__ import annotations

from sqlalchemy import delete

from outreach.desk import Desk
from outreach.storage.visits import VisitCardRecord


async def forget(desk: Desk, contact_id: int) -> None:
    """Their cards are nobody's any more."""
    await desk.session.execute(delete(VisitCardRecord).where(VisitCardRecord.contact_id == contact_id))
