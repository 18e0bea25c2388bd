"""取照片 — turns the photos that answers wait for into stored pictures, or says why one cannot be.

The answer was committed long before; whatever happens here, it stays.  A photo is looked at again
after any fault, and killing the process at any point costs at most one more fetch.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import select, update

from domain.files import FileTooLarge, FileUnavailable
from domain.notice import Notice, NoticeButton
from domain.photo import MAX_BYTES, PhotoBytes, PhotoDamaged, PhotoTooLarge
from domain.refusal import Refusal
from outreach.delivery.rounds import go_round
from outreach.desk import Desk, Office, affected
from outreach.editions import edition
from outreach.people.enrolling import as_contact
from outreach.storage.decoding import DecodingFault, decode
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inspections import AnswerRecord, InspectionRecord, PhotoRecord
from outreach.storage.people import ContactRecord

LOG = structlog.get_logger("photographer")
AT_ONCE = 2
IDLE_SECONDS = 2.0
# Longer than a fetch and a decoding may take together; then somebody else may try.
LEASE_FOR = timedelta(seconds=90)
# How long to wait after the first, second … look that found no file: about 40 minutes in all.
WAITS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800))
MOST_LOOKS = len(WAITS) + 1
STORE_WAIT = timedelta(seconds=60)


class Fetch(Protocol):
    """Fetches a file that a person sent."""

    async def __call__(self, file_id: str, limit: int) -> bytes:
        """The bytes; raises FileTooLarge over `limit` bytes and FileUnavailable when it cannot be had now."""


@dataclass(frozen=True, slots=True)
class _Taken:
    id: int
    file_id: str
    attempts: int


class Photographer:
    """One loop over the pending photos of all contacts; a kind of photo with rows of its own is a subclass."""

    record: type[Any] = PhotoRecord

    def __init__(self, office: Office, fetch: Fetch) -> None:
        self._office = office
        self._fetch = fetch

    async def run(self) -> None:
        """Until cancelled. A fault of the database is logged and tried again: no photo is forgotten."""
        if self._office.engine.dialect.name == "sqlite":
            await self._take_back()
        await asyncio.to_thread(self._office.photos.tidy, self._office.clock())
        bell = self._office.photo_bell
        await go_round(self.turn, bell, IDLE_SECONDS, lambda _: LOG.exception("photographer_fault"))

    async def turn(self) -> bool:
        """Look at the photos that are due, a few at a time; whether there were any."""
        async with self._office.desk() as desk:
            taken = await self._take(desk)
        await asyncio.gather(*(self._settle(photo) for photo in taken))
        return bool(taken)

    async def _settle(self, photo: _Taken) -> None:
        if photo.attempts > MOST_LOOKS:  # every look so far ended the process
            await self._fail(photo, PhotoDamaged())
            return
        try:
            picture = await self._picture(photo)
            await self._store(photo, picture)
        except (FileUnavailable, DecodingFault) as fault:
            LOG.info("photo_not_had", photo=self._log_name(photo), attempts=photo.attempts, fault=type(fault).__name__)
            await self._look_again(photo)
        except OSError as fault:
            # A full disk is not the photo's fault, and not a reason to give it up.
            LOG.error("photo_not_stored", photo=self._log_name(photo), fault=str(fault))
            await self._put_off(photo, STORE_WAIT, attempts=photo.attempts - 1)
        except Refusal as refusal:
            await self._fail(photo, refusal)
        else:
            await self._keep(photo, picture)

    async def _picture(self, photo: _Taken) -> PhotoBytes:
        try:
            data = await self._fetch(photo.file_id, MAX_BYTES)
        except FileTooLarge as refusal:
            raise PhotoTooLarge(megabytes=MAX_BYTES // (1024 * 1024)) from refusal
        return await decode(data)

    async def _store(self, photo: _Taken, picture: PhotoBytes) -> None:
        await asyncio.to_thread(self._office.photos.save, picture)

    async def _keep(self, photo: _Taken, picture: PhotoBytes) -> None:
        async with self._office.desk() as desk:
            result = await desk.session.execute(
                update(self.record)
                .where(self.record.id == photo.id, self.record.state == "pending")
                .values(state="stored", sha256=picture.sha256, **self._when_settled())
            )
            others = select(self.record.id).where(self.record.sha256 == picture.sha256).limit(1)
            is_unwanted = not affected(result) and (await desk.session.scalars(others)).first() is None
        if is_unwanted:  # the answer was changed, or its person erased, while the picture was on its way
            await asyncio.to_thread(self._office.photos.remove, picture.sha256)

    async def _look_again(self, photo: _Taken) -> None:
        if photo.attempts >= MOST_LOOKS:
            await self._fail(photo, FileUnavailable())
        else:
            await self._put_off(photo, WAITS[photo.attempts - 1], photo.attempts)

    async def _put_off(self, photo: _Taken, wait: timedelta, attempts: int) -> None:
        async with self._office.desk() as desk:
            await desk.session.execute(
                update(self.record)
                .where(self.record.id == photo.id, self.record.state == "pending")
                .values(next_look_at=desk.now + wait, attempts=attempts)
            )

    async def _fail(self, photo: _Taken, refusal: Refusal) -> None:
        async with self._office.desk() as desk:
            row = await desk.session.get(self.record, photo.id, with_for_update=True)
            if row is None or row.state != "pending":
                return
            row.state, row.failure = "failed", type(refusal).__name__
            for name, value in self._when_settled().items():
                setattr(row, name, value)
            await self._tell(desk, row, refusal)
        LOG.info("photo_failed", photo=self._log_name(photo), why=type(refusal).__name__)

    async def _take_back(self) -> None:
        """The only process on this database looks at once at what it held when it was killed."""
        try:
            async with self._office.desk() as desk:
                await desk.session.execute(
                    update(self.record).where(self.record.state == "pending").values(next_look_at=desk.now)
                )
        except Exception:  # the leases run out by themselves
            LOG.exception("photographer_fault")

    async def _take(self, desk: Desk) -> list[_Taken]:
        """Lease a few due photos. A look counts when it begins, so a photo that kills the process is given up too."""
        rows = await desk.session.scalars(
            select(self.record)
            .where(self.record.state == "pending", self.record.next_look_at <= desk.now)
            .order_by(self.record.next_look_at, self.record.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        taken = []
        for row in rows:
            row.attempts, row.next_look_at = row.attempts + 1, desk.now + LEASE_FOR
            taken.append(_Taken(row.id, self._file_id(row), row.attempts))
        return taken

    def _file_id(self, row: Any) -> str:
        return str(row.file_id)

    def _log_name(self, photo: _Taken) -> object:
        """How the log calls a photo."""
        return photo.id

    def _when_settled(self) -> dict[str, object]:
        """What else a row's columns become once its photo is stored or given up."""
        return {}

    async def _tell(self, desk: Desk, row: Any, refusal: Refusal) -> None:
        await _tell(desk, row, refusal)


async def _tell(desk: Desk, photo: PhotoRecord, refusal: Refusal) -> None:
    """Say to the person which photo could not be kept, why, and what to do; once per photo."""
    found = await desk.session.execute(
        select(InspectionRecord, AnswerRecord.item_id, EnterpriseRecord.name)
        .join(AnswerRecord, AnswerRecord.inspection_id == InspectionRecord.id)
        .join(EnterpriseRecord, EnterpriseRecord.id == InspectionRecord.enterprise_id)
        .where(AnswerRecord.id == photo.answer_id)
    )
    row = found.first()
    if row is None:
        return
    inspection, item_id, enterprise = row
    contact = as_contact(await desk.session.get_one(ContactRecord, photo.contact_id))
    items = (await edition(desk, inspection.edition_id)).items
    number, item = next((at, item) for at, item in enumerate(items, start=1) if item.id == item_id)
    words = desk.office.texts.words(contact.locale)
    facts: dict[str, object] = {
        "enterprise": enterprise,
        "number": number,
        "title": item.title,
        "why": words.plain(refusal.moment, **refusal.facts),
    }
    is_open = inspection.submitted_at is None and inspection.discarded_at is None
    kind = "photo_failed" if is_open else "photo_failed_late"
    again = NoticeButton("inspection.go_on", f"in:go:{inspection.id}")
    buttons = ((again,),) if is_open else ()
    if is_open:
        await _ask_again(desk, photo.answer_id)
    # With the instant: SQLite gives the number of a deleted row to the next one.
    key = f"photo_failed:{photo.id}:{photo.sent_at:%Y%m%d%H%M%S%f}"
    await desk.tell(contact, Notice(kind, facts, key, buttons))


async def _ask_again(desk: Desk, answer_id: int) -> None:
    """An answer that is left without any photo wants one again, or a reason for none."""
    await desk.session.flush()
    others = select(PhotoRecord.id).where(PhotoRecord.answer_id == answer_id, PhotoRecord.state != "failed")
    if (await desk.session.scalars(others.limit(1))).first() is None:
        await desk.session.execute(
            update(AnswerRecord).where(AnswerRecord.id == answer_id).values(is_photo_settled=False)
        )
