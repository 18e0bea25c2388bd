"""邀请对象 — at which enterprises somebody may hand out invitations, for which posts, one by one or all at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select

from domain.authority import Duty
from domain.contact import INVITATION_LASTS_FOR, Contact, NotYours, Official, Post, Role, is_sole
from domain.enterprise import normalise_credit_code
from domain.invitation import SHEET_LIMIT, NothingToPrint, Scope, SheetTooLong, invitable_by
from domain.notice import Notice
from outreach.desk import Desk
from outreach.overseeing import oversees, within
from outreach.people.enrolling import holders
from outreach.people.inviting import digest, invite
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import InvitationRecord, PostRecord


@dataclass(frozen=True, slots=True)
class InviteeLine:
    """An enterprise in the list; `is_held` says whether anybody there can be reached yet."""

    id: int
    name: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class Invitee:
    """One enterprise as the inviter sees it: who holds which post, and to which posts they may invite."""

    id: int
    name: str
    holders: tuple[tuple[str, Role], ...]
    roles: tuple[Role, ...]
    own: Role | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh invitation. The token is stored nowhere: whoever loses it asks for another."""

    enterprise_name: str
    role: Role
    link: str
    expires_at: datetime


def own_enterprises(posts: tuple[Post, ...]) -> tuple[Post, ...]:
    """The posts by which the caller may invite, one for each enterprise."""
    found: dict[int, Post] = {}
    for post in posts:
        if invitable_by(post.role):
            found.setdefault(post.enterprise_id, post)
    return tuple(found.values())


async def in_jurisdiction(
    desk: Desk, official: Official, part: str, page: int, size: int
) -> tuple[tuple[InviteeLine, ...], int]:
    """A page of the enterprises in an official's jurisdiction whose name holds `part`, and how many there are."""
    inside = _within(official)
    if part:
        inside = (*inside, EnterpriseRecord.name.contains(part, autoescape=True))
    total = (await desk.session.scalars(select(func.count()).select_from(EnterpriseRecord).where(*inside))).one()
    is_held = select(PostRecord.id).where(
        PostRecord.enterprise_id == EnterpriseRecord.id, PostRecord.until_at.is_(None)
    )
    rows = await desk.session.execute(
        select(EnterpriseRecord.id, EnterpriseRecord.name, is_held.exists())
        .where(*inside)
        .order_by(EnterpriseRecord.name, EnterpriseRecord.id)
        .limit(size)
        .offset(page * size)
    )
    return tuple(InviteeLine(*row) for row in rows), total


async def invitee(desk: Desk, posts: tuple[Post, ...], official: Official | None, enterprise_id: int) -> Invitee:
    """One enterprise. Raises NotYours when the caller may not invite there, or there is none."""
    enterprise = await desk.session.get(EnterpriseRecord, enterprise_id)
    if enterprise is None:
        raise NotYours
    own = next((post.role for post in own_enterprises(posts) if post.enterprise_id == enterprise_id), None)
    is_overseer = oversees(official, enterprise, Duty.INVITE)
    if not is_overseer and own is None:
        raise NotYours
    roles = tuple(Role) if is_overseer or own is None else invitable_by(own)
    present = [(contact.name, role) for contact, role in await holders(desk, enterprise_id)]
    present.sort(key=lambda holder: list(Role).index(holder[1]))
    return Invitee(enterprise_id, enterprise.name, tuple(present), roles, own)


async def issue(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], official: Official | None, enterprise_id: int, role: Role
) -> Issued:
    """An invitation to a post. Raises NotYours when the caller may not invite to it."""
    there = await invitee(desk, posts, official, enterprise_id)
    if role not in there.roles:
        raise NotYours
    token = await invite(desk, enterprise_id, role, contact.id)
    return Issued(there.name, role, link_to(desk, token), desk.now + INVITATION_LASTS_FOR)


async def enterprise_of_code(desk: Desk, credit_code: str) -> int | None:
    """The enterprise that the register knows by this credit code, however it is spaced."""
    code = normalise_credit_code(credit_code)
    return (await desk.session.scalars(select(EnterpriseRecord.id).where(EnterpriseRecord.credit_code == code))).first()


def link_to(desk: Desk, token: str) -> str:
    """The deep link that opens the chat with this token."""
    return f"https://t.me/{desk.office.bot_username}?start={token}"


async def count_for_sheet(desk: Desk, official: Official, role: Role, scope: Scope) -> int:
    """How many cards that sheet would have."""
    chosen = select(func.count()).select_from(EnterpriseRecord).where(*_for_sheet(official, role, scope))
    return (await desk.session.scalars(chosen)).one()


async def must_fit_a_sheet(desk: Desk, official: Official, role: Role, scope: Scope) -> int:
    """How many cards; raises NothingToPrint or SheetTooLong."""
    count = await count_for_sheet(desk, official, role, scope)
    if count == 0:
        raise NothingToPrint
    if count > SHEET_LIMIT:
        raise SheetTooLong(count=count, limit=SHEET_LIMIT)
    return count


async def order_sheet(desk: Desk, contact: Contact, official: Official, role: Role, scope: Scope, asked: str) -> int:
    """Have a sheet made and sent; `asked` tells two askings apart, so that one pressed twice is one sheet.

    Returns how many cards it will have. Raises NothingToPrint or SheetTooLong.
    """
    count = await must_fit_a_sheet(desk, official, role, scope)
    facts: dict[str, object] = {"count": count, "role": role, "days": INVITATION_LASTS_FOR.days}
    recipe = f"sheet:{official.id}:{role}:{scope}:{asked}"
    await desk.tell(contact, Notice("invitation_sheet", facts, f"{recipe}:{contact.id}", attachment=recipe))
    return count


async def issue_for_sheet(
    desk: Desk, official: Official, by: int | None, role: Role, scope: Scope
) -> tuple[Issued, ...]:
    """An invitation for each enterprise of the sheet, street by street and name by name."""
    rows = await desk.session.execute(
        select(EnterpriseRecord.id, EnterpriseRecord.name)
        .where(*_for_sheet(official, role, scope))
        .order_by(EnterpriseRecord.street, EnterpriseRecord.grid, EnterpriseRecord.name, EnterpriseRecord.id)
        .limit(SHEET_LIMIT)
    )
    expires_at = desk.now + INVITATION_LASTS_FOR
    issued, records = [], []
    for enterprise_id, name in rows:
        token = "i-" + secrets.token_urlsafe(16)
        issued.append(Issued(name, role, link_to(desk, token), expires_at))
        records.append(
            {
                "enterprise_id": enterprise_id,
                "role": role,
                "digest": digest(token),
                "is_single_use": is_sole(role),
                "issued_at": desk.now,
                "expires_at": expires_at,
            }
        )
    if records:
        await desk.session.execute(insert(InvitationRecord), records)
    await desk.note("InvitationSheetIssued", f"official:{official.id}", by, role=role, scope=scope, count=len(issued))
    return tuple(issued)


def _within(official: Official) -> tuple[ColumnElement[bool], ...]:
    official.must(Duty.INVITE)
    return tuple(within(official.jurisdiction))


def _for_sheet(official: Official, role: Role, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    inside = _within(official)
    if scope is Scope.ALL:
        return inside
    held = select(PostRecord.id).where(
        PostRecord.enterprise_id == EnterpriseRecord.id, PostRecord.role == role, PostRecord.until_at.is_(None)
    )
    return (*inside, ~held.exists())
