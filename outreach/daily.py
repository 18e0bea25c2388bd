"""每天一件事 — the campaign's one thing of today for each person: told once, at their hour, and readable on demand."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import select

from domain.campaign import (
    TELL_UNTIL,
    CellState,
    Confidence,
    DayKind,
    DayPlan,
    Edition,
    Filling,
    NoCampaign,
    Subject,
)
from domain.contact import Contact, Post
from domain.lesson import Lesson
from domain.notice import Notice, NoticeButton
from outreach.campaigning import edition_today, own
from outreach.delivery.holding import wishes_of
from outreach.desk import Desk
from outreach.enrolling import posts_of
from outreach.inspecting import WALKERS
from outreach.persons import as_contact
from outreach.storage.campaigns import CampaignDayRecord
from outreach.storage.people import ContactRecord, PostRecord

# How many people one transaction serves; the rest follow in the next one.
BATCH = 100
QUIET = time(21)


def of_today(desk: Desk, posts: tuple[Post, ...]) -> tuple[Edition, DayPlan | None, Lesson | None]:
    """The edition, what today holds for somebody with these posts, and its lesson. Raises NoCampaign."""
    edition = edition_today(desk)
    plan = edition.plan_for(desk.today, posts[0].role if posts else None)
    lesson = desk.catalogue.lessons.get(plan.ref or "") if plan and plan.kind is DayKind.LESSON else None
    return edition, plan, lesson


def button_for(edition: Edition, plan: DayPlan, posts: tuple[Post, ...]) -> NoticeButton | None:
    """The one press that begins what the day asks for; a call asks for nothing."""
    walks = [post for post in posts if post.role in WALKERS]
    match plan.kind:
        case DayKind.LESSON:
            return NoticeButton("campaign.read", "cp:t")
        case DayKind.QUIZ:
            return NoticeButton("campaign.quiz", f"qz:b:{plan.ref}")
        case DayKind.CALL:
            return None
    row = next((one for one in edition.four_ones if one.id == plan.ref), None)
    if row is None or not walks:
        return None
    if row.filled_by is Filling.INSPECTION:
        return NoticeButton("campaign.check", "in:new")
    if row.subject is Subject.ENTERPRISE and len(walks) == 1:
        return NoticeButton("campaign.enter", f"cp:n:{row.id}:{walks[0].enterprise_id}")
    return NoticeButton("campaign.open", "cp:s")


async def is_done(desk: Desk, edition: Edition, plan: DayPlan, posts: tuple[Post, ...]) -> bool:
    """Whether what a task asks for was done by all whom this person answers for."""
    row = next((one for one in edition.four_ones if one.id == plan.ref), None)
    if plan.kind is not DayKind.TASK or row is None:
        return False
    lines = (await own(desk, posts)).lines_of(row)
    return bool(lines) and all(line.cells[row.id] is CellState.DONE for line in lines)


async def tell_today(desk: Desk) -> int:
    """Tell the next people their one thing of today. How many rows were looked at; 0 when all have been.

    What was slept through until the evening is not made up for: tomorrow has its own.
    """
    try:
        edition = edition_today(desk)
    except NoCampaign:
        return 0
    almanac = desk.office.almanac
    if not edition.is_running(desk.today) or not any(plan.on == desk.today for plan in edition.days):
        return 0
    key = f"{edition.id}:{desk.today}"
    await desk.put_once(CampaignDayRecord, CampaignDayRecord.key, key=key, after_contact_id=0)
    wanted = select(CampaignDayRecord).where(CampaignDayRecord.key == key, CampaignDayRecord.done_at.is_(None))
    day = (await desk.session.scalars(wanted.with_for_update(skip_locked=True))).first()
    if day is None:
        return 0
    if desk.now >= almanac.at(desk.today, TELL_UNTIL):
        day.done_at = desk.now
        return 0
    held = select(PostRecord.id).where(PostRecord.contact_id == ContactRecord.id, PostRecord.until_at.is_(None))
    people = (
        await desk.session.scalars(
            select(ContactRecord)
            .where(ContactRecord.id > day.after_contact_id, ContactRecord.is_reachable, held.exists())
            .order_by(ContactRecord.id)
            .limit(BATCH)
        )
    ).all()
    if not people:
        day.done_at = desk.now
        return 0
    wishes = await wishes_of(desk.session, [row.id for row in people])
    for row in people:
        due_at = almanac.at(desk.today, time(wishes[row.id].daily_hour))
        notice = await _notice(desk, edition, as_contact(row), due_at)
        if notice is not None:
            await desk.tell(as_contact(row), notice)
    day.after_contact_id = people[-1].id
    return len(people)


async def _notice(desk: Desk, edition: Edition, contact: Contact, due_at: datetime) -> Notice | None:
    posts = await posts_of(desk, contact.id)
    _, plan, _ = of_today(desk, posts)
    if plan is None or await is_done(desk, edition, plan, posts):
        return None
    button = button_for(edition, plan, posts)
    facts: dict[str, object] = {
        "edition": edition, "plan": plan, "is_certain": edition.confidence is not Confidence.UNCERTAIN,
    }  # fmt: skip
    return Notice(
        "campaign_day", facts, f"campaign:{edition.id}:{desk.today}:{contact.id}", ((button,),) if button else (),
        is_push=True, due_at=due_at, expires_at=desk.office.almanac.at(desk.today, QUIET),
    )  # fmt: skip
