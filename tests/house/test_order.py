"""The longest tests are known by names that there are."""

from __future__ import annotations

import re

from tests.house.tree import ROOT
from tests.order import LONG, seconds_of, unit_of


def test_whatever_is_said_to_take_long_is_a_test() -> None:
    told = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    names = set(re.findall(r"def (test_\w+)\(", told))
    assert {start.partition("[")[0] for start in LONG} - names == set()


def test_the_longest_beginning_that_is_listed_decides() -> None:
    assert seconds_of("test_many_a_sigkill_is_no_different[enrolment]") == 28
    assert seconds_of("test_many_a_sigkill_is_no_different[quiz]") == 10
    assert seconds_of("test_nobody_knows_this_one") == 3


def test_what_dies_in_a_story_stays_together() -> None:
    file = "tests/faults/test_crashes.py::"
    told = [f"{file}test_dying_at_any_point[notice-0-4]", f"{file}test_a_mistake[notice:the_audience]"]
    assert {unit_of(one) for one in told} == {"the story of notice"}
    for alone in (f"{file}test_postgresql_is_no_different[notice]", "tests/bot/test_line.py::test_one[a]"):
        assert unit_of(alone) == alone
