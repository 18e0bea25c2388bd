"""隐患列表 — the open hazards of the enterprises that somebody answers for, and the history of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from domain.checklist import Grade
from domain.contact import RESPONSIBLE, Post
from domain.hazard import OPEN, HazardState, Party, Source
from domain.rectification import StepKey
from outreach.desk import Desk
from outreach.hazards.viewing import Who, actor_for, held
from outreach.paging import Page, within_pages
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.people import ContactRecord, OfficialRecord

LATEST = 15
# Taken by whoever reported it.
_REPORTERS = (StepKey.SATISFIED, StepKey.DISPUTE)
# Said among officials: the words of a reporter, and which enterprise it was first thought to be.
_FOR_OFFICIALS = (*_REPORTERS, StepKey.UNIT)


@dataclass(frozen=True, slots=True)
class HazardLine:
    """A hazard in a list."""

    id: int
    number: str
    grade: Grade
    state: HazardState
    what: str
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step that was taken: when, which, by whom, and what stood after it. `by` is empty for whoever reported it."""

    at: datetime
    step: str
    state: str
    by: str
    due_on: date | None
    words: str


@dataclass(frozen=True, slots=True)
class History:
    """The latest steps of a hazard, oldest first; more: how many came before them. is_official: whoever reads them."""

    number: str
    lines: tuple[StepLine, ...]
    more: int
    is_official: bool


async def own_hazards(desk: Desk, posts: tuple[Post, ...], page: int, size: int) -> Page[HazardLine]:
    """A page of what the caller's enterprises have still to put right or to have rechecked, the nearest due first; one
    behind the last is the last.
    """
    total = await count_own(desk, posts)
    page = within_pages(page, total, size)
    rows = await desk.session.scalars(
        select(HazardRecord)
        .where(*_own(posts))
        .order_by((HazardRecord.state == HazardState.ORDERED).desc(), HazardRecord.due_on, HazardRecord.id)
        .limit(size)
        .offset(page * size)
    )
    return Page(tuple(line_of(row, desk.today) for row in rows), total, page, -(-total // size))


async def count_own(desk: Desk, posts: tuple[Post, ...]) -> int:
    """How many there are of these."""
    return (await desk.session.scalars(select(func.count()).select_from(HazardRecord).where(*_own(posts)))).one()


def _own(posts: tuple[Post, ...]) -> tuple[ColumnElement[bool], ...]:
    own = {post.enterprise_id for post in posts if post.role in RESPONSIBLE}
    return (
        HazardRecord.enterprise_id.in_(own),
        HazardRecord.state.in_(OPEN),
        (HazardRecord.state != HazardState.REPORTED) | (HazardRecord.source == Source.SELF),
    )


def line_of(row: HazardRecord, today: date) -> HazardLine:
    """A row as a line of a list."""
    state = HazardState(row.state)
    is_overdue = state is HazardState.ORDERED and row.due_on is not None and row.due_on < today
    return HazardLine(row.id, row.number, Grade(row.grade), state, row.what, row.due_on, is_overdue)


async def history(desk: Desk, who: Who, hazard_id: int) -> History:
    """The latest steps of a hazard. Raises NotYours.

    Whoever reported it is named to nobody here, named report or not. What they said is for officials alone, as is that
    there was a report: an enterprise that reads it may well know who it was.
    """
    row = await held(desk, hazard_id)
    is_official = Party.OFFICIAL in (await actor_for(desk, row, who)).parties
    shown = [HazardStepRecord.hazard_id == row.id]
    if not is_official:
        shown.append(HazardStepRecord.step != StepKey.SATISFIED)
    found = await desk.session.execute(
        select(HazardStepRecord, ContactRecord.name, OfficialRecord.name)
        .outerjoin(ContactRecord, ContactRecord.id == HazardStepRecord.contact_id)
        .outerjoin(OfficialRecord, OfficialRecord.id == HazardStepRecord.official_id)
        .where(*shown)
        .order_by(HazardStepRecord.version.desc())
        .limit(LATEST)
    )
    lines = [
        StepLine(
            step.at,
            step.step,
            step.state,
            "" if step.step in _REPORTERS else official or name or "",
            step.due_on,
            step.words if is_official or step.step not in _FOR_OFFICIALS else "",
        )
        for step, name, official in found
    ]
    total = await desk.session.scalars(select(func.count()).where(*shown))
    return History(row.number, tuple(reversed(lines)), total.one() - len(lines), is_official)
