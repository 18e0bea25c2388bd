"""自查 — beginning a walk, judging items, describing and photographing what fails, submitting the record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import delete, select

from domain.checklist import WALKED_BY, Item, Verdict
from domain.contact import Contact, NotEnrolled, NotYours, Post, Role, StalePress
from domain.inspection import (
    PHOTOS_PER_ANSWER,
    Answer,
    ChecklistUnfit,
    TooManyPhotos,
    Walk,
    may_submit,
)
from domain.notice import Notice, NoticeButton
from outreach.desk import Desk
from outreach.editions import keep_edition
from outreach.inspections.finding import find
from outreach.inspections.walking import give, look, must_be_open, walk
from outreach.people.appointing import officials_for
from outreach.plans.occurring import settle
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inspections import AnswerRecord, InspectionRecord, PhotoRecord

WALKERS = (Role.PRINCIPAL, Role.SAFETY_OFFICER)


@dataclass(frozen=True, slots=True)
class Open:
    """An inspection that its walker may still change, with everything a card shows."""

    id: int
    enterprise_id: int
    enterprise_name: str
    walk: Walk


def _walking_post(posts: tuple[Post, ...], enterprise_id: int) -> Post:
    """Raises NotYours unless the caller may inspect at that enterprise today."""
    for post in posts:
        if post.enterprise_id == enterprise_id and post.role in WALKERS:
            return post
    raise NotYours


async def begin(desk: Desk, contact: Contact, posts: tuple[Post, ...], enterprise_id: int, checklist_id: str) -> Open:
    """Begin a walk, or go on with the one that is open already. Raises NotYours, ChecklistUnfit."""
    post = _walking_post(posts, enterprise_id)
    enterprise = await desk.session.get_one(EnterpriseRecord, enterprise_id)
    offered = desk.catalogue.checklists_for(frozenset(enterprise.industries), WALKED_BY[post.role])
    fitting = {c.id: c for c in offered}
    if checklist_id not in fitting:
        raise ChecklistUnfit
    checklist = fitting[checklist_id]
    edition_id = await keep_edition(desk, checklist)
    going = select(InspectionRecord.id).where(
        InspectionRecord.contact_id == contact.id,
        InspectionRecord.enterprise_id == enterprise_id,
        InspectionRecord.edition_id == edition_id,
        InspectionRecord.submitted_at.is_(None),
        InspectionRecord.discarded_at.is_(None),
    )
    found = (await desk.session.scalars(going)).first()
    if found is not None:
        return await open_walk(desk, contact, posts, found)
    row = InspectionRecord(
        enterprise_id=enterprise_id, contact_id=contact.id, edition_id=edition_id, started_at=desk.now
    )
    desk.session.add(row)
    await desk.session.flush()
    await desk.note("InspectionBegun", f"inspection:{row.id}", contact.id, checklist=checklist.id)
    return Open(row.id, enterprise_id, post.enterprise_name, Walk(checklist, {}))


async def open_walk(desk: Desk, contact: Contact, posts: tuple[Post, ...], inspection_id: int) -> Open:
    """An inspection to go on with. Raises NotYours (also when there is none) or InspectionSubmitted."""
    found, given = await look(desk, inspection_id)
    row = must_be_open(found, contact)
    post = _walking_post(posts, row.enterprise_id)
    return Open(row.id, row.enterprise_id, post.enterprise_name, await walk(desk, row.edition_id, given))


def _as_answer(row: AnswerRecord, photos: int) -> Answer:
    return Answer(
        row.id, row.item_id, Verdict(row.verdict), row.note, row.is_note_settled, row.is_photo_settled,
        row.skipped_photo_reason, photos,
    )  # fmt: skip


async def _with(desk: Desk, opened: Open, row: AnswerRecord, photos: int) -> Open:
    """The same walk with this answer as it is now: what was read a moment ago need not be read again."""
    await desk.session.flush()
    return _answered(opened, _as_answer(row, photos))


def _answered(opened: Open, answer: Answer) -> Open:
    return replace(opened, walk=Walk(opened.walk.checklist, {**opened.walk.answers, answer.item_id: answer}))


async def judge(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], inspection_id: int, number: int, verdict: Verdict
) -> Open:
    """Give item `number` (from 1) a verdict. The last one holds; earlier ones stay in the journal."""
    opened = await open_walk(desk, contact, posts, inspection_id)
    item = _item_at(opened.walk, number)
    was = opened.walk.answers.get(item.id)
    if was is not None and was.verdict is verdict:
        return opened  # a double tap
    if was is None:
        return _answered(opened, await give(desk, inspection_id, item.id, verdict))
    fails = verdict is Verdict.FAIL
    row = await desk.session.get_one(AnswerRecord, was.id)
    await desk.note("AnswerChanged", f"inspection:{inspection_id}", contact.id, item=item.id, was=row.verdict)
    if not fails:
        # What was photographed as wrong does not belong to an item that is not wrong.
        await desk.session.execute(delete(PhotoRecord).where(PhotoRecord.answer_id == row.id))
        row.note = row.skipped_photo_reason = ""
    row.verdict, row.answered_at = verdict, desk.now
    row.is_note_settled = row.is_photo_settled = not fails
    return await _with(desk, opened, row, was.photos if fails else 0)


def _item_at(walk: Walk, number: int) -> Item:
    if not 1 <= number <= walk.total:
        raise StalePress
    return walk.checklist.items[number - 1]


async def _failed(desk: Desk, opened: Open, number: int) -> AnswerRecord:
    answer = opened.walk.answers.get(_item_at(opened.walk, number).id)
    if answer is None or answer.verdict is not Verdict.FAIL:
        raise StalePress
    return await desk.session.get_one(AnswerRecord, answer.id)


async def describe(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], inspection_id: int, number: int, note: str
) -> Open:
    """Say what is wrong with a failed item; an empty note leaves it at the item's own words."""
    opened = await open_walk(desk, contact, posts, inspection_id)
    row = await _failed(desk, opened, number)
    row.note, row.is_note_settled = note, True
    return await _with(desk, opened, row, opened.walk.answers[row.item_id].photos)


async def photograph(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], inspection_id: int, number: int, file_id: str,
    file_unique_id: str, album: str | None,
) -> Open:  # fmt: skip
    """Add a photo to a failed item: the row is committed now, the file is fetched afterwards. Raises TooManyPhotos."""
    opened = await open_walk(desk, contact, posts, inspection_id)
    row = await _failed(desk, opened, number)
    answer = opened.walk.answers[row.item_id]
    if answer.photos >= PHOTOS_PER_ANSWER:
        raise TooManyPhotos
    found = await desk.session.scalars(
        select(PhotoRecord).where(PhotoRecord.answer_id == row.id, PhotoRecord.file_unique_id == file_unique_id)
    )
    known = found.first()
    if known is not None and known.state == "failed":
        # It was asked for again: a file that could not be fetched then may be fetched now.
        await desk.session.delete(known)
        await desk.session.flush()
    if known is None or known.state == "failed":
        desk.session.add(
            PhotoRecord(
                contact_id=contact.id, answer_id=row.id, file_id=file_id, file_unique_id=file_unique_id,
                media_group_id=album, next_look_at=desk.now, sent_at=desk.now,
            )
        )  # fmt: skip
        row.skipped_photo_reason = ""
        if answer.photos + 1 >= PHOTOS_PER_ANSWER:
            row.is_photo_settled = True
        desk.has_photos = True
        await desk.session.flush()
    return await open_walk(desk, contact, posts, inspection_id)


async def settle_photos(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], inspection_id: int, number: int, skipped_because: str = ""
) -> Open:
    """No more photos for this item. Without any, `skipped_because` is kept as the reason. Raises StalePress."""
    opened = await open_walk(desk, contact, posts, inspection_id)
    row = await _failed(desk, opened, number)
    if not opened.walk.answers[row.item_id].photos:
        if not skipped_because:
            raise StalePress
        row.skipped_photo_reason = skipped_because
    row.is_photo_settled = row.is_note_settled = True
    return await _with(desk, opened, row, opened.walk.answers[row.item_id].photos)


async def discard(desk: Desk, contact: Contact, posts: tuple[Post, ...], inspection_id: int) -> Open:
    """Throw an unsubmitted walk away; the row stays in the journal's sight."""
    opened = await open_walk(desk, contact, posts, inspection_id)
    row = await desk.session.get_one(InspectionRecord, inspection_id)
    row.discarded_at = desk.now
    await desk.note("InspectionDiscarded", f"inspection:{inspection_id}", contact.id, answered=opened.walk.answered)
    return opened


async def submit(desk: Desk, contact: Contact, posts: tuple[Post, ...], inspection_id: int) -> str:
    """Submit: a number, a finding per failed item, the receipt and the officials' notice. Returns the number.

    Raises InspectionUnfinished; a second press meets InspectionSubmitted, so it never happens twice.
    """
    opened = await open_walk(desk, contact, posts, inspection_id)
    may_submit(opened.walk)
    row = await desk.session.get_one(InspectionRecord, inspection_id)
    day = f"{desk.today:%Y%m%d}"
    row.number = f"ZC{day}-{await desk.next_number(f'inspection:{day}'):04d}"
    row.submitted_at = desk.now
    enterprise = await desk.session.get_one(EnterpriseRecord, opened.enterprise_id)
    row.keep_place(enterprise)
    fails = opened.walk.fails()
    await find(desk, contact.id, row, enterprise, fails)
    await settle(desk, enterprise.id, opened.walk.checklist.id, row.id)
    await desk.note("InspectionSubmitted", f"inspection:{row.id}", contact.id, number=row.number, fails=len(fails))
    facts: dict[str, object] = {
        "number": row.number,
        "enterprise": enterprise.name,
        "checklist": opened.walk.checklist.title,
        "fails": len(fails),
        "passes": opened.walk.count(Verdict.PASS),
        "absents": opened.walk.count(Verdict.ABSENT),
        "titles": [item.title for _, item, _ in fails],
    }
    is_own = any(post.id and post.enterprise_id == enterprise.id for post in posts)
    mine = (NoticeButton("menu.my", "my:l:0"),) if is_own else ()
    home = ((*mine, NoticeButton("menu.home", "home")),)
    await desk.tell(
        contact, Notice("inspection_receipt", facts, f"receipt:{row.id}", home, attachment=f"inspection:{row.id}")
    )
    if fails:
        look = ((NoticeButton("findings.look", f"fi:in:{row.id}"),),)
        for official in await officials_for(desk, enterprise.street, enterprise.grid, enterprise.industries):
            await desk.tell(official, Notice("findings_opened", facts, f"findings:{row.id}:{official.id}", look))
    return row.number


def must_be_walker(posts: tuple[Post, ...]) -> tuple[Post, ...]:
    """The posts at which the caller may inspect. Raises NotEnrolled when there are none."""
    walking = tuple(post for post in posts if post.role in WALKERS)
    if not walking:
        raise NotEnrolled
    return walking
