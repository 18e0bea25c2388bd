"""没办完的事 — everything that is open for one person: the next step, by when, and who holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from domain.checklist import WALKED_BY
from domain.contact import RESPONSIBLE, Contact, NotYours, Post
from domain.notice import DeliveryState
from domain.plan import OccurrenceState
from domain.reminder import finding_step
from outreach.delivery.relevance import FINDING, NOTICE, OCCURRENCE, TO_BE_PUT_RIGHT, number_in, put_right
from outreach.desk import Desk
from outreach.plans.occurring import reminded_of, responsible
from outreach.reading import FindingLine
from outreach.reminders.matters import Item, items_of
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.inspections import AnswerRecord, FindingRecord, InspectionRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.plans import OccurrenceRecord

SHOWN = 6


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """One thing to be done. `holder` is whose step it is, empty when it is the asker's own or nobody's."""

    item: Item
    holder: str
    is_own: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """What is shown of it, the most pressing first, and how many there are in all."""

    lines: tuple[OpenMatter, ...]
    total: int


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as the enterprise sees it: whose step it is, and with which checklist it is looked at again."""

    line: FindingLine
    holder: str
    enterprise_id: int
    checklist_id: str
    step: str
    is_put_right: bool
    hazard_id: int | None


async def open_matters(desk: Desk, contact: Contact, posts: Sequence[Post]) -> OpenMatters:
    """What is open for this person: inspections that were asked for, findings of their enterprises, notices unread."""
    own = [post.enterprise_id for post in posts if post.role in RESPONSIBLE]
    abouts = [*await _occurrences(desk, own), *await _unread(desk, contact.id)]
    wrong = await _findings(desk, own)
    abouts += [f"{FINDING}:{id_}" for id_ in wrong]
    items = await items_of(desk, abouts[:SHOWN])
    places = await _places(desk, items)
    held = await responsible(desk, sorted({place for about, place in places.items() if about.startswith(FINDING)}))
    told = await reminded_of(desk, [number_in(item.about)[1] for item in items if item.kind == OCCURRENCE])
    lines = []
    for item in items:
        holder = held.get(places.get(item.about, 0))
        if item.kind == OCCURRENCE:
            holder = told.get(number_in(item.about)[1])
        is_own = item.about not in places or (holder is not None and holder.id == contact.id)
        is_late = item.due_on is not None and item.due_on < desk.today
        lines.append(OpenMatter(item, holder.name if holder and not is_own else "", is_own, is_late))
    return OpenMatters(tuple(lines), len(abouts))


async def _occurrences(desk: Desk, own: Sequence[int]) -> list[str]:
    ids = await desk.session.scalars(
        select(OccurrenceRecord.id)
        .where(OccurrenceRecord.enterprise_id.in_(own), OccurrenceRecord.state == OccurrenceState.OPEN)
        .order_by(OccurrenceRecord.due_on, OccurrenceRecord.id)
    )
    return [f"{OCCURRENCE}:{id_}" for id_ in ids]


async def _unread(desk: Desk, contact_id: int) -> list[str]:
    """Notices that ask for 已阅 and are still in force."""
    ids = await desk.session.scalars(
        select(DeliveryRecord.id)
        .join(BroadcastRecord, BroadcastRecord.id == DeliveryRecord.broadcast_id)
        .where(
            DeliveryRecord.contact_id == contact_id,
            DeliveryRecord.kind == "broadcast",
            DeliveryRecord.state == DeliveryState.SENT,
            DeliveryRecord.acknowledged_at.is_(None),
            DeliveryRecord.recalled_at.is_(None),
            BroadcastRecord.recalled_at.is_(None),
            or_(DeliveryRecord.expires_at.is_(None), DeliveryRecord.expires_at > desk.now),
        )
        .order_by(DeliveryRecord.is_urgent.desc(), DeliveryRecord.id)
    )
    return [f"{NOTICE}:{id_}" for id_ in ids]


async def _findings(desk: Desk, own: Sequence[int]) -> list[int]:
    """The findings of these enterprises that nobody has reported put right, the nearest due first.

    What was found wrong again stands for the earlier finding of the same item.
    """
    later = aliased(InspectionRecord)
    again = (
        select(AnswerRecord.id)
        .join(later, later.id == AnswerRecord.inspection_id)
        .where(
            later.enterprise_id == FindingRecord.enterprise_id,
            later.submitted_at > FindingRecord.opened_at,
            AnswerRecord.item_id == FindingRecord.item_id,
        )
    )
    ids = await desk.session.scalars(
        select(FindingRecord.id)
        .outerjoin(HazardRecord, HazardRecord.finding_id == FindingRecord.id)
        .where(
            FindingRecord.enterprise_id.in_(own),
            ~again.exists(),
            or_(HazardRecord.id.is_(None), HazardRecord.state.in_(TO_BE_PUT_RIGHT)),
        )
        .order_by(FindingRecord.due_on, FindingRecord.id)
    )
    return list(ids)


async def _places(desk: Desk, items: Sequence[Item]) -> dict[str, int]:
    """The enterprise of each thing that belongs to one."""
    found: dict[str, int] = {}
    for kind, record_id, enterprise_id in (
        (OCCURRENCE, OccurrenceRecord.id, OccurrenceRecord.enterprise_id),
        (FINDING, FindingRecord.id, FindingRecord.enterprise_id),
    ):
        ids = [int(item.about.partition(":")[2]) for item in items if item.kind == kind]
        for id_, place in await desk.session.execute(select(record_id, enterprise_id).where(record_id.in_(ids))):
            found[f"{kind}:{id_}"] = place
    return found


async def finding_of(desk: Desk, posts: Sequence[Post], finding_id: int) -> FindingView:
    """One finding of an enterprise that the caller answers for. Raises NotYours."""
    own = [post.enterprise_id for post in posts if post.role in RESPONSIBLE]
    found = (
        await desk.session.execute(
            select(FindingRecord, EnterpriseRecord)
            .join(EnterpriseRecord, EnterpriseRecord.id == FindingRecord.enterprise_id)
            .where(FindingRecord.id == finding_id, FindingRecord.enterprise_id.in_(own))
        )
    ).first()
    if found is None:
        raise NotYours
    row, enterprise = found
    passed = await put_right(desk.session, [row.id])
    post = next(post for post in posts if post.enterprise_id == enterprise.id and post.role in RESPONSIBLE)
    checklists = desk.catalogue.checklists_for(frozenset(enterprise.industries), WALKED_BY[post.role])
    fitting = next((one.id for one in checklists if any(item.id == row.item_id for item in one.items)), "")
    held = await responsible(desk, [enterprise.id])
    line = FindingLine(
        row.id, row.number, enterprise.name, row.title, row.note, row.remedy, row.grade_hint, row.due_on, row.opened_at
    )
    holder = held[enterprise.id].name if enterprise.id in held else ""
    hazard = await desk.session.scalars(select(HazardRecord.id).where(HazardRecord.finding_id == row.id))
    step = finding_step(row.due_on, desk.today)
    return FindingView(line, holder, enterprise.id, fitting, step, bool(passed), hazard.first())
