"""联系人 — who may speak for what: posts, vouching, jurisdictions and terms of office, in tables."""

from datetime import date

import pytest

from domain.contact import (
    InvitationSpent,
    Jurisdiction,
    NotYourOwnPhone,
    Official,
    Role,
    StalePress,
    is_sole,
    may_approve,
)
from domain.invitation import invitable_by
from domain.refusal import Refusal

PRINCIPAL, OFFICER, EMPLOYEE = Role.PRINCIPAL, Role.SAFETY_OFFICER, Role.EMPLOYEE


@pytest.mark.parametrize(
    ("approver", "vouches_for"),
    [(PRINCIPAL, {PRINCIPAL, OFFICER, EMPLOYEE}), (OFFICER, {EMPLOYEE}), (EMPLOYEE, set())],
)
def test_who_may_vouch_for_whom(approver: Role, vouches_for: set[Role]) -> None:
    assert {role for role in Role if may_approve(approver, role)} == vouches_for


@pytest.mark.parametrize(
    ("holder", "invites"),
    [(PRINCIPAL, {PRINCIPAL, OFFICER, EMPLOYEE}), (OFFICER, {OFFICER, EMPLOYEE}), (EMPLOYEE, set())],
)
def test_who_may_hand_an_invitation_to_whom(holder: Role, invites: set[Role]) -> None:
    assert set(invitable_by(holder)) == invites


def test_only_employees_are_many() -> None:
    assert {role for role in Role if not is_sole(role)} == {EMPLOYEE}


@pytest.mark.parametrize(
    ("street", "grid", "place", "covers"),
    [
        ("", "", ("望潮街道", "第1网格"), True),
        ("", "", ("", ""), True),
        ("望潮街道", "", ("望潮街道", "第1网格"), True),
        ("望潮街道", "", ("望潮街道", ""), True),
        ("望潮街道", "", ("望潮", "第1网格"), False),
        ("望潮街道", "第1网格", ("望潮街道", "第1网格"), True),
        ("望潮街道", "第1网格", ("望潮街道", "第11网格"), False),
        ("望潮街道", "第1网格", ("听涛街道", "第1网格"), False),
        ("望潮街道", "", ("", ""), False),
    ],
)
def test_what_a_jurisdiction_covers(street: str, grid: str, place: tuple[str, str], covers: bool) -> None:
    assert Jurisdiction(street, grid).covers(*place) is covers


@pytest.mark.parametrize(
    ("on", "until", "serves"),
    [
        (date(2026, 5, 31), None, False),
        (date(2026, 6, 1), None, True),
        (date(2036, 6, 1), None, True),
        (date(2026, 6, 30), date(2026, 6, 30), True),
        (date(2026, 7, 1), date(2026, 6, 30), False),
    ],
)
def test_both_days_of_a_term_of_office_count(on: date, until: date | None, serves: bool) -> None:
    assert Official(1, "周科", Jurisdiction(), date(2026, 6, 1), until).is_serving(on) is serves


@pytest.mark.parametrize(
    ("refusal", "moment"),
    [
        (StalePress, "refusals/stale_press"),
        (InvitationSpent, "refusals/invitation_spent"),
        (NotYourOwnPhone, "refusals/not_your_own_phone"),
    ],
)
def test_a_refusal_is_said_with_the_words_of_its_name(refusal: type[Refusal], moment: str) -> None:
    assert refusal(name="王芳").moment == moment
    assert refusal(name="王芳").facts == {"name": "王芳"}
