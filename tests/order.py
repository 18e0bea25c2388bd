"""先长后短 — in which order the exhaustive share begins, so that no long test is left alone at the end.

Beside each other run as many tests as there are workers, and whoever is done takes the next. What takes long therefore
begins first; what dies in the same story stays together, so that it is told once, and counts as one.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling

# Seconds that a test takes among the others, two cores to three workers, by how its name begins; what is not listed
# takes a few.
LONG = {
    "test_hazards_in_any_order_for_long[postgresql": 70,
    "test_hazards_in_any_order_for_long[sqlite": 90,
    "test_thousands_of_them_do_not_either": 135,
    "test_postgresql_takes_the_same_nonsense": 30,
    "test_many_a_sigkill_is_no_different": 10,
    "test_many_a_sigkill_is_no_different[enrolment]": 28,
    "test_dying_at_any_point_loses_and_doubles_nothing": 7,
    "test_dying_at_any_point_loses_and_doubles_nothing[enrolment": 12,
    "test_dying_again_while_coming_back_is_no_different": 3,
    "test_postgresql_is_no_different": 14,
    "test_postgresql_is_no_different[enrolment]": 20,
    "test_postgresql_is_no_different[fallback]": 23,
    "test_postgresql_is_no_different[report]": 50,
    "test_a_hundred_thousand_are_told_through_two_hundred_deaths": 38,
    "test_the_laws_hold_for_thousands_of_steps_on_both_databases[postgresql]": 150,
    "test_the_laws_hold_for_thousands_of_steps_on_both_databases[sqlite]": 36,
    "test_a_month_of_downtime_with_ten_thousand_plans_leads_to_one_message_each[postgresql]": 38,
    "test_a_month_of_downtime_with_ten_thousand_plans_leads_to_one_message_each[sqlite]": 14,
    "test_each_call_meets_every_fault": 12,
    "test_each_call_meets_every_fault[deliveries]": 21,
    "test_each_call_meets_every_fault[talk]": 32,
    "test_every_kind_of_piece_has_its_screen_and_none_is_too_long": 14,
    "test_june_by_real_processes": 26,
    "test_a_process_stopped_for_longer_than_its_lease_doubles_nothing": 24,
    "test_the_part_of_a_process_that_dies_or_leaves_goes_to_the_others": 10,
    "test_first_day": 17,
    "test_a_quiz_survives_a_kill_between_its_questions": 11,
    "test_awaited_messages": 7,
}
FEW_SECONDS = 3


def seconds_of(name: str) -> int:
    """What a test takes: the longest beginning of its name that is listed decides."""
    known = [start for start in LONG if name.startswith(start)]
    return LONG[max(known, key=len)] if known else FEW_SECONDS


def unit_of(nodeid: str) -> str:
    """What one worker does in one go: a test, or all that is done in one story."""
    story = re.search(r"test_crashes\.py::(?!test_postgresql)\w+\[([a-z]+)", nodeid)
    return f"the story of {story[1]}" if story else nodeid


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests in order, those of a unit as a whole."""
    seconds: Counter[str] = Counter()
    for item in items:
        seconds[unit_of(item.nodeid)] += seconds_of(item.name)
    items.sort(key=lambda item: (-seconds[unit_of(item.nodeid)], unit_of(item.nodeid)))


class InUnits(LoadScopeScheduling):
    """Gives a worker that has nearly done the next unit."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
