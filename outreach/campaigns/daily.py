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
from domain.contact import Post
from domain.lesson import Lesson
from domain.notice import Notice, NoticeButton
from outreach.campaigns.campaigning import Matrix, edition_today, own
from outreach.delivery.holding import wishes_of
from outreach.desk import Desk
from outreach.inspections.inspecting import WALKERS
from outreach.people.enrolling import posts_of_each
from outreach.persons import as_contact
from outreach.storage.campaigns import CampaignDayRecord
from outreach.storage.people import ContactRecord, PostRecord

# How many people one transaction serves; the rest follow in the next one.
BATCH = 500
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


def _is_done(cells: Matrix, edition: Edition, plan: DayPlan, posts: tuple[Post, ...]) -> bool:
    """Whether what a task asks for was done by all whom this person answers for; `cells` hold others' too."""
    row = next((one for one in edition.four_ones if one.id == plan.ref), None)
    if plan.kind is not DayKind.TASK or row is None:
        return False
    places = {post.enterprise_id for post in posts if post.role in WALKERS}
    streets = {line.street for line in cells.enterprises if line.id in places}
    lines = [line for line in cells.lines_of(row) if line.id in places or (line.id is None and line.street in streets)]
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
    wanted = select(CampaignDayRecord).where(CampaignDayRecord.key == key)
    day = (await desk.session.scalars(wanted.with_for_update(skip_locked=True))).first()
    if day is None and await desk.put_once(CampaignDayRecord, CampaignDayRecord.key, key=key, after_contact_id=0):
        day = (await desk.session.scalars(wanted)).one()
    if day is None or day.done_at is not None:
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
    posts = await posts_of_each(desk, [row.id for row in people])
    plans = {id_: edition.plan_for(desk.today, held[0].role) for id_, held in posts.items()}
    tasks = {plan.ref for plan in plans.values() if plan and plan.kind is DayKind.TASK}
    cells = await own(desk, tuple(post for held in posts.values() for post in held)) if tasks else None
    notices = []
    for row in people:
        plan, due_at = plans.get(row.id), almanac.at(desk.today, time(wishes[row.id].daily_hour))
        if plan is not None and not (cells and _is_done(cells, edition, plan, posts[row.id])):
            notices.append((as_contact(row), _notice(desk, edition, plan, row.id, posts[row.id], due_at)))
    await desk.tell_each(notices)
    day.after_contact_id = people[-1].id
    return len(people)


def _notice(
    desk: Desk, edition: Edition, plan: DayPlan, contact_id: int, posts: tuple[Post, ...], due_at: datetime
) -> Notice:
    button = button_for(edition, plan, posts)
    facts: dict[str, object] = {
        "edition": edition, "plan": plan, "is_certain": edition.confidence is not Confidence.UNCERTAIN,
    }  # fmt: skip
    return Notice(
        "campaign_day", facts, f"campaign:{edition.id}:{desk.today}:{contact_id}", ((button,),) if button else (),
        is_push=True, due_at=due_at, expires_at=desk.office.almanac.at(desk.today, QUIET),
    )  # fmt: skip
