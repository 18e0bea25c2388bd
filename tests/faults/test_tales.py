"""Whenever the process dies over a report, a quiz or a notice to thirty, nothing is lost, doubled or forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest

from tests.conftest import DATABASES, MORNING, Figure
from tests.faults import beginnings, tale_bugs  # noqa: F401 - being imported is how mistakes get on the list
from tests.faults.conftest import IS_TORTURE, SEED
from tests.faults.enumerating import Chapter, Enumerator, Tally, sampled
from tests.faults.forking import Forkery
from tests.faults.grounds import PostgresGround, SqliteGround
from tests.faults.hunting import in_shares, must_find
from tests.faults.seeded_bugs import bugs_of
from tests.faults.telegram_side import TelegramSide

pytestmark = pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")
# How many points of each story: in every run, and in the exhaustive share of a machine that has minutes, not hours.
TALES = {"report": (14, 170), "quiz": (12, 130), "notice": (14, 230)}


class Library:
    """The stories told so far, each in a world of its own."""

    def __init__(self, folder: Path, empty: Path, telegram: TelegramSide) -> None:
        self._folder, self._empty, self._telegram = folder, empty, telegram
        self._told: dict[str, tuple[Enumerator, list[Chapter]]] = {}

    def story(self, name: str) -> tuple[Enumerator, list[Chapter]]:
        """A story and its watched steps; told once."""
        if name not in self._told:
            ground = SqliteGround(Path(mkdtemp(dir=self._folder)), self._empty)
            teller = Enumerator(ground, self._telegram, getattr(beginnings, name))
            self._told[name] = teller, teller.chapters()
        return self._told[name]


@pytest.fixture(scope="module")
def library(memory: Path, migrated_sqlite: Path, telegram: TelegramSide, quick: None) -> Iterator[Library]:
    yield Library(memory, migrated_sqlite, telegram)


@pytest.mark.parametrize("name", TALES)
def test_dying_at_a_few_points_loses_and_doubles_nothing(name: str, library: Library, figure: Figure) -> None:
    _die(name, library, TALES[name][0], figure, is_spread=False)


@pytest.mark.torture
@pytest.mark.parametrize("name", TALES)
def test_dying_at_any_point_loses_and_doubles_nothing(name: str, library: Library, figure: Figure) -> None:
    _die(name, library, 0 if IS_TORTURE else TALES[name][1], figure)


def _die(name: str, library: Library, count: int, figure: Figure, *, is_spread: bool = True) -> None:
    enumerator, chapters = library.story(name)
    tally = Tally()
    for chapter, point in sampled(chapters, count, SEED, is_spread=is_spread):
        enumerator.die_at(chapter, point, tally)
    figure(tally.line(f"crash points, {name}", enumerator.ground.name, SEED))
    assert tally.violations == []
    # Thirty sends side by side do not take turns in the same order in every life: a few points are not met again.
    assert len(tally.points) >= count - 2 and tally.missed <= max(2, len(tally.points) // 50)


@pytest.mark.torture
@pytest.mark.parametrize("name", TALES)
def test_a_real_sigkill_is_no_different(name: str, library: Library, memory: Path, figure: Figure) -> None:
    enumerator, chapters = library.story(name)
    tally, ground = Tally(), enumerator.ground
    with Forkery(memory / "made") as forkery:
        die = partial(forkery.live, ground.url, ground.folder, enumerator.telegram.port, MORNING)
        for chapter, point in sampled(chapters, 300 if IS_TORTURE else 12, SEED + 1, is_spread=False):
            enumerator.die_at(chapter, point, tally, die)
    figure(tally.line(f"killed by SIGKILL, {name}", ground.name, SEED + 1))
    assert tally.violations == []


@pytest.mark.torture
@pytest.mark.parametrize("name", TALES)
def test_dying_again_while_coming_back_is_no_different(name: str, library: Library, figure: Figure) -> None:
    enumerator, chapters = library.story(name)
    tally, dice = Tally(), Random(SEED + 3)
    for chapter, point in sampled(chapters, 300 if IS_TORTURE else 12, SEED + 3, is_spread=False):
        enumerator.die_at(chapter, point, tally, again=dice.choice(chapter.points))
    figure(tally.line(f"killed while coming back, {name}", enumerator.ground.name, SEED + 3))
    assert tally.violations == []
    assert tally.twice


@pytest.mark.torture
@pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL is left out of this run")
@pytest.mark.parametrize("name", TALES)
def test_postgresql_is_no_different(
    name: str, postgresql: str, memory: Path, telegram: TelegramSide, quick: None, figure: Figure
) -> None:
    tally = Tally()
    ground = PostgresGround(memory / f"pg_{name}", postgresql, "template_anshao")
    enumerator = Enumerator(ground, telegram, getattr(beginnings, name))
    # Which questions are asked hangs on the number of the set, and there a set that was undone leaves a gap.
    drawn = ("quiz:begin", "quiz:again")
    try:
        chapters = enumerator.chapters(lambda step: step.name not in drawn)
        for chapter, point in sampled(chapters, 200 if IS_TORTURE else 12, SEED + 2, is_spread=False):
            enumerator.die_at(chapter, point, tally)
    finally:
        ground.close()
    figure(tally.line(f"crash points, {name}", ground.name, SEED + 2))
    assert tally.violations == []


# Two mistakes in every run, the others in the exhaustive share.
@pytest.mark.parametrize("name", in_shares(bugs_of(*TALES), 2))
def test_a_planted_mistake_is_found(name: str, library: Library, figure: Figure) -> None:
    scenario = bugs_of(*TALES)[name].step.partition(":")[0]
    must_find(name, *library.story(scenario), figure)
