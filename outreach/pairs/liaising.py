"""驻企结对 — who is paired with an enterprise, and how officials set a pair and end it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select, update

from domain.authority import Duty
from domain.contact import RESPONSIBLE, Contact, NotYours, Official, Role, StalePress
from domain.liaison import OfficialUnfit, Pair, may_be_paired
from domain.notice import Notice, NoticeButton
from domain.reminder import QuietHours
from outreach.desk import Desk
from outreach.overseeing import oversees
from outreach.paging import Page
from outreach.people.appointing import as_official
from outreach.people.enrolling import holders
from outreach.persons import as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.liaisons import LiaisonRecord
from outreach.storage.people import ContactRecord, OfficialRecord


@dataclass(frozen=True, slots=True)
class Station:
    """An enterprise with its pair: the official and who answers for safety there, each as far as there is somebody."""

    enterprise_id: int
    enterprise: str
    pair: Pair | None
    official: str
    people: tuple[tuple[str, Role], ...]


async def station(desk: Desk, setter: Official, enterprise_id: int) -> Station:
    """One enterprise, for an official who may pair it. Raises DutyLacking, NotYours."""
    row = await _there(desk, setter, enterprise_id)
    return await station_of(desk, row)


async def station_of(desk: Desk, enterprise: EnterpriseRecord) -> Station:
    """The same for whoever may know, which is up to the caller."""
    found = await pair_at(desk, enterprise)
    held = await holders(desk, enterprise.id)
    people = tuple((contact.name, role) for contact, role in held if role in RESPONSIBLE)
    name = found[1].name if found else ""
    return Station(enterprise.id, enterprise.name, found[0] if found else None, name, people)


async def pair_at(desk: Desk, enterprise: EnterpriseRecord) -> tuple[Pair, Official, Contact] | None:
    """The pair of an enterprise today with its official, as long as they serve there and are in the chat."""
    rows = await desk.session.execute(
        select(LiaisonRecord, OfficialRecord, ContactRecord)
        .join(OfficialRecord, OfficialRecord.id == LiaisonRecord.official_id)
        .join(ContactRecord, ContactRecord.id == OfficialRecord.contact_id)
        .where(LiaisonRecord.enterprise_id == enterprise.id, LiaisonRecord.ended_at.is_(None))
    )
    for row, office, contact in rows:
        pair, official = as_pair(row), as_official(desk, office)
        if pair.is_in_force(desk.today) and _is_fit(desk, official, enterprise):
            return pair, official, as_contact(contact)
    return None


async def fit_for(desk: Desk, setter: Official, enterprise_id: int) -> tuple[Official, ...]:
    """The officials who may be paired with an enterprise. Raises DutyLacking, NotYours."""
    enterprise = await _there(desk, setter, enterprise_id)
    rows = await desk.session.scalars(
        select(OfficialRecord).where(OfficialRecord.contact_id.is_not(None)).order_by(OfficialRecord.id)
    )
    found = [as_official(desk, row) for row in rows.all()]
    return tuple(one for one in found if _is_fit(desk, one, enterprise))


async def set_pair(
    desk: Desk, contact: Contact, setter: Official, enterprise_id: int, official_id: int, until_on: date | None
) -> Station:  # fmt: skip
    """Pair an official with an enterprise from today; whoever was before is no longer, and the thread goes on.

    Raises DutyLacking, NotYours, OfficialUnfit; StalePress for a day that is over.
    """
    enterprise = await _there(desk, setter, enterprise_id, is_locked=True)
    one = next((one for one in await fit_for(desk, setter, enterprise_id) if one.id == official_id), None)
    if one is None:
        raise OfficialUnfit
    if until_on is not None and until_on < desk.today:
        raise StalePress
    former = await pair_at(desk, enterprise)
    if former is not None and (former[1].id, former[0].until_on) == (one.id, until_on):
        # A double tap: it is so already, and everybody has been told.
        return await station_of(desk, enterprise)
    await _end(desk, setter, enterprise.id)
    row = LiaisonRecord(
        enterprise_id=enterprise.id, official_id=one.id, from_on=desk.today, until_on=until_on, set_at=desk.now,
        set_by=setter.id,
    )  # fmt: skip
    desk.session.add(row)
    await desk.session.flush()
    await desk.note(
        "LiaisonSet", f"enterprise:{enterprise.id}", contact.id, official=one.id, until_on=until_on, pair=row.id
    )
    if former is not None and former[1].id != one.id:
        await _tell(desk, enterprise, row.id, "replaced", [former[2]], one.name)
    found = await pair_at(desk, enterprise)
    people = [who for who, role in await holders(desk, enterprise.id) if role in RESPONSIBLE]
    await _tell(desk, enterprise, row.id, "set", people, one.name)
    if found is not None and found[2].id != contact.id:
        await _tell(desk, enterprise, row.id, "yours", [found[2]], one.name)
    return await station_of(desk, enterprise)


async def end_pair(desk: Desk, contact: Contact, setter: Official, enterprise_id: int, pair_id: int) -> Station:
    """End a pair today. Raises DutyLacking, NotYours; StalePress when it is over or another one by now."""
    enterprise = await _there(desk, setter, enterprise_id, is_locked=True)
    found = await pair_at(desk, enterprise)
    if found is None or found[0].id != pair_id:
        raise StalePress
    await _end(desk, setter, enterprise.id)
    await desk.note("LiaisonEnded", f"enterprise:{enterprise.id}", contact.id, official=found[1].id, pair=pair_id)
    people = [who for who, role in await holders(desk, enterprise.id) if role in RESPONSIBLE]
    told = [one for one in (found[2], *people) if one.id != contact.id]
    await _tell(desk, enterprise, pair_id, "ended", told, found[1].name)
    return await station_of(desk, enterprise)


async def own_stations(desk: Desk, official: Official, page: int, size: int) -> Page[tuple[int, str]]:
    """The enterprises with which an official is paired today, id and name; a page behind the last is the last."""
    conditions = [
        LiaisonRecord.official_id == official.id, LiaisonRecord.ended_at.is_(None),
        LiaisonRecord.from_on <= desk.today,
        or_(LiaisonRecord.until_on.is_(None), LiaisonRecord.until_on >= desk.today),
    ]  # fmt: skip
    counted = select(func.count()).select_from(LiaisonRecord).where(*conditions)
    total = int((await desk.session.scalars(counted)).one())
    pages = -(-total // size)
    page = max(0, min(page, pages - 1))
    rows = await desk.session.execute(
        select(EnterpriseRecord.id, EnterpriseRecord.name)
        .join(LiaisonRecord, LiaisonRecord.enterprise_id == EnterpriseRecord.id)
        .where(*conditions)
        .order_by(EnterpriseRecord.id)
        .limit(size)
        .offset(page * size)
    )
    return Page(tuple((id_, name) for id_, name in rows), total, page, pages)


def as_pair(row: LiaisonRecord) -> Pair:
    """A pair as the rule book sees it."""
    return Pair(row.id, row.enterprise_id, row.official_id, row.from_on, row.until_on)


async def _there(
    desk: Desk, setter: Official, enterprise_id: int, *, is_locked: bool = False
) -> EnterpriseRecord:  # fmt: skip
    """is_locked: of two who change its pair at once the second sees what the first did."""
    setter.must(Duty.REGISTER)
    row = await desk.session.get(
        EnterpriseRecord, enterprise_id, with_for_update=is_locked, populate_existing=is_locked
    )
    if row is None or not oversees(setter, row):
        raise NotYours
    return row


def _is_fit(desk: Desk, official: Official, row: EnterpriseRecord) -> bool:
    industries = tuple(map(str, row.industries))
    return official.is_serving(desk.today) and may_be_paired(official, row.street, row.grid, industries)


async def _end(desk: Desk, setter: Official, enterprise_id: int) -> None:
    await desk.session.execute(
        update(LiaisonRecord)
        .where(LiaisonRecord.enterprise_id == enterprise_id, LiaisonRecord.ended_at.is_(None))
        .values(ended_at=desk.now, ended_by=setter.id)
        .execution_options(synchronize_session=False)
    )


async def _tell(
    desk: Desk, enterprise: EnterpriseRecord, pair_id: int, news: str, to: list[Contact], official: str
) -> None:  # fmt: skip
    """By day, and once."""
    buttons = ((NoticeButton("liaison.write", f"lz:w:{enterprise.id}"),),) if news in ("set", "yours") else ()
    due_at = desk.office.almanac.allowed_from(desk.now, QuietHours())
    for one in to:
        facts: dict[str, object] = {"news": news, "enterprise": enterprise.name, "official": official}
        key = f"liaison:{pair_id}:{news}:{one.id}"
        await desk.tell(one, Notice("liaison_news", facts, key, buttons, due_at=due_at))
