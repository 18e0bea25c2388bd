"""加入申请 — an outsider with a link is let in only by somebody who answers for the enterprise."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from domain.authority import Duty
from domain.contact import Contact, NotYours, Official, Post, Role, StalePress, may_approve
from domain.notice import Notice, NoticeButton
from outreach.desk import Desk
from outreach.overseeing import oversees
from outreach.people.appointing import officials_for
from outreach.people.enrolling import as_contact, give_post, holders
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord, EnrolmentRequestRecord, InvitationRecord


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the approver sees it, or saw it: `decision` is empty while it is open."""

    id: int
    enterprise_id: int
    enterprise_name: str
    asker: Contact
    role: Role
    decision: str


async def ask(desk: Desk, contact: Contact, enterprise_id: int, role: Role, invitation_id: int | None) -> int:
    """Ask to be let in; asking twice is one request. Returns how many people were told.

    Those who may vouch are told; where nobody holds such a post yet, the officials of that jurisdiction are.
    """
    row = await _open_request(desk, contact, enterprise_id, role)
    if row is None:
        row = EnrolmentRequestRecord(
            enterprise_id=enterprise_id,
            contact_id=contact.id,
            role=role,
            invitation_id=invitation_id,
            asked_at=desk.now,
        )
        desk.session.add(row)
        await desk.session.flush()
        await desk.note("EnrolmentAsked", f"enterprise:{enterprise_id}", contact.id, role=role)
    enterprise = await desk.session.get_one(EnterpriseRecord, enterprise_id)
    vouchers = await _vouchers(desk, enterprise, role)
    buttons = (
        (NoticeButton("enrolment.approve", f"en:ok:{row.id}"), NoticeButton("enrolment.decline", f"en:no:{row.id}")),
    )
    for voucher in vouchers:
        facts: dict[str, object] = {
            "name": contact.name, "phone": contact.phone or "", "enterprise": enterprise.name, "role": role,
        }  # fmt: skip
        await desk.tell(voucher, Notice("enrolment_asked", facts, f"vouch:{row.id}:{voucher.id}", buttons))
    return len(vouchers)


async def asked(desk: Desk, contact: Contact, enterprise_id: int, role: Role) -> int | None:
    """How many people may answer the contact's open request; None when there is no such request."""
    if await _open_request(desk, contact, enterprise_id, role) is None:
        return None
    return len(await _vouchers(desk, await desk.session.get_one(EnterpriseRecord, enterprise_id), role))


async def _open_request(desk: Desk, contact: Contact, enterprise_id: int, role: Role) -> EnrolmentRequestRecord | None:
    already = select(EnrolmentRequestRecord).where(
        EnrolmentRequestRecord.contact_id == contact.id,
        EnrolmentRequestRecord.enterprise_id == enterprise_id,
        EnrolmentRequestRecord.role == role,
        EnrolmentRequestRecord.decided_at.is_(None),
    )
    return (await desk.session.scalars(already)).first()


async def _vouchers(desk: Desk, enterprise: EnterpriseRecord, role: Role) -> list[Contact]:
    vouchers = [who for who, post in await holders(desk, enterprise.id) if may_approve(post, role)]
    return vouchers or await officials_for(desk, enterprise.street, enterprise.grid, enterprise.industries, Duty.INVITE)


async def decision_of(desk: Desk, approver: Contact, request_id: int) -> Request:
    """A request as this approver decided it. Raises NotYours when they did not."""
    row = await desk.session.get(EnrolmentRequestRecord, request_id)
    if row is None or row.decided_by != approver.id:
        raise NotYours
    enterprise = await desk.session.get_one(EnterpriseRecord, row.enterprise_id)
    asker = as_contact(await desk.session.get_one(ContactRecord, row.contact_id))
    return Request(row.id, enterprise.id, enterprise.name, asker, Role(row.role), row.decision or "")


async def decide(
    desk: Desk, approver: Contact, posts: tuple[Post, ...], official: Official | None, request_id: int, approve: bool
) -> Request:
    """Let them in or not. Raises NotYours for anybody who may not vouch, StalePress when it was decided before."""
    row = (
        await desk.session.scalars(
            select(EnrolmentRequestRecord).where(EnrolmentRequestRecord.id == request_id).with_for_update()
        )
    ).first()
    if row is None:
        raise NotYours
    enterprise = await desk.session.get_one(EnterpriseRecord, row.enterprise_id)
    role = Role(row.role)
    vouches = any(post.enterprise_id == enterprise.id and may_approve(post.role, role) for post in posts)
    if not (vouches or oversees(official, enterprise, Duty.INVITE)) or row.contact_id == approver.id:
        raise NotYours
    asker = as_contact(await desk.session.get_one(ContactRecord, row.contact_id))
    if row.decided_at is not None:
        raise StalePress(decision=row.decision, name=asker.name)
    row.decided_at, row.decided_by, row.decision = desk.now, approver.id, "approved" if approve else "declined"
    if approve:
        await give_post(desk, asker, enterprise.id, role, "vouched")
        if row.invitation_id is not None:
            invitation = await desk.session.get_one(InvitationRecord, row.invitation_id)
            if invitation.is_single_use:
                invitation.used_at = desk.now
    await desk.note("EnrolmentDecided", f"enterprise:{enterprise.id}", approver.id, decision=row.decision)
    await desk.tell(
        asker,
        Notice(
            f"enrolment_{row.decision}",
            {"enterprise": enterprise.name, "role": role},
            f"enrolment:{row.id}",
            ((NoticeButton("menu.home", "home"),),),
        ),
    )
    return Request(row.id, enterprise.id, enterprise.name, asker, role, row.decision)
