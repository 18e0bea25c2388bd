"""Who may do what, and how far an appointment reaches."""

from __future__ import annotations

from datetime import date

import pytest

from domain.authority import Duty, DutyLacking, OfficeRole, may, must, term_choices
from domain.contact import Jurisdiction, Official

HEAD, OFFICER, INFORMATION, EXPERT, GRID = OfficeRole


@pytest.mark.parametrize(
    ("duty", "holders"),
    [
        (Duty.FINDINGS, set(OfficeRole)),
        (Duty.ANSWER, {HEAD, OFFICER, GRID}),
        (Duty.FIGURES, {HEAD, OFFICER, INFORMATION}),
        (Duty.REGISTER, {HEAD, OFFICER}),
        (Duty.INVITE, {HEAD, OFFICER, GRID}),
        (Duty.TRIAGE, {HEAD, OFFICER}),
        (Duty.NOTICE, {HEAD, OFFICER}),
        (Duty.PLANS, {HEAD, OFFICER}),
        (Duty.CAMPAIGN, {HEAD, OFFICER, GRID}),
        (Duty.APPOINT, {HEAD}),
        (Duty.PROXY, {HEAD, OFFICER, GRID}),
    ],
)
def test_which_offices_entail_a_duty(duty: Duty, holders: set[OfficeRole]) -> None:
    assert {role for role in OfficeRole if may(role, duty)} == holders


def test_a_lacking_duty_is_named() -> None:
    with pytest.raises(DutyLacking) as refused:
        must(INFORMATION, Duty.TRIAGE)
    assert refused.value.facts == {"role": INFORMATION, "duty": Duty.TRIAGE}
    assert Official(1, "周科", Jurisdiction(), date(2026, 6, 1), None).may(Duty.APPOINT)


TRADE = frozenset({"catering"})
BOTH = frozenset({"catering", "retail"})


@pytest.mark.parametrize(
    ("outer", "inner", "contains"),
    [
        (Jurisdiction(), Jurisdiction(), True),
        (Jurisdiction(), Jurisdiction("甲", "一", TRADE), True),
        (Jurisdiction("甲"), Jurisdiction(), False),
        (Jurisdiction("甲"), Jurisdiction("甲", "一"), True),
        (Jurisdiction("甲"), Jurisdiction("乙"), False),
        (Jurisdiction("甲", "一"), Jurisdiction("甲"), False),
        (Jurisdiction("甲", "", BOTH), Jurisdiction("甲", "", TRADE), True),
        (Jurisdiction("甲", "", TRADE), Jurisdiction("甲", "", BOTH), False),
        (Jurisdiction("甲", "", TRADE), Jurisdiction("甲"), False),
    ],
)
def test_a_jurisdiction_contains_another(outer: Jurisdiction, inner: Jurisdiction, contains: bool) -> None:
    assert outer.contains(inner) is contains


@pytest.mark.parametrize(
    ("industries", "covers"), [({"catering"}, True), ({"retail", "catering"}, True), ({"retail"}, False), ((), False)]
)
def test_the_officer_of_a_trade_answers_for_that_trade_only(industries: set[str], covers: bool) -> None:
    assert Jurisdiction("甲", "", TRADE).covers("甲", "一", industries) is covers
    assert Jurisdiction("甲").covers("甲", "一", industries)
    assert Jurisdiction("甲", "", TRADE).reaches("甲", "一")


@pytest.mark.parametrize("today", [date(2026, 6, 1), date(2026, 11, 30), date(2026, 12, 31), date(2026, 1, 31)])
def test_terms_that_are_offered_lie_ahead(today: date) -> None:
    offered = term_choices(today)
    assert list(offered) == sorted(set(offered)) and all(day > today for day in offered)
    assert offered[-1] == date(today.year + 1, 12, 31)
