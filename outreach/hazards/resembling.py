"""照片雷同 — whether a photo looks like that of another hazard in the same street; officials are told.

Only photos that were sent to hazards are compared, not those of reports and inspections.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from domain.photo import are_alike
from outreach.desk import Desk
from outreach.hazards.portraying import AFTER
from outreach.storage.hazards import HazardPhotoRecord, HazardRecord
from outreach.storage.straight import Straight

# The newest ones of a street are enough for a hint, and few enough to compare at once.
MOST_COMPARED = 20_000
_ALIKE = Straight(
    select(HazardRecord.number)
    .join(HazardPhotoRecord, HazardPhotoRecord.like_hazard_id == HazardRecord.id)
    .where(
        HazardPhotoRecord.hazard_id == bindparam("hazard"), HazardPhotoRecord.kind == AFTER,
        HazardPhotoRecord.round == bindparam("round"),
    )
    .order_by(HazardRecord.number)
    .distinct()
)  # fmt: skip


async def other_like(desk: Desk, photo: HazardPhotoRecord) -> int | None:
    """The id of the newest other hazard of the same street with such a photo, if any; of a photo of afterwards only."""
    if photo.kind != AFTER or not photo.look:
        return None
    street = await desk.session.scalars(select(HazardRecord.street).where(HazardRecord.id == photo.hazard_id))
    found = await desk.session.execute(
        select(HazardPhotoRecord.hazard_id, HazardPhotoRecord.look)
        .join(HazardRecord, HazardRecord.id == HazardPhotoRecord.hazard_id)
        .where(
            HazardRecord.street == street.one(), HazardPhotoRecord.hazard_id != photo.hazard_id,
            HazardPhotoRecord.look.is_not(None),
        )
        .order_by(HazardPhotoRecord.id.desc())
        .limit(MOST_COMPARED)
    )  # fmt: skip
    return next((hazard_id for hazard_id, look in found if look and are_alike(photo.look, look)), None)


async def alike(desk: Desk, row: HazardRecord) -> tuple[str, ...]:
    """The numbers of the hazards whose photos look like those of the present round."""
    (found,) = await desk.ask((_ALIKE, {"hazard": row.id, "round": row.round}))
    return tuple(number for (number,) in found)
