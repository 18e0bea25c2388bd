"""辖区所在 — in which streets a contact's enterprises lie, so that local things such as numbers can be shown."""

from __future__ import annotations

from sqlalchemy import select

from outreach.desk import Desk
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import PostRecord


async def streets_of(desk: Desk, contact_id: int) -> tuple[str, ...]:
    """The streets of the enterprises where the contact holds a post today, each once; unnamed streets left out."""
    found = await desk.session.scalars(
        select(EnterpriseRecord.street)
        .join(PostRecord, PostRecord.enterprise_id == EnterpriseRecord.id)
        .where(PostRecord.contact_id == contact_id, PostRecord.until_at.is_(None), EnterpriseRecord.street != "")
        .distinct()
        .order_by(EnterpriseRecord.street)
    )
    return tuple(found)
