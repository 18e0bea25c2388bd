"""测验 — what is asked first, in which order options stand, and when the question of the day comes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.question import Dimension, QuestionKind
from domain.quiz import (
    Asked,
    Bar,
    Memory,
    QuestionsLacking,
    bars,
    choose,
    may_ask_daily,
    next_daily_at,
    shown_order,
)
from tests.bank import QUESTIONS, question

NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HALF_PAST_EIGHT = time(8, 30)


def ago(days: float, was_right: bool = True, due_in: float | None = None) -> Memory:
    due_at = None if due_in is None else NOW + timedelta(days=due_in)
    return Memory(NOW - timedelta(days=days), was_right, due_at)


def test_wrong_answers_come_back_first_then_new_questions_then_the_oldest() -> None:
    bank = [question(name) for name in "abcdefg"]
    memories = {
        "a": ago(1), "b": ago(9), "c": ago(3, False, due_in=-1), "d": ago(3, False, due_in=-2),
        "e": ago(3, False, due_in=4),
    }  # fmt: skip
    order = [one.id for one in choose(bank, memories, NOW, "seed", 7)]
    assert order[:2] == ["d", "c"]  # the longest overdue first
    assert set(order[2:4]) == {"f", "g"}
    assert order[4:] == ["b", "e", "a"]  # not due yet counts like any other


def test_a_small_bank_gives_fewer_and_an_empty_one_is_refused() -> None:
    assert len(choose(QUESTIONS[:2], {}, NOW, "seed", 5)) == 2
    with pytest.raises(QuestionsLacking):
        choose([], {}, NOW, "seed", 5)


def test_different_people_get_different_new_questions() -> None:
    bank = [question(str(number)) for number in range(40)]
    sets = {tuple(one.id for one in choose(bank, {}, NOW, f"{person}:1", 5)) for person in range(50)}
    assert len(sets) == 50


def test_the_place_of_the_right_answer_tells_nothing() -> None:
    """Over 4000 people and questions it stands in each of four places about as often."""
    places = Counter(
        shown_order(question(f"q{number}"), f"{person}:{person}").index(0)
        for person in range(200)
        for number in range(20)
    )
    assert set(places) == {0, 1, 2, 3}
    assert all(900 < count < 1100 for count in places.values()), places


def test_colleagues_see_different_orders_and_one_person_always_the_same() -> None:
    one = question("q")
    assert len({shown_order(one, f"{person}:1") for person in range(200)}) == 24
    assert shown_order(one, "1:1") == shown_order(one, "1:1")


def test_a_judgement_keeps_its_two_words_in_place() -> None:
    judgement = question("j", kind=QuestionKind.JUDGE)
    assert {shown_order(judgement, str(person)) for person in range(20)} == {(0, 1)}


@given(st.permutations(range(4)), st.sets(st.integers(0, 3), min_size=1))
def test_what_was_tapped_is_read_by_the_order_that_was_shown(shown: list[int], meant: set[int]) -> None:
    asked = Asked(1, "q", tuple(shown))
    places = asked.places_of(meant)
    assert asked.as_written(places) == meant
    assert [shown[place] for place in places] == [option for option in shown if option in meant]


def test_a_place_that_was_never_shown_is_nothing() -> None:
    assert Asked(1, "q", (2, 0, 1)).as_written((0, 3, 99, -1)) == {2}


@pytest.mark.parametrize(
    ("chosen", "right"),
    [({0, 1, 3}, True), ({0, 1}, False), ({0, 1, 2, 3}, False), ({2}, False), (set(), False)],
)
def test_several_answers_are_right_only_all_together(chosen: set[int], right: bool) -> None:
    assert QUESTIONS[1].is_right(chosen) is right


def test_bars_count_the_last_try_of_every_question_still_in_the_bank() -> None:
    bank = {one.id: one for one in QUESTIONS}
    memories = {"fire-1": ago(1), "power-1": ago(1, False), "fire-2": ago(1), "gone": ago(1, False)}
    assert bars(bank, memories) == (
        Bar(Dimension.AWARENESS, 1, 2), Bar(Dimension.KNOWLEDGE, 0, 0), Bar(Dimension.SKILL, 1, 1)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("right", "answered", "blocks"), [(0, 0, 0), (0, 5, 0), (1, 50, 1), (1, 2, 5), (9, 10, 9), (49, 50, 9), (5, 5, 10)]
)
def test_a_bar_is_full_only_when_all_was_right(right: int, answered: int, blocks: int) -> None:
    assert Bar(Dimension.SKILL, right, answered).blocks() == blocks


@pytest.mark.parametrize(
    ("after", "then"),
    [
        ("2026-06-01 08:29", "2026-06-01 08:30"),
        ("2026-06-01 08:30", "2026-06-02 08:30"),
        ("2026-06-01 23:00", "2026-06-02 08:30"),
        ("2026-12-31 09:00", "2027-01-01 08:30"),
    ],
)
def test_the_next_question_comes_at_the_next_such_hour(after: str, then: str) -> None:
    assert next_daily_at(shanghai(after), HALF_PAST_EIGHT, SHANGHAI) == shanghai(then)


@pytest.mark.parametrize(
    ("due", "now", "may"),
    [
        ("2026-06-01 08:30", "2026-06-01 08:30", True),
        ("2026-06-01 08:30", "2026-06-01 20:59", True),
        ("2026-06-01 18:00", "2026-06-01 21:00", False),  # quiet hours
        ("2026-06-01 08:30", "2026-06-02 08:29", False),  # yesterday's; today has its own
        ("2026-05-01 08:30", "2026-06-01 08:30", False),
    ],
)
def test_a_question_slept_through_is_not_made_up_for(due: str, now: str, may: bool) -> None:
    assert may_ask_daily(shanghai(due), shanghai(now), SHANGHAI) is may


def shanghai(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)
