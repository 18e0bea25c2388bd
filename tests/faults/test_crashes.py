"""Whenever the process dies, nothing acknowledged is lost and nothing takes effect twice."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.conftest import DATABASES, MORNING, Figure
from tests.faults.conftest import IS_TORTURE, SEED
from tests.faults.enumerating import Chapter, Enumerator, Tally, sampled
from tests.faults.forking import Forkery
from tests.faults.grounds import PostgresGround
from tests.faults.hunting import in_shares, must_find
from tests.faults.seeded_bugs import bugs_of
from tests.faults.telegram_side import TelegramSide

# aiohttp's reader of multipart bodies calls what aiohttp itself deprecates, whenever a boundary falls badly.
pytestmark = pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")


@pytest.mark.parametrize("share", [70, pytest.param(220, marks=pytest.mark.torture)])
def test_dying_at_any_point_loses_and_doubles_nothing(
    share: int, enumerator: Enumerator, chapters: list[Chapter], figure: Figure
) -> None:
    tally = Tally()
    for chapter, point in sampled(chapters, 0 if IS_TORTURE else share, SEED + share):
        enumerator.die_at(chapter, point, tally)
    figure(tally.line("crash points", enumerator.ground.name, SEED + share))
    assert tally.violations == []
    assert len(tally.points) >= share - 10 and not tally.missed


@pytest.mark.parametrize("share", [12, pytest.param(36, marks=pytest.mark.torture)])
def test_a_real_sigkill_is_no_different(
    share: int, enumerator: Enumerator, chapters: list[Chapter], memory: Path, figure: Figure
) -> None:
    tally = Tally()
    ground = enumerator.ground
    with Forkery(memory / "made") as forkery:
        die = partial(forkery.live, ground.url, ground.folder, enumerator.telegram.port, MORNING)
        for chapter, point in sampled(chapters, 600 if IS_TORTURE else share, SEED + 1, is_spread=False):
            enumerator.die_at(chapter, point, tally, die)
    figure(tally.line("killed by SIGKILL", enumerator.ground.name, SEED + 1))
    assert tally.violations == []
    assert len(tally.points) >= share * 5 // 6


@pytest.mark.torture
def test_dying_again_while_coming_back_is_no_different(
    enumerator: Enumerator, chapters: list[Chapter], figure: Figure
) -> None:
    tally, dice = Tally(), Random(SEED + 3)
    for chapter, point in sampled(chapters, 800 if IS_TORTURE else 24, SEED + 3, is_spread=False):
        enumerator.die_at(chapter, point, tally, again=dice.choice(chapter.points))
    figure(tally.line("killed while coming back", enumerator.ground.name, SEED + 3))
    assert tally.violations == []
    assert tally.twice


@pytest.mark.torture
@pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL is left out of this run")
def test_postgresql_is_no_different(
    postgresql: str, memory: Path, telegram: TelegramSide, quick: None, figure: Figure
) -> None:
    tally = Tally()
    ground = PostgresGround(memory / "pg", postgresql, "template_anshao")
    enumerator = Enumerator(ground, telegram)
    try:
        watched = ("enrolment:phone", "answer:note", "answer:album", "submission:submit")
        chapters = enumerator.chapters(lambda step: step.name in watched)
        for chapter, point in sampled(chapters, 300 if IS_TORTURE else 16, SEED + 2, is_spread=False):
            enumerator.die_at(chapter, point, tally)
    finally:
        ground.close()
    figure(tally.line("crash points", ground.name, SEED + 2))
    assert tally.violations == []
    assert len(tally.points) >= 15


# Three mistakes in every run, the others in the exhaustive share.
@pytest.mark.parametrize("name", in_shares(bugs_of("enrolment", "answer", "submission"), 3))
def test_a_planted_mistake_is_found(name: str, enumerator: Enumerator, chapters: list[Chapter], figure: Figure) -> None:
    must_find(name, enumerator, chapters, figure)
