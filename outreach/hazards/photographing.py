"""整改照片 — photos of how it looks now: taken down with the hazard's round, fetched and redrawn like any other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from domain.contact import NotYours
from domain.hazard import PHOTOS_A_ROUND, WORDS_LIMIT, HazardState, Party, StepStale
from domain.inspection import TooManyPhotos
from domain.notice import Notice, NoticeButton
from domain.photo import PhotoBytes
from domain.refusal import Refusal
from domain.text import fitting
from outreach.desk import Desk
from outreach.hazards.carding import call_for_cards
from outreach.hazards.portraying import AFTER, BEFORE, HazardView, view_of
from outreach.hazards.resembling import other_like
from outreach.hazards.viewing import Who, actor_for, held
from outreach.persons import as_contact
from outreach.photographing import Photographer, _Taken
from outreach.storage.hazards import HazardPhotoRecord, HazardRecord
from outreach.storage.people import ContactRecord

# While it is put right; and afterwards, for a photo that could not be kept is sent again.
_OPEN_TO_PHOTOS = (HazardState.ORDERED, HazardState.RECTIFIED)


async def add_photo(desk: Desk, who: Who, hazard_id: int, file_id: str, file_unique_id: str) -> None:
    """Add a photo of how it looks now: the row is committed now, the file is fetched afterwards.

    Raises NotYours, StepStale, TooManyPhotos.
    """
    await put_photo(desk, await _rectified(desk, who, hazard_id), who, AFTER, file_id, file_unique_id)


async def put_photo(
    desk: Desk, row: HazardRecord, who: Who, kind: str, file_id: str, file_unique_id: str
) -> None:  # fmt: skip
    """Take down a photo of that kind, for somebody who may send it. Raises TooManyPhotos."""
    mine = select(HazardPhotoRecord).where(
        HazardPhotoRecord.hazard_id == row.id, HazardPhotoRecord.kind == kind, HazardPhotoRecord.round == row.round
    )
    photos = (await desk.session.scalars(mine)).all()
    known = next((one for one in photos if one.file_unique_id == file_unique_id), None)
    count = sum(one.state != "failed" for one in photos)
    if known is None or known.state == "failed":
        if count >= PHOTOS_A_ROUND:
            raise TooManyPhotos
        if known is None:
            known = HazardPhotoRecord(
                hazard_id=row.id, contact_id=who.contact.id, kind=kind, round=row.round,
                file_unique_id=file_unique_id, sent_at=desk.now,
            )  # fmt: skip
            desk.session.add(known)
        # One that could not be had then may be had now.
        known.file_id, known.state, known.attempts, known.next_look_at = file_id, "pending", 0, desk.now
        desk.has_photos = True
        await desk.session.flush()


async def say_what_was_done(desk: Desk, who: Who, hazard_id: int, words: str) -> None:
    """What was done about it, kept until the rectification is reported. Raises NotYours, StepStale, WordsTooLong."""
    row = await _rectified(desk, who, hazard_id)
    row.done_words = fitting(words, WORDS_LIMIT, row.done_words)
    await desk.session.flush()


async def look(desk: Desk, who: Who, hazard_id: int) -> HazardView:
    """The hazard, for whoever may send photos of it. Raises NotYours, StepStale."""
    return await view_of(desk, await _rectified(desk, who, hazard_id))


async def _rectified(desk: Desk, who: Who, hazard_id: int) -> HazardRecord:
    row = await held(desk, hazard_id)
    actor = await actor_for(desk, row, who)
    if Party.FIXER not in actor.parties:
        raise NotYours
    if row.state not in _OPEN_TO_PHOTOS:
        raise StepStale(state=row.state)
    return row


class RectificationPhotographer(Photographer):
    """One loop over the pending photos of hazards; whoever shows the card sees them as soon as they are stored."""

    record = HazardPhotoRecord

    async def _keep(self, photo: _Taken, picture: PhotoBytes) -> None:
        """Cards that say how many photos there are follow."""
        await super()._keep(photo, picture)
        async with self._office.desk() as desk:
            row = await desk.session.get(HazardPhotoRecord, photo.id)
            if row is not None:
                row.look = picture.look or None
                row.like_hazard_id = await other_like(desk, row)
                await call_for_cards(desk, row.hazard_id, None)

    async def _tell(self, desk: Desk, row: Any, refusal: Refusal) -> None:
        hazard = await desk.session.get_one(HazardRecord, row.hazard_id)
        contact = as_contact(await desk.session.get_one(ContactRecord, row.contact_id))
        left = await desk.session.scalars(
            select(func.count()).where(
                HazardPhotoRecord.hazard_id == row.hazard_id, HazardPhotoRecord.round == row.round,
                HazardPhotoRecord.kind == row.kind, HazardPhotoRecord.state != "failed",
            )
        )  # fmt: skip
        words = desk.office.texts.words(contact.locale)
        facts: dict[str, object] = {
            "number": hazard.number, "left": left.one(), "why": words.plain(refusal.moment, **refusal.facts),
            "is_before": row.kind == BEFORE,
        }  # fmt: skip
        door = f"os:o:{hazard.id}" if row.kind == BEFORE else f"hz:ps:{hazard.id}"
        again = ((NoticeButton("hazard.photo_again", door),),)
        key = f"hazard_photo:{row.id}:{row.attempts}:{row.sent_at:%Y%m%d%H%M%S%f}"
        await desk.tell(contact, Notice("hazard_photo_failed", facts, key, again))
        await call_for_cards(desk, hazard.id, None)
