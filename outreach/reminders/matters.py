"""事项 — what is to be done, as a line with the button that begins it: in a reminder, in a digest, under /my."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape

from sqlalchemy import select

from domain.contact import Contact, NotYours, StalePress
from domain.notice import DeliveryState, NoticeButton
from domain.reminder import finding_step
from domain.text import shortened
from outreach.broadcasts import returning
from outreach.delivery.ladder_relevance import FOLLOWED, LADDER, LATE
from outreach.delivery.relevance import FINDING, NOTICE, OCCURRENCE, number_in
from outreach.delivery.visit_relevance import VISIT
from outreach.desk import Desk
from outreach.reminders.due import Push
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.inspections import FindingRecord
from outreach.storage.ladder import LadderPaperRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.plans import OccurrenceRecord, PlanRecord
from outreach.storage.visits import VisitRecord

TAG = re.compile(r"<[^>]*>")
LINE_LIMIT = 30
# The reason of a push that was folded into a digest.
IN_DIGEST = "in_digest"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a reminder. `kind` is occurrence, finding, notice or held (a push that the budget held back).

    Of a paper of the ladder it is draft, meeting or result, and `step` its rung; of a hazard past its term late or, for
    its 督促人, followed; of a visit that nobody finished visit, `step` being its kind and `due_on` its first day.
    at: the instant of a meeting. words: what was said in full, where `title` is its beginning.
    """

    kind: str
    about: str
    title: str
    enterprise: str = ""
    due_on: date | None = None
    step: str = ""
    button: NoticeButton | None = None
    at: datetime | None = None
    place: str = ""
    words: str = ""


async def items_of(desk: Desk, abouts: Sequence[str]) -> list[Item]:
    """What is asked, in the order of `abouts`, each with a button that begins it."""
    asked: dict[str, list[int]] = {kind: [] for kind in (OCCURRENCE, FINDING, NOTICE, VISIT, *LADDER)}
    for about in abouts:
        kind, number = number_in(about)
        asked[kind].append(number)
    items = await _occurrences(desk, asked[OCCURRENCE])
    items += await _findings(desk, asked[FINDING])
    items += await _notices(desk, asked[NOTICE])
    items += await _visits(desk, asked[VISIT]) if asked[VISIT] else []
    for kind in LADDER:
        papers = _late if kind in (LATE, FOLLOWED) else _papers
        items += await papers(desk, kind, asked[kind]) if asked[kind] else []
    found = {item.about: item for item in items}
    return [found[about] for about in abouts if about in found]


async def _occurrences(desk: Desk, ids: Sequence[int]) -> list[Item]:
    rows = await desk.session.execute(
        select(OccurrenceRecord, PlanRecord.checklist_id, EnterpriseRecord.name)
        .join(PlanRecord, PlanRecord.id == OccurrenceRecord.plan_id)
        .join(EnterpriseRecord, EnterpriseRecord.id == OccurrenceRecord.enterprise_id)
        .where(OccurrenceRecord.id.in_(ids))
    )
    items = []
    for row, checklist_id, name in rows:
        checklist = desk.catalogue.checklists.get(checklist_id)
        title = checklist.title if checklist else checklist_id
        begin = NoticeButton("reminder.begin", f"in:c:{row.enterprise_id}:{checklist_id}", (("title", title),))
        items.append(Item(OCCURRENCE, f"{OCCURRENCE}:{row.id}", title, name, row.due_on, button=begin))
    return items


async def _findings(desk: Desk, ids: Sequence[int]) -> list[Item]:
    rows = await desk.session.execute(
        select(FindingRecord, EnterpriseRecord.name)
        .join(EnterpriseRecord, EnterpriseRecord.id == FindingRecord.enterprise_id)
        .where(FindingRecord.id.in_(ids))
    )
    return [
        Item(
            FINDING, f"{FINDING}:{row.id}", row.title, name, row.due_on, finding_step(row.due_on, desk.today),
            NoticeButton("reminder.look", f"my:f:{row.id}", (("title", row.title),)),
        )
        for row, name in rows
    ]  # fmt: skip


async def _notices(desk: Desk, ids: Sequence[int]) -> list[Item]:
    rows = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.id.in_(ids)))
    return [_said(NOTICE, f"{NOTICE}:{row.id}", row) for row in rows]


async def _papers(desk: Desk, kind: str, ids: Sequence[int]) -> list[Item]:
    """Steps of the ladder; what they are about are the words of their hazard."""
    rows = await desk.session.execute(
        select(LadderPaperRecord, HazardRecord.what, EnterpriseRecord.name)
        .join(HazardRecord, HazardRecord.id == LadderPaperRecord.hazard_id)
        .join(EnterpriseRecord, EnterpriseRecord.id == LadderPaperRecord.enterprise_id)
        .where(LadderPaperRecord.id.in_(ids))
    )
    return [
        Item(
            kind, f"{kind}:{row.id}", row.number or shortened(what, LINE_LIMIT), name, row.reply_on, row.rung,
            at=row.meet_at, place=row.meet_place, button=NoticeButton("ladder.open", f"ld:o:{row.id}"),
        )
        for row, what, name in rows
    ]  # fmt: skip


async def _late(desk: Desk, kind: str, ids: Sequence[int]) -> list[Item]:
    """Hazards past their term, each by the step of the ladder that reminds of it."""
    rows = await desk.session.execute(
        select(LadderPaperRecord.id, LadderPaperRecord.term_on, HazardRecord)
        .join(HazardRecord, HazardRecord.id == LadderPaperRecord.hazard_id)
        .where(LadderPaperRecord.id.in_(ids))
    )
    return [
        Item(
            kind, f"{kind}:{paper_id}", shortened(row.what, LINE_LIMIT), f"{row.number} · {row.where}", term_on,
            button=NoticeButton("reminder.hazard", f"hz:o:{row.id}", (("number", row.number),)), words=row.what,
        )
        for paper_id, term_on, row in rows
    ]  # fmt: skip


async def _visits(desk: Desk, ids: Sequence[int]) -> list[Item]:
    rows = await desk.session.execute(
        select(VisitRecord, EnterpriseRecord.name)
        .join(EnterpriseRecord, EnterpriseRecord.id == VisitRecord.enterprise_id)
        .where(VisitRecord.id.in_(ids))
    )
    return [
        Item(
            VISIT, f"{VISIT}:{row.id}", row.number, name, desk.on(row.begun_at), row.kind,
            NoticeButton("reminder.visit", f"ov:o:{row.id}", (("number", row.number),)),
        )
        for row, name in rows
    ]  # fmt: skip


def held_item(row: Push) -> Item:
    """A push that the budget held back; its button sends it after all."""
    return _said("held", "", row)


def _said(kind: str, about: str, row: DeliveryRecord | Push) -> Item:
    title = first_line(row.text)
    return Item(kind, about, title, button=NoticeButton("reminder.read", f"st:o:{row.id}", (("title", title),)))


async def bring(desk: Desk, contact: Contact, delivery_id: int) -> DeliveryRecord | None:
    """Something that was said to this contact, or is now sent after all because they asked for it (then None).

    Raises NotYours, also when there is none, and StalePress for what was taken back.
    """
    row = await desk.session.get(DeliveryRecord, delivery_id, with_for_update=True)
    if row is None or row.contact_id != contact.id:
        raise NotYours
    if row.recalled_at is not None or not row.text:
        raise StalePress
    if await returning.fetch(desk, row):
        return None
    if row.state != DeliveryState.SKIPPED or row.reason != IN_DIGEST:
        return row
    # It waits for nobody's budget any more: the person asked for it.
    row.state, row.reason, row.due_at, row.settled_at, row.is_push = DeliveryState.QUEUED, "", desk.now, None, False
    desk.has_told = True
    return None


def first_line(said: str) -> str:
    """The first line of a message as plain text, short enough for a list."""
    line = next((line for line in unescape(TAG.sub("", said)).splitlines() if line.strip()), "").strip()
    return line if len(line) <= LINE_LIMIT else line[: LINE_LIMIT - 1] + "…"
