"""任职 — who is an official, in which office, for which jurisdiction, from when until when; appointed by a head."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, select

from domain.authority import BeyondYourOffice, Duty, OfficeEnded, OfficeRole, OwnOffice
from domain.contact import (
    OFFICIAL_CODE_LASTS_FOR,
    Contact,
    Jurisdiction,
    NotYours,
    Official,
    OfficialCodeSpent,
    StalePress,
)
from domain.notice import Notice, NoticeButton
from domain.text import tidy
from outreach.desk import Desk
from outreach.overseeing import narrowed
from outreach.people.inviting import digest
from outreach.persons import as_contact
from outreach.storage.people import ContactRecord, OfficialCodeRecord, OfficialRecord
from outreach.storage.straight import Straight

NAME_LIMIT = 30
_OFFICES = Straight(
    select(
        OfficialRecord.id, OfficialRecord.name, OfficialRecord.street, OfficialRecord.grid, OfficialRecord.industries,
        OfficialRecord.from_on, OfficialRecord.until_on, OfficialRecord.role,
    )
    .where(OfficialRecord.contact_id == bindparam("contact"))
    .order_by(OfficialRecord.id.desc())
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfficialLine:
    """An appointment in a list; `is_taken` says whether the person is in the chat."""

    official: Official
    is_taken: bool


def as_official(desk: Desk, row: OfficialRecord) -> Official:
    """An appointment as the rule book sees it."""
    return _official(
        desk, row.id, row.name, row.street, row.grid, row.industries, row.from_on, row.until_on, row.role
    )  # fmt: skip


def _official(
    desk: Desk, id_: int, name: str, street: str, grid: str, trades: Iterable[object], from_on: date,
    until_on: date | None, role: str,
) -> Official:  # fmt: skip
    industries = tuple(map(str, trades))
    jurisdiction = Jurisdiction(street, grid, narrowed(desk.catalogue, industries))
    return Official(id_, name, jurisdiction, from_on, until_on, OfficeRole(role), industries)


async def official_of(desk: Desk, contact_id: int) -> Official | None:
    """The official that this contact is today, if any: by the newest appointment that serves."""
    (found,) = await desk.ask((_OFFICES, {"contact": contact_id}))
    return next((o for o in (_official(desk, *row) for row in found) if o.is_serving(desk.today)), None)


async def appoint(
    desk: Desk, name: str, jurisdiction: Jurisdiction, *, role: OfficeRole = OfficeRole.HEAD,
    industries: tuple[str, ...] = (), until_on: date | None = None,
) -> str:  # fmt: skip
    """Appoint an official from today. Returns the one-time code, which is stored nowhere.

    industries: those that an officer of a trade answers for; empty for all.
    """
    row = await _appointment(desk, name, jurisdiction, role, industries, until_on, None)
    return await _code(desk, row.id)


async def _appointment(
    desk: Desk, name: str, jurisdiction: Jurisdiction, role: OfficeRole, industries: tuple[str, ...],
    until_on: date | None, by: int | None,
) -> OfficialRecord:  # fmt: skip
    row = OfficialRecord(
        name=name, role=role, street=jurisdiction.street, grid=jurisdiction.grid, industries=list(industries),
        from_on=desk.today, until_on=until_on,
    )  # fmt: skip
    desk.session.add(row)
    await desk.session.flush()
    await desk.note(
        "OfficialAppointed", f"official:{row.id}", by, role=role, street=row.street, grid=row.grid,
        industries=industries, until_on=until_on,
    )  # fmt: skip
    return row


async def appoint_another(
    desk: Desk, contact: Contact, head: Official, name: str, role: OfficeRole, street: str, grid: str,
    industries: tuple[str, ...], until_on: date | None,
) -> tuple[Official, str]:  # fmt: skip
    """A head appoints somebody, for no more and no longer than they are appointed for themselves.

    Returns the appointment and its one-time code. Raises DutyLacking, BeyondYourOffice; StalePress for a name or a
    day that cannot be.
    """
    head.must(Duty.APPOINT)
    name = tidy(name, NAME_LIMIT)
    if not name or (until_on is not None and until_on < desk.today):
        raise StalePress
    wanted = Jurisdiction(street, grid, narrowed(desk.catalogue, industries))
    if not head.jurisdiction.contains(wanted):
        raise BeyondYourOffice
    if head.until_on is not None and (until_on is None or until_on > head.until_on):
        until_on = head.until_on
    row = await _appointment(desk, name, wanted, role, industries, until_on, contact.id)
    return as_official(desk, row), await _code(desk, row.id)


async def offices(desk: Desk, head: Official) -> list[OfficialLine]:
    """The appointments of today within a head's own jurisdiction, as they were made. Raises DutyLacking."""
    head.must(Duty.APPOINT)
    lines = [line for line in await all_offices(desk) if line.official.is_serving(desk.today)]
    return [line for line in lines if head.jurisdiction.contains(line.official.jurisdiction)]


async def all_offices(desk: Desk) -> list[OfficialLine]:
    """Every appointment there ever was, as they were made."""
    rows = await desk.session.scalars(select(OfficialRecord).order_by(OfficialRecord.id))
    return [OfficialLine(as_official(desk, row), row.contact_id is not None) for row in rows]


async def office(desk: Desk, head: Official, official_id: int) -> OfficialLine:
    """One appointment. Raises NotYours for one outside, or none, and OfficeEnded for one that is over."""
    row = await _under(desk, head, official_id)
    return OfficialLine(as_official(desk, row), row.contact_id is not None)


async def issue_again(desk: Desk, contact: Contact, head: Official, official_id: int) -> str:
    """Another one-time code for somebody who has not taken office; earlier ones are void. Raises StalePress."""
    row = await _under(desk, head, official_id)
    if row.contact_id is not None:
        raise StalePress
    for code in await desk.session.scalars(select(OfficialCodeRecord).where(OfficialCodeRecord.official_id == row.id)):
        code.expires_at = min(code.expires_at, desk.now - timedelta(seconds=1))
    await desk.note("OfficeCodeIssued", f"official:{row.id}", contact.id)
    return await _code(desk, row.id)


async def end(desk: Desk, contact: Contact, head: Official, official_id: int) -> Official:
    """End an appointment within one's own jurisdiction, at once. Raises OwnOffice, NotYours, OfficeEnded."""
    if official_id == head.id:
        raise OwnOffice
    return await _end(desk, await _under(desk, head, official_id), contact.id)


async def end_by_command(desk: Desk, official_id: int) -> Official:
    """End an appointment from the command line. Raises NotYours when there is none, OfficeEnded."""
    row = await desk.session.get(OfficialRecord, official_id, with_for_update=True)
    if row is None:
        raise NotYours
    if row.until_on is not None and row.until_on < desk.today:
        raise OfficeEnded
    return await _end(desk, row, None)


async def _end(desk: Desk, row: OfficialRecord, by: int | None) -> Official:
    # Both days of an appointment are included, so what ends now was over yesterday; the journal has the instant.
    row.until_on = desk.today - timedelta(days=1)
    await desk.note("OfficialEnded", f"official:{row.id}", by, role=row.role)
    if row.contact_id is not None:
        former = as_contact(await desk.session.get_one(ContactRecord, row.contact_id))
        home = ((NoticeButton("menu.home", "home"),),)
        await desk.tell(former, Notice("office_ended", {"name": row.name}, f"office_ended:{row.id}", home))
    return as_official(desk, row)


async def _under(desk: Desk, head: Official, official_id: int) -> OfficialRecord:
    head.must(Duty.APPOINT)
    row = await desk.session.get(OfficialRecord, official_id, with_for_update=True)
    if row is None or not head.jurisdiction.contains(as_official(desk, row).jurisdiction):
        raise NotYours
    if not as_official(desk, row).is_serving(desk.today):
        raise OfficeEnded
    return row


async def _code(desk: Desk, official_id: int) -> str:
    code = secrets.token_urlsafe(12)
    desk.session.add(
        OfficialCodeRecord(official_id=official_id, digest=digest(code), expires_at=desk.now + OFFICIAL_CODE_LASTS_FOR)
    )
    return code


async def take_office(desk: Desk, contact: Contact, code: str) -> Official:
    """The official opens their one-time code. Raises OfficialCodeSpent, also when the appointment is over."""
    row = (
        await desk.session.scalars(
            select(OfficialCodeRecord).where(OfficialCodeRecord.digest == digest(code)).with_for_update()
        )
    ).first()
    if row is None:
        raise OfficialCodeSpent
    record = await desk.session.get_one(OfficialRecord, row.official_id)
    official = as_official(desk, record)
    if not official.is_serving(desk.today):
        raise OfficialCodeSpent
    if row.used_at is not None and record.contact_id == contact.id:
        return official  # a double tap by whoever used it
    if row.used_at is not None or row.expires_at < desk.now:
        raise OfficialCodeSpent
    row.used_at, record.contact_id = desk.now, contact.id
    await desk.note("OfficeTaken", f"official:{official.id}", contact.id)
    return official


async def officials_for(
    desk: Desk, street: str, grid: str, industries: list[str] | tuple[str, ...] = (), duty: Duty = Duty.ANSWER
) -> list[Contact]:
    """The serving officials in the chat who have that duty for such an enterprise there, each person once."""
    found = await desk.session.execute(
        select(ContactRecord, OfficialRecord)
        .join(OfficialRecord, OfficialRecord.contact_id == ContactRecord.id)
        .order_by(OfficialRecord.id)
    )
    told: dict[int, Contact] = {}
    for contact, row in found:
        official = as_official(desk, row)
        if not official.is_serving(desk.today) or not official.may(duty):
            continue
        if official.jurisdiction.covers(street, grid, industries):
            told.setdefault(contact.id, as_contact(contact))
    return list(told.values())


async def is_office_taken(desk: Desk) -> bool:
    """Whether any official is in the chat already."""
    taken = select(OfficialRecord.id).where(OfficialRecord.contact_id.is_not(None)).limit(1)
    return (await desk.session.scalars(taken)).first() is not None
