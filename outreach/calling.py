"""来者 — who speaks: the contact, their posts, their office and where they stand, read in one look at every update."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from domain.contact import Contact, Official, Post, Role
from outreach.appointing import as_official
from outreach.desk import Desk
from outreach.standing import Standing
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord, OfficialRecord, PostRecord, StandingRecord

_contacts, _posts, _enterprises = ContactRecord.__table__, PostRecord.__table__, EnterpriseRecord.__table__
_officials, _standings = OfficialRecord.__table__, StandingRecord.__table__
# Made once: the same statement is not worded anew for every update. A row for each post and appointment, so mostly one.
_LOOK = (
    select(
        _contacts.c.id, _contacts.c.name, _contacts.c.phone, _contacts.c.locale, _contacts.c.consent_version,
        _standings.c.meaning, _standings.c.subject, _standings.c.card_message_id, _standings.c.asked_at,
        _posts.c.id.label("post_id"), _posts.c.enterprise_id, _posts.c.role.label("post"),
        _enterprises.c.name.label("enterprise"),
        *(column.label(f"official_{column.name}") for column in _officials.c),
    )
    .select_from(
        _contacts.outerjoin(_standings, _standings.c.contact_id == _contacts.c.id)
        .outerjoin(_posts, and_(_posts.c.contact_id == _contacts.c.id, _posts.c.until_at.is_(None)))
        .outerjoin(_enterprises, _enterprises.c.id == _posts.c.enterprise_id)
        .outerjoin(_officials, _officials.c.contact_id == _contacts.c.id)
    )
    .where(_contacts.c.person_id == bindparam("person_id"))
    .order_by(_posts.c.id, _officials.c.id.desc())
)  # fmt: skip
ROLES = list(Role)


@dataclass(frozen=True, slots=True)
class Known:
    """A contact as they call. Posts: principal before safety officer before employee; `official` serves today."""

    contact: Contact
    posts: tuple[Post, ...]
    official: Official | None
    stands: Standing


async def who(desk: Desk, person_id: int) -> Known | None:
    """The contact behind a Telegram user; None for somebody who never agreed to the privacy notice."""
    rows = (await desk.session.execute(_LOOK, {"person_id": person_id})).all()
    if not rows:
        return None
    row = rows[0]
    posts = {
        one.post_id: Post(one.post_id, one.enterprise_id, one.enterprise, Role(one.post))
        for one in rows if one.post_id is not None
    }  # fmt: skip
    offices = {
        one.official_id: OfficialRecord(**{c.name: getattr(one, f"official_{c.name}") for c in _officials.c})
        for one in rows if one.official_id is not None
    }  # fmt: skip
    serving = (as_official(desk, office) for office in offices.values())
    return Known(
        Contact(row.id, row.name, row.phone, row.locale, row.consent_version),
        tuple(sorted(posts.values(), key=lambda post: ROLES.index(post.role))),
        next((office for office in serving if office.is_serving(desk.today)), None),
        Standing() if row.asked_at is None else Standing(row.meaning, row.subject, row.card_message_id, row.asked_at),
    )
