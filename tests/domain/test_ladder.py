"""Which step of the ladder is due when: workdays, waits, answers, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from content.catalogue import Catalogue
from content.fault import ContentFault
from content.loading.ladder import read_ladder
from content.loading.page import Page
from domain.checklist import Grade
from domain.hazard import Hazard, HazardState, Source
from domain.ladder import Ladder, PaperState, Rung, Standing, climbs, next_due
from domain.reminder import Almanac

# A Monday; the holiday is 10-01 to 10-07, 09-25 to 09-27 too, and the Sunday 09-20 and the Saturday 10-10 are worked.
TERM = date(2026, 9, 14)
HAZARD = Hazard(HazardState.ORDERED, Grade.GENERAL, Source.OFFICIAL, due_on=TERM)


@pytest.fixture(scope="module")
def ladder(catalogue: Catalogue) -> Ladder:
    return catalogue.ladder


@pytest.fixture(scope="module")
def almanac(catalogue: Catalogue) -> Almanac:
    return Almanac(ZoneInfo("Asia/Shanghai"), catalogue.calendar)


def out(rung: Rung, on: date, reply_on: date | None = None, state: PaperState = PaperState.RELEASED) -> Standing:
    return Standing(rung, state, on, reply_on)


def due(ladder: Ladder, almanac: Almanac, *steps: Standing, hazard: Hazard = HAZARD) -> tuple[str, date] | None:
    found = next_due(ladder, hazard, steps, almanac)
    return None if found is None else (found.rule.rung.value, found.on)


def test_each_step_counts_workdays_from_the_term_and_from_the_release_before_it(
    ladder: Ladder, almanac: Almanac
) -> None:
    assert due(ladder, almanac) == ("reminder", date(2026, 9, 15))
    reminder = out(Rung.REMINDER, date(2026, 9, 15))
    assert due(ladder, almanac, reminder) == ("circular", date(2026, 9, 17))
    # Released late, so what follows is late too; the Sunday 09-20 is a make-up day.
    circular = out(Rung.CIRCULAR, date(2026, 9, 18))
    assert due(ladder, almanac, reminder, circular) == ("supervision", date(2026, 9, 22))
    # The last day of its answer is 09-30; the next workday comes after the holiday.
    order = out(Rung.SUPERVISION, date(2026, 9, 24), date(2026, 9, 30))
    assert due(ladder, almanac, reminder, circular, order) == ("interview", date(2026, 10, 8))


def test_a_draft_an_answer_and_a_stop_hold_it(ladder: Ladder, almanac: Almanac) -> None:
    reminder = out(Rung.REMINDER, date(2026, 9, 15))
    assert due(ladder, almanac, reminder, Standing(Rung.CIRCULAR, PaperState.DRAFT)) is None
    assert due(ladder, almanac, replace(reminder, state=PaperState.ANSWERED)) is None
    assert due(ladder, almanac, reminder, Standing(Rung.CIRCULAR, PaperState.WITHDRAWN, has_stopped=True)) is None
    last = out(Rung.SANCTION, date(2026, 10, 20))
    assert due(ladder, almanac, last) is None


def test_an_objection_holds_it_until_a_workday_after_it_was_turned_down(ladder: Ladder, almanac: Almanac) -> None:
    reminder = (out(Rung.REMINDER, date(2026, 9, 15)),)
    assert next_due(ladder, HAZARD, reminder, almanac, is_objected=True) is None
    found = next_due(ladder, HAZARD, reminder, almanac, objected_until=date(2026, 9, 30))
    assert found is not None and found.on == date(2026, 10, 8)


def test_only_what_is_past_its_term_climbs_and_not_what_an_enterprise_found_of_itself(ladder: Ladder) -> None:
    late = date(2026, 9, 15)
    assert climbs(ladder, HAZARD, late)
    assert not climbs(ladder, HAZARD, TERM)
    assert not climbs(ladder, replace(HAZARD, state=HazardState.RECTIFIED), late)
    assert not climbs(ladder, replace(HAZARD, source=Source.SELF), late)
    assert climbs(ladder, replace(HAZARD, source=Source.SELF, grade=Grade.MAJOR), late)
    assert climbs(replace(ladder, includes_own=True), replace(HAZARD, source=Source.SELF), late)


def test_a_major_hazard_climbs_faster(ladder: Ladder) -> None:
    for rung in list(Rung)[1:]:
        general, major = ladder.rule(Grade.GENERAL, rung), ladder.rule(Grade.MAJOR, rung)
        assert general is not None and major is not None and major.late < general.late


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        ('release = "clock"', 'release = "head"', 'release = "head"'),
        ("late = 3", "late = 300", "late = 300"),
        ('"official"\nsecond = true', '"official"\nsecond = false', "second = false"),
        ("late = 6", "late = 2", "late = 2"),
        ('to = ["enterprise", "departments"]', "to = []", "to = []"),
        ("meet_within = 5", "meet_within = 5\nmeet = 5", "meet = 5"),
    ],
)
def test_a_flaw_in_the_file_is_named_with_its_line(was: str, now: str, line: str) -> None:
    text = (Path(read_ladder.__code__.co_filename).parents[1] / "ladder.toml").read_text(encoding="utf-8")
    assert was in text
    changed = text.replace(was, now, 1)
    with pytest.raises(ContentFault) as fault:
        read_ladder(Page("ladder.toml", changed))
    assert changed.splitlines()[fault.value.line - 1] == line
