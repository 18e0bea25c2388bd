"""别家名下 — enterprises whose people stand on a notice's list for another enterprise of theirs, and got nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from domain.broadcast import Audience
from domain.fallback import Why
from domain.notice import DeliveryState
from domain.text import sort_key
from outreach.broadcasts.audiences import is_meant
from outreach.desk import Desk
from outreach.storage.broadcasts import RecipientRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.fallbacks import FallbackRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord, PostRecord

_NEVER = (DeliveryState.REFUSED, DeliveryState.SKIPPED)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An enterprise that nobody was reached for; its people, and what became of the notice at its other address."""

    enterprise: str
    people: tuple[str, ...]
    forwarded: str


async def unreached_elsewhere(desk: Desk, broadcast_id: int, audience: Audience) -> tuple[Elsewhere, ...]:
    """Such enterprises as the audience means, by name: a person gets a notice once, however many they answer for."""
    own = aliased(RecipientRecord)
    named = select(own.contact_id).where(
        own.broadcast_id == broadcast_id, own.enterprise_id == PostRecord.enterprise_id
    )  # fmt: skip
    rows = await desk.session.execute(
        select(
            EnterpriseRecord, PostRecord.role, ContactRecord.name, DeliveryRecord.state,
            DeliveryRecord.acknowledged_at, FallbackRecord.state,
        )
        .select_from(RecipientRecord)
        .join(PostRecord, PostRecord.contact_id == RecipientRecord.contact_id)
        .join(EnterpriseRecord, EnterpriseRecord.id == PostRecord.enterprise_id)
        .join(ContactRecord, ContactRecord.id == RecipientRecord.contact_id)
        .join(
            DeliveryRecord,
            (DeliveryRecord.broadcast_id == RecipientRecord.broadcast_id)
            & (DeliveryRecord.contact_id == RecipientRecord.contact_id)
            & (DeliveryRecord.kind == "broadcast"),
        )
        .outerjoin(
            FallbackRecord,
            (FallbackRecord.broadcast_id == RecipientRecord.broadcast_id)
            & (FallbackRecord.enterprise_id == EnterpriseRecord.id)
            & (FallbackRecord.why != Why.RECALLED),
        )
        .where(
            RecipientRecord.broadcast_id == broadcast_id, PostRecord.until_at.is_(None),
            PostRecord.enterprise_id != RecipientRecord.enterprise_id, ~named.exists(),
        )
        .order_by(PostRecord.id)
    )  # fmt: skip
    people: dict[int, list[str]] = {}
    places: dict[int, tuple[EnterpriseRecord, str]] = {}
    reached = set()
    for place, role, name, state, acknowledged_at, forwarded in rows:
        if role not in audience.posts.roles or not is_meant(desk, audience, place):
            continue
        people.setdefault(place.id, []).append(name)
        places[place.id] = place, forwarded or ""
        if state not in _NEVER or acknowledged_at is not None:
            reached.add(place.id)
    found = [
        Elsewhere(place.name, tuple(dict.fromkeys(people[id_])), forwarded)
        for id_, (place, forwarded) in places.items()
        if id_ not in reached
    ]
    return tuple(sorted(found, key=lambda one: sort_key(one.enterprise)))
