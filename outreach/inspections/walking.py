"""自查进程 — one walk as it stands: whose it is, its own edition of the checklist, and the answers given so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, and_, bindparam, func, insert, select

from domain.checklist import Verdict
from domain.contact import Contact, NotYours, StalePress
from domain.inspection import Answer, InspectionSubmitted, Walk
from outreach.desk import Desk
from outreach.editions import edition
from outreach.storage.inspections import AnswerRecord, InspectionRecord, PhotoRecord
from outreach.storage.straight import Asked, Straight

# Read and written at every press of the longest talk there is, so they go straight and fill no records.
_inspections, _answers, _photos = InspectionRecord.__table__.c, AnswerRecord.__table__.c, PhotoRecord.__table__.c
# Locked, so that two devices of one person cannot interleave on PostgreSQL either.
_LOOK = Straight(
    select(
        _inspections.id, _inspections.enterprise_id, _inspections.contact_id, _inspections.edition_id,
        _inspections.number, _inspections.submitted_at, _inspections.discarded_at,
    )
    .where(_inspections.id == bindparam("inspection_id"))
    .with_for_update()
)  # fmt: skip
_ANSWERS = Straight(
    select(
        _answers.id, _answers.item_id, _answers.verdict, _answers.note, _answers.is_note_settled,
        _answers.is_photo_settled, _answers.skipped_photo_reason, func.count(_photos.id),
    )
    # A photo that could not be kept was told to the person as none, and is counted as none.
    .select_from(AnswerRecord.__table__.outerjoin(
        PhotoRecord.__table__, and_(_photos.answer_id == _answers.id, _photos.state != "failed")
    ))
    .where(_answers.inspection_id == bindparam("inspection_id"))
    .group_by(_answers.id)
)  # fmt: skip
_GIVE = Straight(insert(cast(Table, AnswerRecord.__table__)).values(
    {name: bindparam(name) for name in (
        "inspection_id", "item_id", "verdict", "note", "is_note_settled", "is_photo_settled", "skipped_photo_reason",
        "answered_at",
    )}
))  # fmt: skip


class Held(NamedTuple):
    """An inspection as its row has it."""

    id: int
    enterprise_id: int
    contact_id: int
    edition_id: int
    number: str | None
    submitted_at: datetime | None
    discarded_at: datetime | None


async def look(desk: Desk, inspection_id: int) -> tuple[Held | None, list[tuple[Any, ...]]]:
    """The inspection, None when there is none, and the answers given to it, for `walk`."""
    rows, given = await desk.ask(*asked(inspection_id))
    return Held(*rows[0]) if rows else None, given


def asked(inspection_id: int) -> tuple[Asked, ...]:
    """What `look` asks for."""
    which = {"inspection_id": inspection_id}
    return (_LOOK, which), (_ANSWERS, which)


def must_be_open(held: Held | None, contact: Contact) -> Held:
    """The contact's own inspection, which may still be changed. Raises NotYours, InspectionSubmitted, StalePress."""
    if held is None or held.contact_id != contact.id:
        raise NotYours
    if held.submitted_at is not None:
        raise InspectionSubmitted(number=held.number)
    if held.discarded_at is not None:
        raise StalePress
    return held


async def walk_of(desk: Desk, inspection_id: int, edition_id: int) -> Walk:
    """The walk of an inspection: its own edition of the checklist and the answers given."""
    given = await desk.ask((_ANSWERS, {"inspection_id": inspection_id}))
    return await walk(desk, edition_id, given[0])


async def walk(desk: Desk, edition_id: int, given: Iterable[tuple[Any, ...]]) -> Walk:
    """The same from answers that have been read."""
    answers = {
        item_id: Answer(id_, item_id, Verdict(verdict), note, bool(noted), bool(pictured), skipped, photos)
        for id_, item_id, verdict, note, noted, pictured, skipped, photos in given
    }
    return Walk(await edition(desk, edition_id), answers)


async def give(desk: Desk, inspection_id: int, item_id: str, verdict: Verdict) -> Answer:
    """The first answer to an item. What does not fail asks for neither a note nor a photo."""
    is_settled = verdict is not Verdict.FAIL
    values = {
        "inspection_id": inspection_id, "item_id": item_id, "verdict": verdict, "note": "",
        "is_note_settled": is_settled, "is_photo_settled": is_settled, "skipped_photo_reason": "",
        "answered_at": desk.now,
    }  # fmt: skip
    await desk.write((_GIVE, values))
    return Answer(None, item_id, verdict, "", is_settled, is_settled, "", 0)
