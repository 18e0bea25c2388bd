"""Whenever the process dies, nothing acknowledged is lost and nothing takes effect twice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pytest

from tests.conftest import DATABASES, Adding, Figure
from tests.faults import clock_bugs, group_bugs, office_bugs, oracles, tale_bugs  # noqa: F401 - being imported is how mistakes get on the list
from tests.faults.conftest import SEED
from tests.faults.enumerating import Enumerator, Tally, images_of, sampled
from tests.faults.forking import Forkery
from tests.faults.hunting import in_shares, must_find
from tests.faults.library import Library
from tests.faults.seeded_bugs import BUGS

# aiohttp's reader of multipart bodies calls what aiohttp itself deprecates, whenever a boundary falls badly.
pytestmark = pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")

# Every story: into how many shares its images are dealt, how many points it has at least, and how many of them are
# died at by a real SIGKILL.
STORIES = {"enrolment": (2, 1200, 150), "report": (1, 500, 100), "quiz": (1, 400, 80), "notice": (4, 1800, 60),
           "reminder": (1, 700, 60), "calendar": (1, 400, 40), "fallback": (1, 800, 40),
           "visit": (1, 800, 30), "owners": (1, 130, 10), "pair": (1, 250, 20)}  # fmt: skip
SHARES = [(name, at, of) for name, (of, _, _) in STORIES.items() for at in range(of)]
# What every run dies in, and the mistakes that show there.
FEW = {
    "enrolment": ("answer:note", "answer:album"),
    "report": ("report:anonymous",),
    "quiz": ("quiz:wrong",),
    "notice": ("notice:read",),
    "reminder": ("reminder:night", "reminder:late"),
    "fallback": ("fallback:silent",),
    "visit": ("visit:found",),
}
ALWAYS = (
    "the_id_is_committed_before_the_effect", "the_photo_row_is_added_after_the_commit",
    "the_official_is_told_of_a_report_after_the_commit", "reading_it_twice_counts_twice",
    "what_is_asked_has_its_reminder_in_another_transaction", "what_a_dead_process_held_goes_to_the_group_again",
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """What a test needs to let people die: the stories, the process that forks, and where figures are noted."""

    library: Library
    forkery: Forkery
    figure: Figure
    adding: Adding

    def told(self, title: str, tally: Tally, enumerator: Enumerator, sums: str, least: int = 1) -> None:
        """Print what came of the deaths; nothing may have gone wrong."""
        self.figure(tally.line(title, enumerator.ground, SEED))
        self.adding(sums, len(tally.points))
        assert tally.violations == []
        assert len(tally.points) >= least


@pytest.fixture
def stage(library: Library, forkery: Forkery, figure: Figure, adding: Adding) -> Stage:
    return Stage(library, forkery, figure, adding)


def test_every_invariant_has_its_oracle(figure: Figure) -> None:
    spoken = oracles.invariants()
    assert {"I1", "I2", "O1", "O3", "O4", "O6", "O8", "R1", "R2", "R3"} <= set(spoken)
    asked = sum(len(names) for names in spoken.values())
    figure(f"after each death and recovery are asked {asked} oracles of {', '.join(sorted(spoken))}")


@pytest.mark.parametrize("name", FEW)
def test_dying_in_a_few_steps_loses_and_doubles_nothing(name: str, stage: Stage) -> None:
    _die(name, stage, FEW[name])


@pytest.mark.torture
@pytest.mark.parametrize(("name", "share", "of"), SHARES)
def test_dying_at_any_point_loses_and_doubles_nothing(name: str, share: int, of: int, stage: Stage) -> None:
    _die(name, stage, share=share, of=of, least=STORIES[name][1] // of // 2)


def _die(name: str, stage: Stage, steps: tuple[str, ...] = (), share: int = 0, of: int = 1, least: int = 1) -> None:
    tally = Tally()
    enumerator, chapters = stage.library.story(name, steps)
    for chapter, image in images_of(chapters)[share::of]:
        enumerator.die_from(chapter, image, tally)
    stage.told(f"crash points, {name}", tally, enumerator, "crash points", least)
    stage.adding("distinct images of them", tally.images)
    if not steps:
        assert sum(len(chapter.points) for chapter in chapters) >= STORIES[name][1]


def test_a_real_sigkill_is_no_different(stage: Stage) -> None:
    _kill("enrolment", stage, 12, FEW["enrolment"])


@pytest.mark.torture
@pytest.mark.parametrize("name", STORIES)
def test_many_a_sigkill_is_no_different(name: str, stage: Stage) -> None:
    _kill(name, stage, STORIES[name][2])


def _kill(name: str, stage: Stage, count: int, steps: tuple[str, ...] = ()) -> None:
    tally = Tally()
    enumerator, chapters = stage.library.story(name, steps)
    ground = enumerator.ground
    where = ground.url, ground.folder, enumerator.telegram.port
    die, drawn = partial(stage.forkery.live, *where), sampled(chapters, count, SEED)
    for chapter in chapters:
        if any(one is chapter for one, _ in drawn):
            enumerator.begin_again(chapter)
            stage.forkery.warm(*where, chapter.step)
    for chapter, point in drawn:
        enumerator.die_at(chapter, point, tally, die)
    # Thirty sends or two photos side by side do not take turns in the same order in every life.
    stage.told(f"killed by SIGKILL, {name}", tally, enumerator, "points by SIGKILL", count - max(1, count // 30))
    assert tally.same >= len(tally.points) * 0.9


@pytest.mark.torture
@pytest.mark.parametrize("name", STORIES)
def test_dying_again_while_coming_back_is_no_different(name: str, stage: Stage) -> None:
    tally = Tally()
    enumerator, chapters = stage.library.story(name)
    for at, chapter in enumerate(chapters):
        image = chapter.images[at * len(chapter.images) // len(chapters)]
        enumerator.die_again(chapter, image, tally, 4, SEED)
    stage.told(f"killed again while coming back, {name}", tally, enumerator, "points of a second death")


# Which questions are asked hangs on the number of the set, and on PostgreSQL a set that was undone leaves a gap.
ON_POSTGRESQL = {
    "enrolment": ("enrolment:phone", "answer:note", "answer:album", "submission:submit"),
    "report": ("report:anonymous", "report:named"),
    "quiz": ("quiz:wrong", "quiz:last"),
    "notice": ("notice:read", "notice:stopped"),
    "reminder": ("reminder:late", "reminder:resumed"),
    "fallback": ("fallback:silent", "fallback:recalled"),
    "visit": ("visit:begin", "visit:found"),
    "pair": ("pair:said",),
}


@pytest.mark.torture
@pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL is left out of this run")
@pytest.mark.parametrize("name", ON_POSTGRESQL)
def test_postgresql_is_no_different(name: str, stage: Stage, request: pytest.FixtureRequest) -> None:
    library: Library = request.getfixturevalue("postgresql_library")
    tally, died = Tally(), Tally()
    enumerator, chapters = library.story(name, ON_POSTGRESQL[name])
    for chapter, image in images_of(chapters):
        enumerator.die_from(chapter, image, tally)
    stage.told(f"crash points, {name}", tally, enumerator, "crash points on PostgreSQL")
    for chapter, point in sampled(chapters, 12, SEED):
        enumerator.die_at(chapter, point, died)
    stage.told(f"really died, {name}", died, enumerator, "points really died at on PostgreSQL")


def _story_of(bug: str) -> str:
    scenario = BUGS[bug].step.partition(":")[0]
    return scenario if scenario in STORIES else "enrolment"


@pytest.mark.parametrize("name", in_shares(BUGS, ALWAYS, _story_of))
def test_a_planted_mistake_is_found(name: str, stage: Stage) -> None:
    story = _story_of(name)
    must_find(name, *stage.library.story(story, FEW[story] if name in ALWAYS else ()), stage.figure, "image")
    stage.adding(f"of {len(BUGS)} planted mistakes found", 1)


@pytest.mark.torture
@pytest.mark.parametrize("name", in_shares(ALWAYS, ALWAYS, _story_of))
def test_a_planted_mistake_is_found_by_really_dying(name: str, stage: Stage) -> None:
    must_find(name, *stage.library.story(_story_of(name)), stage.figure, "death")
