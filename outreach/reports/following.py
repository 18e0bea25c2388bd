"""举报跟进 — whoever reported looks at what became of it: by their own mark, by its number, or by a receipt code."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from domain.checklist import Grade
from domain.contact import Contact, NotYours, StalePress
from domain.hazard import DONE, HazardState
from domain.rectification import StepKey
from domain.report import ROUTE_KEPT_FOR, ReportState
from outreach.concerning import where_of
from outreach.desk import Desk, affected
from outreach.hazards.merging import leader
from outreach.hazards.rectifying import take_as_reporter
from outreach.replying import withhold
from outreach.reports.drafts import drop
from outreach.reports.reporting import letters, owner_mark
from outreach.storage.base import Record
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import ContactRecord
from outreach.storage.reports import ReportPhotoRecord, ReportRecord, ReportWordRecord

_SECRET_LETTERS = 26  # 130 bits
_HASH_COST = 2**13


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A report as its reporter sees it again. `words` are later ones: (whether an official's, text)."""

    id: int
    number: str
    is_named: bool
    state: ReportState
    grade: Grade | None
    reason: str
    where: str
    what: str
    reported_at: datetime
    photos: int
    words: tuple[tuple[bool, str], ...]
    has_route: bool
    # Where the hazard stands that it became; empty while there is none.
    hazard: str = ""
    hazard_state: str = ""

    @property
    def may_agree(self) -> bool:
        """Whether its reporter may say that it is really put right."""
        return self.hazard_state == HazardState.CLOSED

    @property
    def may_dispute(self) -> bool:
        """Whether they may say that it is not: also after they agreed, or another did who reported the same."""
        return self.hazard_state in DONE


async def own_report(desk: Desk, contact: Contact, person_id: int, report_id: int) -> OwnReport:
    """One's own report, of either kind. Raises NotYours for anybody else's and for none."""
    return await _seen(desk, await _own(desk, contact, person_id, report_id))


async def _own(desk: Desk, contact: Contact, person_id: int, report_id: int) -> ReportRecord:
    row = await desk.session.get(ReportRecord, report_id)
    if row is None:
        raise NotYours
    if row.is_named:
        if row.contact_id != contact.id:
            raise NotYours
    elif not row.owner_mark or not hmac.compare_digest(row.owner_mark, owner_mark(desk, row.id, person_id)):
        raise NotYours
    return row


async def report_numbered(desk: Desk, contact: Contact, person_id: int, number: str) -> OwnReport:
    """One's own report by its number. Raises NotYours."""
    found = (await desk.session.scalars(select(ReportRecord.id).where(ReportRecord.number == number))).first()
    if found is None:
        raise NotYours
    return await own_report(desk, contact, person_id, found)


async def report_by_receipt(desk: Desk, number: str, secret: str) -> OwnReport:
    """A report by its receipt code, whoever holds it. Raises NotYours."""
    row = (await desk.session.scalars(select(ReportRecord).where(ReportRecord.number == number))).first()
    salt = row.receipt_salt if row is not None else ""
    digest = _receipt_hash(secret, salt or "00")  # the same work whether there is such a report or not
    if row is None or not salt or not hmac.compare_digest(digest, row.receipt_hash):
        raise NotYours
    return await _seen(desk, row)


async def number_of(desk: Desk, report_id: int) -> str:
    """The number of a report that the caller is known to have made. Raises StalePress when it is gone."""
    row = await desk.session.get(ReportRecord, report_id)
    if row is None:
        raise StalePress
    return row.number


async def own_reports(desk: Desk, contact: Contact, limit: int) -> tuple[tuple[int, str, ReportState], ...]:
    """The newest named reports of a contact; anonymous ones stand in no list, only their number leads to them."""
    rows = await desk.session.execute(
        select(ReportRecord.id, ReportRecord.number, ReportRecord.state)
        .where(ReportRecord.contact_id == contact.id)
        .order_by(ReportRecord.reported_at.desc(), ReportRecord.number.desc())
        .limit(limit)
    )
    return tuple((id, number, ReportState(state)) for id, number, state in rows)


async def _seen(desk: Desk, row: ReportRecord) -> OwnReport:
    decided = row
    while decided.merged_into is not None:
        decided = await desk.session.get_one(ReportRecord, decided.merged_into)
    photos = await desk.session.scalars(select(func.count()).where(ReportPhotoRecord.report_id == row.id))
    words = await desk.session.execute(
        select(ReportWordRecord.official_id, ReportWordRecord.text)
        .where(ReportWordRecord.report_id == row.id)
        .order_by(ReportWordRecord.place)
    )
    opened = (await desk.session.scalars(select(HazardRecord).where(HazardRecord.report_id == decided.id))).first()
    led = await leader(desk, opened) if opened is not None else None
    number, state = (led.number, led.state) if led is not None else ("", "")
    return OwnReport(
        row.id, row.number, row.is_named, ReportState(decided.state), Grade(decided.grade) if decided.grade else None,
        decided.reason, await where_of(desk, row), row.what, row.reported_at, photos.one(),
        tuple((official is not None, text) for official, text in words), bool(row.route), number, state,
    )  # fmt: skip


async def satisfied(desk: Desk, contact: Contact, person_id: int, report_id: int) -> None:
    """Whoever reported says that it is put right. Raises NotYours, StepStale."""
    row = await _own(desk, contact, person_id, report_id)
    if (await _seen(desk, row)).hazard_state == HazardState.CONFIRMED:
        # Said before, perhaps by another who reported the same: all are of one mind.
        return
    await take_as_reporter(desk, contact.id if row.is_named else None, await _leader(desk, row), StepKey.SATISFIED)


async def dispute(desk: Desk, contact: Contact, person_id: int, report_id: int, why: str) -> None:
    """Whoever reported says that it is not: it is rechecked once more. Raises NotYours, StepStale."""
    row = await _own(desk, contact, person_id, report_id)
    await take_as_reporter(desk, contact.id if row.is_named else None, await _leader(desk, row), StepKey.DISPUTE, why)


async def _leader(desk: Desk, row: ReportRecord) -> int:
    """The report that the hazard was opened for: the one that this was merged into, or itself."""
    while row.merged_into is not None:
        row = await desk.session.get_one(ReportRecord, row.merged_into)
    return row.id


async def sever(desk: Desk, contact: Contact, person_id: int, report_id: int) -> str:
    """断开联系: wipe the sealed route and the mark. Returns the receipt code, which is stored nowhere.

    Raises NotYours, and StalePress for a named report.
    """
    row = await _own(desk, contact, person_id, report_id)
    if row.is_named:
        raise StalePress
    secret = letters(_SECRET_LETTERS)
    row.route = row.owner_mark = ""
    row.receipt_salt = secrets.token_hex(16)
    row.receipt_hash = _receipt_hash(secret, row.receipt_salt)
    await withhold(desk, row.id)
    groups = [secret[at : at + 5] for at in range(0, 20, 5)] + [secret[20:]]
    return f"{row.number}-{'-'.join(groups)}"


async def forget(desk: Desk, contact_id: int) -> None:
    """What a contact who is erased leaves of reports: the named ones stay, without who they were and their file ids.

    Anonymous ones are not looked for: taking their routes away now would tell, to whoever compares, whose they were.
    """
    contact = await desk.session.get_one(ContactRecord, contact_id)
    if contact.person_id is not None:
        await drop(desk, contact.person_id)
    own = select(ReportRecord.id).where(ReportRecord.contact_id == contact_id)
    for photo in await desk.session.scalars(select(ReportPhotoRecord).where(ReportPhotoRecord.report_id.in_(own))):
        photo.file_id = ""
        if photo.state == "pending":
            photo.state, photo.failure = "failed", "erased"
    await desk.session.execute(update(ReportRecord).where(ReportRecord.contact_id == contact_id).values(who=""))


async def disclosed(desk: Desk, contact_id: int) -> list[dict[str, Any]]:
    """The named reports of a contact as rows, each with its words and photos; of others nobody knows whose they are."""
    told = []
    rows = await desk.session.scalars(
        select(ReportRecord).where(ReportRecord.contact_id == contact_id).order_by(ReportRecord.reported_at)
    )
    for row in rows.all():
        held: dict[str, Any] = _columns(row)
        for name, record in (("words", ReportWordRecord), ("pictures", ReportPhotoRecord)):
            mine = await desk.session.scalars(select(record).where(record.report_id == row.id).order_by(record.place))
            held[name] = [_columns(one) for one in mine]
        told.append(held)
    return told


def _columns(row: Record) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}


async def drop_routes(desk: Desk) -> int:
    """Wipe the ways back to reporters whose reports were decided 30 days ago. Returns how many."""
    done = (ReportState.CONFIRMED, ReportState.RETURNED)
    # A merged report is done when the one that it goes the way of is.
    leaders = select(ReportRecord.id).where(ReportRecord.state.in_(done)).scalar_subquery()
    gone = await desk.session.execute(
        update(ReportRecord)
        .where(
            ReportRecord.decided_at < desk.now - ROUTE_KEPT_FOR,
            ReportRecord.route != "",
            or_(ReportRecord.state.in_(done), ReportRecord.merged_into.in_(leaders)),
        )
        .values(route="", owner_mark="")
        .execution_options(synchronize_session=False)
    )
    return affected(gone)


def _receipt_hash(secret: str, salt: str) -> str:
    made = hashlib.scrypt(secret.encode(), salt=bytes.fromhex(salt), n=_HASH_COST, r=8, p=1, dklen=32)
    return made.hex()
