"""来者 — who speaks: the contact, their posts, their office and where they stand, read in one look at every update."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from domain.contact import Contact, Official, Post, Role
from outreach.desk import Desk
from outreach.people.appointing import as_official
from outreach.standing import Standing
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import ContactRecord, OfficialRecord, PostRecord, StandingRecord
from outreach.storage.straight import Asked, Row, Straight

_contacts, _posts, _enterprises = ContactRecord.__table__, PostRecord.__table__, EnterpriseRecord.__table__
_officials, _standings = OfficialRecord.__table__, StandingRecord.__table__
# A row for each post and appointment, so mostly one.
_CONTACT = (_contacts.c.id, _contacts.c.name, _contacts.c.phone, _contacts.c.locale, _contacts.c.consent_version)
_STANDING = (_standings.c.asked_at, _standings.c.meaning, _standings.c.subject, _standings.c.card_message_id)
_POST = (_posts.c.id, _posts.c.enterprise_id, _enterprises.c.name, _posts.c.role)
_OFFICE = tuple(_officials.c)
_LOOK = Straight(
    select(*_CONTACT, *_STANDING, *_POST, *_OFFICE)
    .select_from(
        _contacts.outerjoin(_standings, _standings.c.contact_id == _contacts.c.id)
        .outerjoin(_posts, and_(_posts.c.contact_id == _contacts.c.id, _posts.c.until_at.is_(None)))
        .outerjoin(_enterprises, _enterprises.c.id == _posts.c.enterprise_id)
        .outerjoin(_officials, _officials.c.contact_id == _contacts.c.id)
    )
    .where(_contacts.c.person_id == bindparam("person_id"))
    .order_by(_posts.c.id, _officials.c.id.desc())
)
_AT_POST = len(_CONTACT) + len(_STANDING)
_AT_OFFICE = _AT_POST + len(_POST)
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
    return known(desk, (await desk.ask(asked(person_id)))[0])


def asked(person_id: int) -> Asked:
    """What to ask for, among other things: `known` understands the answer."""
    return _LOOK, {"person_id": person_id}


def known(desk: Desk, rows: list[Row]) -> Known | None:
    """The contact that was asked for."""
    if not rows:
        return None
    posts: dict[int, Post] = {}
    offices: dict[int, Official] = {}
    for row in rows:
        id_, enterprise_id, enterprise, role = row[_AT_POST:_AT_OFFICE]
        if id_ is not None:
            posts[id_] = Post(id_, enterprise_id, enterprise, Role(role))
        held = dict(zip(_officials.c.keys(), row[_AT_OFFICE:], strict=True))
        if held["id"] is not None:
            offices[held["id"]] = as_official(desk, OfficialRecord(**held))
    asked_at, meaning, subject, card = rows[0][len(_CONTACT) : _AT_POST]
    return Known(
        Contact(*rows[0][: len(_CONTACT)]),
        tuple(sorted(posts.values(), key=lambda post: ROLES.index(post.role))),
        next((office for office in offices.values() if office.is_serving(desk.today)), None),
        Standing() if asked_at is None else Standing(meaning, subject, card, asked_at),
    )
