"""隐患的样子 — one hazard as the rule sees it and as a card shows it, all of it asked for in one go."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ScalarSelect, and_, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.checklist import Grade
from domain.hazard import Hazard, HazardState, Source
from domain.rectification import StepKey
from outreach.desk import Desk
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardPhotoRecord, HazardRecord, HazardStepRecord
from outreach.storage.inspections import AnswerRecord, FindingRecord, PhotoRecord
from outreach.storage.people import ContactRecord, OfficialRecord
from outreach.storage.reports import ReportPhotoRecord
from outreach.storage.straight import Asked, Row, Straight

# 五落实: measures, responsible person, money and emergency plan are said; the term is the one that was ordered.
PLAN_PARTS = ("measures", "person", "money", "emergency")
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class LastStep:
    """The newest step of a hazard. before: the columns that it changed as they were, a JSON object."""

    version: int
    step: StepKey
    contact_id: int | None
    at: datetime
    words: str
    before: str


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
    last: LastStep
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


def _named(record: type[EnterpriseRecord | OfficialRecord | ContactRecord], who: str) -> ScalarSelect[str]:
    name: InstrumentedAttribute[str] = record.name
    return select(name).where(record.id == bindparam(who)).scalar_subquery()


# Five names in one answer; whoever there is none of is None.
_NAMES = Straight(
    select(
        _named(EnterpriseRecord, "enterprise"), _named(OfficialRecord, "follower"), _named(OfficialRecord, "area"),
        _named(OfficialRecord, "trade"), _named(ContactRecord, "doer"),
    )
)  # fmt: skip
_LAST = Straight(
    select(
        HazardStepRecord.version, HazardStepRecord.step, HazardStepRecord.contact_id, HazardStepRecord.at,
        HazardStepRecord.words, HazardStepRecord.before,
    ).where(HazardStepRecord.hazard_id == bindparam("hazard"), HazardStepRecord.version == bindparam("version"))
)  # fmt: skip
# Of before, whenever they were taken; of afterwards, those of the present round.
_PHOTOS = Straight(
    select(HazardPhotoRecord.kind, HazardPhotoRecord.state, HazardPhotoRecord.sha256)
    .where(
        HazardPhotoRecord.hazard_id == bindparam("hazard"),
        or_(
            HazardPhotoRecord.kind == BEFORE,
            and_(HazardPhotoRecord.kind == AFTER, HazardPhotoRecord.round == bindparam("round")),
        ),
    )
    .order_by(HazardPhotoRecord.id)
)
_REPORTED = Straight(
    select(ReportPhotoRecord.sha256)
    .where(ReportPhotoRecord.report_id == bindparam("report"), ReportPhotoRecord.state == "stored")
    .order_by(ReportPhotoRecord.place)
)
_ANSWERED = Straight(
    select(PhotoRecord.sha256)
    .join(AnswerRecord, AnswerRecord.id == PhotoRecord.answer_id)
    .join(
        FindingRecord,
        (FindingRecord.inspection_id == AnswerRecord.inspection_id) & (FindingRecord.item_id == AnswerRecord.item_id),
    )
    .where(FindingRecord.id == bindparam("finding"), PhotoRecord.state == "stored")
    .order_by(PhotoRecord.id)
)


async def hazard_of(desk: Desk, row: HazardRecord) -> Hazard:
    """The row as the rule sees it."""
    (photos,) = await desk.ask(_photos(row))
    return _as_ruled(row, _after(photos))


async def last_step(desk: Desk, row: HazardRecord) -> LastStep:
    """The newest step of a hazard."""
    ((last,),) = await desk.ask(_last(row))
    return _as_step(last)


async def view_of(desk: Desk, row: HazardRecord) -> HazardView:
    """Everything that a card may show; what of it is said to whom is up to the words."""
    ((names,), (last,), photos, *elsewhere) = await desk.ask(
        (_NAMES, {
            "enterprise": row.enterprise_id, "follower": row.follower_id, "area": row.area_owner_id,
            "trade": row.trade_owner_id, "doer": row.rectified_by,
        }),
        _last(row), _photos(row), *_elsewhere(row),
    )  # fmt: skip
    enterprise, follower, area, trade, doer = (name or "" for name in names)
    states = _after(photos)
    before = [*_stored(photos, BEFORE), *(sha256 for rows in elsewhere for (sha256,) in rows if sha256)]
    return HazardView(
        row.id, row.number, row.version, _as_ruled(row, states), row.found_by, row.enterprise_id, enterprise,
        row.where, row.what, row.remedy, row.clause, row.opened_at, row.due_on, row.asked_on, row.asked_because,
        follower, area, trade, row.done_words, doer, row.cost, row.recheck_on, json.loads(row.plan), row.listed_as,
        _as_step(last), tuple(dict.fromkeys(before)), tuple(_stored(photos, AFTER)), states["pending"],
        states["failed"],
    )  # fmt: skip


def _last(row: HazardRecord) -> Asked:
    return _LAST, {"hazard": row.id, "version": row.version}


def _photos(row: HazardRecord) -> Asked:
    return _PHOTOS, {"hazard": row.id, "round": row.round}


def _elsewhere(row: HazardRecord) -> list[Asked]:
    """Where else there are pictures of how it looked when it was found, whoever took them."""
    asked: list[Asked] = []
    if row.report_id is not None:
        asked.append((_REPORTED, {"report": row.report_id}))
    if row.finding_id is not None:
        asked.append((_ANSWERED, {"finding": row.finding_id}))
    return asked


def _as_step(found: Row) -> LastStep:
    version, step, contact_id, at, words, before = found
    return LastStep(version, StepKey(step), contact_id, at, words, before)


def _after(photos: list[Row]) -> Counter[str]:
    """How many photos of the present round are stored, on their way, and not to be had."""
    return Counter(state for kind, state, _ in photos if kind == AFTER)


def _stored(photos: list[Row], of: str) -> list[str]:
    """The digests of the stored pictures, in the order in which they came."""
    return [sha256 for kind, state, sha256 in photos if kind == of and state == "stored" and sha256]


def _as_ruled(row: HazardRecord, states: Mapping[str, int]) -> Hazard:
    plan = json.loads(row.plan)
    grade = Grade(row.grade)
    return Hazard(
        state=HazardState(row.state), grade=grade, source=Source(row.source), version=row.version, due_on=row.due_on,
        asked_on=row.asked_on, rectified_by=row.rectified_by, rechecked_by=row.rechecked_by,
        photos=states["stored"] + states["pending"], stored=states["stored"],
        has_clause=bool(row.clause), has_unit=row.enterprise_id is not None, is_listed=bool(row.listed_as),
        is_hinted=row.grade_hint == Grade.MAJOR,
        plan_missing=tuple(part for part in PLAN_PARTS if part not in plan) if grade is Grade.MAJOR else (),
    )  # fmt: skip
