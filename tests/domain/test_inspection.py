"""自查 — the step that a walk asks for next, in tables; and when it may be handed in."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checklist import Checklist, Grade, Item, Section, Verdict
from domain.inspection import Answer, InspectionUnfinished, Step, Walk, due_on, may_submit

PASS, FAIL, ABSENT = Verdict.PASS, Verdict.FAIL, Verdict.ABSENT


def item(id: str, due_days: int = 7) -> Item:
    return Item(id, f"{id}的题目", "看什么", "怎么看", "标准", "风险", "整改", due_days, "拍照", None, None, ())


def checklist(*sections: tuple[str, ...], industries: frozenset[str] = frozenset()) -> Checklist:
    made = tuple(Section(f"第{at}段", tuple(map(item, ids))) for at, ids in enumerate(sections, start=1))
    return Checklist("list", 1, "自查表", "说明", industries, made)


THREE = checklist(("a", "b"), ("c",))


def answer(item_id: str, verdict: Verdict, note: bool = True, photo: bool = True, photos: int = 0) -> Answer:
    return Answer(1, item_id, verdict, "", note, photo, "", photos)


def walk(*answers: Answer) -> Walk:
    return Walk(THREE, {given.item_id: given for given in answers})


@pytest.mark.parametrize(
    ("answers", "kind", "number"),
    [
        ((), "item", 1),
        ((answer("a", PASS),), "item", 2),
        ((answer("b", PASS),), "item", 1),  # a gap left behind comes first
        ((answer("a", PASS), answer("c", PASS)), "item", 2),
        ((answer("a", FAIL, note=False, photo=False),), "note", 1),
        ((answer("a", FAIL, note=True, photo=False),), "photo", 1),
        ((answer("a", FAIL, note=False, photo=True),), "note", 1),
        ((answer("a", FAIL),), "item", 2),
        ((answer("a", PASS), answer("b", ABSENT), answer("c", FAIL, photo=False)), "photo", 3),
        ((answer("a", FAIL, photo=False), answer("b", PASS), answer("c", PASS)), "photo", 1),
        ((answer("a", PASS), answer("b", PASS), answer("c", PASS)), "summary", 0),
        ((answer("a", ABSENT), answer("b", ABSENT), answer("c", FAIL)), "summary", 0),
    ],
)
def test_the_next_step_is_the_first_thing_left_to_do(answers: tuple[Answer, ...], kind: str, number: int) -> None:
    step = walk(*answers).next_step()
    assert (step.kind, step.number) == (kind, number)
    assert step.item is (THREE.items[number - 1] if number else None)


@pytest.mark.parametrize(
    ("given_", "kind"),
    [
        (None, "item"),
        (answer("b", PASS), "item"),
        (answer("b", FAIL, note=False, photo=False), "note"),
        (answer("b", FAIL, photo=False), "photo"),
        (answer("b", FAIL), "item"),
    ],
)
def test_looking_back_at_an_item_shows_what_it_still_wants(given_: Answer | None, kind: str) -> None:
    assert walk(*([given_] if given_ else [])).step_at(2) == Step(kind, THREE.items[1], 2)


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ((), 3),
        ((answer("a", PASS), answer("b", PASS)), 1),
        ((answer("a", PASS), answer("b", PASS), answer("c", FAIL, note=False, photo=False)), 1),
        ((answer("a", FAIL, photo=False), answer("b", PASS)), 2),
    ],
)
def test_nothing_unfinished_is_handed_in_and_the_refusal_counts_it(answers: tuple[Answer, ...], missing: int) -> None:
    with pytest.raises(InspectionUnfinished) as refused:
        may_submit(walk(*answers))
    assert refused.value.facts == {"missing": missing}
    assert refused.value.moment == "refusals/inspection_unfinished"


def test_counts_and_fails_follow_the_walking_order_whatever_the_order_of_answers() -> None:
    walked = walk(answer("c", FAIL), answer("a", FAIL), answer("b", ABSENT))
    assert [(number, found.id) for number, found, _ in walked.fails()] == [(1, "a"), (3, "c")]
    assert [walked.count(verdict) for verdict in Verdict] == [0, 2, 1]
    assert (walked.total, walked.answered) == (3, 3)
    may_submit(walked)


def test_an_answer_to_an_item_that_the_list_does_not_have_counts_for_nothing() -> None:
    walked = walk(answer("a", PASS), answer("gone", FAIL))
    assert (walked.answered, walked.fails()) == (1, ())


@pytest.mark.parametrize(
    ("due_days", "opened", "due"),
    [
        (0, date(2026, 6, 1), date(2026, 6, 1)),
        (3, date(2026, 2, 26), date(2026, 3, 1)),
        (1, date(2028, 2, 28), date(2028, 2, 29)),
        (30, date(2026, 12, 15), date(2027, 1, 14)),
    ],
)
def test_the_day_it_is_due_counts_calendar_days(due_days: int, opened: date, due: date) -> None:
    assert due_on(item("a", due_days), opened) == due


SETTLED = st.sampled_from([(PASS, True, True), (ABSENT, True, True), (FAIL, True, True), (FAIL, False, False),
                           (FAIL, True, False), (FAIL, False, True), None])  # fmt: skip


@given(st.lists(SETTLED, min_size=3, max_size=3))
def test_the_summary_is_reached_exactly_when_the_record_may_be_handed_in(states: list[tuple[Verdict, bool, bool]]
                                                                         ) -> None:  # fmt: skip
    walked = walk(*(answer(id, *state) for id, state in zip("abc", states, strict=True) if state))
    try:
        may_submit(walked)
        is_whole = True
    except InspectionUnfinished:
        is_whole = False
    assert (walked.next_step().kind == "summary") is is_whole


def test_items_are_found_by_id_and_in_walking_order() -> None:
    assert [found.id for found in THREE.items] == ["a", "b", "c"]
    assert THREE.item("c").id == "c"
    with pytest.raises(KeyError):
        THREE.item("d")


@pytest.mark.parametrize(
    ("of_list", "of_enterprise", "suits"),
    [
        (frozenset(), frozenset(), True),  # a list for every trade
        (frozenset(), frozenset({"catering"}), True),
        (frozenset({"catering"}), frozenset(), False),
        (frozenset({"catering", "retail"}), frozenset({"retail", "storage"}), True),
        (frozenset({"catering"}), frozenset({"machining"}), False),
    ],
)
def test_a_list_is_offered_to_the_trades_it_is_for(of_list: frozenset[str], of_enterprise: frozenset[str],
                                                   suits: bool) -> None:  # fmt: skip
    assert checklist(("a",), industries=of_list).suits(of_enterprise) is suits


def test_grades_and_verdicts_are_stored_by_words_that_must_not_change() -> None:
    assert [verdict.value for verdict in Verdict] == ["pass", "fail", "absent"]
    assert [grade.value for grade in Grade] == ["general", "major"]
