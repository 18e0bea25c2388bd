"""排雷 — plants one mistake and dies at one point after another until an oracle names it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pytest

from tests.conftest import Figure
from tests.faults import oracles
from tests.faults.enumerating import Chapter, Enumerator, Tally
from tests.faults.seeded_bugs import BUGS


def in_shares(names: Iterable[str], always: int) -> list[Any]:
    """The first few in every run, the others in the exhaustive share."""
    return [
        name if at < always else pytest.param(name, marks=pytest.mark.torture) for at, name in enumerate(names)
    ]  # fmt: skip


def must_find(name: str, enumerator: Enumerator, chapters: list[Chapter], figure: Figure) -> None:
    """Fails unless one of the oracles that the mistake is meant for finds it."""
    bug, began = BUGS[name], time.monotonic()
    chapter = next(chapter for chapter in chapters if chapter.step.name == bug.step)
    # Between two transactions, or between one and a call, is where such mistakes show: those points first, in order.
    points = sorted(chapter.points, key=lambda point: point.kind.endswith("statement"))
    tally = Tally()
    with pytest.MonkeyPatch.context() as patch:
        bug.plant(patch)
        for point in points:
            if not enumerator.die_at(chapter, point, tally) and bug.caught_by & set(tally.caught_by):
                break
    found = sorted(bug.caught_by & set(tally.caught_by))
    figure(f"planted: {name}: {', '.join(found) or 'NOT FOUND'} after {len(tally.points)} points, "
            f"{time.monotonic() - began:.1f} s")  # fmt: skip
    assert found
    assert set(tally.caught_by) <= {oracle.__name__ for oracle in oracles.AT_DEATH + oracles.AT_REST} | {
        "comes_back_to_life"
    }
