"""提醒 — quiet hours, workdays, the budget, the digest and what is slept through, in tables."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.reminder import (
    GRACE_FOR,
    QUIET_CHOICES,
    Almanac,
    Due,
    FindingStep,
    Form,
    QuietHours,
    Step,
    Wishes,
    decide,
    finding_step,
    form_of,
    next_finding_day,
)

ZONE = ZoneInfo("Asia/Shanghai")
ALMANAC = Almanac(ZONE, Calendar(frozenset({date(2026, 6, 19)})))


def at(words: str) -> datetime:
    return datetime.strptime(f"2026-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "allowed", "on_a_workday"),
    [
        ("06-01 20:59", "06-01 20:59", "06-01 20:59"),
        ("06-01 21:00", "06-02 08:00", "06-02 08:00"),
        ("06-02 00:00", "06-02 08:00", "06-02 08:00"),
        ("06-02 07:59", "06-02 08:00", "06-02 08:00"),
        ("06-02 08:00", "06-02 08:00", "06-02 08:00"),
        ("06-05 22:00", "06-06 08:00", "06-08 08:00"),  # Friday night: a Saturday is no workday
        ("06-06 10:00", "06-06 10:00", "06-08 08:00"),
        ("06-18 21:30", "06-19 08:00", "06-22 08:00"),  # the Dragon Boat Festival and its weekend
    ],
)
def test_when_something_may_be_said(now: str, allowed: str, on_a_workday: str) -> None:
    assert ALMANAC.allowed_from(at(now), QuietHours()) == at(allowed)
    assert ALMANAC.allowed_from(at(now), QuietHours(), on_workdays=True) == at(on_a_workday)


@given(
    st.integers(0, 2 * 365 * 24 * 60), st.sampled_from((*QUIET_CHOICES, QuietHours(time(1), time(5)))), st.booleans()
)
def test_what_is_allowed_is_never_quiet_nor_on_a_day_off(minutes: int, quiet: QuietHours, on_workdays: bool) -> None:
    now = at("01-01 00:00") + timedelta(minutes=minutes)
    allowed = ALMANAC.allowed_from(now, quiet, on_workdays)
    assert allowed >= now
    assert not quiet.is_quiet(allowed.astimezone(ZONE).time())
    assert not on_workdays or ALMANAC.calendar.is_workday(ALMANAC.on(allowed))


def test_quiet_hours_that_begin_when_they_end_are_none() -> None:
    assert not QuietHours(time(8), time(8)).is_quiet(time(8))


def test_the_slot_of_a_day_is_the_persons_hour_on_a_workday_outside_their_quiet_hours() -> None:
    assert ALMANAC.slot(date(2026, 6, 1), Wishes()) == at("06-01 09:00")
    assert ALMANAC.slot(date(2026, 6, 6), Wishes(daily_hour=14)) == at("06-08 14:00")
    late_riser = Wishes(QuietHours(time(20), time(9)), daily_hour=8)
    assert ALMANAC.slot(date(2026, 6, 1), late_riser) == at("06-01 09:00")
    assert ALMANAC.next_slot(at("06-01 09:00"), Wishes()) == at("06-02 09:00")
    assert ALMANAC.next_slot(at("06-05 10:00"), Wishes()) == at("06-08 09:00")


def test_a_week_begins_on_monday() -> None:
    assert ALMANAC.week_from(at("06-07 23:59")) == at("06-01 00:00")
    assert ALMANAC.week_from(at("06-08 00:00")) == at("06-08 00:00")


NOON, NIGHT = "06-02 12:00", "06-02 23:00"


@pytest.mark.parametrize(
    ("now", "wishes", "told", "more", "step", "reason"),
    [
        (NOON, Wishes(), 0, {}, Step.SEND, ""),
        (NOON, Wishes(), 4, {}, Step.SEND, ""),
        (NOON, Wishes(), 5, {}, Step.FOLD, "digest"),
        (NOON, Wishes(), 9, {"is_urgent": True}, Step.SEND, ""),
        (NOON, Wishes(), 9, {"may_fold": False}, Step.SEND, ""),
        (NOON, Wishes(is_bundled=True), 0, {}, Step.FOLD, "digest"),
        (NIGHT, Wishes(), 0, {}, Step.WAIT, "quiet"),
        (NIGHT, Wishes(), 9, {}, Step.WAIT, "quiet"),
        (NIGHT, Wishes(), 0, {"may_fold": False}, Step.WAIT, "quiet"),
        (NIGHT, Wishes(), 0, {"is_urgent": True}, Step.SEND, ""),
        ("06-06 12:00", Wishes(), 0, {}, Step.SEND, ""),
        ("06-06 12:00", Wishes(), 0, {"on_workdays": True}, Step.WAIT, "quiet"),
        (NOON, Wishes(is_stopped=True), 0, {}, Step.SKIP, "stopped"),
        (NIGHT, Wishes(is_stopped=True), 0, {"is_urgent": True}, Step.SEND, ""),
    ],
)
def test_what_becomes_of_a_push(
    now: str, wishes: Wishes, told: int, more: dict[str, bool], step: Step, reason: str
) -> None:
    decision = decide(ALMANAC, wishes, at(now), told_this_week=told, **more)
    assert (decision.step, decision.reason) == (step, reason)
    assert (decision.until is not None) == (step in (Step.WAIT, Step.FOLD))
    if decision.until is not None:
        assert decision.until > at(now)


FRESH, OLD = Due(at(NOON) - GRACE_FOR), Due(at(NOON) - GRACE_FOR - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("due", "more", "form"),
    [
        ([], {}, Form.NOTHING),
        ([FRESH], {}, Form.ITSELF),
        ([OLD], {}, Form.DIGEST),
        ([FRESH, FRESH], {}, Form.DIGEST),
        ([FRESH], {"folded": 1}, Form.DIGEST),
        ([], {"folded": 3}, Form.DIGEST),
        ([FRESH], {"is_bundled": True}, Form.DIGEST),
        ([FRESH], {"has_digest_today": True}, Form.ITSELF),
        ([OLD], {"has_digest_today": True}, Form.NOTHING),
        ([FRESH, OLD], {"has_digest_today": True}, Form.NOTHING),
    ],
)
def test_how_what_is_due_is_said(due: list[Due], more: dict[str, bool], form: Form) -> None:
    assert form_of(due, at(NOON), **more) is form  # type: ignore[arg-type]


def test_a_finding_is_brought_up_three_days_before_on_the_day_and_once_after() -> None:
    term = date(2026, 6, 10)
    days, day = [], date(2026, 6, 1)
    while (following := next_finding_day(term, day)) is not None:
        days.append(following)
        day = following
    assert days == [date(2026, 6, 7), date(2026, 6, 10), date(2026, 6, 11)]
    assert next_finding_day(term, date(2026, 6, 7)) == term  # opened three days before: they know
    assert [finding_step(term, on) for on in (date(2026, 6, 8), term, date(2026, 6, 20))] == [
        FindingStep.SOON, FindingStep.TODAY, FindingStep.OVERDUE,
    ]  # fmt: skip
