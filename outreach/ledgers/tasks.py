"""工作任务清单 — what enterprises still have to do, and did lately: times of plans and items of the campaign.

The third kind, rectifications, is read with the hazards.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from content.texts import Words
from domain.campaign import CellState, NoCampaign, Subject
from domain.contact import Official
from domain.plan import OccurrenceState
from domain.visit import VisitState
from outreach.campaigns import campaigning
from outreach.desk import Desk, Office
from outreach.ledgers.codes import activity_code, enterprise_code, occurrence_code, visit_code
from outreach.overseeing import within
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import OfficialRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord
from outreach.storage.visits import VisitRecord

# What is over is shown for so long.
SHOWN_FOR = timedelta(days=31)
PAGE = 500

Row = Sequence[str | int | float | None]


async def occurrences(office: Office, official: Official, at: datetime, words: Words) -> AsyncIterator[list[Row]]:
    """Pages of rows: every time of a plan that is open, or was settled in the month before `at`."""
    after = 0
    while True:
        async with office.desk() as desk:
            found = (
                await desk.session.execute(
                    select(OccurrenceRecord, PlanRecord.checklist_id, EnterpriseRecord)
                    .join(PlanRecord, PlanRecord.id == OccurrenceRecord.plan_id)
                    .join(EnterpriseRecord, EnterpriseRecord.id == OccurrenceRecord.enterprise_id)
                    .where(
                        OccurrenceRecord.id > after, *within(official.jurisdiction),
                        or_(
                            OccurrenceRecord.state == OccurrenceState.OPEN,
                            OccurrenceRecord.settled_at > at - SHOWN_FOR,
                        ),
                    )
                    .order_by(OccurrenceRecord.id)
                    .limit(PAGE)
                )
            ).all()  # fmt: skip
            rows = [_occurrence(desk, words, *one) for one in found]
        if rows:
            yield rows
        if len(found) < PAGE:
            return
        after = found[-1][0].id


def _occurrence(
    desk: Desk, words: Words, row: OccurrenceRecord, checklist_id: str, enterprise: EnterpriseRecord
) -> Row:
    checklist = desk.catalogue.checklists.get(checklist_id)
    is_late = row.state == OccurrenceState.OPEN and row.due_on < desk.today
    return (
        occurrence_code(row.id), words.label("ledger.task.plan"), enterprise_code(enterprise.id), enterprise.name,
        enterprise.street, checklist.title if checklist else checklist_id, owner_of(enterprise, words),
        said_day(words, row.due_on), words.label("ledger.late" if is_late else f"ledger.occurrence.{row.state}"), "",
    )  # fmt: skip


async def visits(office: Office, official: Official, at: datetime, words: Words) -> list[Row]:
    """A row for each visit of officials that goes on, or was finished in the month before `at`."""
    async with office.desk() as desk:
        found = await desk.session.execute(
            select(VisitRecord, EnterpriseRecord, OfficialRecord.name)
            .join(EnterpriseRecord, EnterpriseRecord.id == VisitRecord.enterprise_id)
            .join(OfficialRecord, OfficialRecord.id == VisitRecord.begun_by)
            .where(
                *within(official.jurisdiction), VisitRecord.begun_at <= at, VisitRecord.state != VisitState.DISCARDED,
                or_(VisitRecord.finished_at.is_(None), VisitRecord.finished_at > at - SHOWN_FOR),
            )
            .order_by(VisitRecord.id)
        )  # fmt: skip
        return [
            (
                visit_code(row.number), words.label("ledger.task.visit"), enterprise_code(enterprise.id),
                enterprise.name, enterprise.street, words.label(f"visit.kind.{row.kind}"), name,
                said_day(words, desk.on(row.finished_at)) if row.finished_at else "",
                words.label(f"ledger.visit.{row.state}"), "",
            )
            for row, enterprise, name in found
        ]  # fmt: skip


async def activities(office: Office, official: Official, words: Words) -> list[Row]:
    """A row for each item of the campaign that runs, for each enterprise; none while there is no campaign."""
    async with office.desk() as desk:
        try:
            matrix = await campaigning.matrix(desk, official)
        except NoCampaign:
            return []
        edition = matrix.edition
        if not edition.is_running(desk.today):
            return []
        owners = {
            row.id: owner_of(row, words)
            for row in await desk.session.scalars(select(EnterpriseRecord).where(*within(official.jurisdiction)))
        }
    return [
        (
            activity_code(edition.id, row.id, line.id or 0), words.label("ledger.task.campaign"),
            enterprise_code(line.id or 0), line.name, line.street, row.title, owners.get(line.id or 0, ""),
            said_day(words, edition.ends_on),
            words.label("ledger.done" if line.cells[row.id] is CellState.DONE else "ledger.undone"), "",
        )
        for line in matrix.enterprises
        for row in edition.four_ones
        if row.subject is Subject.ENTERPRISE
    ]  # fmt: skip


def owner_of(enterprise: EnterpriseRecord | None, words: Words) -> str:
    """责任人 by the register: the safety officer, else the principal, else it is said that nobody is named."""
    if enterprise is None:
        return words.label("ledger.nobody")
    return enterprise.safety_officer_name or enterprise.principal_name or words.label("ledger.nobody")


def said_day(words: Words, day: date | None) -> str:
    """A day as the ledgers write it; empty for none."""
    return words.label("format.day").format(y=day.year, m=day.month, d=day.day) if day else ""
