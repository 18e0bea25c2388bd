"""起草 — on its day each report is drafted for every jurisdiction that has a head, with the figures of that instant.

A process that slept drafts it late, with the figures of the instant at which it was due.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from domain.authority import Duty, OfficeRole
from domain.calendar import ONE_DAY
from domain.checklist import Grade
from domain.contact import Contact, Jurisdiction, Official
from domain.hazard import DONE, Source
from domain.hazard_figures import Cut, Figures, Measure, Stood
from domain.notice import Notice, NoticeButton
from domain.roundup import (
    DRAFTED_AT,
    MOST_PROPOSED,
    PROPOSED_TERM,
    AskState,
    Kind,
    latest_drafted_on,
    workdays_after,
)
from domain.text import shortened
from outreach.desk import Desk
from outreach.hazards import counting
from outreach.people.appointing import as_official
from outreach.persons import as_contact
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from outreach.storage.roundups import RoundupAskRecord, RoundupRecord
from outreach.visits import counting as visit_counting

HOME_LOCALE = "zh-CN"
PREFIXES = {Kind.WEEKLY: "ZB", Kind.MONTHLY: "YD"}
MOST_LISTED = 50
# What is older is not drafted any more.
LATE_FOR = timedelta(days=7)


async def draft_due(desk: Desk, most: int | None = None) -> int:
    """Draft what is due and not there yet, at most so many in one transaction. How many were drafted."""
    count = 0
    almanac, calendar = desk.office.almanac, desk.catalogue.calendar
    until = desk.today if desk.now >= almanac.at(desk.today, DRAFTED_AT) else desk.today - ONE_DAY
    for kind in Kind:
        day = latest_drafted_on(kind, until, calendar)
        as_of = almanac.at(day, DRAFTED_AT)
        if desk.now - as_of > LATE_FOR:
            continue
        since = almanac.at(latest_drafted_on(kind, day - ONE_DAY, calendar), DRAFTED_AT)
        drafted = await _drafted(desk, kind, day)
        for place, trades in await _places(desk, day):
            if (place.street, place.grid, trades) not in drafted:
                await _draft(desk, kind, place, trades, day, since, as_of)
                count += 1
                if count == most:
                    return count
    return count


async def _drafted(desk: Desk, kind: Kind, day: date) -> set[tuple[str, str, str]]:
    found = await desk.session.execute(
        select(RoundupRecord.street, RoundupRecord.grid, RoundupRecord.trades).where(
            RoundupRecord.kind == kind, RoundupRecord.drafted_on == day
        )
    )
    return {(street, grid, trades) for street, grid, trades in found}


async def _places(desk: Desk, day: date) -> list[tuple[Jurisdiction, str]]:
    """The jurisdictions that had a head in the chat on that day, each with its trades as they are kept."""
    rows = await desk.session.scalars(
        select(OfficialRecord).where(
            OfficialRecord.role == OfficeRole.HEAD,
            OfficialRecord.contact_id.is_not(None),
            OfficialRecord.from_on <= day,
        )
    )
    heads = [one for one in (as_official(desk, row) for row in rows) if one.is_serving(desk.today)]
    return list({(one.jurisdiction.street, one.jurisdiction.grid, trades_of(one)): (one.jurisdiction, trades_of(one))
                 for one in heads}.values())  # fmt: skip


def trades_of(official: Official) -> str:
    """The industries that an appointment names, as a report keeps them."""
    return " ".join(sorted(official.industries))


async def _draft(
    desk: Desk, kind: Kind, place: Jurisdiction, trades: str, day: date, since: datetime, as_of: datetime
) -> None:
    figures = await counting.figures(desk, place, as_of, since)
    walks = await counting.walks(desk, place, as_of, since)
    visits = await visit_counting.visits(desk, place, as_of, since)
    number = f"{PREFIXES[kind]}{day:%Y%m%d}-{await desk.next_number(f'roundup:{kind}:{day:%Y%m%d}'):02d}"
    frozen = frozen_of(figures) | {
        "walks": [walks.enterprises, walks.times],
        "visits": [[one.kind.value if one.kind else "", one.enterprises, one.times] for one in visits],
    }
    row = RoundupRecord(
        number=number, kind=kind, street=place.street, grid=place.grid, trades=trades, drafted_on=day, since=since,
        as_of=as_of, figures=json.dumps(frozen, ensure_ascii=False),
    )  # fmt: skip
    desk.session.add(row)
    await desk.session.flush()
    await _carry_over(desk, row)
    if kind is Kind.MONTHLY:
        _propose(desk, row, figures)
    await desk.session.flush()
    await desk.note("RoundupDrafted", f"roundup:{row.id}", None, number=number)
    for contact, official in await officials_of(desk):
        if official.may(Duty.FIGURES) and official.jurisdiction.contains(place):
            facts: dict[str, object] = {"kind": kind.value, "number": number, "street": place.street}
            buttons = ((NoticeButton("roundup.look", f"wr:o:{row.id}"),),)
            await desk.tell(contact, Notice("roundup_ready", facts, f"roundup:{row.id}:ready:{contact.id}", buttons))


def frozen_of(figures: Figures) -> dict[str, Any]:
    """Every number of a report and, of what is short, its rows; the rest is found again by the instant."""
    return {
        "counts": {one.value: figures.count(one) for one in Measure},
        "major": {one.value: figures.count(one, Grade.MAJOR) for one in Measure},
        "sources": {one.value: count for one in Source if (count := figures.count(Measure.FOUND, source=one))},
        "closure": figures.closure_percent, "on_time": figures.on_time_percent, "cost": figures.cost,
        "enterprises": figures.enterprises, "enterprises_open": figures.enterprises_open,
        "overdue": [_line(one, figures.on) for one in _worst(figures)[:MOST_LISTED]],
    }  # fmt: skip


def _worst(figures: Figures) -> Sequence[Stood]:
    """What is overdue, major ones first, then the longest."""
    rows = figures.rows(Cut(Measure.OVERDUE))
    return sorted(rows, key=lambda one: (one.grade is not Grade.MAJOR, one.due_on or figures.on, one.id))


def _line(one: Stood, on: date) -> dict[str, Any]:
    assert one.due_on is not None
    return {
        "id": one.id, "number": one.number, "enterprise": one.enterprise, "what": one.what, "grade": one.grade.value,
        "due_on": one.due_on.isoformat(), "days": (on - one.due_on).days,
    }  # fmt: skip


async def _carry_over(desk: Desk, row: RoundupRecord) -> None:
    """What the last report of the kind asked is asked about again, until it was seen to be done."""
    last = await desk.session.scalars(
        select(RoundupRecord)
        .where(
            RoundupRecord.kind == row.kind, RoundupRecord.street == row.street, RoundupRecord.grid == row.grid,
            RoundupRecord.trades == row.trades, RoundupRecord.released_at.is_not(None), RoundupRecord.id != row.id,
        )
        .order_by(RoundupRecord.drafted_on.desc())
        .limit(1)
    )  # fmt: skip
    before = last.first()
    if before is None or before.released_at is None:
        return
    asks = await desk.session.execute(
        select(RoundupAskRecord, HazardRecord.state)
        .outerjoin(HazardRecord, HazardRecord.id == RoundupAskRecord.hazard_id)
        .where(RoundupAskRecord.roundup_id == before.id)
        .order_by(RoundupAskRecord.id)
    )
    for ask, hazard_state in asks.all():
        if ask.state == AskState.OPEN and hazard_state in DONE:
            ask.state, ask.settled_at = AskState.DONE, desk.now
        if ask.settled_at is not None and ask.settled_at < before.released_at:
            continue
        desk.session.add(
            RoundupAskRecord(
                roundup_id=row.id, enterprise_id=ask.enterprise_id, hazard_id=ask.hazard_id, unit=ask.unit,
                what=ask.what, due_on=ask.due_on, state=ask.state, raised_on=ask.raised_on, carried_from=ask.id,
                settled_at=ask.settled_at,
            )
        )  # fmt: skip


def _propose(desk: Desk, row: RoundupRecord, figures: Figures) -> None:
    """The agenda of a month begins with what is overdue; each line names a unit and a day."""
    label = desk.office.texts.words(HOME_LOCALE).label
    due_on = workdays_after(row.drafted_on, PROPOSED_TERM, desk.catalogue.calendar)
    for one in [one for one in _worst(figures) if one.enterprise][:MOST_PROPOSED]:
        what = label("roundup.proposed", number=one.number, what=shortened(one.what, 60))
        desk.session.add(
            RoundupAskRecord(
                roundup_id=row.id, enterprise_id=one.enterprise_id, hazard_id=one.id, unit=one.enterprise, what=what,
                due_on=due_on, raised_on=row.drafted_on,
            )
        )  # fmt: skip


async def officials_of(desk: Desk) -> list[tuple[Contact, Official]]:
    """Everybody who serves today and is in the chat, with their appointment."""
    found = await desk.session.execute(
        select(ContactRecord, OfficialRecord)
        .join(OfficialRecord, OfficialRecord.contact_id == ContactRecord.id)
        .where(ContactRecord.erased_at.is_(None))
        .order_by(OfficialRecord.id)
    )
    pairs = [(as_contact(contact), as_official(desk, row)) for contact, row in found]
    return [(contact, official) for contact, official in pairs if official.is_serving(desk.today)]
