"""驻企来往 — the paired official and the enterprise write to each other through the bot; nobody else reads it.

The thread is the enterprise's: whoever is paired next, or takes over the post there, finds it as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from domain.contact import RESPONSIBLE, Contact, NotYours, Official, Post, Role
from domain.liaison import (
    MOST_AN_HOUR,
    WORDS_LIMIT,
    NobodyStationed,
    NobodyToRead,
    NothingToRelay,
    TooManyRelayed,
)
from domain.notice import DeliveryState, Notice, NoticeButton
from domain.reminder import QuietHours
from domain.text import fitting
from outreach.desk import Desk, affected
from outreach.pairs.liaising import Station, pair_at, station_of
from outreach.people.enrolling import holders
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.liaisons import LiaisonWordRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

# Like any other talk they are kept for a quarter of a year.
KEPT_FOR = timedelta(days=90)
REASON = "erased"
_WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the contact, with the posts they hold and the office they serve in."""

    contact: Contact
    posts: tuple[Post, ...] = ()
    official: Official | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """One message of a thread; `name` is empty for somebody who was erased."""

    id: int
    is_official: bool
    name: str
    text: str
    file_id: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of a thread, oldest first, page 0 being the newest. is_official: on whose side the reader is."""

    station: Station
    is_official: bool
    words: tuple[Word, ...]
    page: int
    pages: int


async def thread(desk: Desk, who: Writer, enterprise_id: int, page: int, size: int) -> Thread:
    """The thread, for one of its two sides. Raises NotYours for anybody else."""
    enterprise, is_official = await _side(desk, who, enterprise_id)
    own = LiaisonWordRecord.enterprise_id == enterprise.id
    total = int((await desk.session.scalars(select(func.count()).select_from(LiaisonWordRecord).where(own))).one())
    pages = -(-total // size)
    page = max(0, min(page, pages - 1))
    rows = await desk.session.execute(
        select(LiaisonWordRecord, ContactRecord.name)
        .join(ContactRecord, ContactRecord.id == LiaisonWordRecord.contact_id)
        .where(own)
        .order_by(LiaisonWordRecord.id.desc())
        .limit(size)
        .offset(page * size)
    )
    words = [Word(row.id, row.is_official, name, row.text, row.file_id, row.said_at) for row, name in rows]
    return Thread(await station_of(desk, enterprise), is_official, tuple(reversed(words)), page, pages)


def own_enterprises(who: Writer) -> tuple[Post, ...]:
    """Where the writer answers for safety, each enterprise once."""
    held = {post.enterprise_id: post for post in reversed(who.posts) if post.role in RESPONSIBLE}
    return tuple(sorted(held.values(), key=lambda post: post.enterprise_id))


async def say(desk: Desk, who: Writer, enterprise_id: int, text: str, file_id: str = "") -> bool:
    """Relay words, a photo by Telegram's id of it, or both. Whether it goes out now and not in the morning.

    Raises NotYours, NobodyStationed, NobodyToRead, TooManyRelayed, WordsTooLong, NothingToRelay.
    """
    enterprise, is_official = await _side(desk, who, enterprise_id)
    found = await pair_at(desk, enterprise)
    if found is None:
        raise NobodyStationed
    text = fitting(text, WORDS_LIMIT)
    if not text and not file_id:
        raise NothingToRelay
    await _must_not_flood(desk, who.contact.id)
    readers = await _people(desk, enterprise.id) if is_official else [found[2]]
    readers = [one for one in readers if one.id != who.contact.id]
    if not readers:
        raise NobodyToRead
    row = LiaisonWordRecord(
        enterprise_id=enterprise.id, liaison_id=found[0].id, contact_id=who.contact.id, is_official=is_official,
        text=text, file_id=file_id, said_at=desk.now,
    )  # fmt: skip
    desk.session.add(row)
    await desk.session.flush()
    due_at = desk.office.almanac.allowed_from(desk.now, QuietHours())
    role = next((post.role for post in who.posts if post.enterprise_id == enterprise.id), None)
    facts: dict[str, object] = {
        "enterprise": enterprise.name, "is_official": is_official, "role": role, "words": text,
        "name": found[1].name if is_official else who.contact.name, "has_photo": bool(file_id),
    }  # fmt: skip
    buttons = ((NoticeButton("liaison.answer", f"lz:w:{enterprise.id}"),),)
    for one in readers:
        notice = Notice(
            "liaison_word", facts, f"{_prefix(row.id)}{one.id}", buttons, due_at=due_at,
            media_kind="photo" if file_id else "", media_file_id=file_id,
        )  # fmt: skip
        await desk.tell(one, notice)
    # What was said stays between the two: the journal says that something was.
    await desk.note(
        "LiaisonSaid", f"enterprise:{enterprise.id}", who.contact.id, word=row.id, photo=bool(file_id),
        official=is_official,
    )  # fmt: skip
    return due_at <= desk.now


async def forget(desk: Desk, contact_id: int) -> None:
    """Of whoever is erased nothing stays that they wrote, neither here nor where it was sent."""
    mine = LiaisonWordRecord.contact_id == contact_id
    for id_ in list(await desk.session.scalars(select(LiaisonWordRecord.id).where(mine))):
        told = DeliveryRecord.key.startswith(_prefix(id_), autoescape=True)
        await desk.session.execute(
            update(DeliveryRecord)
            .where(told, DeliveryRecord.state.in_(_WAITING))
            .values(state=DeliveryState.SKIPPED, reason=REASON, settled_at=desk.now)
        )
        blank = update(DeliveryRecord).where(told)
        await desk.session.execute(blank.values(text="", buttons="[]", media_kind="", media_file_id=""))
    await desk.session.execute(update(LiaisonWordRecord).where(mine).values(text="", file_id=""))


async def forget_old(desk: Desk) -> int:
    """Drop what was written more than 90 days ago. How many."""
    old = delete(LiaisonWordRecord).where(LiaisonWordRecord.said_at < desk.now - KEPT_FOR)
    return affected(await desk.session.execute(old))


async def _side(desk: Desk, who: Writer, enterprise_id: int) -> tuple[EnterpriseRecord, bool]:
    """The enterprise, and whether the writer is its official. Raises NotYours for somebody on neither side."""
    enterprise = await desk.session.get(EnterpriseRecord, enterprise_id)
    if enterprise is None:
        raise NotYours
    if any(post.enterprise_id == enterprise.id and post.role in RESPONSIBLE for post in who.posts):
        return enterprise, False
    found = await pair_at(desk, enterprise)
    if who.official is None or found is None or found[2].id != who.contact.id:
        raise NotYours
    return enterprise, True


async def _people(desk: Desk, enterprise_id: int) -> list[Contact]:
    """The safety officer, else the principal; and whoever of the two wrote last."""
    held = [(contact, role) for contact, role in await holders(desk, enterprise_id) if role in RESPONSIBLE]
    wanted = Role.SAFETY_OFFICER if any(role is Role.SAFETY_OFFICER for _, role in held) else Role.PRINCIPAL
    last = await desk.session.scalars(
        select(LiaisonWordRecord.contact_id)
        .where(LiaisonWordRecord.enterprise_id == enterprise_id, LiaisonWordRecord.is_official.is_(False))
        .order_by(LiaisonWordRecord.id.desc())
        .limit(1)
    )
    writer = last.first()
    found = {contact.id: contact for contact, role in held if role is wanted or contact.id == writer}
    return list(found.values())


async def _must_not_flood(desk: Desk, contact_id: int) -> None:
    counted = select(func.count()).where(
        LiaisonWordRecord.contact_id == contact_id, LiaisonWordRecord.said_at > desk.now - timedelta(hours=1)
    )
    if (await desk.session.scalars(counted)).one() >= MOST_AN_HOUR:
        raise TooManyRelayed(most=MOST_AN_HOUR)


def _prefix(word_id: int) -> str:
    return f"liaison_word:{word_id}:"
