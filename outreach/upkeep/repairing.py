"""修复 — what is set right or cleared away as time passes, whoever was killed in the middle of what."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import delete

from outreach.delivery.claims import Claims
from outreach.desk import Desk, Office, affected
from outreach.storage.intake import QuarantineRecord
from outreach.storage.reports import photos_named
from outreach.storage.uploads import UploadRecord
from outreach.upkeep import pulses

# A photo is saved before its row says so; within a day every such row has been settled or given up.
PHOTO_GRACE_FOR = timedelta(days=1)
UPLOADS_KEPT_FOR = timedelta(days=90)
QUARANTINE_KEPT_FOR = timedelta(days=30)


async def rescue(office: Office) -> int:
    """Settle notices whose sender is gone: whether they arrived is unknown, and says so. How many there were."""
    found = await Claims(office.engine, "sweep").rescue(office.clock())
    async with office.desk() as desk:
        await pulses.beat(desk, pulses.RESCUE)
        if found:
            await pulses.beat(desk, pulses.found("late_leases"), found)
    return found


async def forget_quarantine(desk: Desk) -> int:
    """Drop updates that nobody replayed within 30 days; they may hold personal data. How many."""
    before = desk.now - QUARANTINE_KEPT_FOR
    return affected(await desk.session.execute(delete(QuarantineRecord).where(QuarantineRecord.at < before)))


async def forget_uploads(desk: Desk) -> int:
    """Drop what Telegram calls files that were uploaded 90 days ago; whoever asks again uploads once more. How many."""
    before = desk.now - UPLOADS_KEPT_FOR
    return affected(await desk.session.execute(delete(UploadRecord).where(UploadRecord.kept_at < before)))


async def remove_unneeded_photos(office: Office) -> int:
    """Remove picture files that no row names, such as those of an erased draft. How many pictures."""
    await asyncio.to_thread(office.photos.tidy, office.clock())
    candidates = await asyncio.to_thread(office.photos.old, office.clock() - PHOTO_GRACE_FOR)
    if not candidates:
        return 0
    async with office.desk() as desk:
        named = set(await desk.session.scalars(photos_named()))
    unneeded = [sha256 for sha256 in candidates if sha256 not in named]
    for sha256 in unneeded:
        await asyncio.to_thread(office.photos.remove, sha256)
    return len(unneeded)
