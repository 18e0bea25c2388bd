"""删除与撤回同意 — a contact becomes a number that names nobody; the enterprise's record stays (个保法第47条)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from domain.contact import Post, Role, is_sole, may_approve
from domain.notice import DeliveryState, Notice
from outreach.broadcasts import composing
from outreach.campaigns import entering
from outreach.desk import Desk, affected
from outreach.hazards import forgetting
from outreach.pairs import corresponding
from outreach.people.appointing import officials_for
from outreach.people.enrolling import holders, posts_of
from outreach.privacy.disclosing import quarantined_from
from outreach.quizzes import asking, practising, quizzing
from outreach.reminders import wishing
from outreach.reports import following
from outreach.storage.enterprises import EnterpriseRecord, RegisterDraftRecord
from outreach.storage.inspections import AnswerRecord, InspectionRecord, PhotoRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import (
    ContactRecord,
    EnrolmentRequestRecord,
    OfficialRecord,
    PostRecord,
    StandingRecord,
)
from outreach.storage.polls import PollRecord
from outreach.storage.uploads import UploadRecord
from outreach.visits import forgetting as visit_forgetting

REASON = "erased"
HIDDEN = "***"
UNSETTLED = (DeliveryState.QUEUED, DeliveryState.RETRY)


@dataclass(frozen=True, slots=True)
class Stake:
    """What an erasure would touch, said before it is confirmed. `submitted` inspections stay, without the person."""

    posts: tuple[Post, ...]
    drafts: int
    submitted: int
    is_official: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """The receipt of an erasure: how many of each were ended or removed."""

    posts: int
    drafts: int
    requests: int
    notices: int


async def at_stake(desk: Desk, contact_id: int) -> Stake:
    """What an erasure of this contact would touch."""
    office = select(OfficialRecord.id).where(OfficialRecord.contact_id == contact_id)
    return Stake(
        await posts_of(desk, contact_id),
        await _count(desk, _drafts(contact_id)),
        await _count(desk, InspectionRecord.submitted_at.is_not(None) & (InspectionRecord.contact_id == contact_id)),
        (await desk.session.scalars(office)).first() is not None,
    )


async def erase(desk: Desk, contact_id: int) -> Erased:
    """Erase the contact and end what they began; withdrawing consent is the same deed. Twice is once.

    Photo files that no row names any more are removed by the sweep, after the commit.
    """
    found = await desk.session.scalars(select(ContactRecord).where(ContactRecord.id == contact_id).with_for_update())
    contact = found.one()
    if contact.erased_at is not None:
        return Erased(0, 0, 0, 0)
    desk.leave_no_trace()
    posts = await _end_posts(desk, contact_id)
    drafts = await _discard_drafts(desk, contact_id)
    await _unname_photos(desk, contact_id)
    requests = await _withdraw_requests(desk, contact_id)
    notices = await _silence(desk, contact)
    for row in await quarantined_from(desk, contact.person_id):
        await desk.session.delete(row)
    for matter in (
        entering, quizzing, practising, asking, following, forgetting, visit_forgetting, wishing, composing,
        corresponding,
    ):  # fmt: skip
        await matter.forget(desk, contact_id)
    for record in (StandingRecord, RegisterDraftRecord, PollRecord):
        await desk.session.execute(delete(record).where(record.contact_id == contact_id))
    await desk.session.execute(
        update(OfficialRecord).where(OfficialRecord.contact_id == contact_id).values(contact_id=None)
    )
    contact.person_id = contact.chat_id = contact.phone = None
    contact.name, contact.is_reachable, contact.unreachable_reason = "", False, REASON
    contact.erased_at = desk.now
    erased = Erased(posts, drafts, requests, notices)
    await desk.note("ContactErased", f"contact:{contact_id}", contact_id, posts=posts, drafts=drafts, requests=requests)
    return erased


def _drafts(contact_id: int) -> ColumnElement[bool]:
    return InspectionRecord.submitted_at.is_(None) & (InspectionRecord.contact_id == contact_id)


async def _count(desk: Desk, where: ColumnElement[bool]) -> int:
    return (await desk.session.execute(select(func.count()).select_from(InspectionRecord).where(where))).scalar_one()


async def _end_posts(desk: Desk, contact_id: int) -> int:
    held = (
        await desk.session.scalars(
            select(PostRecord).where(PostRecord.contact_id == contact_id, PostRecord.until_at.is_(None))
        )
    ).all()
    for post in held:
        post.until_at, post.ended_by = desk.now, REASON
    await desk.session.flush()
    for post in held:
        if is_sole(Role(post.role)):
            await _tell_of_vacancy(desk, post)
    return len(held)


async def _tell_of_vacancy(desk: Desk, post: PostRecord) -> None:
    """An enterprise without a safety officer must not go unnoticed; who left is not said."""
    enterprise = await desk.session.get_one(EnterpriseRecord, post.enterprise_id)
    role = Role(post.role)
    told = [who for who, held in await holders(desk, enterprise.id) if may_approve(held, role)]
    overseers = await officials_for(desk, enterprise.street, enterprise.grid, enterprise.industries)
    told = told or [who for who in overseers if who.id != post.contact_id]
    for who in told:
        facts: dict[str, object] = {"enterprise": enterprise.name, "role": role}
        await desk.tell(who, Notice("post_vacated", facts, f"vacated:{post.id}:{who.id}"))


async def _discard_drafts(desk: Desk, contact_id: int) -> int:
    drafts = select(InspectionRecord.id).where(_drafts(contact_id))
    answers = select(AnswerRecord.id).where(AnswerRecord.inspection_id.in_(drafts))
    await desk.session.execute(delete(PhotoRecord).where(PhotoRecord.answer_id.in_(answers)))
    await desk.session.execute(delete(AnswerRecord).where(AnswerRecord.inspection_id.in_(drafts)))
    return affected(await desk.session.execute(delete(InspectionRecord).where(_drafts(contact_id))))


async def _unname_photos(desk: Desk, contact_id: int) -> None:
    """Telegram's file ids lead back to the sender; a picture not fetched by now cannot be fetched any more.

    Papers name whoever is in them: what Telegram has of any is forgotten, which costs no more than an upload each.
    """
    await desk.session.execute(delete(UploadRecord).where(UploadRecord.recipe != ""))
    for photo in await desk.session.scalars(select(PhotoRecord).where(PhotoRecord.contact_id == contact_id)):
        photo.file_id, photo.file_unique_id, photo.media_group_id = "", f"{REASON}:{photo.id}", None
        if photo.state == "pending":
            photo.state, photo.failure = "failed", REASON


async def _withdraw_requests(desk: Desk, contact_id: int) -> int:
    asked = (
        await desk.session.scalars(
            select(EnrolmentRequestRecord.id).where(EnrolmentRequestRecord.contact_id == contact_id)
        )
    ).all()
    for request_id in asked:
        # What those who might have vouched were told holds the asker's name and number.
        await _blank(desk, [DeliveryRecord.key.like(f"vouch:{request_id}:%")])
    is_open = (EnrolmentRequestRecord.contact_id == contact_id) & EnrolmentRequestRecord.decided_at.is_(None)
    return affected(await desk.session.execute(delete(EnrolmentRequestRecord).where(is_open)))


async def _silence(desk: Desk, contact: ContactRecord) -> int:
    """Nothing more is sent, and no kept text names the person. How many notices were still waiting."""
    waiting = await _blank(desk, [DeliveryRecord.contact_id == contact.id])
    if contact.name:
        said = escape(contact.name, quote=False)
        spellings = or_(DeliveryRecord.text.contains(said), DeliveryRecord.text.contains(contact.name))
        for row in await desk.session.scalars(
            select(DeliveryRecord).where(DeliveryRecord.kind == "post_handed_over", spellings)
        ):
            row.text = row.text.replace(said, HIDDEN).replace(contact.name, HIDDEN)
    return waiting


async def _blank(desk: Desk, where: Sequence[ColumnElement[bool]]) -> int:
    """Take the words out of these deliveries and skip those still waiting; a claimed one settles by itself."""
    waiting = await desk.session.execute(
        update(DeliveryRecord)
        .where(*where, DeliveryRecord.state.in_(UNSETTLED))
        .values(state=DeliveryState.SKIPPED, reason=REASON, settled_at=desk.now)
    )
    await desk.session.execute(update(DeliveryRecord).where(*where).values(text="", buttons="[]", message_id=None))
    return affected(waiting)
