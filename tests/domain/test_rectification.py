"""The closed loop as a table: nothing can be skipped, nobody judges their own work, strangers take no step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

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
from domain.rectification import STEPS, Step, StepKey, fen_in, must_have, recheck_on, step_of, steps_for, terms

TODAY = date(2026, 9, 30)
OFFICIAL, HEAD, FIXER, REPORTER = (frozenset((p,)) for p in (Party.OFFICIAL, Party.HEAD, Party.FIXER, Party.REPORTER))
GENERAL = Hazard(HazardState.ORDERED, Grade.GENERAL, Source.REPORT, due_on=TODAY)
MAJOR = replace(GENERAL, grade=Grade.MAJOR)
KEYS = StepKey


def keys(hazard: Hazard, parties: frozenset[Party], contact_id: int = 1) -> set[StepKey]:
    return {step.key for step in steps_for(hazard, Actor(contact_id, parties))}


def check(step: Step, hazard: Hazard, words: str = "因为", day: date | None = TODAY + timedelta(days=7)) -> None:
    must_have(step, hazard, words=words, day=day, today=TODAY)


def test_every_way_from_ordered_to_closed_leads_over_rectified_and_rechecked() -> None:
    def reach(from_: HazardState, without: HazardState) -> set[HazardState]:
        seen, edge = {from_}, [from_]
        while edge:
            at = edge.pop()
            for step in STEPS:
                if at in step.sources and step.to not in (None, without) and step.to not in seen:
                    seen.add(step.to)
                    edge.append(step.to)
        return seen

    for needed in (HazardState.RECTIFIED, HazardState.RECHECKED):
        assert HazardState.CLOSED not in reach(HazardState.ORDERED, needed)
    assert HazardState.CLOSED in reach(HazardState.REPORTED, HazardState.MERGED)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_from_every_open_state_somebody_can_go_on(state: HazardState) -> None:
    for grade in Grade:
        hazard = replace(GENERAL, state=state, grade=grade)
        assert any(step.to for party in Party for step in steps_for(hazard, Actor(1, frozenset((party,)))))


def test_a_later_term_that_has_passed_meanwhile_is_agreed_to_no_more() -> None:
    grant = step_of(StepKey.GRANT_TIME, replace(GENERAL, asked_on=TODAY), Actor(1, OFFICIAL))
    check(grant, replace(GENERAL, asked_on=TODAY))
    with pytest.raises(AskedDayPast):
        check(grant, replace(GENERAL, asked_on=TODAY - timedelta(days=1)))


def test_an_order_goes_to_an_enterprise() -> None:
    hazard = replace(GENERAL, state=HazardState.VERIFIED, has_unit=False)
    order = step_of(StepKey.ORDER, hazard, Actor(1, OFFICIAL))
    with pytest.raises(UnitMissing):
        check(order, hazard)
    check(order, replace(hazard, has_unit=True))


def test_what_an_enterprise_or_an_official_found_there_is_given_to_no_other() -> None:
    for source in Source:
        hazard = replace(GENERAL, state=HazardState.VERIFIED, source=source)
        assert (StepKey.UNIT in keys(hazard, OFFICIAL)) is (source is Source.REPORT)
        assert StepKey.UNIT in keys(replace(hazard, has_unit=False), OFFICIAL)


def test_whoever_belongs_to_nobody_takes_no_step() -> None:
    for state in HazardState:
        assert keys(replace(GENERAL, state=state), frozenset()) == set()


@pytest.mark.parametrize(
    ("state", "parties", "open_"),
    [
        (HazardState.REPORTED, OFFICIAL, {KEYS.VERIFY, KEYS.RETURN, KEYS.MERGE, KEYS.FOLLOW, KEYS.UNIT}),
        (HazardState.REPORTED, FIXER, set()),
        (
            HazardState.VERIFIED,
            OFFICIAL,
            {KEYS.RETURN, KEYS.MERGE, KEYS.REGRADE, KEYS.ORDER, KEYS.HAND_OVER, KEYS.FOLLOW, KEYS.UNIT},
        ),
        (HazardState.ORDERED, FIXER, {KEYS.ASK_TIME, KEYS.RECTIFY, KEYS.COST}),
        (HazardState.ORDERED, OFFICIAL, {KEYS.REGRADE, KEYS.HAND_OVER, KEYS.FOLLOW}),
        (HazardState.RECTIFIED, OFFICIAL, {KEYS.REGRADE, KEYS.SEND_BACK, KEYS.RECHECK, KEYS.HAND_OVER, KEYS.FOLLOW}),
        (HazardState.RECTIFIED, FIXER, {KEYS.COST}),
        (HazardState.CLOSED, REPORTER, {KEYS.SATISFIED, KEYS.DISPUTE}),
        (HazardState.CONFIRMED, REPORTER, {KEYS.DISPUTE}),
        (HazardState.CLOSED, OFFICIAL, {KEYS.REOPEN}),
        (HazardState.RETURNED, OFFICIAL, set()),
        (HazardState.HANDED_OVER, FIXER, set()),
    ],
)
def test_a_card_offers_only_what_this_person_may_do_next(
    state: HazardState, parties: frozenset[Party], open_: set[StepKey]
) -> None:
    assert keys(replace(GENERAL, state=state, rectified_by=2), parties) == open_


def test_a_step_that_others_have_to_take_is_refused_like_one_that_is_not_there() -> None:
    with pytest.raises(NotYours):
        step_of(KEYS.RECTIFY, GENERAL, Actor(1, OFFICIAL))
    with pytest.raises(NotYours):
        step_of(KEYS.GRANT_TIME, replace(MAJOR, asked_on=TODAY), Actor(1, OFFICIAL))


def test_a_stale_press_is_refused_with_where_it_stands() -> None:
    with pytest.raises(StepStale) as refused:
        step_of(KEYS.ORDER, GENERAL, Actor(1, OFFICIAL))
    assert refused.value.facts == {"state": HazardState.ORDERED}


def test_nobody_rechecks_their_own_work_even_with_two_hats() -> None:
    hazard = replace(GENERAL, state=HazardState.RECTIFIED, rectified_by=7)
    both = Actor(7, OFFICIAL | FIXER)
    assert KEYS.RECHECK not in keys(hazard, OFFICIAL | FIXER, 7)
    with pytest.raises(VerifierIsFixer):
        step_of(KEYS.RECHECK, hazard, both)
    assert step_of(KEYS.RECHECK, hazard, Actor(8, OFFICIAL)).to is HazardState.RECHECKED


def test_a_major_one_is_closed_by_a_second_official() -> None:
    hazard = replace(MAJOR, state=HazardState.RECHECKED, rechecked_by=7)
    with pytest.raises(VerifierIsFixer):
        step_of(KEYS.CLOSE, hazard, Actor(7, OFFICIAL))
    assert step_of(KEYS.CLOSE, hazard, Actor(8, OFFICIAL)).to is HazardState.CLOSED


def test_what_an_enterprise_found_of_itself_a_second_person_there_rechecks_unless_it_may_be_major() -> None:
    own = replace(GENERAL, state=HazardState.RECTIFIED, source=Source.SELF, rectified_by=7)
    assert {KEYS.RECHECK, KEYS.SEND_BACK} <= keys(own, FIXER, 8)
    assert KEYS.RECHECK not in keys(own, FIXER, 7)
    for other in (replace(own, is_hinted=True), replace(own, grade=Grade.MAJOR), replace(own, source=Source.REPORT)):
        assert KEYS.RECHECK not in keys(other, FIXER, 8)


def test_what_a_step_cannot_do_without() -> None:
    fixer, official = Actor(1, FIXER), Actor(2, OFFICIAL)
    rectify = step_of(KEYS.RECTIFY, GENERAL, fixer)
    with pytest.raises(AfterPhotoMissing):
        check(rectify, GENERAL)
    check(rectify, replace(GENERAL, photos=1))
    rectified = replace(GENERAL, state=HazardState.RECTIFIED, photos=1)
    with pytest.raises(AfterPhotoMissing):
        check(step_of(KEYS.RECHECK, rectified, official), rectified)
    verified = replace(MAJOR, state=HazardState.VERIFIED)
    order = step_of(KEYS.ORDER, verified, official)
    with pytest.raises(ClauseMissing):
        check(order, verified)
    with pytest.raises(DayUnfit):
        check(order, replace(verified, has_clause=True), day=TODAY - timedelta(days=1))
    lacking = replace(MAJOR, photos=1, plan_missing=("money",))
    with pytest.raises(PlanMissing):
        check(step_of(KEYS.RECTIFY, lacking, fixer), lacking)
    with pytest.raises(WordsMissing):
        check(step_of(KEYS.SEND_BACK, rectified, official), rectified, words="  ")
    with pytest.raises(DayUnfit):
        check(step_of(KEYS.ASK_TIME, GENERAL, fixer), GENERAL, day=TODAY)


def test_an_extension_is_asked_once_and_of_a_major_one_granted_by_a_head() -> None:
    asked = replace(GENERAL, asked_on=TODAY + timedelta(days=9))
    assert KEYS.ASK_TIME not in keys(asked, FIXER)
    assert {KEYS.GRANT_TIME, KEYS.REFUSE_TIME} <= keys(asked, OFFICIAL)
    major = replace(asked, grade=Grade.MAJOR)
    assert KEYS.GRANT_TIME not in keys(major, OFFICIAL)
    assert KEYS.GRANT_TIME in keys(major, OFFICIAL | HEAD)
    assert not {KEYS.GRANT_TIME, KEYS.REFUSE_TIME} & keys(GENERAL, OFFICIAL | HEAD)


def test_terms_end_on_workdays_and_a_recheck_has_three_of_them() -> None:
    calendar = Calendar(
        off=frozenset(date(2026, 10, day) for day in range(1, 8)), worked=frozenset((date(2026, 10, 10),))
    )
    offered = terms(Grade.GENERAL, TODAY, calendar)
    assert offered[0] == TODAY and all(calendar.is_workday(day) for day in offered)
    assert recheck_on(TODAY, calendar) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("said", "fen"),
    [("3000", 300_000), ("3000元", 300_000), ("1.2万", 1_200_000), ("１２００．５元", 120_050), ("1万元", 1_000_000)],
)
def test_money_is_read_as_people_write_it(said: str, fen: int) -> None:
    assert fen_in(said, "元", "万") == fen


@pytest.mark.parametrize("said", ["", "-1", "很多", "3千", "1e9", "12345678901", "１万万"])
def test_money_that_is_unclear_is_refused(said: str) -> None:
    with pytest.raises(SumUnclear):
        fen_in(said, "元", "万")
