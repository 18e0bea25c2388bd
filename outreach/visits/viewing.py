"""看检查 — one visit as its card shows it: who takes part, who has which part, what was answered and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from domain.authority import OfficeRole
from domain.checklist import Checklist, Grade, Item, Verdict
from domain.contact import NotYours, Official
from domain.hazard import HazardState
from domain.visit import (
    LEFT_OPEN_AFTER,
    Answer,
    ProcedureStep,
    Tick,
    VisitKind,
    VisitState,
    is_disputed,
    kinds_of,
    standing,
)
from outreach import overseeing
from outreach.desk import Desk
from outreach.editions import edition
from outreach.hazards.viewing import Who
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import OfficialRecord
from outreach.storage.visits import VisitAnswerRecord, VisitPartyRecord, VisitRecord, VisitTakingRecord

# Where the steps of the procedure stand among the answers; the parts of the list are counted from 1.
PROCEDURE = 0
DONE, UNDONE = "done", "undone"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who takes part."""

    official_id: int
    name: str
    contact_id: int | None
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the list: who has it (`holder_id` None while nobody does) and what was answered in it.

    turn: how often it was taken; a button that takes it names the turn which it has seen.
    """

    number: int
    title: str
    items: tuple[Item, ...]
    holder_id: int | None
    holder: str
    turn: int
    answers: Mapping[str, tuple[Answer, ...]]

    @property
    def answered(self) -> int:
        """How many items somebody answered."""
        return sum(1 for item in self.items if item.id in self.answers)

    @property
    def failed(self) -> int:
        """How many items somebody found not to be as they should."""
        found = (self.answers.get(item.id, ()) for item in self.items)
        return sum(1 for those in found if any(one.verdict is Verdict.FAIL for one in those))

    @property
    def disputed(self) -> tuple[Item, ...]:
        """The items of which two officials said different things."""
        return tuple(item for item in self.items if is_disputed(self.answers.get(item.id, ())))

    def first_open(self) -> int | None:
        """The position of the first item that nobody answered; None when there is none."""
        return next((at for at, item in enumerate(self.items) if item.id not in self.answers), None)


@dataclass(frozen=True, slots=True)
class Found:
    """A hazard that was found in the visit, as it stands now."""

    id: int
    number: str
    what: str
    grade: Grade
    state: HazardState


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit. Steps: each with who ticked it, in the order in which they did."""

    id: int
    number: str
    version: int
    kind: VisitKind
    state: VisitState
    enterprise_id: int
    enterprise: str
    begun_at: datetime
    begun_by: int
    finished_at: datetime | None
    checklist: Checklist | None
    parties: tuple[Party, ...]
    steps: tuple[tuple[ProcedureStep, tuple[Tick, ...]], ...]
    parts: tuple[Part, ...]
    hazards: tuple[Found, ...]
    # How many days it has gone on, and whether it has been left open.
    days: int = 0
    is_left_open: bool = False

    @property
    def is_going(self) -> bool:
        return self.state is VisitState.GOING

    @property
    def ticked(self) -> int:
        """How many steps of the procedure are done."""
        return sum(1 for _, ticks in self.steps if ticks)

    @property
    def missing(self) -> tuple[ProcedureStep, ...]:
        """The steps that nobody ticked."""
        return tuple(step for step, ticks in self.steps if not ticks)

    @property
    def unanswered(self) -> int:
        """How many items of the list nobody answered."""
        return sum(len(part.items) - part.answered for part in self.parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written down in it."""
        return not (self.ticked or self.hazards or any(part.answers for part in self.parts))

    def may_be_closed_by(self, official: Official) -> bool:
        """Whether that official of the place may close it, since nobody finished it."""
        return self.is_left_open and official.role is OfficeRole.HEAD

    def takes_part(self, official: Official) -> bool:
        """Whether that official takes part."""
        return any(party.official_id == official.id for party in self.parties)

    def part(self, number: int) -> Part:
        """A part by its number from 1. Raises IndexError."""
        if number < 1:
            raise IndexError(number)
        return self.parts[number - 1]


def inspector(who: Who) -> Official:
    """The office in which somebody inspects. Raises NotYours, DutyLacking."""
    if who.official is None:
        raise NotYours
    kinds_of(who.official.role)
    return who.official


async def overseen(desk: Desk, official: Official, enterprise_id: int, *, is_locked: bool = False) -> EnterpriseRecord:
    """The enterprise, for an official who answers for it. Raises NotYours."""
    row = await desk.session.get(
        EnterpriseRecord, enterprise_id, with_for_update=is_locked, populate_existing=is_locked
    )
    if row is None or not overseeing.oversees(official, row):
        raise NotYours
    return row


async def visit_for(desk: Desk, who: Who, visit_id: int, *, is_locked: bool = False) -> VisitRecord:
    """The row, for an official who may find hazards at that enterprise. Raises NotYours, DutyLacking.

    is_locked: of two who write at once the second sees what the first did.
    """
    official = inspector(who)
    query = select(VisitRecord).where(VisitRecord.id == visit_id)
    if is_locked:
        query = query.with_for_update()
    row = (await desk.session.scalars(query.execution_options(populate_existing=True))).first()
    if row is None:
        raise NotYours
    await overseen(desk, official, row.enterprise_id)
    return row


async def look(desk: Desk, who: Who, visit_id: int) -> VisitView:
    """One visit, for an official of the place. Raises NotYours, DutyLacking."""
    return await view_of(desk, await visit_for(desk, who, visit_id))


async def visit_of(desk: Desk, hazard_id: int) -> int | None:
    """The visit that goes on in which a hazard was found."""
    found = await desk.session.scalars(
        select(VisitRecord.id)
        .join(HazardRecord, HazardRecord.visit_id == VisitRecord.id)
        .where(HazardRecord.id == hazard_id, VisitRecord.state == VisitState.GOING)
    )
    return found.first()


async def view_of(desk: Desk, row: VisitRecord) -> VisitView:
    """Everything that its card and its record may show."""
    enterprise = await desk.session.get_one(EnterpriseRecord, row.enterprise_id)
    checklist = await edition(desk, row.edition_id) if row.edition_id is not None else None
    answers = (
        await desk.session.execute(
            select(VisitAnswerRecord, OfficialRecord.name)
            .join(OfficialRecord, OfficialRecord.id == VisitAnswerRecord.official_id)
            .where(VisitAnswerRecord.visit_id == row.id)
            .order_by(VisitAnswerRecord.id)
        )
    ).all()
    found = await desk.session.scalars(
        select(HazardRecord).where(HazardRecord.visit_id == row.id).order_by(HazardRecord.id)
    )
    kind, begun_on = VisitKind(row.kind), desk.on(row.begun_at)
    is_going = row.state == VisitState.GOING
    return VisitView(
        row.id, row.number, row.version, kind, VisitState(row.state), row.enterprise_id, enterprise.name,
        row.begun_at, row.begun_by, row.finished_at, checklist, await _parties(desk, row.id),
        _steps(desk, kind, [(one, name) for one, name in answers if one.part == PROCEDURE]),
        await _parts(desk, row.id, checklist, [(one, name) for one, name in answers if one.part != PROCEDURE]),
        tuple(Found(one.id, one.number, one.what, Grade(one.grade), HazardState(one.state)) for one in found),
        (desk.today - begun_on).days, is_going and left_open_on(desk, begun_on) <= desk.today,
    )  # fmt: skip


def left_open_on(desk: Desk, begun_on: date) -> date:
    """The day from which on a visit that began on that day counts as left open."""
    return desk.office.almanac.workdays_after(begun_on, LEFT_OPEN_AFTER)


async def _parties(desk: Desk, visit_id: int) -> tuple[Party, ...]:
    found = await desk.session.execute(
        select(VisitPartyRecord.joined_at, OfficialRecord)
        .join(OfficialRecord, OfficialRecord.id == VisitPartyRecord.official_id)
        .where(VisitPartyRecord.visit_id == visit_id)
        .order_by(VisitPartyRecord.joined_at, OfficialRecord.id)
    )
    return tuple(Party(one.id, one.name, one.contact_id, joined_at) for joined_at, one in found)


def _steps(
    desk: Desk, kind: VisitKind, answers: list[tuple[VisitAnswerRecord, str]]
) -> tuple[tuple[ProcedureStep, tuple[Tick, ...]], ...]:
    latest: dict[tuple[str, int], tuple[VisitAnswerRecord, str]] = {}
    for one, name in answers:
        latest[one.item_id, one.official_id] = (one, name)
    ticks: dict[str, list[Tick]] = {}
    for one, name in sorted(latest.values(), key=lambda pair: pair[0].id):
        if one.verdict == DONE:
            ticks.setdefault(one.item_id, []).append(Tick(one.official_id, name, one.at))
    return tuple((step, tuple(ticks.get(step.id, ()))) for step in desk.catalogue.procedure if kind in step.kinds)


async def _parts(
    desk: Desk, visit_id: int, checklist: Checklist | None, answers: list[tuple[VisitAnswerRecord, str]]
) -> tuple[Part, ...]:
    if checklist is None:
        return ()
    takings = await desk.session.execute(
        select(VisitTakingRecord.part, VisitTakingRecord.turn, OfficialRecord.id, OfficialRecord.name)
        .join(OfficialRecord, OfficialRecord.id == VisitTakingRecord.official_id)
        .where(VisitTakingRecord.visit_id == visit_id)
        .order_by(VisitTakingRecord.turn)
    )
    held = {part: (turn, id_, name) for part, turn, id_, name in takings}
    said: dict[int, list[Answer]] = {}
    for one, name in answers:
        answer = Answer(one.official_id, name, one.item_id, Verdict(one.verdict), one.at, one.hazard_id)
        said.setdefault(one.part, []).append(answer)
    parts = []
    for number, section in enumerate(checklist.sections, start=1):
        turn, holder_id, holder = held.get(number, (0, None, ""))
        parts.append(
            Part(number, section.title, section.items, holder_id, holder, turn, standing(said.get(number, [])))
        )
    return tuple(parts)
