"""题 — which choices are right, and whom a question suits."""

import pytest

from domain.contact import Role
from domain.question import Dimension, Question, QuestionKind


def question(correct: set[int], trades: set[str] = frozenset(), roles: set[Role] = frozenset()) -> Question:
    return Question(
        id="fire-exit",
        topic="fire",
        kind=QuestionKind.MULTIPLE,
        stem="哪些地方不许堵？",
        options=("出口", "通道", "自己的车位"),
        correct=frozenset(correct),
        explanation="着火时要从那里走。",
        difficulty=1,
        dimension=Dimension.SKILL,
        trades=frozenset(trades),
        roles=frozenset(roles),
        basis=(),
        source="样例",
    )


@pytest.mark.parametrize(
    ("chosen", "is_right"),
    [([0, 1], True), ([1, 0], True), ([0], False), ([0, 1, 2], False), ([], False), ([1, 2], False)],
)
def test_only_exactly_the_right_options_are_right(chosen: list[int], is_right: bool):
    assert question({0, 1}).is_right(chosen) is is_right


@pytest.mark.parametrize(
    ("trades", "roles", "role", "at", "suits"),
    [
        (set(), set(), Role.EMPLOYEE, {"catering"}, True),
        (set(), set(), None, set(), True),
        ({"catering"}, set(), Role.EMPLOYEE, {"catering", "retail"}, True),
        ({"catering"}, set(), Role.EMPLOYEE, {"chemical"}, False),
        ({"catering"}, set(), None, set(), False),
        (set(), {Role.PRINCIPAL}, Role.PRINCIPAL, set(), True),
        (set(), {Role.PRINCIPAL}, Role.EMPLOYEE, set(), False),
        (set(), {Role.PRINCIPAL}, None, set(), False),
        ({"catering"}, {Role.PRINCIPAL}, Role.PRINCIPAL, {"chemical"}, False),
    ],
)
def test_a_question_suits_by_role_and_trade(
    trades: set[str], roles: set[Role], role: Role | None, at: set[str], suits: bool
):
    assert question({0}, trades, roles).suits(role, frozenset(at)) is suits
