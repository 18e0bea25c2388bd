"""待导入 — a register that an official sent and has not confirmed yet: kept by, then imported or forgotten."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import delete

from domain.authority import Duty
from domain.contact import Contact, Official, StalePress
from domain.enterprise import EnterpriseEntry, PersonEntry, RiskClass
from domain.register import Column
from outreach.desk import Desk
from outreach.register.registering import Batch, ImportOutcome, import_register, outside
from outreach.storage.enterprises import RegisterDraftRecord


async def put_by(desk: Desk, contact: Contact, batch: Batch) -> int:
    """Keep a batch until the official confirms it; their earlier one is forgotten. Returns the draft's id."""
    await discard(desk, contact)
    rows = json.dumps(
        {"columns": sorted(batch.columns), "entries": [asdict(entry) for entry in batch.entries]}, ensure_ascii=False
    )
    draft = RegisterDraftRecord(contact_id=contact.id, rows=rows, made_at=desk.now)
    desk.session.add(draft)
    await desk.session.flush()
    return draft.id


async def confirm(desk: Desk, contact: Contact, official: Official, draft_id: int) -> ImportOutcome:
    """Import a draft. Raises StalePress when it is not the official's newest one, or its rows left their area."""
    official.must(Duty.REGISTER)
    draft = await desk.session.get(RegisterDraftRecord, draft_id, with_for_update=True)
    if draft is None or draft.contact_id != contact.id:
        raise StalePress
    kept = json.loads(draft.rows)
    batch = Batch(
        tuple(_entry(fields) for fields in kept["entries"]), frozenset(Column(name) for name in kept["columns"])
    )
    await desk.session.delete(draft)
    if await outside(desk, list(enumerate(batch.entries)), official.jurisdiction):
        raise StalePress
    return await import_register(desk, batch, contact.id)


async def discard(desk: Desk, contact: Contact) -> None:
    """Forget what the contact sent and did not confirm."""
    await desk.session.execute(delete(RegisterDraftRecord).where(RegisterDraftRecord.contact_id == contact.id))


def _entry(fields: dict[str, object]) -> EnterpriseEntry:
    kept = dict(fields)
    for post in ("principal", "safety_officer"):
        person = kept[post]
        kept[post] = PersonEntry(**person) if isinstance(person, dict) else None
    industries, risk = kept["industries"], kept["risk_class"]
    kept["industries"] = tuple(industries) if isinstance(industries, list) else ()
    kept["risk_class"] = RiskClass(risk) if isinstance(risk, str) else None
    return EnterpriseEntry(**kept)  # type: ignore[arg-type]
