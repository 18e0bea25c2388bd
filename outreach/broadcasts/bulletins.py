"""通知稿 — a broadcast as the doors see it, exactly what its recipients are told, and who may lay hands on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from domain.broadcast import Audience, AudienceEmpty, BroadcastMoved, BroadcastState, in_force_until, outside_quiet
from domain.composition import Content
from domain.contact import NotYours, Official
from outreach.broadcasts.audiences import Reach, bound_of, resolve
from outreach.desk import Desk
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.people import OfficialRecord


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as the doors see it. Instants are UTC; `due_at` None means at once."""

    id: int
    number: str
    state: BroadcastState
    text: str
    media_kind: str
    media_file_id: str
    media_name: str
    photos: tuple[str, ...]
    audience: Audience
    is_urgent: bool
    days_in_force: int
    due_at: datetime | None
    expires_at: datetime | None
    approved_at: datetime | None
    recalled_at: datetime | None
    recipients: int
    vacancies: tuple[int, ...]
    chased: int
    chased_at: datetime | None
    author_id: int
    author: str
    seconded_by: str
    official_id: int
    # How many messages each recipient gets, once it is approved.
    parts: int = 1

    @property
    def content(self) -> Content:
        """What the official wrote."""
        is_file = self.media_kind == "document"
        single = (self.media_file_id,) if self.media_kind == "photo" else ()
        return Content(
            self.text, self.photos or single, self.media_file_id if is_file else "", self.media_name
        )  # fmt: skip

    @property
    def fingerprint(self) -> str:
        """Another one as soon as it says anything else, goes to others or at another time: what was shown is sent."""
        due_at = self.due_at and self.due_at.timestamp()
        facts = (
            self.text, self.media_kind, self.media_file_id, self.photos, self.audience.as_facts(), self.is_urgent,
            self.days_in_force, due_at,
        )  # fmt: skip
        return sha256(repr(facts).encode()).hexdigest()[:8]

    @property
    def has_content(self) -> bool:
        return bool(self.text or self.media_kind)


async def view_of(desk: Desk, row: BroadcastRecord) -> Broadcast:
    """A row as a value, with the names of those who drafted and seconded it."""
    author = await desk.session.get(OfficialRecord, row.official_id)
    second = None
    if row.approved_by is not None and row.approved_by != row.official_id:
        second = await desk.session.get(OfficialRecord, row.approved_by)
    return Broadcast(
        row.id, row.number, BroadcastState(row.state), row.text, row.media_kind, row.media_file_id, row.media_name,
        tuple(row.photos.split()), Audience.of(row.audience), row.is_urgent, row.days_in_force, row.due_at,
        row.expires_at, row.approved_at, row.recalled_at, row.recipients, tuple(row.vacancies), row.chased,
        row.chased_at, row.contact_id, author.name if author else "", second.name if second else "", row.official_id,
        row.parts,
    )  # fmt: skip


def words_of(desk: Desk, broadcast: Broadcast, locale: str) -> str:
    """Exactly what a recipient with that language is told."""
    return desk.office.texts.words(locale)("notices/broadcast", **facts_of(desk, broadcast))


def facts_of(desk: Desk, broadcast: Broadcast) -> dict[str, object]:
    """What its words mention."""
    until = broadcast.expires_at or expiry(desk, broadcast.due_at, broadcast.days_in_force)
    return {
        "number": broadcast.number,
        "is_urgent": broadcast.is_urgent,
        "text": broadcast.text,
        "office": desk.office.privacy.office.name,
        "until_on": last_day(desk, until),
    }


def last_day(desk: Desk, until: datetime | None) -> date | None:
    """The last day of something that ends at `until`, which is the first instant when it no longer holds."""
    return None if until is None else desk.on(until - timedelta(seconds=1))


def leaves_at(desk: Desk, due_at: datetime | None, is_urgent: bool) -> datetime:
    """When a broadcast that is due then really leaves: never before now, and at night only if it is urgent."""
    at = max(due_at or desk.now, desk.now)
    return at if is_urgent else outside_quiet(at, desk.office.zone)


def expiry(desk: Desk, due_at: datetime | None, days: int) -> datetime | None:
    """When what leaves then stops being in force; None for never."""
    return in_force_until(desk.on(max(due_at or desk.now, desk.now)), days, desk.office.zone)


async def locked(desk: Desk, broadcast_id: int) -> BroadcastRecord:
    """The row, held until the end of the transaction so that two officials act one after the other."""
    row = await desk.session.get(BroadcastRecord, broadcast_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotYours
    return row


async def overseen(desk: Desk, official: Official, broadcast_id: int) -> BroadcastRecord:
    """A broadcast inside the official's jurisdiction, locked. Raises NotYours, also when there is none.

    A draft is its author's alone until a second official was asked: nobody else learns that there is one.
    """
    row = await locked(desk, broadcast_id)
    if not (await bound_of(desk, official)).allows(Audience.of(row.audience)):
        raise NotYours
    if is_private(row) and row.official_id != official.id:
        raise NotYours
    return row


def is_private(row: BroadcastRecord) -> bool:
    """Whether nobody but the author has ever been shown it."""
    return row.state in (BroadcastState.DRAFT, BroadcastState.DISCARDED) and row.asked_at is None


async def moved(desk: Desk, row: BroadcastRecord) -> BroadcastMoved:
    """The refusal that says what became of it, by whom and when."""
    by = row.recalled_by or row.approved_by or row.official_id
    official = await desk.session.get(OfficialRecord, by)
    at = row.recalled_at or row.approved_at or row.asked_at or row.drafted_at
    return BroadcastMoved(state=row.state, by=official.name if official else "", at=at, number=row.number)


def aim_at(row: BroadcastRecord, audience: Audience) -> None:
    """Keep the audience, and its bounds once more by themselves."""
    row.audience, row.street, row.grid = audience.as_facts(), audience.street, audience.grid


async def reach_of(desk: Desk, broadcast: Broadcast) -> Reach:
    """Who would be told now. Raises AudienceEmpty when nobody would."""
    reach = await resolve(desk, broadcast.audience)
    if not reach.recipients:
        raise AudienceEmpty(enterprises=reach.enterprises)
    return reach


async def number_of(desk: Desk, broadcast_id: int) -> str:
    """The 通知编号 of a broadcast, empty when there is none of that id."""
    row = await desk.session.get(BroadcastRecord, broadcast_id)
    return row.number if row is not None else ""
