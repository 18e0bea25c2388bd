"""邀请 — links that bring a person to a post; opened as often as one likes, spent once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import select

from domain.contact import INVITATION_LASTS_FOR, InvitationSpent, Post, Role, is_sole
from outreach.desk import Desk
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import InvitationRecord


@dataclass(frozen=True, slots=True)
class Opened:
    """An invitation that was opened and is good: whose post it is for, and whether a phone can prove it."""

    invitation_id: int
    enterprise_id: int
    enterprise_name: str
    role: Role
    has_phone_on_register: bool


def digest(token: str) -> str:
    """What is stored of a one-time token: enough to recognise it, useless to whoever reads the database."""
    return hashlib.sha256(token.encode()).hexdigest()


async def invite(desk: Desk, enterprise_id: int, role: Role, by: int | None) -> str:
    """Issue an invitation. Returns the deep-link payload (`i-…`, ≤ 64 characters); only its digest is stored."""
    token = "i-" + secrets.token_urlsafe(16)
    desk.session.add(
        InvitationRecord(
            enterprise_id=enterprise_id,
            role=role,
            digest=digest(token),
            is_single_use=is_sole(role),
            issued_at=desk.now,
            expires_at=desk.now + INVITATION_LASTS_FOR,
        )
    )
    await desk.note("InvitationIssued", f"enterprise:{enterprise_id}", by, role=role)
    return token


async def open_invitation(desk: Desk, token: str, held: tuple[Post, ...] = ()) -> Opened:
    """What an invitation offers. Opening spends nothing: link previews open links too. Raises InvitationSpent.

    held: the opener's posts; a link that brought them to one of these is not held against them when pressed again.
    """
    row = (await desk.session.scalars(select(InvitationRecord).where(InvitationRecord.digest == digest(token)))).first()
    if row is None:
        raise InvitationSpent
    is_theirs = any(post.enterprise_id == row.enterprise_id and post.role == row.role for post in held)
    is_over = row.used_at is not None or row.revoked_at is not None or row.expires_at < desk.now
    if is_over and not is_theirs:
        raise InvitationSpent
    enterprise = await desk.session.get_one(EnterpriseRecord, row.enterprise_id)
    return Opened(row.id, enterprise.id, enterprise.name, Role(row.role), bool(register_phone(enterprise, row.role)))


def register_phone(enterprise: EnterpriseRecord, role: str) -> str:
    """The number that the register names for a post; empty for employees, whom it does not name."""
    if role == Role.PRINCIPAL:
        return enterprise.principal_phone
    return enterprise.safety_officer_phone if role == Role.SAFETY_OFFICER else ""
