"""看隐患 — one hazard as the rule sees it and as a card shows it, and which parties somebody is for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from domain.authority import Duty, OfficeRole
from domain.checklist import Grade
from domain.contact import RESPONSIBLE, Contact, NotYours, Official, Post
from domain.hazard import Actor, Hazard, HazardState, Party, Source, StepStale
from domain.rectification import STEPS, UNDO_FOR, StepKey, step_of
from outreach.concerning import does_concern
from outreach.desk import Desk
from outreach.people.appointing import official_of
from outreach.people.enrolling import posts_of
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardPhotoRecord, HazardRecord, HazardStepRecord
from outreach.storage.inspections import AnswerRecord, FindingRecord, PhotoRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from outreach.storage.reports import ReportPhotoRecord

# 五落实: measures, responsible person, money and emergency plan are said; the term is the one that was ordered.
PLAN_PARTS = ("measures", "person", "money", "emergency")
BEFORE, AFTER = "before", "after"
UNDOABLE = frozenset(step.key for step in STEPS if step.is_undoable)


@dataclass(frozen=True, slots=True)
class Who:
    """Who looks at a hazard or takes a step: the contact, with the posts they hold and the office they serve in."""

    contact: Contact
    posts: tuple[Post, ...] = ()
    official: Official | None = None


@dataclass(frozen=True, slots=True)
class HazardView:
    """A hazard as a card shows it. Counts of photos are of the present round; cost is in fen."""

    id: int
    number: str
    version: int
    hazard: Hazard
    found_by: str
    enterprise_id: int | None
    enterprise: str
    where: str
    what: str
    remedy: str
    clause: str
    opened_at: datetime
    due_on: date | None
    asked_on: date | None
    asked_because: str
    follower: str
    area_owner: str
    trade_owner: str
    done_words: str
    done_by: str
    cost: int | None
    recheck_on: date | None
    plan: dict[str, str]
    listed_as: str
    last: HazardStepRecord
    before: tuple[str, ...]
    after: tuple[str, ...]
    pending: int
    failed: int

    @property
    def last_words(self) -> str:
        """What whoever took the last step said; of one that took back another these are no words of theirs."""
        return "" if self.last.step == StepKey.UNDO else self.last.words

    @property
    def state(self) -> HazardState:
        return self.hazard.state

    @property
    def grade(self) -> Grade:
        return self.hazard.grade


async def held(desk: Desk, hazard_id: int) -> HazardRecord:
    """The row, locked and read anew: of two who press at once the second sees what the first did. Raises NotYours."""
    query = select(HazardRecord).where(HazardRecord.id == hazard_id).with_for_update()
    row = (await desk.session.scalars(query.execution_options(populate_existing=True))).first()
    if row is None:
        raise NotYours
    return row


async def hazard_of(desk: Desk, row: HazardRecord) -> Hazard:
    """The row as the rule sees it."""
    return _as_ruled(row, await _after_states(desk, row))


def _as_ruled(row: HazardRecord, states: dict[str, int]) -> Hazard:
    plan = json.loads(row.plan)
    grade = Grade(row.grade)
    return Hazard(
        state=HazardState(row.state), grade=grade, source=Source(row.source), version=row.version, due_on=row.due_on,
        asked_on=row.asked_on, rectified_by=row.rectified_by, rechecked_by=row.rechecked_by,
        photos=states.get("stored", 0) + states.get("pending", 0),
        stored=states.get("stored", 0),
        has_clause=bool(row.clause), has_unit=row.enterprise_id is not None, is_listed=bool(row.listed_as),
        is_hinted=row.grade_hint == Grade.MAJOR,
        plan_missing=tuple(part for part in PLAN_PARTS if part not in plan) if grade is Grade.MAJOR else (),
    )  # fmt: skip


async def actor_for(desk: Desk, row: HazardRecord, who: Who) -> Actor:
    """Which parties a contact is for this hazard. Raises NotYours when they may not even look at it."""
    official = who.official
    parties: set[Party] = set()
    is_within = official is not None and official.may(Duty.FINDINGS) and await does_concern(desk, official, row)
    if official is not None and is_within and official.may(Duty.TRIAGE):
        parties.add(Party.OFFICIAL)
        if official.role is OfficeRole.HEAD:
            parties.add(Party.HEAD)
    own = any(post.enterprise_id == row.enterprise_id and post.role in RESPONSIBLE for post in who.posts)
    # What nobody has verified yet is no business of the enterprise, unless it said so itself.
    if own and (row.state != HazardState.REPORTED or row.source == Source.SELF):
        parties.add(Party.FIXER)
    elif not is_within:
        raise NotYours
    return Actor(who.contact.id, frozenset(parties))


async def actor_of(desk: Desk, row: HazardRecord, contact: Contact) -> Actor | None:
    """The same for somebody who does not speak just now; None for who may not look at it any more."""
    who = Who(contact, await posts_of(desk, contact.id), await official_of(desk, contact.id))
    try:
        return await actor_for(desk, row, who)
    except NotYours:
        return None


async def look(desk: Desk, who: Who, hazard_id: int) -> HazardView:
    """One hazard, for somebody whom it concerns. Raises NotYours otherwise, and when there is none."""
    row = await held(desk, hazard_id)
    await actor_for(desk, row, who)
    return await view_of(desk, row)


async def look_to_step(desk: Desk, who: Who, hazard_id: int, version: int, key: StepKey) -> HazardView:
    """The same for somebody who wants to take a step, as far as that is theirs to take and their card is not stale.

    Raises NotYours, StepStale, VerifierIsFixer.
    """
    row = await held(desk, hazard_id)
    actor = await actor_for(desk, row, who)
    view = await view_of(desk, row)
    if row.version != version:
        raise StepStale(state=row.state)
    step_of(key, view.hazard, actor)
    return view


async def view_of(desk: Desk, row: HazardRecord) -> HazardView:
    """Everything that a card may show; what of it is said to whom is up to the words."""
    enterprise = await desk.session.get(EnterpriseRecord, row.enterprise_id) if row.enterprise_id else None
    follower, area, trade = [
        await _official_name(desk, id_) for id_ in (row.follower_id, row.area_owner_id, row.trade_owner_id)
    ]
    doer = await desk.session.get(ContactRecord, row.rectified_by) if row.rectified_by else None
    states = await _after_states(desk, row)
    return HazardView(
        row.id, row.number, row.version, _as_ruled(row, states), row.found_by, row.enterprise_id,
        enterprise.name if enterprise else "", row.where, row.what, row.remedy, row.clause, row.opened_at, row.due_on,
        row.asked_on, row.asked_because, follower, area, trade, row.done_words, doer.name if doer else "",
        row.cost, row.recheck_on, json.loads(row.plan), row.listed_as, await last_step(desk, row),
        await before_photos(desk, row), await after_photos(desk, row), states.get("pending", 0),
        states.get("failed", 0),
    )  # fmt: skip


async def _official_name(desk: Desk, official_id: int | None) -> str:
    official = await desk.session.get(OfficialRecord, official_id) if official_id else None
    return official.name if official else ""


async def _after_states(desk: Desk, row: HazardRecord) -> dict[str, int]:
    """How many photos of the present round are stored, on their way, and not to be had."""
    counted = await desk.session.execute(
        select(HazardPhotoRecord.state, func.count())
        .where(
            HazardPhotoRecord.hazard_id == row.id, HazardPhotoRecord.kind == AFTER,
            HazardPhotoRecord.round == row.round,
        )
        .group_by(HazardPhotoRecord.state)
    )  # fmt: skip
    return {state: int(count) for state, count in counted}


async def before_photos(desk: Desk, row: HazardRecord) -> tuple[str, ...]:
    """The digests of the stored pictures of how it looked when it was found, whoever took them."""
    found = await _stored(desk, row.id, BEFORE)
    if row.report_id is not None:
        reported = await desk.session.scalars(
            select(ReportPhotoRecord.sha256)
            .where(ReportPhotoRecord.report_id == row.report_id, ReportPhotoRecord.state == "stored")
            .order_by(ReportPhotoRecord.place)
        )
        found += [sha256 for sha256 in reported if sha256]
    if row.finding_id is not None:
        answered = await desk.session.scalars(
            select(PhotoRecord.sha256)
            .join(AnswerRecord, AnswerRecord.id == PhotoRecord.answer_id)
            .join(
                FindingRecord,
                (FindingRecord.inspection_id == AnswerRecord.inspection_id)
                & (FindingRecord.item_id == AnswerRecord.item_id),
            )
            .where(FindingRecord.id == row.finding_id, PhotoRecord.state == "stored")
            .order_by(PhotoRecord.id)
        )
        found += [sha256 for sha256 in answered if sha256]
    return tuple(dict.fromkeys(found))


async def after_photos(desk: Desk, row: HazardRecord) -> tuple[str, ...]:
    """The digests of the stored pictures of the present round, in the order in which they came."""
    return tuple(await _stored(desk, row.id, AFTER, row.round))


async def _stored(desk: Desk, hazard_id: int, kind: str, round_: int | None = None) -> list[str]:
    query = select(HazardPhotoRecord.sha256).where(
        HazardPhotoRecord.hazard_id == hazard_id, HazardPhotoRecord.kind == kind, HazardPhotoRecord.state == "stored"
    )
    if round_ is not None:
        query = query.where(HazardPhotoRecord.round == round_)
    found = await desk.session.scalars(query.order_by(HazardPhotoRecord.id))
    return [sha256 for sha256 in found if sha256]


async def last_step(desk: Desk, row: HazardRecord) -> HazardStepRecord:
    """The newest step of a hazard."""
    found = await desk.session.scalars(
        select(HazardStepRecord).where(HazardStepRecord.hazard_id == row.id, HazardStepRecord.version == row.version)
    )
    return found.one()


def may_undo(desk: Desk, last: HazardStepRecord, contact_id: int) -> bool:
    """Whether that step may still be taken back by this contact."""
    return last.step in UNDOABLE and last.contact_id == contact_id and desk.now - last.at <= UNDO_FOR
