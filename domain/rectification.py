"""整改闭环 — which step leads from where to where, who may take it, and what it needs: one table, and what reads it.

上报 → 核实分级 → 派单 → 整改 → 复查 → 销号 → 上报人确认: from 待整改 to 销号 there is no way but by photo and recheck.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.calendar import Calendar
from domain.checklist import Grade
from domain.contact import NotYours
from domain.hazard import (
    OPEN,
    Actor,
    AfterPhotoMissing,
    AskedDayPast,
    ClauseMissing,
    DayUnfit,
    Hazard,
    HazardState,
    Party,
    PlanMissing,
    Source,
    StepStale,
    SumUnclear,
    UnitMissing,
    VerifierIsFixer,
    WordsMissing,
)
from domain.text import narrow

UNDO_FOR = timedelta(seconds=60)
LONGEST_TERM_DAYS = 366
# The terms that are offered, in days; 立行立改 is today.
TERMS = {Grade.GENERAL: (3, 7, 15, 30), Grade.MAJOR: (7, 15, 30, 60)}
SHORTEST_RECHECK_DAYS = 3


class Need(StrEnum):
    """What a step cannot be taken without."""

    WORDS = "words"
    DAY = "day"
    CLAUSE = "clause"
    PHOTO = "photo"  # one was sent
    STORED = "stored"  # one can be looked at
    PLAN = "plan"
    UNIT = "unit"


class StepKey(StrEnum):
    """The names of the steps, as buttons and the journal hold them."""

    OPEN = "open"
    VERIFY = "verify"
    RETURN = "return"
    MERGE = "merge"
    REGRADE = "regrade"
    CLAUSE = "clause"
    ORDER = "order"
    LIST = "list"
    PLAN = "plan"
    ASK_TIME = "ask_time"
    GRANT_TIME = "grant_time"
    REFUSE_TIME = "refuse_time"
    RECTIFY = "rectify"
    COST = "cost"
    SEND_BACK = "send_back"
    RECHECK = "recheck"
    CLOSE = "close"
    SATISFIED = "satisfied"
    DISPUTE = "dispute"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    FOLLOW = "follow"
    UNIT = "unit"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table. `to` None: the state stays. `grade` None: for both."""

    key: StepKey
    sources: frozenset[HazardState]
    to: HazardState | None
    by: frozenset[Party]
    needs: frozenset[Need] = frozenset()
    grade: Grade | None = None
    is_undoable: bool = True


def _step(
    key: StepKey, sources: Iterable[HazardState], to: HazardState | None, by: Iterable[Party],
    needs: Iterable[Need] = (), grade: Grade | None = None, *, is_undoable: bool = True,
) -> Step:  # fmt: skip
    return Step(key, frozenset(sources), to, frozenset(by), frozenset(needs), grade, is_undoable)


_S, _P, _N, _K = HazardState, Party, Need, StepKey
STEPS: tuple[Step, ...] = (
    _step(_K.VERIFY, (_S.REPORTED,), _S.VERIFIED, (_P.OFFICIAL,)),
    _step(_K.RETURN, (_S.REPORTED, _S.VERIFIED), _S.RETURNED, (_P.OFFICIAL,), (_N.WORDS,)),
    _step(_K.MERGE, (_S.REPORTED, _S.VERIFIED), _S.MERGED, (_P.OFFICIAL,)),
    _step(_K.REGRADE, (_S.VERIFIED, _S.ORDERED, _S.RECTIFIED), None, (_P.OFFICIAL,), (_N.WORDS,)),
    _step(_K.CLAUSE, (_S.VERIFIED, _S.ORDERED), None, (_P.OFFICIAL,), (_N.WORDS,), Grade.MAJOR),
    _step(_K.UNIT, (_S.REPORTED, _S.VERIFIED), None, (_P.OFFICIAL,)),
    _step(_K.ORDER, (_S.VERIFIED,), _S.ORDERED, (_P.OFFICIAL,), (_N.UNIT, _N.DAY), Grade.GENERAL),
    _step(_K.ORDER, (_S.VERIFIED,), _S.ORDERED, (_P.OFFICIAL,), (_N.UNIT, _N.DAY, _N.CLAUSE), Grade.MAJOR),
    _step(_K.LIST, (_S.ORDERED,), None, (_P.HEAD,), (_N.WORDS,), Grade.MAJOR),
    _step(_K.PLAN, (_S.ORDERED,), None, (_P.FIXER,), (_N.WORDS,), Grade.MAJOR),
    _step(_K.ASK_TIME, (_S.ORDERED,), None, (_P.FIXER,), (_N.WORDS, _N.DAY)),
    _step(_K.GRANT_TIME, (_S.ORDERED,), None, (_P.OFFICIAL,), (), Grade.GENERAL),
    _step(_K.GRANT_TIME, (_S.ORDERED,), None, (_P.HEAD,), (), Grade.MAJOR),
    _step(_K.REFUSE_TIME, (_S.ORDERED,), None, (_P.OFFICIAL,), (_N.WORDS,)),
    _step(_K.RECTIFY, (_S.ORDERED,), _S.RECTIFIED, (_P.FIXER,), (_N.PHOTO,), Grade.GENERAL),
    _step(_K.RECTIFY, (_S.ORDERED,), _S.RECTIFIED, (_P.FIXER,), (_N.PHOTO, _N.PLAN), Grade.MAJOR),
    _step(_K.COST, (_S.ORDERED, _S.RECTIFIED, _S.CLOSED, _S.CONFIRMED), None, (_P.FIXER,)),
    _step(_K.SEND_BACK, (_S.RECTIFIED, _S.RECHECKED), _S.ORDERED, (_P.OFFICIAL,), (_N.WORDS, _N.DAY)),
    _step(_K.RECHECK, (_S.RECTIFIED,), _S.RECHECKED, (_P.OFFICIAL,), (_N.STORED,)),
    _step(_K.CLOSE, (_S.RECHECKED,), _S.CLOSED, (_P.OFFICIAL,)),
    _step(_K.SATISFIED, (_S.CLOSED,), _S.CONFIRMED, (_P.REPORTER,), is_undoable=False),
    _step(_K.DISPUTE, (_S.CLOSED, _S.CONFIRMED), _S.RECTIFIED, (_P.REPORTER,), (_N.WORDS,), is_undoable=False),
    _step(_K.REOPEN, (_S.CLOSED, _S.CONFIRMED), _S.ORDERED, (_P.OFFICIAL,), (_N.WORDS, _N.DAY)),
    _step(_K.HAND_OVER, (_S.VERIFIED, _S.ORDERED, _S.RECTIFIED), _S.HANDED_OVER, (_P.OFFICIAL,), (_N.WORDS,)),
    _step(_K.FOLLOW, OPEN, None, (_P.OFFICIAL,)),
)  # fmt: skip
# Of a hazard that its enterprise found of itself these are also for the second person there (自查自改).
_OWN = frozenset({StepKey.RECHECK, StepKey.CLOSE, StepKey.SEND_BACK})
_TIME = frozenset({StepKey.GRANT_TIME, StepKey.REFUSE_TIME})


def steps_for(hazard: Hazard, actor: Actor) -> tuple[Step, ...]:
    """The steps that this person may take now, in the order of the table; what they need may still be missing."""
    return tuple(step for step in STEPS if _is_open(step, hazard) and _is_entitled(step, hazard, actor))


def step_of(key: StepKey, hazard: Hazard, actor: Actor) -> Step:
    """The step of that name. Raises StepStale when it is not to be taken now, NotYours when others have to take it.

    Raises VerifierIsFixer for a recheck of one's own work, and for closing a major one that one rechecked oneself.
    """
    open_ = [step for step in STEPS if step.key is key and _is_open(step, hazard)]
    if not open_:
        raise StepStale(state=hazard.state)
    for step in open_:
        if _is_party(step, hazard, actor):
            if _is_partial(step, hazard, actor):
                raise VerifierIsFixer
            return step
    raise NotYours


def must_have(step: Step, hazard: Hazard, *, words: str, day: date | None, today: date) -> None:
    """Raises what is missing: WordsMissing, DayUnfit, AskedDayPast, UnitMissing, ClauseMissing, AfterPhotoMissing,
    PlanMissing.
    """
    if Need.WORDS in step.needs and not words.strip():
        raise WordsMissing
    if Need.DAY in step.needs and (day is None or not today <= day <= today + timedelta(days=LONGEST_TERM_DAYS)):
        raise DayUnfit
    if step.key is StepKey.ASK_TIME and day is not None and hazard.due_on is not None and day <= hazard.due_on:
        raise DayUnfit
    if step.key is StepKey.GRANT_TIME and hazard.asked_on is not None and hazard.asked_on < today:
        raise AskedDayPast
    if Need.UNIT in step.needs and not hazard.has_unit:
        raise UnitMissing
    if Need.CLAUSE in step.needs and not hazard.has_clause:
        raise ClauseMissing
    if (Need.PHOTO in step.needs and not hazard.photos) or (Need.STORED in step.needs and not hazard.stored):
        raise AfterPhotoMissing
    if Need.PLAN in step.needs and hazard.plan_missing:
        raise PlanMissing(missing=hazard.plan_missing)


def can_be_had(step: Step, hazard: Hazard) -> bool:
    """Whether nothing is missing that another step has to bring first; what is asked for at once does not count."""
    if (Need.CLAUSE in step.needs and not hazard.has_clause) or (Need.UNIT in step.needs and not hazard.has_unit):
        return False
    return not (Need.PLAN in step.needs and hazard.plan_missing)


def recheck_on(rectified_on: date, calendar: Calendar) -> date:
    """复查日 — the last day for a recheck, three workdays after the report; its being late is on the official."""
    day = rectified_on
    for _ in range(SHORTEST_RECHECK_DAYS):
        day = calendar.workday_from(day + timedelta(days=1))
    return day


AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,4})?)(\D{0,2})")
FEN = 100


def fen_in(text: str, yuan: str, ten_thousand: str) -> int:
    """The amount of money that a person typed, in fen: 3000, 3000元, 1.2万. Raises SumUnclear.

    yuan, ten_thousand: the words for one yuan and for ten thousand, 元 and 万.
    """
    found = AMOUNT.fullmatch(narrow(text).replace(",", "").replace(" ", ""))
    units = {"": 1, yuan: 1, ten_thousand: 10_000, ten_thousand + yuan: 10_000}
    if found is None or found[2] not in units:
        raise SumUnclear
    return round(Decimal(found[1]) * units[found[2]] * FEN)


def terms(grade: Grade, today: date, calendar: Calendar) -> tuple[date, ...]:
    """The last days that are offered for a rectification: today (立行立改), then workdays that the grade suggests."""
    return (today, *dict.fromkeys(calendar.workday_until(today + timedelta(days=days)) for days in TERMS[grade]))


def _is_open(step: Step, hazard: Hazard) -> bool:
    if hazard.state not in step.sources or step.grade not in (None, hazard.grade):
        return False
    if step.key in _TIME:
        return hazard.asked_on is not None
    if step.key is StepKey.ASK_TIME:
        return hazard.asked_on is None
    if step.key is StepKey.PLAN:
        return bool(hazard.plan_missing)
    # What an enterprise found of itself is its own; what was found during a visit lies where the visit was.
    if step.key is StepKey.UNIT:
        return hazard.source is Source.REPORT or not hazard.has_unit
    return not (step.key is StepKey.LIST and hazard.is_listed)


def _is_party(step: Step, hazard: Hazard, actor: Actor) -> bool:
    if step.key in _OWN and hazard.is_own_affair and Party.FIXER in actor.parties:
        return True
    return not step.by.isdisjoint(actor.parties)


def _is_partial(step: Step, hazard: Hazard, actor: Actor) -> bool:
    """Whether somebody would pass judgement on their own work."""
    if step.key in (StepKey.RECHECK, StepKey.CLOSE) and actor.contact_id == hazard.rectified_by:
        return True
    return step.key is StepKey.CLOSE and hazard.grade is Grade.MAJOR and actor.contact_id == hazard.rechecked_by


def _is_entitled(step: Step, hazard: Hazard, actor: Actor) -> bool:
    return _is_party(step, hazard, actor) and not _is_partial(step, hazard, actor)
