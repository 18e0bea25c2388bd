"""分头填写 — officials fill parts of a list at once: a part is held by one, each answer is a row, nothing is lost."""

from __future__ import annotations

from sqlalchemy import select

from content.texts import Words
from domain.checklist import Item, Verdict
from domain.contact import Official, StalePress
from domain.hazard import Source
from domain.visit import Answer, PartHeld, VisitKind, source_in
from outreach.desk import Desk
from outreach.hazards import on_site
from outreach.hazards.viewing import Who
from outreach.storage.hazards import HazardRecord
from outreach.storage.visits import VisitAnswerRecord, VisitRecord, VisitTakingRecord
from outreach.visits.viewing import DONE, PROCEDURE, UNDONE, Part, VisitView, view_of
from outreach.visits.visiting import changed, written


async def tick(desk: Desk, who: Who, visit_id: int, step_id: str) -> None:
    """Tick a step of the procedure, or take one's own tick back. Raises what `written` raises; StalePress for a step
    that is none of that kind of visit (any more).
    """
    row, official = await written(desk, who, visit_id)
    step, ticks = next((one for one in (await view_of(desk, row)).steps if one[0].id == step_id), (None, ()))
    if step is None:
        raise StalePress
    mine = any(one.official_id == official.id for one in ticks)
    _write(desk, row, official, PROCEDURE, step.id, UNDONE if mine else DONE)
    await changed(desk, row, who.contact.id)


async def take(desk: Desk, who: Who, visit_id: int, number: int, turn: int) -> None:
    """Take a part, from nobody or from whoever had it when the presser saw it: `turn` says when that was.

    Raises PartHeld when somebody took it since; IndexError and what `written` raises.
    """
    row, official = await written(desk, who, visit_id)
    part = (await view_of(desk, row)).part(number)
    if part.holder_id == official.id:
        return
    if part.turn != turn:
        raise PartHeld(holder=part.holder)
    desk.session.add(
        VisitTakingRecord(
            visit_id=row.id, part=number, turn=turn + 1, official_id=official.id, from_official_id=part.holder_id,
            at=desk.now,
        )
    )  # fmt: skip
    await desk.note("VisitPartTaken", f"visit:{row.id}", who.contact.id, part=number, before=part.holder_id)
    await changed(desk, row, who.contact.id)


async def answer(desk: Desk, who: Who, visit_id: int, number: int, at: int, verdict: Verdict) -> Part:
    """Answer an item of a part that one holds. What somebody else answered stands beside it.

    Returns the part as it is then. Raises PartHeld for a part that is not one's own; IndexError and what `written`
    raises.
    """
    row, official = await written(desk, who, visit_id)
    part = (await view_of(desk, row)).part(number)
    if part.holder_id != official.id:
        raise PartHeld(holder=part.holder)
    item = _item(part, at)
    before = own_answer(part, item, official)
    if before is None or before.verdict is not verdict:
        _write(desk, row, official, number, item.id, verdict, before.hazard_id if before else None)
        await changed(desk, row, who.contact.id)
    return (await view_of(desk, row)).part(number)


async def find_at(desk: Desk, who: Who, visit_id: int, number: int, at: int, words: Words) -> HazardRecord:
    """The hazard of an item that one found not to be as it should, opened the first time it is asked for.

    Raises PartHeld, IndexError, StalePress for an item that is in order, and what `written` raises.
    """
    row, official = await written(desk, who, visit_id)
    part = (await view_of(desk, row)).part(number)
    item = _item(part, at)
    mine = own_answer(part, item, official)
    if mine is None or mine.verdict is not Verdict.FAIL:
        raise StalePress
    if mine.hazard_id is not None:
        return await desk.session.get_one(HazardRecord, mine.hazard_id)
    said = words.label("visit.found", title=item.title)
    hazard = await on_site.open_on_site(desk, who, row.enterprise_id, _source(row, official), said, item=item)
    hazard.visit_id = row.id
    latest = await desk.session.scalars(
        select(VisitAnswerRecord)
        .where(
            VisitAnswerRecord.visit_id == row.id, VisitAnswerRecord.item_id == item.id,
            VisitAnswerRecord.official_id == official.id,
        )
        .order_by(VisitAnswerRecord.id.desc())
        .limit(1)
    )  # fmt: skip
    latest.one().hazard_id = hazard.id
    await changed(desk, row, who.contact.id)
    return hazard


async def find(desk: Desk, who: Who, visit_id: int, said: str) -> HazardRecord:
    """Write down what was found in a visit beside its list: words, or none yet when a photo comes first.

    Raises WordsTooLong and what `written` raises.
    """
    row, official = await written(desk, who, visit_id)
    hazard = await on_site.open_on_site(desk, who, row.enterprise_id, _source(row, official), said)
    hazard.visit_id = row.id
    await changed(desk, row, who.contact.id)
    return hazard


def own_answer(part: Part, item: Item, official: Official) -> Answer | None:
    """What that official said of an item, as it stands."""
    return next((one for one in part.answers.get(item.id, ()) if one.official_id == official.id), None)


def source_of(view: VisitView, official: Official) -> Source:
    """The source of what that official finds in the visit."""
    return source_in(view.kind, official.role)


def _source(row: VisitRecord, official: Official) -> Source:
    return source_in(VisitKind(row.kind), official.role)


def _item(part: Part, at: int) -> Item:
    if at < 0:
        raise IndexError(at)
    return part.items[at]


def _write(
    desk: Desk, row: VisitRecord, official: Official, part: int, item_id: str, verdict: str,
    hazard_id: int | None = None,
) -> None:  # fmt: skip
    desk.session.add(
        VisitAnswerRecord(
            visit_id=row.id, part=part, item_id=item_id, official_id=official.id, verdict=verdict, at=desk.now,
            hazard_id=hazard_id,
        )
    )  # fmt: skip
