"""监管措施 — officials note what they ordered, and that it is lifted; everybody's card shows what stands."""

from __future__ import annotations

from domain.contact import NotYours, Official
from domain.hazard import HazardState, Party, StepStale
from domain.measure import MeasureKind, MeasureLifted, MeasureStands, number_and_words
from outreach.desk import Desk
from outreach.hazards.carding import call_for_cards
from outreach.hazards.measures import measures_of
from outreach.hazards.viewing import Who, actor_for, held
from outreach.storage.hazards import HazardRecord
from outreach.storage.measures import HazardMeasureRecord

# What nobody verified, or what is none, gives no ground for a measure.
_NO_GROUND = (HazardState.REPORTED, HazardState.RETURNED, HazardState.MERGED)


async def overseen(desk: Desk, who: Who, hazard_id: int) -> tuple[HazardRecord, Official]:
    """The hazard, locked, for an official who decides about it. Raises NotYours."""
    row = await held(desk, hazard_id)
    actor = await actor_for(desk, row, who)
    if Party.OFFICIAL not in actor.parties or who.official is None:
        raise NotYours
    return row, who.official


async def set_measure(desk: Desk, who: Who, hazard_id: int, kind: MeasureKind, said: str) -> None:
    """Note a measure that stands from now on. Raises NotYours, StepStale, MeasureIncomplete, MeasureStands."""
    row, official = await overseen(desk, who, hazard_id)
    if row.state in _NO_GROUND:
        raise StepStale(state=row.state)
    number, words = number_and_words(said)
    if any(one.kind is kind for one in await measures_of(desk, row.id, in_force=True)):
        raise MeasureStands
    desk.session.add(
        HazardMeasureRecord(
            hazard_id=row.id, kind=kind, number=number, words=words, set_at=desk.now, set_by=official.id
        )
    )
    await desk.session.flush()
    await desk.note("MeasureSet", f"hazard:{row.id}", who.contact.id, measure=kind, document=number, words=words)
    await call_for_cards(desk, row.id, None)


async def lift(desk: Desk, who: Who, hazard_id: int, measure_id: int) -> None:
    """Note that a measure is over. Raises NotYours, MeasureLifted."""
    row, official = await overseen(desk, who, hazard_id)
    measure = await desk.session.get(HazardMeasureRecord, measure_id, populate_existing=True)
    if measure is None or measure.hazard_id != row.id:
        raise NotYours
    if measure.lifted_at is not None:
        raise MeasureLifted
    measure.lifted_at, measure.lifted_by = desk.now, official.id
    await desk.session.flush()
    await desk.note("MeasureLifted", f"hazard:{row.id}", who.contact.id, measure=measure.kind, document=measure.number)
    await call_for_cards(desk, row.id, None)
