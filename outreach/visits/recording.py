"""检查记录 — what the record of a finished visit prints: everything as it stood when the visit ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from content.papers.visit import PaperHazard, PaperPart, PaperRemark, PaperStep, VisitPaper, visit_record
from content.texts import Words
from domain.checklist import Grade, Verdict
from domain.visit import VisitState, is_disputed
from outreach.delivery.telegram.gateway import Attachment
from outreach.desk import Desk, Office
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.visits import VisitRecord
from outreach.visits.viewing import Part, VisitView, view_of

HOME_LOCALE = "zh-CN"  # papers are for the file, in the language of the office


async def made(office: Office, visit_id: int) -> Attachment:
    """The record of a finished visit as a PDF."""
    words = office.texts.words(HOME_LOCALE)
    async with office.desk() as desk:
        paper = await paper_of(desk, await desk.session.get_one(VisitRecord, visit_id), words)
    name = words.label("visit.file", number=paper.number)
    return Attachment(name, await asyncio.to_thread(visit_record, paper))


async def paper_of(desk: Desk, row: VisitRecord, words: Words) -> VisitPaper:
    """What it prints. Raises ValueError for a visit that goes on."""
    if row.finished_at is None:
        raise ValueError(f"visit {row.id} is not finished")
    view = await view_of(desk, row)
    enterprise = await desk.session.get_one(EnterpriseRecord, row.enterprise_id)
    return VisitPaper(
        number=view.number, kind=_kind(words, view), enterprise=enterprise.name,
        credit_code=enterprise.credit_code, address=enterprise.address, begun_at=view.begun_at,
        finished_at=row.finished_at, inspectors=tuple(party.name for party in view.parties),
        checklist=view.checklist.title if view.checklist else "",
        steps=tuple(
            PaperStep(step.title, words.plain("replies/visit/ticked", ticks=ticks).strip())
            for step, ticks in view.steps
        ),
        parts=tuple(_part(words, part) for part in view.parts),
        remarks=tuple(remark for part in view.parts for remark in _remarks(words, part)),
        hazards=await _hazards(desk, row, words),
    )  # fmt: skip


def _kind(words: Words, view: VisitView) -> str:
    kind = words.label(f"visit.kind.{view.kind.value}")
    return words.label("visit.unfinished", kind=kind) if view.state is VisitState.UNFINISHED else kind


def _part(words: Words, part: Part) -> PaperPart:
    by = dict.fromkeys(one.by for item in part.items for one in part.answers.get(item.id, ()))
    return PaperPart(part.title, _joined(words, by), part.answered, len(part.items), part.failed)


def _remarks(words: Words, part: Part) -> Iterator[PaperRemark]:
    for item in part.items:
        answers = part.answers.get(item.id, ())
        disputed = is_disputed(answers)
        if disputed or any(one.verdict is Verdict.FAIL for one in answers):
            said = (
                words.label("visit.said", by=one.by, verdict=words.label(f"visit.word.{one.verdict.value}"))
                for one in answers
            )
            yield PaperRemark(item.title, _joined(words, said), disputed)


async def _hazards(desk: Desk, row: VisitRecord, words: Words) -> tuple[PaperHazard, ...]:
    """Each hazard by its newest step that was not later than the end of the visit."""
    found = await desk.session.execute(
        select(HazardRecord, HazardStepRecord)
        .join(HazardStepRecord, HazardStepRecord.hazard_id == HazardRecord.id)
        .where(HazardRecord.visit_id == row.id, HazardStepRecord.at <= row.finished_at)
        .order_by(HazardRecord.id, HazardStepRecord.version)
    )
    newest = {hazard.id: (hazard, step) for hazard, step in found}
    return tuple(
        PaperHazard(
            hazard.number, hazard.what, step.grade == Grade.MAJOR, words.label(f"hazard.state.{step.state}"),
            step.due_on,
        )
        for hazard, step in newest.values()
    )  # fmt: skip


def _joined(words: Words, said: Iterable[str]) -> str:
    return words.label("visit.joint").join(said)
