"""排雷 — plants one mistake and comes back from one death after another until an oracle names it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.conftest import Figure
from tests.faults import oracles
from tests.faults.enumerating import Chapter, Enumerator, Tally
from tests.faults.killing import Point
from tests.faults.seeded_bugs import BUGS


def in_shares(names: Iterable[str], always: Iterable[str], story_of: Callable[[str], str]) -> list[Any]:
    """A few in every run, the others in the exhaustive share; each is called after the story it is planted in."""
    return [
        pytest.param(name, id=f"{story_of(name)}:{name}", marks=() if name in always else pytest.mark.torture)
        for name in names
    ]


def must_find(name: str, enumerator: Enumerator, chapters: list[Chapter], figure: Figure, by: str) -> None:
    """Fails unless one of the oracles that the mistake is meant for finds it.

    by: `image`, of every point of a life with the mistake; or `death`, one after another in this process.
    """
    bug, began = BUGS[name], time.monotonic()
    chapter = next(chapter for chapter in chapters if chapter.step.name == bug.step)
    tally = Tally()
    with pytest.MonkeyPatch.context() as patch:
        bug.plant(patch)
        if by == "death":
            for point in sorted(chapter.points, key=_is_between):
                if not enumerator.die_at(chapter, point, tally) and bug.caught_by & set(tally.caught_by):
                    break
        else:
            for image in sorted(enumerator.relive(chapter), key=lambda image: _is_between(image.points[0])):
                if not enumerator.die_from(chapter, image, tally) and bug.caught_by & set(tally.caught_by):
                    break
    found = [oracles.named(oracle) for oracle in sorted(bug.caught_by & set(tally.caught_by))]
    figure(f"planted, found by {by}: {name}: {', '.join(found) or 'NOT FOUND'} after {len(tally.points)} points, "
            f"{time.monotonic() - began:.1f} s")  # fmt: skip
    assert found
    assert set(tally.caught_by) <= {oracle.__name__ for oracle in oracles.AT_DEATH + oracles.AT_REST} | {
        "comes_back_to_life"
    }


def _is_between(point: Point) -> bool:
    """Between two transactions, or between one and a call, is where such mistakes show: those points come first."""
    return point.kind.endswith("statement")
