"""自查表版本 — keeping the exact wording that was walked, so that an old record reads as it did."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from sqlalchemy import select

from domain.basis import Basis
from domain.checklist import Checklist, Grade, Item, Section
from outreach.desk import Desk
from outreach.storage.inspections import ChecklistEditionRecord


async def keep_edition(desk: Desk, checklist: Checklist) -> int:
    """The id of this exact wording, written down the first time somebody walks it."""
    body = _written(checklist)
    digest = hashlib.sha256(body.encode()).hexdigest()
    known = select(ChecklistEditionRecord.id).where(
        ChecklistEditionRecord.checklist_id == checklist.id,
        ChecklistEditionRecord.version == checklist.version,
        ChecklistEditionRecord.digest == digest,
    )
    found = (await desk.session.scalars(known)).first()
    if found is not None:
        return found
    row = ChecklistEditionRecord(
        checklist_id=checklist.id, version=checklist.version, digest=digest, body=body, kept_at=desk.now
    )
    desk.session.add(row)
    await desk.session.flush()
    return row.id


async def edition(desk: Desk, edition_id: int) -> Checklist:
    """The checklist as it was worded then. An edition never changes, so a process reads each of them once."""
    kept = desk.office.editions
    if edition_id not in kept:
        wanted = select(ChecklistEditionRecord.body).where(ChecklistEditionRecord.id == edition_id)
        kept[edition_id] = _read((await desk.session.scalars(wanted)).one())
    return kept[edition_id]


def _written(checklist: Checklist) -> str:
    # For whom a list is decides who may begin it, and what it no longer asks is not read; left out, a wording keeps
    # its digest.
    told = {name: value for name, value in asdict(checklist).items() if name not in ("audience", "retired")}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=sorted)


def _read(body: str) -> Checklist:
    told = json.loads(body)
    sections = tuple(Section(s["title"], tuple(_item(i) for i in s["items"])) for s in told["sections"])
    return Checklist(told["id"], told["version"], told["title"], told["intro"], frozenset(told["industries"]), sections)


def _item(told: dict[str, object]) -> Item:
    basis = told.pop("basis")
    grade = told.pop("grade_hint")
    assert isinstance(basis, list)
    return Item(**told, basis=tuple(Basis(**b) for b in basis), grade_hint=Grade(str(grade)) if grade else None)  # type: ignore[arg-type]
