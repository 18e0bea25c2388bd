"""整改闭环 — a step is taken: the row changes and the step is written down; for a minute it can be taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select

from domain.checklist import Grade
from domain.contact import NotYours, Official
from domain.hazard import (
    WORDS_LIMIT,
    Actor,
    ClauseMissing,
    Hazard,
    Party,
    StepStale,
    UndoTooLate,
    WordsMissing,
)
from domain.rectification import StepKey, fen_in, must_have, recheck_on, step_of
from domain.text import fitting
from outreach.desk import Desk
from outreach.hazards.carding import call_for_cards
from outreach.hazards.laddering import look_soon
from outreach.hazards.merging import leader, lock_both, must_be_fit
from outreach.hazards.minding import must_serve
from outreach.hazards.portraying import PLAN_PARTS, LastStep, hazard_of, last_step
from outreach.hazards.telling import tell_card, tell_who_is_next, withdraw
from outreach.hazards.units import unit_changes
from outreach.hazards.viewing import Who, actor_for, held, may_undo
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.straight import Straight

# What the journal calls each step.
HAPPENED = {
    StepKey.VERIFY: "HazardVerified", StepKey.RETURN: "HazardReturned", StepKey.MERGE: "HazardMerged",
    StepKey.REGRADE: "HazardRegraded", StepKey.CLAUSE: "ClauseNamed", StepKey.COST: "CostTold",
    StepKey.ORDER: "RectificationOrdered", StepKey.LIST: "HazardListed",
    StepKey.PLAN: "RectificationPlanned", StepKey.ASK_TIME: "ExtensionAsked", StepKey.GRANT_TIME: "ExtensionGranted",
    StepKey.REFUSE_TIME: "ExtensionRefused", StepKey.RECTIFY: "RectificationReported",
    StepKey.SEND_BACK: "RectificationSentBack", StepKey.RECHECK: "HazardRechecked", StepKey.CLOSE: "HazardClosed",
    StepKey.SATISFIED: "ReporterSatisfied", StepKey.DISPUTE: "ClosingDisputed", StepKey.REOPEN: "HazardReopened",
    StepKey.HAND_OVER: "HazardHandedOver", StepKey.FOLLOW: "FollowerNamed",
    StepKey.UNIT: "ResponsibleUnitNamed", StepKey.UNDO: "StepUndone",
}  # fmt: skip


_STEPS = cast(Table, HazardStepRecord.__table__)
_STEP = Straight(insert(_STEPS).values({one.name: bindparam(one.name) for one in _STEPS.c if not one.primary_key}))


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with a step. day: an Asia/Shanghai date. part: which of 五落实 the words are. into: a hazard's id.
    is_typed: whoever takes it wrote to the bot, so that their card comes as a message of its own.
    follower: the id of the official who is to be 督促人; None for whoever takes the step.
    unit: the id of the enterprise that has to put it right.
    """

    words: str = ""
    day: date | None = None
    grade: Grade | None = None
    into: int | None = None
    part: str = ""
    is_typed: bool = False
    follower: int | None = None
    unit: int | None = None


NOTHING = Said()
# Beside the loop: what is still to be told of the step before them stays to be told.
BESIDE = frozenset({StepKey.COST, StepKey.FOLLOW, StepKey.UNIT})


async def take(desk: Desk, who: Who, hazard_id: int, version: int, key: StepKey, said: Said = NOTHING) -> HazardRecord:
    """Take a step as a contact. `version` is what their card shows.

    Raises NotYours, StepStale for a card that shows what was, and whatever `domain.rectification` refuses.
    """
    if said.into is not None:
        await lock_both(desk, hazard_id, said.into)
    row = await held(desk, hazard_id)
    actor = await actor_for(desk, row, who)
    if version != row.version:
        raise StepStale(state=row.state)
    await _step(desk, row, actor, key, said, who.official)
    # A general hazard that is found put right is closed with it: the second look is for major ones.
    if key is StepKey.RECHECK and row.grade == Grade.GENERAL:
        await _step(desk, row, actor, StepKey.CLOSE, NOTHING, who.official, with_former=True)
    await _after(desk, row, key, who.contact.id)
    if said.into is not None:
        await call_for_cards(desk, said.into, None)
    if said.is_typed:
        await tell_card(desk, row, who.contact, None, is_own=True)
    return row


async def take_as_reporter(
    desk: Desk, contact_id: int | None, report_id: int, key: StepKey, words: str = ""
) -> HazardRecord:
    """The step of whoever reported it; `contact_id` None for an anonymous one. Raises NotYours, StepStale."""
    found = (await desk.session.scalars(select(HazardRecord).where(HazardRecord.report_id == report_id))).first()
    if found is None:
        raise NotYours
    row = await held(desk, (await leader(desk, found)).id)
    await _step(desk, row, Actor(contact_id, frozenset((Party.REPORTER,))), key, Said(words=words), None)
    await _after(desk, row, key, contact_id)
    return row


async def undo(desk: Desk, who: Who, hazard_id: int, version: int) -> HazardRecord:
    """Take back the last step, which was one's own and is not a minute old. Raises UndoTooLate, NotYours."""
    row = await held(desk, hazard_id)
    await actor_for(desk, row, who)
    last = await last_step(desk, row)
    if version != row.version or not may_undo(desk, last, who.contact.id):
        raise UndoTooLate
    led = row.merged_into
    changes = {name: _as_value(name, value) for name, value in json.loads(last.before).items()}
    taken_back = {name: _as_text(getattr(row, name)) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    await _write(desk, row, StepKey.UNDO, who.contact.id, who.official, last.step.value, taken_back)
    await _after(desk, row, StepKey.UNDO, who.contact.id, undone=last)
    if led is not None and row.merged_into is None:
        await call_for_cards(desk, led, None)
    return row


async def _step(
    desk: Desk, row: HazardRecord, actor: Actor, key: StepKey, said: Said, official: Official | None, *,
    with_former: bool = False,
) -> None:  # fmt: skip
    hazard = await hazard_of(desk, row)
    step = step_of(key, hazard, actor)
    words = fitting(said.words, WORDS_LIMIT)
    must_have(step, hazard, words=words, day=said.day, today=desk.today)
    if key is StepKey.MERGE:
        await must_be_fit(desk, official, row, said.into)
    elif key is StepKey.FOLLOW:
        await must_serve(desk, row, said.follower)
    changes = _changes(desk, row, hazard, actor, key, said, words, official)
    if key is StepKey.UNIT:
        words, placed = await unit_changes(desk, official, said.unit)
        changes |= placed
    if step.to is not None:
        changes["state"] = step.to
    before = {name: _as_text(getattr(row, name)) for name in changes}
    if with_former:
        before |= json.loads((await last_step(desk, row)).before)
    for name, value in changes.items():
        setattr(row, name, value)
    await _write(desk, row, key, actor.contact_id, official, words, before)


def _changes(
    desk: Desk, row: HazardRecord, hazard: Hazard, actor: Actor, key: StepKey, said: Said, words: str,
    official: Official | None,
) -> dict[str, Any]:  # fmt: skip
    """The columns that a step changes beside the state, by name."""
    again = {"round": row.round + 1, "due_on": said.day, "asked_on": None, "rechecked_by": None, "closed_at": None}
    soon = recheck_on(desk.today, desk.catalogue.calendar)
    match key:
        case StepKey.VERIFY | StepKey.REGRADE:
            if said.grade is not Grade.MAJOR:
                return {"grade": said.grade or hazard.grade, **_taken_up(row, official)}
            # What makes a hazard a major one are the words of a clause.
            if not words:
                raise ClauseMissing
            return {"grade": said.grade, "clause": words, **_taken_up(row, official)}
        case StepKey.CLAUSE:
            return {"clause": words}
        case StepKey.COST:
            label = desk.office.texts.words("zh-CN").label
            return {"cost": fen_in(words, label("hazard.unit_yuan"), label("hazard.unit_ten_thousand"))}
        case StepKey.MERGE:
            return {"merged_into": said.into}
        case StepKey.FOLLOW:
            return {"follower_id": said.follower or (official.id if official else row.follower_id)}
        case StepKey.UNIT:
            return _taken_up(row, official)
        case StepKey.ORDER:
            return {"due_on": said.day, **_taken_up(row, official)}
        case StepKey.LIST:
            return {"listed_as": words}
        case StepKey.PLAN:
            if said.part not in PLAN_PARTS:
                raise WordsMissing
            return {"plan": json.dumps(json.loads(row.plan) | {said.part: words}, ensure_ascii=False)}
        case StepKey.ASK_TIME:
            return {"asked_on": said.day, "asked_because": words}
        case StepKey.GRANT_TIME:
            return {"due_on": row.asked_on, "asked_on": None}
        case StepKey.REFUSE_TIME:
            return {"asked_on": None}
        case StepKey.RECTIFY:
            return {
                "rectified_at": desk.now, "rectified_by": actor.contact_id, "done_words": words or row.done_words,
                "recheck_on": soon, "asked_on": None,
            }  # fmt: skip
        case StepKey.RECHECK:
            return {"rechecked_by": actor.contact_id}
        case StepKey.CLOSE:
            return {"closed_at": desk.now}
        case StepKey.SEND_BACK | StepKey.REOPEN:
            return again
        case StepKey.DISPUTE:
            return {"closed_at": None, "rechecked_by": None, "recheck_on": soon}
    return {}


def _taken_up(row: HazardRecord, official: Official | None) -> dict[str, Any]:
    """Whoever decides about a hazard that nobody follows is its 督促人 from then on."""
    if official is None:
        return {}
    return {"verified_by": row.verified_by or official.id, "follower_id": row.follower_id or official.id}


async def _write(
    desk: Desk, row: HazardRecord, key: StepKey, contact_id: int | None, official: Official | None, words: str,
    before: dict[str, Any],
) -> None:  # fmt: skip
    row.version += 1
    step = {
        "hazard_id": row.id, "version": row.version, "at": desk.now, "step": key.value, "contact_id": contact_id,
        "official_id": official.id if official else None, "state": str(row.state), "grade": str(row.grade),
        "due_on": row.due_on, "cost": row.cost, "words": words, "before": json.dumps(before, ensure_ascii=False),
    }  # fmt: skip
    await desk.write((_STEP, step))
    if contact_id is not None:
        await desk.note(
            HAPPENED[key], f"hazard:{row.id}", contact_id, number=row.number, words=words, hint=row.grade_hint
        )


async def _after(
    desk: Desk, row: HazardRecord, key: StepKey, contact_id: int | None, undone: LastStep | None = None
) -> None:  # fmt: skip
    """What nobody has been told yet of an earlier step is not told any more; then the others hear of this one."""
    look_soon(desk, row)
    if undone is not None and undone.step in BESIDE:
        await withdraw(desk, row.id, undone.version)
    elif key not in BESIDE:
        await withdraw(desk, row.id)
    # Before the telling: a card that goes out with this step needs no drawing of its own.
    await call_for_cards(desk, row.id, contact_id)
    await tell_who_is_next(desk, row, key, contact_id)


def _as_text(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _as_value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name.endswith("_on") else value
