"""脉搏 — saying that something which must go on and on did so just now, in a row that every process can read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from outreach.desk import Desk
from outreach.storage.pulses import PulseRecord

# The sweep that looks for rows whose sender was killed.
RESCUE = "rescue"
# Somebody else asked Telegram for our updates, by polling or by a webhook.
CONFLICT = "conflict"
# The hour in which an update came under the number of another one.
SAME_ID = "same_id"
# A write of the readiness page: that it was possible is all it says.
READY = "ready"
# Telegram holds updates back: since when it has been holding some, and how many at the last look.
INBOX = "inbox"
# When Telegram last failed to deliver an update here.
INBOX_FAULT = "inbox_fault"
# Since when the webhook that Telegram has is not the one that we set.
WEBHOOK_LOST = "webhook_lost"

# The newest stretch of the journal that was looked at again.
JOURNAL = "journal"


async def beat(desk: Desk, name: str, value: int = 0, at: datetime | None = None) -> None:
    """It went well at `at`, or just now."""
    await desk.put(PulseRecord, {"name": name}, {"at": at or desk.now, "value": value})


async def wait(desk: Desk, name: str, value: int) -> None:
    """So much waits there. The instant since when something does is kept until nothing does."""
    if not value:
        await desk.session.execute(delete(PulseRecord).where(PulseRecord.name == name))
        return
    await desk.put(PulseRecord, {"name": name}, {"value": value}, {"at": desk.now})


async def value(desk: Desk, name: str) -> int:
    """The figure of that pulse; 0 while it never beat."""
    return await desk.session.scalar(select(PulseRecord.value).where(PulseRecord.name == name)) or 0


def found(search: str) -> str:
    """The pulse of a repair sweep that found what it must not find, with how many."""
    return f"found_{search}"
