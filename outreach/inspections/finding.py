"""发现问题 — the failed items of a submitted inspection become findings, each with a hazard of its own.

自查自改: what an enterprise finds of itself is to be put right without anybody's order, by the term of the checklist.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.checklist import Item
from domain.hazard import HazardState, Source
from domain.inspection import Answer, due_on
from outreach.desk import Desk
from outreach.hazards.opening import Opening, open_hazard
from outreach.reminders.reminding import next_look
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inspections import FindingRecord, InspectionRecord


async def find(
    desk: Desk, contact_id: int, inspection: InspectionRecord, enterprise: EnterpriseRecord,
    fails: Sequence[tuple[int, Item, Answer]],
) -> None:  # fmt: skip
    """A finding and a hazard for each failed item, under one number, wording frozen at this moment."""
    for number, item, answer in fails:
        term = due_on(item, desk.today)
        finding = FindingRecord(
            number=f"{inspection.number}-{number:02d}",
            inspection_id=inspection.id,
            enterprise_id=enterprise.id,
            item_id=item.id,
            title=item.title,
            note=answer.note,
            remedy=item.remedy,
            grade_hint=item.grade_hint,
            due_on=term,
            opened_at=desk.now,
            next_look_at=next_look(desk, term),
        )
        desk.session.add(finding)
        await desk.session.flush()
        opening = Opening(
            Source.SELF, "\n".join(said for said in (item.title, answer.note) if said), enterprise.name,
            state=HazardState.ORDERED, number=finding.number, finding_id=finding.id, enterprise_id=enterprise.id,
            street=enterprise.street, grid=enterprise.grid, remedy=item.remedy, grade_hint=item.grade_hint,
            due_on=term,
        )  # fmt: skip
        await open_hazard(desk, contact_id, opening)
