"""宣传活动 — the matrix of what each place has done, filled by what was done anyway, and by records entered once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, case, func, or_, select

from domain.authority import Duty
from domain.campaign import (
    Activity,
    CellState,
    Edition,
    Filling,
    FourOnesRow,
    NoCampaign,
    Subject,
    current,
    of_the_day,
)
from domain.checklist import ForWhom
from domain.contact import NotYours, Official, Post
from outreach.desk import Desk
from outreach.inspections.inspecting import WALKERS
from outreach.overseeing import within
from outreach.storage.campaigns import ActivityPhotoRecord, ActivityRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inspections import ChecklistEditionRecord, InspectionRecord


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """One place: an enterprise, or (without an id) a park. `cells` are by the id of the row of the 四个一."""

    id: int | None
    name: str
    street: str
    cells: dict[str, CellState]


@dataclass(frozen=True, slots=True)
class Matrix:
    """四个一 — enterprises first, then parks; every row counts once per place it is about."""

    edition: Edition
    enterprises: tuple[MatrixLine, ...]
    parks: tuple[MatrixLine, ...]

    @property
    def columns(self) -> tuple[FourOnesRow, ...]:
        """The rows of the 四个一 that are about each enterprise: the columns of the table."""
        return tuple(row for row in self.edition.four_ones if row.subject is Subject.ENTERPRISE)

    def lines_of(self, row: FourOnesRow) -> tuple[MatrixLine, ...]:
        """The places that a row is about."""
        return self.enterprises if row.subject is Subject.ENTERPRISE else self.parks

    def lacking(self, row: FourOnesRow) -> tuple[MatrixLine, ...]:
        """The places that have not done it, or whose photo was lost."""
        return tuple(line for line in self.lines_of(row) if line.cells[row.id] is not CellState.DONE)

    def done(self, row: FourOnesRow | None = None) -> int:
        """How many cells are done, of one row or in all."""
        rows = (row,) if row else self.edition.four_ones
        return sum(line.cells[one.id] is CellState.DONE for one in rows for line in self.lines_of(one))

    @property
    def total(self) -> int:
        """How many cells there are."""
        return self.edition.cells(len(self.enterprises), len(self.parks))

    @property
    def streets(self) -> tuple[str, ...]:
        """The streets of the enterprises, in the order of the register."""
        return tuple(dict.fromkeys(line.street for line in self.enterprises if line.street))

    def of(self, street: str) -> Matrix:
        """The part that lies in one street."""
        return Matrix(
            self.edition,
            tuple(line for line in self.enterprises if line.street == street),
            tuple(line for line in self.parks if line.street == street),
        )


def edition_now(desk: Desk) -> Edition:
    """The campaign that runs, comes or has just been. Raises NoCampaign."""
    edition = current(desk.catalogue.editions.values(), desk.today)
    if edition is None:
        raise NoCampaign
    return edition


def edition_today(desk: Desk) -> Edition:
    """The campaign whose day this is, of a month or of a single day; else the current one. Raises NoCampaign."""
    edition = of_the_day(desk.catalogue.editions.values(), desk.today)
    if edition is None:
        raise NoCampaign
    return edition


def row_of(edition: Edition, row_id: str) -> FourOnesRow:
    """One row of the 四个一. Raises NotYours for a row there is not."""
    for row in edition.four_ones:
        if row.id == row_id:
            return row
    raise NotYours


async def matrix(desk: Desk, official: Official, street: str = "") -> Matrix:
    """The matrix of an official's jurisdiction. Raises DutyLacking, NoCampaign.

    The cell of a park belongs to whoever answers for all of it, so the officer of a grid or a trade sees none.
    """
    if not official.may(Duty.CAMPAIGN):
        official.must(Duty.FIGURES)
    edition, bounds = edition_now(desk), official.jurisdiction
    conditions = within(bounds)
    if street:
        conditions.append(EnterpriseRecord.street == street)
    rows = (await desk.session.scalars(select(EnterpriseRecord).where(*conditions).order_by(EnterpriseRecord.id))).all()
    has_parks = not bounds.grid and not bounds.industries
    parks = list(dict.fromkeys(row.street for row in rows if row.street)) if has_parks else []
    return await _filled(desk, edition, rows, parks)


async def own(desk: Desk, posts: tuple[Post, ...]) -> Matrix:
    """The cells of the enterprises that the caller answers for, and those of the parks in which they lie."""
    ids = list(dict.fromkeys(post.enterprise_id for post in posts if post.role in WALKERS))
    rows = (await desk.session.scalars(select(EnterpriseRecord).where(EnterpriseRecord.id.in_(ids)))).all()
    parks = list(dict.fromkeys(row.street for row in rows if row.street))
    return await _filled(desk, edition_now(desk), rows, parks, only=ids)


async def _filled(
    desk: Desk, edition: Edition, enterprises: Sequence[EnterpriseRecord], parks: Sequence[str],
    only: Sequence[int] | None = None,
) -> Matrix:  # fmt: skip
    """The lines of these places. With `only`, the ids of few enterprises, nothing is read of all the others."""
    inspected = await _inspected(desk, edition, [] if only is None else [InspectionRecord.enterprise_id.in_(only)])
    theirs = or_(ActivityRecord.enterprise_id.in_(only or ()), ActivityRecord.street.in_(parks))
    entered = await _entered(desk, edition, [] if only is None else [theirs])

    def cells(subject: Subject, id_: int | None, street: str) -> dict[str, CellState]:
        found = {}
        for row in edition.four_ones:
            if row.subject is subject:
                is_inspected = row.filled_by is Filling.INSPECTION and id_ in inspected
                by_record = entered.get((row.id, id_, "" if id_ else street), CellState.OPEN)
                found[row.id] = CellState.DONE if is_inspected else by_record
        return found

    return Matrix(
        edition,
        tuple(MatrixLine(e.id, e.name, e.street, cells(Subject.ENTERPRISE, e.id, e.street)) for e in enterprises),
        tuple(MatrixLine(None, street, street, cells(Subject.PARK, None, street)) for street in parks),
    )


async def _inspected(desk: Desk, edition: Edition, bounds: Sequence[ColumnElement[bool]]) -> set[int]:
    """The enterprises with an inspection submitted during the edition: no second upload is asked for.

    A principal who ticks off their own duties has not looked for hazards, so such a list does not count.
    """
    almanac = desk.office.almanac
    lists = desk.catalogue.checklists.values()
    others = [one.id for one in lists if one.audience is not ForWhom.ENTERPRISE]
    found = await desk.session.scalars(
        select(InspectionRecord.enterprise_id)
        .join(ChecklistEditionRecord, ChecklistEditionRecord.id == InspectionRecord.edition_id)
        .where(
            ChecklistEditionRecord.checklist_id.not_in(others),
            InspectionRecord.submitted_at >= almanac.start_of(edition.starts_on),
            InspectionRecord.submitted_at < almanac.start_of(edition.ends_on + timedelta(days=1)),
            *bounds,
        )
        .distinct()
    )
    return set(found)


async def _entered(
    desk: Desk, edition: Edition, bounds: Sequence[ColumnElement[bool]]
) -> dict[tuple[str, int | None, str], CellState]:
    """By row, enterprise and park: what the records that were entered say."""
    photos = func.coalesce(func.sum(case((ActivityPhotoRecord.state != "failed", 1), else_=0)), 0)
    found = await desk.session.execute(
        select(ActivityRecord, photos)
        .outerjoin(ActivityPhotoRecord, ActivityPhotoRecord.activity_id == ActivityRecord.id)
        .where(ActivityRecord.edition_id == edition.id, ActivityRecord.state == "entered", *bounds)
        .group_by(ActivityRecord.id)
    )
    return {
        (row.row_id, row.enterprise_id, "" if row.enterprise_id else row.street): as_activity(row, int(count)).state()
        for row, count in found
    }


def as_activity(row: ActivityRecord, photos: int) -> Activity:
    """A record as the rule book sees it."""
    return Activity(row.held_on, row.head_count, row.attendees, row.content, row.result, photos)
