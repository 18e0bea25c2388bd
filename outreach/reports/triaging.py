"""举报处理 — officials of the jurisdiction confirm and grade, return, merge or ask; the reporter hears of it.

Every deed locks the report first, so of two officials who press at once the second learns what the first decided.
"""

from __future__ import annotations

from sqlalchemy import or_, select

from domain.checklist import Grade
from domain.contact import Contact, Official
from domain.hazard import Source
from domain.notice import Notice, NoticeButton
from domain.rectification import StepKey
from domain.report import (
    REASON_LIMIT,
    NotSamePlace,
    ReasonMissing,
    ReportState,
    is_same_place,
    must_be_new,
)
from domain.text import fitting
from outreach.desk import Desk
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.telling import tell_who_is_next
from outreach.hazards.unnaming import what_and_where
from outreach.replying import random_id, tell_reporter
from outreach.reports.looks import OPEN, concerning, decider
from outreach.reports.reporting import put_word
from outreach.storage.hazards import HazardRecord
from outreach.storage.reports import ReportRecord


async def confirm(desk: Desk, contact: Contact, official: Official, report_id: int, grade: Grade) -> str:
    """It is a hazard, of that grade. Returns the hazard's number. Raises NotYours, ReportDecided."""
    row = await _undecided(desk, official, report_id)
    _decide(desk, row, official, ReportState.CONFIRMED)
    row.grade = grade
    opened = await open_hazard(
        desk,
        contact.id,
        Opening(
            Source.REPORT, *await what_and_where(desk, row), grade, report_id=row.id,
            enterprise_id=row.enterprise_id, street=row.street, grid=row.grid, official_id=official.id,
        ),
    )  # fmt: skip
    number = opened.number
    await tell_who_is_next(desk, opened, StepKey.OPEN, contact.id)
    await desk.note("ReportConfirmed", f"report:{row.id}", contact.id, grade=grade, hazard=number)
    for told in await _with_merged(desk, row):
        facts: dict[str, object] = {"number": told.number, "grade": grade, "hazard": number}
        await tell_reporter(desk, told, Notice("report_confirmed", facts, f"report_done:{told.id}", _buttons(told)))
    return number


async def send_back(desk: Desk, contact: Contact, official: Official, report_id: int, reason: str) -> str:
    """退回, with a reason; returns the report's number. Raises NotYours, ReportDecided, ReasonMissing, WordsTooLong."""
    row = await _undecided(desk, official, report_id)
    row.reason = fitting(reason, REASON_LIMIT)
    if not row.reason:
        raise ReasonMissing
    _decide(desk, row, official, ReportState.RETURNED)
    await desk.note("ReportReturned", f"report:{row.id}", contact.id, reason=row.reason)
    for told in await _with_merged(desk, row):
        facts: dict[str, object] = {"number": told.number, "reason": row.reason}
        await tell_reporter(desk, told, Notice("report_returned", facts, f"report_done:{told.id}", _buttons(told)))
    return row.number


async def merge(desk: Desk, contact: Contact, official: Official, report_id: int, into_id: int) -> str:
    """并案: from now on the report goes the way of the other one. Returns that one's number.

    Raises NotYours, ReportDecided, NotSamePlace.
    """
    # Locked in the order of their ids: two officials who merge the same two crosswise must not wait for each other.
    for id in sorted((report_id, into_id)):
        await concerning(desk, official, id)
    row = await _undecided(desk, official, report_id)
    into = await concerning(desk, official, into_id)
    if row.id == into.id or not is_same_place((row.enterprise_id, row.place_id), (into.enterprise_id, into.place_id)):
        raise NotSamePlace
    if into.state not in OPEN:
        must_be_new(ReportState(into.state), await decider(desk, into.decided_by))
    joining = await _with_merged(desk, row)
    _decide(desk, row, official, ReportState.MERGED)
    for one in joining:
        one.merged_into = into.id
    await desk.note("ReportMerged", f"report:{row.id}", contact.id, into=into.id)
    facts: dict[str, object]
    for told in joining:
        if into.state == ReportState.CONFIRMED:
            hazard = await desk.session.scalars(select(HazardRecord.number).where(HazardRecord.report_id == into.id))
            facts = {"number": told.number, "grade": into.grade, "hazard": hazard.one()}
            await tell_reporter(desk, told, Notice("report_confirmed", facts, f"report_done:{told.id}", _buttons(told)))
        else:
            facts = {"number": told.number}
            key = f"report_merged:{told.id}:{into.id}"
            await tell_reporter(desk, told, Notice("report_merged", facts, key, _buttons(told)))
    return into.number


async def ask(desk: Desk, contact: Contact, official: Official, report_id: int, question: str) -> bool:
    """Ask whoever reported. False when there is no way back. Raises NotYours, ReasonMissing, WordsTooLong."""
    row = await concerning(desk, official, report_id)
    question = fitting(question, REASON_LIMIT)
    if not question:
        raise ReasonMissing
    await put_word(desk, row, question, official.id)
    await desk.note("ReporterAsked", f"report:{row.id}", contact.id)
    facts: dict[str, object] = {"number": row.number, "question": question}
    answer = ((NoticeButton("report.answer", f"rp:m:{row.id}"),),)
    return await tell_reporter(desk, row, Notice("report_asked", facts, f"report_asked:{random_id()}", answer))


async def _undecided(desk: Desk, official: Official, report_id: int) -> ReportRecord:
    row = await concerning(desk, official, report_id)
    must_be_new(ReportState(row.state), await decider(desk, row.decided_by))
    return row


def _decide(desk: Desk, row: ReportRecord, official: Official, state: ReportState) -> None:
    row.state, row.decided_by, row.decided_at = state, official.id, desk.now


async def _with_merged(desk: Desk, row: ReportRecord) -> list[ReportRecord]:
    """The report and those that were merged into it: all of their reporters hear the outcome."""
    found = await desk.session.scalars(
        select(ReportRecord)
        .where(or_(ReportRecord.id == row.id, ReportRecord.merged_into == row.id))
        .order_by(ReportRecord.id)
    )
    return list(found)


def _buttons(row: ReportRecord) -> tuple[tuple[NoticeButton, ...], ...]:
    return ((NoticeButton("report.look", f"rp:o:{row.id}"),),)
