"""查阅 — what the doors may look at, as plain rows; every query carries the scope of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from domain.authority import Duty
from domain.checklist import WALKED_BY, Checklist
from domain.contact import Contact, NotYours, Official, Post
from domain.inspection import Walk
from outreach import overseeing
from outreach.desk import Desk
from outreach.inspections.inspecting import WALKERS
from outreach.inspections.walking import walk_of
from outreach.paging import Page
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.inspections import AnswerRecord, FindingRecord, InspectionRecord, PhotoRecord
from outreach.storage.people import ContactRecord


@dataclass(frozen=True, slots=True)
class InspectionLine:
    """One inspection in a list. An open one has no number and can be gone on with."""

    id: int
    enterprise_name: str
    checklist_title: str
    number: str | None
    at: datetime
    answered: int
    total: int
    fails: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding in a list or by itself."""

    id: int
    number: str
    enterprise_name: str
    title: str
    note: str
    remedy: str
    grade_hint: str | None
    due_on: date
    opened_at: datetime
    address: str = ""
    walker: str = ""
    photos: int = 0
    hazard_id: int | None = None


async def open_walks(desk: Desk, contact: Contact, posts: tuple[Post, ...]) -> tuple[InspectionLine, ...]:
    """The caller's unsubmitted inspections at enterprises where they may still walk, newest first."""
    own = [post.enterprise_id for post in posts if post.role in WALKERS]
    rows = await desk.session.execute(
        select(InspectionRecord, EnterpriseRecord.name)
        .join(EnterpriseRecord, EnterpriseRecord.id == InspectionRecord.enterprise_id)
        .where(
            InspectionRecord.contact_id == contact.id,
            InspectionRecord.enterprise_id.in_(own),
            InspectionRecord.submitted_at.is_(None),
            InspectionRecord.discarded_at.is_(None),
        )
        .order_by(InspectionRecord.id.desc())
    )
    return tuple([_line(row, name, await walk_of(desk, row.id, row.edition_id)) for row, name in rows.all()])


async def submitted(desk: Desk, posts: tuple[Post, ...], page: int, size: int) -> Page[InspectionLine]:
    """The submitted records of the enterprises that the caller answers for, newest first."""
    own = [post.enterprise_id for post in posts if post.role in WALKERS]
    within = (InspectionRecord.enterprise_id.in_(own), InspectionRecord.submitted_at.is_not(None))
    total = (await desk.session.scalars(select(func.count()).select_from(InspectionRecord).where(*within))).one()
    rows = await desk.session.execute(
        select(InspectionRecord, EnterpriseRecord.name)
        .join(EnterpriseRecord, EnterpriseRecord.id == InspectionRecord.enterprise_id)
        .where(*within)
        .order_by(InspectionRecord.submitted_at.desc(), InspectionRecord.id.desc())
        .limit(size)
        .offset(page * size)
    )
    lines = [_line(row, name, await walk_of(desk, row.id, row.edition_id)) for row, name in rows.all()]
    return Page(tuple(lines), total, page, -(-total // size))


async def record_of(
    desk: Desk, posts: tuple[Post, ...], official: Official | None, inspection_id: int
) -> InspectionLine:
    """One submitted record. Raises NotYours when the caller may not see it, or there is none."""
    found = await desk.session.execute(
        select(InspectionRecord, EnterpriseRecord)
        .join(EnterpriseRecord, EnterpriseRecord.id == InspectionRecord.enterprise_id)
        .where(InspectionRecord.id == inspection_id, InspectionRecord.submitted_at.is_not(None))
    )
    pair = found.first()
    if pair is None:
        raise NotYours
    row, enterprise = pair
    own = any(post.enterprise_id == enterprise.id and post.role in WALKERS for post in posts)
    if not (own or overseeing.oversees(official, enterprise)):
        raise NotYours
    return _line(row, enterprise.name, await walk_of(desk, row.id, row.edition_id))


def _line(row: InspectionRecord, name: str, walk: Walk) -> InspectionLine:
    at = row.submitted_at or row.started_at
    return InspectionLine(
        row.id, name, walk.checklist.title, row.number, at, walk.answered, walk.total, len(walk.fails())
    )


async def findings(
    desk: Desk, official: Official, page: int, size: int, inspection_id: int | None = None
) -> Page[FindingLine]:
    """The findings in an official's jurisdiction, the nearest due first; of one inspection if asked."""
    within = _jurisdiction(select(FindingRecord, EnterpriseRecord), official)
    if inspection_id is not None:
        within = within.where(FindingRecord.inspection_id == inspection_id)
    total = (await desk.session.scalars(select(func.count()).select_from(within.subquery("inside")))).one()
    rows = await desk.session.execute(
        within.order_by(FindingRecord.due_on, FindingRecord.id).limit(size).offset(page * size)
    )
    return Page(tuple(_finding(row, enterprise) for row, enterprise in rows), total, page, -(-total // size))


async def finding(desk: Desk, official: Official, finding_id: int) -> FindingLine:
    """One finding in the official's jurisdiction. Raises NotYours otherwise."""
    within = _jurisdiction(select(FindingRecord, EnterpriseRecord), official)
    found = (await desk.session.execute(within.where(FindingRecord.id == finding_id))).first()
    if found is None:
        raise NotYours
    row, enterprise = found
    walker = await desk.session.execute(
        select(ContactRecord.name)
        .join(InspectionRecord, InspectionRecord.contact_id == ContactRecord.id)
        .where(InspectionRecord.id == row.inspection_id)
    )
    photos = await finding_photos(desk, row.inspection_id, row.item_id)
    hazard = await desk.session.scalars(select(HazardRecord.id).where(HazardRecord.finding_id == row.id))
    return _finding(row, enterprise, walker.scalar_one_or_none() or "", len(photos), hazard.first())


async def photos_of_finding(desk: Desk, official: Official, finding_id: int) -> tuple[str, ...]:
    """The content hashes of the stored photos of one finding. Raises NotYours."""
    within = _jurisdiction(select(FindingRecord, EnterpriseRecord), official)
    found = (await desk.session.execute(within.where(FindingRecord.id == finding_id))).first()
    if found is None:
        raise NotYours
    return await finding_photos(desk, found[0].inspection_id, found[0].item_id)


async def finding_photos(desk: Desk, inspection_id: int, item_id: str) -> tuple[str, ...]:
    hashes = await desk.session.scalars(
        select(PhotoRecord.sha256)
        .join(AnswerRecord, AnswerRecord.id == PhotoRecord.answer_id)
        .where(
            AnswerRecord.inspection_id == inspection_id,
            AnswerRecord.item_id == item_id,
            PhotoRecord.state == "stored",
        )
        .order_by(PhotoRecord.id)
    )
    return tuple(sha for sha in hashes if sha)


async def has_album(desk: Desk, contact: Contact, album: str) -> bool:
    """Whether a photo of that album of the contact's has been taken for an answer."""
    taken = select(PhotoRecord.id).where(PhotoRecord.contact_id == contact.id, PhotoRecord.media_group_id == album)
    return (await desk.session.scalars(taken.limit(1))).first() is not None


def _jurisdiction(
    query: Select[FindingRecord, EnterpriseRecord], official: Official
) -> Select[FindingRecord, EnterpriseRecord]:
    official.must(Duty.FINDINGS)
    query = query.join(EnterpriseRecord, EnterpriseRecord.id == FindingRecord.enterprise_id)
    return query.where(*overseeing.within(official.jurisdiction))


def _finding(
    row: FindingRecord, enterprise: EnterpriseRecord, walker: str = "", photos: int = 0, hazard_id: int | None = None
) -> FindingLine:
    return FindingLine(
        row.id, row.number, enterprise.name, row.title, row.note, row.remedy, row.grade_hint, row.due_on,
        row.opened_at, enterprise.address, walker, photos, hazard_id,
    )  # fmt: skip


async def checklists_at(desk: Desk, post: Post) -> tuple[Checklist, ...]:
    """The checklists that fit an enterprise's industries and that somebody in this post walks there."""
    enterprise = await desk.session.get_one(EnterpriseRecord, post.enterprise_id)
    return desk.catalogue.checklists_for(frozenset(enterprise.industries), WALKED_BY[post.role])
