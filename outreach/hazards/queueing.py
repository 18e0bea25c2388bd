"""隐患队列 — what waits for an official: how much of it in each pile, a page of a pile, and the next one after one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from domain.authority import Duty
from domain.checklist import Grade
from domain.contact import Official
from domain.hazard import OPEN, HazardState, Source
from domain.text import sort_key
from outreach.concerning import within
from outreach.desk import Desk
from outreach.hazards.sifting import Pile, Sift, conditions, in_pile
from outreach.paging import Page
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lie in each pile. today: rechecks that are due by today; late: of these, what is overdue, which is on
    the officials. mine: what the official follows as 督促人, and how much of it is overdue.
    """

    of: dict[Pile, int]
    today: int
    late: int
    mine: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A hazard in a list of the queue; `days` is how many its rectification or recheck is overdue."""

    id: int
    number: str
    grade: Grade
    state: HazardState
    source: Source
    what: str
    enterprise: str
    where: str
    street: str
    grid: str
    address: str
    due_on: date | None
    asked_on: date | None
    recheck_on: date | None
    days: int


async def counts(desk: Desk, official: Official) -> Counts:
    """What waits in the official's jurisdiction, counted in one look. Raises DutyLacking."""
    official.must(Duty.FINDINGS)
    rectified = HazardRecord.state == HazardState.RECTIFIED
    wanted: dict[Any, list[ColumnElement[bool]]] = {pile: in_pile(desk, pile) for pile in Pile if pile is not Pile.OPEN}
    wanted["today"] = [rectified, HazardRecord.recheck_on <= desk.today]
    wanted["late"] = [rectified, HazardRecord.recheck_on < desk.today]
    follows = HazardRecord.follower_id == official.id
    wanted["mine"], wanted["mine_late"] = [follows], [follows, *in_pile(desk, Pile.OVERDUE)]
    sums = [func.coalesce(func.sum(case((and_(*those), 1), else_=0)), 0) for those in wanted.values()]
    is_open = HazardRecord.state.in_(sorted(OPEN))
    found = await desk.session.execute(
        select(func.count(), *sums).where(*within(official.jurisdiction, HazardRecord), is_open)
    )
    total, *rest = (int(number) for number in found.one())
    told: dict[Any, int] = dict(zip(wanted, rest, strict=True))
    of: dict[Pile, int] = {pile: told.get(pile, total) for pile in Pile}
    return Counts(of, told["today"], told["late"], (told["mine"], told["mine_late"]))


async def pile_page(desk: Desk, official: Official, sift: Sift, page: int, size: int) -> Page[QueueLine]:
    """A page of a list; one behind the last is the last. Raises DutyLacking."""
    where, page = conditions(desk, official, sift), max(page, 0)
    ids, total = await _counted(desk, where, sift, page * size, size)
    if not ids and page and total:
        page = -(-total // size) - 1
        ids, total = await _counted(desk, where, sift, page * size, size)
    return Page(await _lines(desk, ids), total, page if total else 0, -(-total // size))


async def next_after(
    desk: Desk, official: Official, sift: Sift, at: int, hazard_id: int
) -> tuple[int, int] | None:  # fmt: skip
    """The hazard that comes after one which stood at place `at` of a list, with its own place; None when none is left.

    What was dealt with has left the list, so that the next one stands in its place; at the end it begins anew.
    """
    where = conditions(desk, official, sift)
    for start in dict.fromkeys((max(at, 0), 0)):
        found = await _ids(desk, where, sift, start, 2)
        for place, id_ in enumerate(found, start):
            if id_ != hazard_id:
                return id_, place
    return None


async def _counted(
    desk: Desk, where: list[ColumnElement[bool]], sift: Sift, start: int, size: int
) -> tuple[list[int], int]:  # fmt: skip
    """The ids of a page and how many there are in all: looked for once, for words are looked for in every row."""
    if sift.pile is Pile.RECTIFIED:
        return await _ids(desk, where, sift, start, size), await _count(desk, where)
    query = select(HazardRecord.id, func.count().over()).where(*where).order_by(*_order(sift.pile))
    found = (await desk.session.execute(query.limit(size).offset(start))).all()
    if not found:
        return [], await _count(desk, where) if start else 0
    return [id_ for id_, _ in found], int(found[0][1])


async def _count(desk: Desk, where: list[ColumnElement[bool]]) -> int:
    return int((await desk.session.execute(select(func.count(HazardRecord.id)).where(*where))).scalar_one())


async def _ids(desk: Desk, where: list[ColumnElement[bool]], sift: Sift, start: int, size: int) -> list[int]:
    if sift.pile is Pile.RECTIFIED:
        return await _round(desk, where, start, size)
    query = select(HazardRecord.id).where(*where).order_by(*_order(sift.pile)).limit(size).offset(start)
    return list(await desk.session.scalars(query))


def _order(pile: Pile) -> tuple[Any, ...]:
    major = (HazardRecord.grade == Grade.MAJOR).desc()
    if pile in (Pile.OVERDUE, Pile.SOON):
        return (major, HazardRecord.due_on, HazardRecord.id)
    return (major, HazardRecord.opened_at, HazardRecord.id)


async def _round(desk: Desk, where: list[ColumnElement[bool]], start: int, size: int) -> list[int]:
    """复查路线: what is due today first, then the rest, each by street, grid and address, as one walks it."""
    found = await desk.session.execute(
        select(
            HazardRecord.id, HazardRecord.recheck_on, HazardRecord.street, HazardRecord.grid,
            func.coalesce(EnterpriseRecord.address, ""), HazardRecord.where,
        )
        .outerjoin(EnterpriseRecord, EnterpriseRecord.id == HazardRecord.enterprise_id)
        .where(*where)
    )  # fmt: skip
    keys: dict[str, tuple[tuple[int, int], ...]] = {}

    def key(name: str) -> tuple[tuple[int, int], ...]:
        if name not in keys:
            keys[name] = sort_key(name)
        return keys[name]

    tomorrow = desk.today + timedelta(days=1)
    rows = sorted(
        found.all(),
        key=lambda row: ((row[1] or tomorrow) > desk.today, key(row[2]), key(row[3]), key(row[4] or row[5]), row[0]),
    )
    return [row[0] for row in rows[start : start + size]]


async def _lines(desk: Desk, ids: list[int]) -> tuple[QueueLine, ...]:
    query = (
        select(HazardRecord, EnterpriseRecord.name, EnterpriseRecord.address)
        .outerjoin(EnterpriseRecord, EnterpriseRecord.id == HazardRecord.enterprise_id)
        .where(HazardRecord.id.in_(ids))
    )
    lines = {}
    for row, name, address in (await desk.session.execute(query)) if ids else ():
        lines[row.id] = _line(row, name or "", address or "", desk.today)
    return tuple(lines[id_] for id_ in ids if id_ in lines)


def _line(row: HazardRecord, enterprise: str, address: str, today: date) -> QueueLine:
    state = HazardState(row.state)
    due = {HazardState.ORDERED: row.due_on, HazardState.RECTIFIED: row.recheck_on}.get(state)
    return QueueLine(
        row.id, row.number, Grade(row.grade), state, Source(row.source), row.what, enterprise, row.where, row.street,
        row.grid, address, row.due_on, row.asked_on, row.recheck_on, max((today - due).days, 0) if due else 0,
    )  # fmt: skip
