"""告警 — every rule raised and cleared by its figure, said once each way, without flapping on the line."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert import NAMED, RULES, Change, Rule, Standing, change, look, step

NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
LOOK = timedelta(seconds=30)


def said(rule: Rule, figures: list[float]) -> list[tuple[int, bool]]:
    """At which looks something was said, and whether it was that all is well again."""
    standing, found = Standing(rule.name), []
    for at, figure in enumerate(figures):
        after = step(rule, standing, figure, NOW + at * LOOK)
        told = change(standing, after)
        if told is not None:
            found.append((at, told.is_over))
        standing = after
    return found


def looks(for_: timedelta) -> int:
    return int(for_ / LOOK)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_is_raised_once_and_cleared_once(rule: Rule) -> None:
    bad, fine = rule.above + 1, rule.fine_at
    after_bad, after_fine = looks(rule.bad_for), looks(rule.fine_for)
    figures = [fine] * 3 + [bad] * (after_bad + 20) + [fine] * (after_fine + 20)
    began, over = 3 + after_bad, 3 + after_bad + 20 + after_fine
    assert said(rule, figures) == [(began, False), (over, True)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_line_itself_is_not_bad(rule: Rule) -> None:
    assert said(rule, [rule.above] * 100) == []
    assert rule.fine_at <= rule.above, "what is fine cannot be bad"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fine_at < rule.above], ids=lambda rule: rule.name)
def test_between_bad_and_fine_nothing_changes(rule: Rule) -> None:
    between = (rule.above + rule.fine_at) / 2
    assert said(rule, [between] * 100) == []
    until_said = looks(rule.bad_for)
    figures = [rule.above + 1] * (until_said + 1) + [between, rule.above, between] * 100
    assert said(rule, figures) == [(until_said, False)]


def test_a_figure_that_comes_and_goes_is_one_alert() -> None:
    rule = NAMED["conflict"]
    assert said(rule, [1, 0] * 50 + [0] * looks(rule.fine_for)) == [(0, False), (99 + looks(rule.fine_for), True)]


@given(st.lists(st.floats(0, 200), max_size=300), st.sampled_from(RULES))
def test_what_is_said_alternates_and_never_more_often_than_the_calm_lasts(figures: list[float], rule: Rule) -> None:
    told = said(rule, figures)
    assert [is_over for _, is_over in told] == [bool(at % 2) for at in range(len(told))]
    for (at, _), (later, is_over) in pairwise(told):
        assert not is_over or later - at >= looks(rule.fine_for)


def test_a_clock_set_back_neither_raises_nor_holds_up() -> None:
    rule = NAMED["conflict"]
    raised = step(rule, Standing("conflict"), 1, NOW)
    calm = step(rule, raised, 0, NOW - timedelta(hours=1))
    assert calm.is_raised
    assert not step(rule, calm, 0, NOW - timedelta(hours=1) + rule.fine_for).is_raised


def test_a_look_gives_only_what_differs_and_leaves_alone_what_is_not_known() -> None:
    standings = {"disk": Standing("disk", 95, NOW, NOW), "token": Standing("token")}
    found = list(look(standings, {"disk": 95, "token": 1, "quarantine": 3}, NOW))
    assert [after.name for after, _ in found] == ["token"]
    assert found[0][1] == Change("token", 1, NOW, is_over=False)
    assert list(look(standings, {}, NOW)) == []
