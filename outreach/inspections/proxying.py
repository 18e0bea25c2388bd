"""代录 — an official walks a checklist for a shop of theirs where nobody has an account."""

from __future__ import annotations

from sqlalchemy import select

from domain.authority import Duty
from domain.contact import Contact, Official, Post, Role
from outreach.desk import Desk
from outreach.inspections.inspecting import WALKERS
from outreach.overseeing import oversees
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inspections import InspectionRecord
from outreach.storage.people import PostRecord


async def with_proxy(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, *,
    enterprise_id: int | None = None, inspection_id: int | None = None,
) -> tuple[Post, ...]:  # fmt: skip
    """The caller's posts, and for a shop that nobody answers for in the chat one that an official fills in for it.

    It is held for one press only: once somebody enrols there, or the appointment ends, the next press is refused.
    """
    if official is None or not official.may(Duty.PROXY):
        return posts
    if inspection_id is not None:
        walked = await desk.session.get(InspectionRecord, inspection_id)
        enterprise_id = walked.enterprise_id if walked is not None and walked.contact_id == contact.id else None
    enterprise = await desk.session.get(EnterpriseRecord, enterprise_id) if enterprise_id is not None else None
    if enterprise is None or not await may_fill_in(desk, official, enterprise):
        return posts
    return (*posts, Post(0, enterprise.id, enterprise.name, Role.SAFETY_OFFICER))


async def may_fill_in(desk: Desk, official: Official, enterprise: EnterpriseRecord) -> bool:
    """Whether the official oversees the shop and nobody there could do it in the chat themselves."""
    held = select(PostRecord.id).where(
        PostRecord.enterprise_id == enterprise.id, PostRecord.until_at.is_(None), PostRecord.role.in_(WALKERS)
    )
    return oversees(official, enterprise, Duty.PROXY) and (await desk.session.scalars(held)).first() is None


async def may_fill_in_for(desk: Desk, official: Official, enterprise_id: int) -> bool:
    """The same by id; nobody fills in for an enterprise there is not."""
    enterprise = await desk.session.get(EnterpriseRecord, enterprise_id)
    return enterprise is not None and await may_fill_in(desk, official, enterprise)
