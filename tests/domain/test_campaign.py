"""宣传活动 — what a day holds for whom, and how large the matrix is."""

from dataclasses import replace
from datetime import date

import pytest

from domain.campaign import Confidence, DayKind, DayPlan, Edition, Filling, FourOnesRow, Subject, of_the_day
from domain.contact import Role

MANAGERS = frozenset({Role.PRINCIPAL, Role.SAFETY_OFFICER})
LESSON = DayPlan(
    date(2026, 6, 2), DayKind.LESSON, "先认两条路", "学一张卡", "find-two-exits", frozenset({Role.EMPLOYEE})
)
TASK = DayPlan(date(2026, 6, 2), DayKind.TASK, "做一次自查", "走一遍", "hazard-check", MANAGERS)
CALL = DayPlan(date(2026, 6, 16), DayKind.CALL, "咨询日", "去问一问", None, frozenset())
ROWS = (
    FourOnesRow("hazard-check", "隐患排查", Subject.ENTERPRISE, Filling.INSPECTION, "交一次自查"),
    FourOnesRow("park-drill", "综合演练", Subject.PARK, Filling.RECORD, "一张照片"),
)
JUNE = Edition(
    id="2026-june",
    name="安全生产月",
    number=25,
    year=2026,
    theme="主题",
    starts_on=date(2026, 6, 1),
    ends_on=date(2026, 6, 30),
    confidence=Confidence.UNCERTAIN,
    source="样例",
    days=(LESSON, TASK, CALL),
    four_ones=ROWS,
)


@pytest.mark.parametrize(
    ("on", "role", "plan"),
    [
        (date(2026, 6, 2), Role.EMPLOYEE, LESSON),
        (date(2026, 6, 2), Role.PRINCIPAL, TASK),
        (date(2026, 6, 2), None, None),
        (date(2026, 6, 16), Role.EMPLOYEE, CALL),
        (date(2026, 6, 16), None, CALL),
        (date(2026, 6, 3), Role.EMPLOYEE, None),
    ],
)
def test_a_day_holds_one_thing_for_a_role(on: date, role: Role | None, plan: DayPlan | None):
    assert JUNE.plan_for(on, role) is plan


@pytest.mark.parametrize(
    ("on", "is_running"),
    [(date(2026, 5, 31), False), (date(2026, 6, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False)],
)
def test_both_ends_belong_to_the_edition(on: date, is_running: bool):
    assert JUNE.is_running(on) is is_running


@pytest.mark.parametrize(("enterprises", "parks", "cells"), [(23, 1, 24), (0, 0, 0), (5, 0, 5)])
def test_the_matrix_has_each_row_once_per_place(enterprises: int, parks: int, cells: int):
    assert JUNE.cells(enterprises, parks) == cells


def test_a_single_day_is_kept_beside_the_month_but_never_in_its_place():
    alone = DayPlan(date(2026, 11, 9), DayKind.CALL, "消防日", "走一遍", None, frozenset())
    fire = replace(
        JUNE, id="119-2026", number=None, starts_on=alone.on, ends_on=alone.on, days=(alone,), four_ones=(), theme=""
    )
    twin = replace(fire, id="a", starts_on=CALL.on, ends_on=CALL.on, days=(replace(alone, on=CALL.on),))
    both = (twin, fire, JUNE)
    assert of_the_day(both, date(2026, 11, 9)) is fire
    assert of_the_day(both, date(2026, 11, 10)) is JUNE
    assert of_the_day(both, CALL.on) is JUNE
    assert of_the_day((), CALL.on) is None
