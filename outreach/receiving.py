"""收件 — an update takes effect once: the id is remembered in the same transaction as the effect."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from outreach.desk import Desk, affected
from outreach.storage.intake import QuarantineRecord, SeenUpdateRecord
from outreach.storage.sealing import SealBroken
from outreach.upkeep import pulses

# Telegram redelivers for 24 hours; a week leaves room for clocks and outages.
REMEMBERED_FOR = timedelta(days=7)
BODY_LIMIT = 1_000_000
SEALED = "sealed:"


async def is_first_time(desk: Desk, update_id: int, *, is_other: bool = False) -> bool:
    """Remember the id; False when it took effect before. By membership: ids may jump anywhere.

    is_other: whoever asks knows that an update of this id was another one; then this one is new, and an alert says so.
    """
    key = SeenUpdateRecord.update_id
    if await desk.put_once(SeenUpdateRecord, key, update_id=update_id, seen_on=desk.today):
        return True
    if is_other:
        # To the hour, as everything that a report may have caused.
        await pulses.beat(desk, pulses.SAME_ID, at=desk.now.replace(minute=0, second=0, microsecond=0))
    return is_other


async def quarantine(desk: Desk, update_id: int | None, body: str, fault: str, *, is_sealed: bool = False) -> str:
    """Keep an update that could not be understood or handled. Returns the reference number people are given.

    is_sealed: it belongs to a hazard report, so body and id are kept sealed and the time to the hour.
    """
    while True:
        # Short enough to be read out over the telephone; in a flood of nonsense some are drawn twice.
        reference = f"{desk.today:%m%d}-{secrets.token_hex(3).upper()}"
        held = _sealed(desk, reference, update_id, body) if is_sealed else body
        if await desk.put_once(
            QuarantineRecord,
            QuarantineRecord.reference,
            reference=reference,
            at=desk.now.replace(minute=0, second=0, microsecond=0) if is_sealed else desk.now,
            update_id=None if is_sealed else update_id,
            fault=_storable(fault)[:2000],
            body=_storable(held)[:BODY_LIMIT],
        ):
            return reference


def _storable(text: str) -> str:
    """NUL is legal in JSON text but not in PostgreSQL's; a lone surrogate is legal in neither database."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


async def quarantined(desk: Desk) -> list[tuple[str, Any]]:
    """What waits in quarantine, oldest first: the reference and the update as it came (None if not JSON)."""
    rows = await desk.session.scalars(
        select(QuarantineRecord).where(QuarantineRecord.replayed_at.is_(None)).order_by(QuarantineRecord.id)
    )
    found: list[tuple[str, Any]] = []
    for row in rows:
        try:
            found.append((row.reference, json.loads(_opened(desk, row)[1])))
        except (ValueError, RecursionError):
            found.append((row.reference, None))
    return found


async def release(desk: Desk, reference: str) -> None:
    """Let the quarantined update take effect, once: its id is forgotten here and nowhere else.

    Killed after this and before `mark_replayed`, the next replay finds the id remembered if it took effect by then.
    """
    row = await _kept(desk, reference)
    update_id, body = _opened(desk, row)
    if update_id is not None:
        await desk.session.execute(delete(SeenUpdateRecord).where(SeenUpdateRecord.update_id == update_id))
        row.update_id = None
        if row.body.startswith(SEALED):
            row.body = _sealed(desk, reference, None, body)


async def mark_replayed(desk: Desk, reference: str) -> None:
    """The quarantined update has been taken again: handled, or set aside under a new reference."""
    (await _kept(desk, reference)).replayed_at = desk.now


async def _kept(desk: Desk, reference: str) -> QuarantineRecord:
    return (await desk.session.scalars(select(QuarantineRecord).where(QuarantineRecord.reference == reference))).one()


def _sealed(desk: Desk, reference: str, update_id: int | None, body: str) -> str:
    held = {"update_id": update_id, "body": body.encode("utf-8", "replace").decode()}
    return SEALED + desk.office.seal.close(f"quarantine:{reference}", held)


def _opened(desk: Desk, row: QuarantineRecord) -> tuple[int | None, str]:
    """The id and the body of what is kept; an empty body when it was sealed with a key that is gone."""
    if not row.body.startswith(SEALED):
        return row.update_id, row.body
    try:
        held = desk.office.seal.open(f"quarantine:{row.reference}", row.body.removeprefix(SEALED))
    except SealBroken:
        return None, ""
    return held["update_id"], str(held["body"])


async def forget_old_ids(desk: Desk) -> int:
    """Drop ids older than a week. Returns how many."""
    before = desk.on(desk.now - REMEMBERED_FOR)
    gone = await desk.session.execute(delete(SeenUpdateRecord).where(SeenUpdateRecord.seen_on < before))
    return affected(gone)
