"""删除与隐患 — whoever is erased leaves the record of a hazard as it stands, without what leads back to them."""

from __future__ import annotations

from sqlalchemy import delete, select

from outreach.desk import Desk
from outreach.storage.hazards import HazardCardRecord, HazardPhotoRecord

REASON = "erased"


async def forget(desk: Desk, contact_id: int) -> None:
    """Their cards are nobody's any more; of their photos the pictures stay, and Telegram's ids go."""
    await desk.session.execute(delete(HazardCardRecord).where(HazardCardRecord.contact_id == contact_id))
    for photo in await desk.session.scalars(
        select(HazardPhotoRecord).where(HazardPhotoRecord.contact_id == contact_id)
    ):
        photo.file_id, photo.file_unique_id = "", f"{REASON}:{photo.id}"
        if photo.state == "pending":
            photo.state, photo.failure = "failed", REASON
