"""份额 — how the limit of one bot is shared out among the processes that speak through it: by what each wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Who is silent may say as much a second at once; for more it has to ask.
LEAST = 2


@dataclass(frozen=True, slots=True)
class Portion:
    """What one process holds of the limit, in sends a second, and how much it wants."""

    name: str
    held: int
    wanted: int


def wanted(a_second: float, is_waiting: bool, limit: int) -> int:
    """What to ask for after so many sends a second: a quarter more than that, and everything while any waits."""
    return limit if is_waiting else min(limit, int(a_second * 1.25) + LEAST)


def portions(limit: int, asked: Sequence[int]) -> list[int]:
    """What each gets of what it asked for: nobody more than it wants while somebody has less than an equal part.

    What nobody wants is spread evenly, so the sum is always the limit.

    >>> portions(30, [2, 30])
    [2, 28]
    >>> portions(30, [30, 30, 6])
    [12, 12, 6]
    >>> portions(30, [2, 2])
    [15, 15]
    """
    given = [0] * len(asked)
    left = limit
    in_order = sorted(range(len(asked)), key=lambda number: (asked[number], number))
    for position, number in enumerate(in_order):
        given[number] = min(asked[number], left // (len(asked) - position))
        left -= given[number]
    for position, number in enumerate(in_order):
        more = left // (len(asked) - position)
        given[number] += more
        left -= more
    return given


def renewed(limit: int, mine: Portion, used: int, others: Sequence[Portion]) -> tuple[int, int, bool]:
    """One process asks again: what it holds from now on, how much of that it may use, and whether it is due more.

    mine: what it held until now. used: how much it was allowed to use until now.
    What is given back is held for one more round, for the sends of the last second still count; so the sum of what all
    hold is never over the limit, and neither is what they send in any second.
    """
    everybody = sorted((mine, *others), key=lambda one: one.name)
    due = portions(limit, [one.wanted for one in everybody])[everybody.index(mine)]
    free = max(0, limit - sum(one.held for one in others))
    use = min(due, free)
    return max(use, min(used, mine.held)), use, use < due
