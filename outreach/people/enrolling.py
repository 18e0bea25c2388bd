"""登记 — how a person becomes a contact, and a contact the holder of a post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, or_, select

from domain.contact import Contact, PhoneNotOnRegister, Post, Role, is_sole
from domain.notice import Notice
from domain.phone import normalise_phone
from outreach.broadcasts.catching_up import catch_up, let_go
from outreach.broadcasts.returning import welcome
from outreach.desk import Desk
from outreach.people.inviting import register_phone
from outreach.persons import as_contact as as_contact
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord, InvitationRecord, PostRecord
from outreach.storage.straight import Straight

_HELD = (
    select(PostRecord.contact_id, PostRecord.id, PostRecord.enterprise_id, EnterpriseRecord.name, PostRecord.role)
    .join(EnterpriseRecord, EnterpriseRecord.id == PostRecord.enterprise_id)
    .where(PostRecord.until_at.is_(None))
    .order_by(PostRecord.id)
)
_POSTS = Straight(_HELD.where(PostRecord.contact_id == bindparam("contact")))
_ORDER = list(Role)


async def contact_of(desk: Desk, person_id: int) -> Contact | None:
    """The contact behind a Telegram user, once they agreed to the privacy notice."""
    row = (await desk.session.scalars(select(ContactRecord).where(ContactRecord.person_id == person_id))).first()
    return None if row is None else as_contact(row)


async def posts_of(desk: Desk, contact_id: int) -> tuple[Post, ...]:
    """The posts a contact holds today, principal before safety officer before employee."""
    (found,) = await desk.ask((_POSTS, {"contact": contact_id}))
    return _by_role(Post(id_, enterprise_id, name, Role(role)) for _, id_, enterprise_id, name, role in found)


async def posts_of_each(desk: Desk, contact_ids: Sequence[int]) -> dict[int, tuple[Post, ...]]:
    """The same for many contacts; who holds none has no entry."""
    found = await desk.session.execute(_HELD.where(PostRecord.contact_id.in_(contact_ids)))
    posts: dict[int, list[Post]] = {}
    for contact_id, id_, enterprise_id, name, role in found:
        posts.setdefault(contact_id, []).append(Post(id_, enterprise_id, name, Role(role)))
    return {id_: _by_role(held) for id_, held in posts.items()}


def _by_role(posts: Iterable[Post]) -> tuple[Post, ...]:
    return tuple(sorted(posts, key=lambda post: _ORDER.index(post.role)))


async def agree(desk: Desk, person_id: int, chat_id: int, name: str, locale: str, version: int) -> Contact:
    """同意 — the privacy notice was accepted; from here on something may be stored about this person."""
    row = (await desk.session.scalars(select(ContactRecord).where(ContactRecord.person_id == person_id))).first()
    if row is None:
        row = ContactRecord(
            person_id=person_id, chat_id=chat_id, name=name, locale=locale, consent_version=version,
            consented_at=desk.now,
        )  # fmt: skip
        desk.session.add(row)
        await desk.session.flush()
    has_come_back = not row.is_reachable
    row.consent_version, row.consented_at, row.chat_id = version, desk.now, chat_id
    row.is_reachable, row.unreachable_reason = True, None
    await desk.note("ConsentGiven", f"contact:{row.id}", row.id, version=version)
    if has_come_back:
        await welcome(desk, as_contact(row))
    return as_contact(row)


async def set_reachable(desk: Desk, person_id: int, is_reachable: bool, reason: str = "") -> None:
    """The person blocked the bot or came back, and hears what they missed; unknown people are nobody's concern."""
    row = (await desk.session.scalars(select(ContactRecord).where(ContactRecord.person_id == person_id))).first()
    if row is not None and row.is_reachable != is_reachable:
        row.is_reachable, row.unreachable_reason = is_reachable, None if is_reachable else reason
        if is_reachable:
            await welcome(desk, as_contact(row))
        await desk.note("ContactReachable" if is_reachable else "ContactUnreachable", f"contact:{row.id}", row.id)


async def set_locale(desk: Desk, contact_id: int, locale: str) -> None:
    row = await desk.session.get_one(ContactRecord, contact_id)
    row.locale = locale


async def remember_phone(desk: Desk, contact_id: int, phone: str) -> str:
    """Keep the contact's own number in its normal form; returns it."""
    row = await desk.session.get_one(ContactRecord, contact_id)
    row.phone = normalise_phone(phone) or None
    return row.phone or ""


async def bind_by_phone(desk: Desk, contact: Contact, phone: str, invitation_id: int | None = None) -> tuple[Post, ...]:
    """Every post for which the register names this number becomes the contact's; an invitation of theirs is spent.

    Raises PhoneNotOnRegister when the register names it nowhere.
    """
    number = await remember_phone(desk, contact.id, phone)
    if not number:
        raise PhoneNotOnRegister
    enterprises = await desk.session.scalars(
        select(EnterpriseRecord).where(
            or_(EnterpriseRecord.principal_phone == number, EnterpriseRecord.safety_officer_phone == number)
        )
    )
    matches = [
        (enterprise, role)
        for enterprise in enterprises
        for role in (Role.PRINCIPAL, Role.SAFETY_OFFICER)
        if register_phone(enterprise, role) == number
    ]
    if not matches:
        raise PhoneNotOnRegister
    for enterprise, role in matches:
        await give_post(desk, contact, enterprise.id, role, "phone")
    if invitation_id is not None:
        invitation = await desk.session.get_one(InvitationRecord, invitation_id)
        if invitation.is_single_use and any(enterprise.id == invitation.enterprise_id for enterprise, _ in matches):
            invitation.used_at = desk.now
    return await posts_of(desk, contact.id)


async def give_post(desk: Desk, contact: Contact, enterprise_id: int, role: Role, via: str) -> bool:
    """交接 — the post is theirs from now; a sole post's earlier holder is thanked and their history kept."""
    holding = (
        await desk.session.scalars(
            select(PostRecord).where(
                PostRecord.enterprise_id == enterprise_id, PostRecord.role == role, PostRecord.until_at.is_(None)
            )
        )
    ).all()
    if any(post.contact_id == contact.id for post in holding):
        return False
    if is_sole(role):
        for post in holding:
            post.until_at, post.ended_by = desk.now, "handed_over"
            former = await desk.session.get_one(ContactRecord, post.contact_id)
            enterprise = await desk.session.get_one(EnterpriseRecord, enterprise_id)
            await desk.tell(
                as_contact(former),
                Notice(
                    "post_handed_over",
                    {"enterprise": enterprise.name, "role": role, "to": contact.name},
                    f"handed_over:{post.id}",
                ),
            )
        await desk.session.flush()
        for post in holding:
            await let_go(desk, post.contact_id)
    desk.session.add(PostRecord(enterprise_id=enterprise_id, contact_id=contact.id, role=role, since_at=desk.now))
    await desk.session.flush()
    await desk.note("PostTaken", f"enterprise:{enterprise_id}", contact.id, role=role, via=via)
    await catch_up(desk, contact, enterprise_id, role)
    return True


async def holders(desk: Desk, enterprise_id: int) -> list[tuple[Contact, Role]]:
    """Who holds which post at an enterprise today."""
    found = await desk.session.execute(
        select(ContactRecord, PostRecord.role)
        .join(PostRecord, PostRecord.contact_id == ContactRecord.id)
        .where(PostRecord.enterprise_id == enterprise_id, PostRecord.until_at.is_(None))
        .order_by(PostRecord.id)
    )
    return [(as_contact(row), Role(role)) for row, role in found]
