"""名录导入 — what a register says becomes enterprises: compared first, written once it is confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from content.workbooks import RegisterReading
from domain.contact import Jurisdiction
from domain.enterprise import EnterpriseEntry
from domain.register import Column, Problem, ProblemCode
from outreach.desk import Desk
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord, JournalRecord, PostRecord

# Fits the parameter limit of every database with room to spare.
_CHUNK = 500
_FIELDS = {
    Column.NAME: "name",
    Column.INDUSTRIES: "industries",
    Column.STREET: "street",
    Column.GRID: "grid",
    Column.GROUP: "group",
    Column.ADDRESS: "address",
    Column.PRINCIPAL: "principal_name",
    Column.PRINCIPAL_PHONE: "principal_phone",
    Column.SAFETY_OFFICER: "safety_officer_name",
    Column.SAFETY_OFFICER_PHONE: "safety_officer_phone",
    Column.HEAD_COUNT: "head_count",
    Column.RISK_CLASS: "risk_class",
}
_PHONE_BESIDE = {
    Column.PRINCIPAL: Column.PRINCIPAL_PHONE,
    Column.SAFETY_OFFICER: Column.SAFETY_OFFICER_PHONE,
}
_ROLE_PHONES = {"principal": "principal_phone", "safety_officer": "safety_officer_phone"}
_PHONES = frozenset(_ROLE_PHONES.values())


@dataclass(frozen=True, slots=True)
class Batch:
    """The good rows of a register, and the columns it has: what it has no column for stays as it is."""

    entries: tuple[EnterpriseEntry, ...]
    columns: frozenset[Column] = frozenset(Column)

    @classmethod
    def of(cls, reading: RegisterReading) -> Batch:
        """The good rows of a reading."""
        return cls(tuple(entry for _, entry in reading.rows), frozenset(reading.heading.places))


@dataclass(frozen=True, slots=True)
class Change:
    """An enterprise of the register that a row alters, and in which columns."""

    enterprise_id: int
    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """A post whose holder the register no longer names: whoever it names now takes over by binding."""

    enterprise_name: str
    role: str
    holder: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do."""

    added: int
    changes: tuple[Change, ...]
    unchanged: int
    handovers: tuple[Expected, ...] = ()

    @property
    def updated(self) -> int:
        return len(self.changes)


async def outside(
    desk: Desk, rows: Sequence[tuple[int, EnterpriseEntry]], jurisdiction: Jurisdiction
) -> list[tuple[int, Problem]]:
    """The rows that lie outside a jurisdiction, or whose enterprise stands on the register of another one."""
    known = await _known(desk, (entry.credit_code for _, entry in rows))
    found = []
    for number, entry in rows:
        record = known.get(entry.credit_code)
        if not jurisdiction.reaches(entry.street, entry.grid):
            is_street = not jurisdiction.reaches(entry.street, jurisdiction.grid)
            column, value = (Column.STREET, entry.street) if is_street else (Column.GRID, entry.grid)
            found.append((number, Problem(ProblemCode.OUTSIDE_JURISDICTION, column, value)))
        elif not jurisdiction.covers(entry.street, entry.grid, entry.industries):
            names = [desk.catalogue.industries[id_].name for id_ in entry.industries]
            found.append((number, Problem(ProblemCode.OUTSIDE_JURISDICTION, Column.INDUSTRIES, names[0])))
        elif record is not None and not jurisdiction.covers(record.street, record.grid, record.industries):
            problem = Problem(ProblemCode.OUTSIDE_JURISDICTION, Column.CREDIT_CODE, entry.credit_code)
            found.append((number, problem))
    return found


async def newcomers(desk: Desk, entries: Sequence[EnterpriseEntry]) -> tuple[EnterpriseEntry, ...]:
    """The entries whose credit code is not on the register yet."""
    known = await _known(desk, (entry.credit_code for entry in entries))
    return tuple(entry for entry in entries if entry.credit_code not in known)


async def compare(desk: Desk, batch: Batch) -> ImportOutcome:
    """What importing would do; nothing is written."""
    known = await _known(desk, (entry.credit_code for entry in batch.entries))
    changes = []
    added = 0
    for entry in batch.entries:
        record = known.get(entry.credit_code)
        if record is None:
            added += 1
        elif altered := _altered(record, entry, batch.columns):
            changes.append(Change(record.id, entry.name, tuple(altered)))
    return ImportOutcome(added, tuple(changes), len(batch.entries) - added - len(changes))


async def import_register(desk: Desk, batch: Batch, by: int | None) -> ImportOutcome:
    """Enter new enterprises and update changed ones; importing the same again changes nothing.

    `by` is the contact who does it, None from the command line. Posts are left to their holders: a person whom
    the register newly names takes the post over by binding, and the journal keeps what stood there before.
    """
    # Taking a number holds the series until the commit, so that two imports never race for a credit code.
    number = await desk.next_number("register-import")
    known = await _known(desk, (entry.credit_code for entry in batch.entries))
    added: list[EnterpriseRecord] = []
    changes: list[Change] = []
    lines: list[dict[str, object]] = []
    for entry in batch.entries:
        record = known.get(entry.credit_code)
        if record is None:
            added.append(
                EnterpriseRecord(
                    credit_code=entry.credit_code, created_at=desk.now, updated_at=desk.now,
                    **{_FIELDS[column]: value for column, value in _values(entry).items()},
                )
            )  # fmt: skip
            continue
        altered = _altered(record, entry, batch.columns)
        if not altered:
            continue
        before = {_FIELDS[column]: getattr(record, _FIELDS[column]) for column in altered}
        for column, value in altered.items():
            setattr(record, _FIELDS[column], value)
        record.updated_at = desk.now
        changes.append(Change(record.id, entry.name, tuple(altered)))
        after = {_FIELDS[column]: value for column, value in altered.items()}
        facts = {field: [_shown(field, before[field]), _shown(field, after[field])] for field in after}
        lines.append(_line(desk, by, "EnterpriseChanged", record.id, facts))
    desk.session.add_all(added)
    await desk.session.flush()
    lines += [_line(desk, by, "EnterpriseEntered", record.id, {"import": number}) for record in added]
    if lines:
        await desk.session.execute(insert(JournalRecord), lines)
    outcome = ImportOutcome(
        len(added), tuple(changes), len(batch.entries) - len(added) - len(changes), await _handovers(desk, changes)
    )
    await desk.note(
        "RegisterImported", f"register:{number}", by,
        added=outcome.added, updated=outcome.updated, unchanged=outcome.unchanged,
    )  # fmt: skip
    return outcome


async def _known(desk: Desk, codes: Iterable[str]) -> dict[str, EnterpriseRecord]:
    wanted = sorted(set(codes))
    found: dict[str, EnterpriseRecord] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        rows = await desk.session.scalars(select(EnterpriseRecord).where(EnterpriseRecord.credit_code.in_(chunk)))
        found |= {row.credit_code: row for row in rows}
    return found


def _values(entry: EnterpriseEntry) -> dict[Column, object]:
    principal, officer = entry.principal, entry.safety_officer
    return {
        Column.NAME: entry.name,
        Column.INDUSTRIES: list(entry.industries),
        Column.STREET: entry.street,
        Column.GRID: entry.grid,
        Column.GROUP: entry.group,
        Column.ADDRESS: entry.address,
        Column.PRINCIPAL: principal.name if principal else "",
        Column.PRINCIPAL_PHONE: (principal.phone if principal else None) or "",
        Column.SAFETY_OFFICER: officer.name if officer else "",
        Column.SAFETY_OFFICER_PHONE: (officer.phone if officer else None) or "",
        Column.HEAD_COUNT: entry.head_count,
        Column.RISK_CLASS: entry.risk_class.value if entry.risk_class else None,
    }


def _altered(record: EnterpriseRecord, entry: EnterpriseEntry, columns: frozenset[Column]) -> dict[Column, object]:
    """The columns in which a row differs from the record, with the new values."""
    altered = {
        column: value
        for column, value in _values(entry).items()
        if column in columns and getattr(record, _FIELDS[column]) != value
    }
    # A register without phones that names somebody new must not leave them with the other's number.
    for name, phone in _PHONE_BESIDE.items():
        if name in altered and phone not in columns and getattr(record, _FIELDS[phone]):
            altered[phone] = ""
    return altered


def _shown(field: str, value: object) -> object:
    # The journal is kept for good: it says that a number changed, not the whole number.
    return f"\u2026{value[-4:]}" if field in _PHONES and isinstance(value, str) and value else value


def _line(
    desk: Desk, by: int | None, happened: str, enterprise_id: int, facts: Mapping[str, object]
) -> dict[str, object]:
    return {
        "at": desk.now,
        "contact_id": by,
        "happened": happened,
        "subject": f"enterprise:{enterprise_id}",
        "facts": json.dumps(facts, ensure_ascii=False),
    }


async def _handovers(desk: Desk, changes: Sequence[Change]) -> tuple[Expected, ...]:
    phones = {Column.PRINCIPAL_PHONE, Column.SAFETY_OFFICER_PHONE}
    touched = [change.enterprise_id for change in changes if phones.intersection(change.columns)]
    found: list[Expected] = []
    for start in range(0, len(touched), _CHUNK):
        rows = await desk.session.execute(
            select(EnterpriseRecord, PostRecord.role, ContactRecord)
            .join(PostRecord, PostRecord.enterprise_id == EnterpriseRecord.id)
            .join(ContactRecord, ContactRecord.id == PostRecord.contact_id)
            .where(EnterpriseRecord.id.in_(touched[start : start + _CHUNK]), PostRecord.until_at.is_(None))
            .order_by(EnterpriseRecord.id, PostRecord.role)
        )
        for enterprise, role, holder in rows:
            field = _ROLE_PHONES.get(role)
            if field and getattr(enterprise, field) and getattr(enterprise, field) != holder.phone:
                found.append(Expected(enterprise.name, role, holder.name))
    return tuple(found)
