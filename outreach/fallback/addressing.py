"""备用渠道的地址 — an enterprise's group robot, kept only once a test message has reached it, and never shown again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from domain.authority import Duty
from domain.contact import Contact, NotYours, Official
from domain.fallback import Address, FallbackUnavailable
from domain.notice import Notice, NoticeButton
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.robot import are_robots_installed
from outreach.desk import Desk
from outreach.overseeing import within
from outreach.persons import as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.fallbacks import FallbackAddressRecord
from outreach.storage.people import ContactRecord


@dataclass(frozen=True, slots=True)
class Fallback:
    """What an official sees of an enterprise's other address; a service is "" where there is none."""

    enterprise_id: int
    enterprise: str
    service: str
    since: datetime | None
    testing: str


async def fallback_of(desk: Desk, official: Official, enterprise_id: int) -> Fallback:
    """Raises NotYours or DutyLacking."""
    name = await _must_set(desk, official, enterprise_id)
    rows = await desk.session.scalars(
        select(FallbackAddressRecord).where(FallbackAddressRecord.enterprise_id == enterprise_id)
    )
    kept = testing = None
    for row in rows:
        kept, testing = (row, testing) if row.state == "kept" else (kept, row)
    return Fallback(
        enterprise_id, name, kept.service if kept else "", kept.set_at if kept else None,
        testing.service if testing else "",
    )  # fmt: skip


async def propose(desk: Desk, contact: Contact, official: Official, enterprise_id: int, address: Address) -> None:
    """Have a test message sent there; it is kept when that has arrived. The one before stays until then.

    Raises NotYours, DutyLacking or FallbackUnavailable.
    """
    await _must_set(desk, official, enterprise_id)
    await put(desk, enterprise_id, address, contact.id)


async def put(desk: Desk, enterprise_id: int, address: Address, by: int | None) -> None:
    """The same for whoever needs no office. Raises FallbackUnavailable."""
    if not are_robots_installed():
        raise FallbackUnavailable
    await _drop(desk, enterprise_id, "testing")
    _add(desk, enterprise_id, address, "testing", by)
    await desk.note("FallbackProposed", f"enterprise:{enterprise_id}", by, service=address.service)


async def keep(desk: Desk, enterprise_id: int, address: Address) -> None:
    """Keep an address to which the operator has sent a test message; it takes the place of any other."""
    await _drop(desk, enterprise_id, "testing", "kept")
    _add(desk, enterprise_id, address, "kept", None)
    await desk.note("FallbackKept", f"enterprise:{enterprise_id}", service=address.service)


async def drop(desk: Desk, enterprise_id: int) -> None:
    """Take an address away for the operator."""
    await _drop(desk, enterprise_id, "testing", "kept")
    await desk.note("FallbackRemoved", f"enterprise:{enterprise_id}")


def _add(desk: Desk, enterprise_id: int, address: Address, state: str, by: int | None) -> None:
    sealed = desk.office.seal.close(f"fallback:{enterprise_id}", {"url": address.url})
    desk.session.add(
        FallbackAddressRecord(
            enterprise_id=enterprise_id, sealed=sealed, service=address.service, state=state, set_by=by,
            set_at=desk.now, due_at=desk.now,
        )
    )  # fmt: skip


async def enterprise_of(desk: Desk, credit_code: str) -> tuple[int, str] | None:
    """The id and name of the enterprise with that 统一社会信用代码, for the operator."""
    found = await desk.session.execute(
        select(EnterpriseRecord.id, EnterpriseRecord.name).where(EnterpriseRecord.credit_code == credit_code)
    )
    row = found.first()
    return (row[0], row[1]) if row is not None else None


async def remove(desk: Desk, contact: Contact, official: Official, enterprise_id: int) -> None:
    """Nothing goes there any more, from this commit on. Raises NotYours or DutyLacking."""
    await _must_set(desk, official, enterprise_id)
    await _drop(desk, enterprise_id, "testing", "kept")
    await desk.note("FallbackRemoved", f"enterprise:{enterprise_id}", contact.id)


async def take_result(desk: Desk, address_id: int, outcome: Outcome) -> None:
    """Keep the address whose test message has arrived, or drop it, and tell whoever set it. Again: nothing."""
    row = await desk.session.get(FallbackAddressRecord, address_id, with_for_update=True)
    if row is None or row.state != "testing":
        return
    is_good = outcome.kind is Kind.SENT
    if is_good:
        await _drop(desk, row.enterprise_id, "kept")
        row.state = "kept"
    else:
        await desk.session.delete(row)
    happened = "FallbackKept" if is_good else "FallbackRefused"
    await desk.note(
        happened, f"enterprise:{row.enterprise_id}", row.set_by, service=row.service, reason=outcome.reason
    )  # fmt: skip
    enterprise = await desk.session.get_one(EnterpriseRecord, row.enterprise_id)
    setter = await desk.session.get(ContactRecord, row.set_by) if row.set_by is not None else None
    if setter is not None and setter.erased_at is None:
        facts: dict[str, object] = {
            "enterprise": enterprise.name, "service": row.service, "is_good": is_good, "reason": outcome.reason
        }  # fmt: skip
        look = ((NoticeButton("fallback.look", f"fb:e:{row.enterprise_id}"),),)
        await desk.tell(
            as_contact(setter),
            Notice("fallback_tested", facts, f"fallback_tested:{row.id}:{int(row.set_at.timestamp())}", look),
        )


async def _must_set(desk: Desk, official: Official, enterprise_id: int) -> str:
    official.must(Duty.REGISTER)
    found = await desk.session.scalars(
        select(EnterpriseRecord.name).where(
            EnterpriseRecord.id == enterprise_id, *within(official.jurisdiction)
        )
    )  # fmt: skip
    name = found.first()
    if name is None:
        raise NotYours
    return name


async def _drop(desk: Desk, enterprise_id: int, *states: str) -> None:
    await desk.session.execute(
        delete(FallbackAddressRecord).where(
            FallbackAddressRecord.enterprise_id == enterprise_id, FallbackAddressRecord.state.in_(states)
        )
    )
