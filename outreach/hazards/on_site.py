"""现场发现 — an official, an expert or a guest finds a hazard at an enterprise: words and photos, then an order.

It is written down with the first message, so nothing is lost; more words may follow until a step is taken.
"""

from __future__ import annotations

from sqlalchemy import func, select

from domain.authority import Duty
from domain.checklist import Item
from domain.contact import NotYours, Official, StalePress
from domain.hazard import (
    VERIFIED_AT_ONCE,
    WORDS_LIMIT,
    HazardState,
    Party,
    Source,
    StepStale,
    sources_on_site,
)
from domain.rectification import StepKey
from domain.text import fitting
from outreach.desk import Desk
from outreach.hazards.carding import call_for_cards
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.photographing import put_photo
from outreach.hazards.portraying import BEFORE, HazardView, view_of
from outreach.hazards.telling import tell_who_is_next
from outreach.hazards.viewing import Who, actor_for, held
from outreach.overseeing import oversees
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardPhotoRecord, HazardRecord, HazardStepRecord

# How it looked is shown until somebody says that it is put right.
_OPEN_TO_PHOTOS = (HazardState.REPORTED, HazardState.VERIFIED, HazardState.ORDERED)


def source_of(official: Official, asked: str) -> Source:
    """The source that a button names, if that office finds from it. Raises DutyLacking, StalePress."""
    offered = sources_on_site(official.role)
    if asked not in offered:
        raise StalePress
    return Source(asked)


async def enterprise_there(desk: Desk, official: Official, enterprise_id: int) -> EnterpriseRecord:
    """The enterprise, for an official who may open hazards there. Raises DutyLacking, NotYours."""
    sources_on_site(official.role)
    row = await desk.session.get(EnterpriseRecord, enterprise_id)
    if row is None or not oversees(official, row, Duty.FINDINGS):
        raise NotYours
    return row


async def open_on_site(
    desk: Desk, who: Who, enterprise_id: int, source: Source, words: str, *, item: Item | None = None
) -> HazardRecord:
    """Write down what was found there. Of an expert or a guest an official has still to verify it.

    item: of a list, whose remedy it then has and whose hint that it may be a major one.

    Raises DutyLacking, NotYours, StalePress, WordsTooLong.
    """
    if who.official is None:
        raise NotYours
    source_of(who.official, source)
    enterprise = await enterprise_there(desk, who.official, enterprise_id)
    is_verified = source in VERIFIED_AT_ONCE
    opening = Opening(
        source, fitting(words, WORDS_LIMIT), enterprise.name, enterprise_id=enterprise.id, street=enterprise.street,
        grid=enterprise.grid, state=HazardState.VERIFIED if is_verified else HazardState.REPORTED,
        found_by="" if is_verified else who.official.name, official_id=who.official.id if is_verified else None,
        remedy=item.remedy if item is not None else "", grade_hint=item.grade_hint if item is not None else None,
    )  # fmt: skip
    row = await open_hazard(desk, who.contact.id, opening)
    await tell_who_is_next(desk, row, StepKey.OPEN, who.contact.id)
    return row


async def describe(desk: Desk, who: Who, hazard_id: int, words: str) -> None:
    """More words about what was found, as long as nobody took a step since.

    Raises NotYours, StepStale, WordsTooLong.
    """
    row = await _found(desk, who, hazard_id)
    if row.version > 1:
        raise StepStale(state=row.state)
    row.what = fitting(words, WORDS_LIMIT, row.what)
    await desk.note("HazardDescribed", f"hazard:{row.id}", who.contact.id, words=words)
    await call_for_cards(desk, row.id, None)


async def add_photo(desk: Desk, who: Who, hazard_id: int, file_id: str, file_unique_id: str) -> None:
    """A photo of how it looks where it was found. Raises NotYours, StepStale, TooManyPhotos."""
    await put_photo(desk, await _found(desk, who, hazard_id), who, BEFORE, file_id, file_unique_id)


async def look(desk: Desk, who: Who, hazard_id: int) -> tuple[HazardView, int]:
    """The hazard and how many photos of the place it has, stored or on their way. Raises NotYours, StepStale."""
    row = await _found(desk, who, hazard_id)
    counted = select(func.count()).where(
        HazardPhotoRecord.hazard_id == row.id, HazardPhotoRecord.kind == BEFORE, HazardPhotoRecord.state != "failed"
    )
    return await view_of(desk, row), (await desk.session.scalars(counted)).one()


async def _found(desk: Desk, who: Who, hazard_id: int) -> HazardRecord:
    row = await held(desk, hazard_id)
    actor = await actor_for(desk, row, who)
    opened = select(HazardStepRecord.contact_id).where(
        HazardStepRecord.hazard_id == row.id, HazardStepRecord.version == 1
    )
    is_finder = who.official is not None and (await desk.session.scalars(opened)).first() == who.contact.id
    if Party.OFFICIAL not in actor.parties and not is_finder:
        raise NotYours
    if row.state not in _OPEN_TO_PHOTOS:
        raise StepStale(state=row.state)
    return row
