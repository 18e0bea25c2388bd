"""改报告 — an official adds what is asked of whom until when, says what was done, and adds own words."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import func, select

from domain.contact import Contact, NotYours, Official
from domain.roundup import (
    ASKS_LIMIT,
    PROPOSED_TERM,
    UNIT_LIMIT,
    WORDS_LIMIT,
    AsksFull,
    AskState,
    AskUnclear,
    RoundupReleased,
    term_days,
    workdays_after,
)
from domain.text import fitting, tidy
from outreach.desk import Desk
from outreach.overseeing import within
from outreach.roundups.viewing import held, place_of, view_of
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.roundups import RoundupAskRecord, RoundupRecord

MOST_UNITS = 8
# Either width.
COLON = re.compile(r"[:\uff1a]")


async def units(desk: Desk, official: Official, roundup_id: int) -> tuple[tuple[int, str], ...]:
    """The enterprises that a line may well be about, by id and name: first those with something overdue."""
    row = await _draft(desk, official, roundup_id)
    view = await view_of(desk, row)
    names = [one["enterprise"] for one in view.figures["overdue"] if one["enterprise"]]
    found = await desk.session.execute(
        select(EnterpriseRecord.id, EnterpriseRecord.name)
        .where(EnterpriseRecord.name.in_(names[:MOST_UNITS]), *within(place_of(desk, row)))
        .order_by(EnterpriseRecord.id)
    )
    return tuple((id_, name) for id_, name in found)


async def ask(
    desk: Desk, contact: Contact, official: Official, roundup_id: int, said: str, enterprise_id: int | None = None
) -> int:
    """Add a line; without an enterprise what was said begins with the unit and a colon. Returns its id.

    It is due in a week of workdays, until another day is chosen.
    Raises AskUnclear, AsksFull, RoundupReleased, WordsTooLong.
    """
    row = await _draft(desk, official, roundup_id)
    unit, what = "", said.strip()
    if enterprise_id is not None:
        named = await desk.session.scalars(
            select(EnterpriseRecord.name).where(EnterpriseRecord.id == enterprise_id, *within(place_of(desk, row)))
        )
        unit = named.first() or ""
        if not unit:
            raise NotYours
    else:
        unit, _, what = COLON.sub("\n", said, count=1).partition("\n")
    if not unit.strip() or not what.strip():
        raise AskUnclear
    unit, what = tidy(fitting(unit, UNIT_LIMIT), UNIT_LIMIT), fitting(what, WORDS_LIMIT)
    if not unit:
        raise AskUnclear
    count = select(func.count()).select_from(RoundupAskRecord).where(RoundupAskRecord.roundup_id == row.id)
    if (await desk.session.scalars(count)).one() >= ASKS_LIMIT:
        raise AsksFull(limit=ASKS_LIMIT)
    made = RoundupAskRecord(
        roundup_id=row.id, enterprise_id=enterprise_id, unit=unit, what=what, raised_on=row.drafted_on,
        due_on=workdays_after(desk.today, PROPOSED_TERM, desk.catalogue.calendar),
    )  # fmt: skip
    desk.session.add(made)
    await desk.session.flush()
    await desk.note("AskAdded", f"roundup:{row.id}", contact.id, unit=unit, what=what)
    return made.id


async def due(desk: Desk, official: Official, ask_id: int, day: date) -> int:
    """Another day for a line, one of those that are offered. Returns the report's id."""
    line, row = await _line(desk, official, ask_id)
    if row.released_at is not None:
        raise RoundupReleased
    if day not in term_days(desk.today, desk.catalogue.calendar):
        raise NotYours
    line.due_on = day
    return row.id


async def drop(desk: Desk, contact: Contact, official: Official, ask_id: int) -> int:
    """Take a line out of a draft; what was carried over stays, it can only be done. Returns the report's id."""
    line, row = await _line(desk, official, ask_id)
    if row.released_at is not None:
        raise RoundupReleased
    if line.carried_from is not None:
        raise NotYours
    await desk.note("AskDropped", f"roundup:{row.id}", contact.id, unit=line.unit, what=line.what)
    await desk.session.delete(line)
    await desk.session.flush()
    return row.id


async def settle(desk: Desk, contact: Contact, official: Official, ask_id: int) -> int:
    """已落实, or not yet after all. Returns the report's id."""
    line, row = await _line(desk, official, ask_id)
    is_done = line.state != AskState.DONE
    line.state = AskState.DONE if is_done else AskState.OPEN
    line.settled_at = desk.now if is_done else None
    await desk.note("AskSettled", f"roundup:{row.id}", contact.id, unit=line.unit, what=line.what, done=is_done)
    await desk.session.flush()
    return row.id


async def say(desk: Desk, contact: Contact, official: Official, roundup_id: int, words: str) -> None:
    """The official's own words, in place of those before. Raises RoundupReleased, WordsTooLong."""
    row = await _draft(desk, official, roundup_id)
    row.words = fitting(words, WORDS_LIMIT)
    await desk.note("RoundupWorded", f"roundup:{row.id}", contact.id, words=row.words)


async def address(desk: Desk, official: Official, roundup_id: int, whom: str) -> None:
    """Turn one of the two circles of readers on or off: `officials`, `units`. Raises RoundupReleased."""
    row = await _draft(desk, official, roundup_id)
    if whom == "officials":
        row.to_officials = not row.to_officials
    else:
        row.to_units = not row.to_units


async def _draft(desk: Desk, official: Official, roundup_id: int) -> RoundupRecord:
    row = await held(desk, official, roundup_id)
    if row.released_at is not None:
        raise RoundupReleased
    return row


async def _line(desk: Desk, official: Official, ask_id: int) -> tuple[RoundupAskRecord, RoundupRecord]:
    line = await desk.session.get(RoundupAskRecord, ask_id, populate_existing=True)
    if line is None:
        raise NotYours
    return line, await held(desk, official, line.roundup_id)
