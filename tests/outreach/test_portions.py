"""份额 — one limit shared out among processes: by what each wants, and never more than the limit in any second."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.delivery.portions import Portion, portions, renewed, wanted
from outreach.delivery.speaking_time import HUNGRY_SECONDS, LENT_SECONDS, ROUND_SECONDS, USED_SECONDS

TICK = 0.1
EVENTS = [""] * 6 + ["come", "die", "sleep", "wake"]


@pytest.mark.parametrize(
    ("limit", "asked", "given"),
    [
        (30, [30], [30]),
        (30, [2], [30]),
        (30, [2, 30], [2, 28]),
        (30, [30, 2], [28, 2]),
        (30, [30, 30], [15, 15]),
        (30, [30, 30, 30, 30], [7, 7, 8, 8]),
        (30, [8, 30, 30], [8, 11, 11]),
        (30, [20, 30], [15, 15]),
        (30, [4, 2], [16, 14]),
        (1, [1, 1], [0, 1]),
        (1000, [30, 1000], [30, 970]),
    ],
)
def test_each_gets_what_it_wants_and_whoever_wants_most_the_rest(
    limit: int, asked: list[int], given: list[int]
) -> None:
    assert portions(limit, asked) == given


@given(st.integers(1, 1000), st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_the_whole_limit_is_shared_out_and_nobody_is_left_short_for_the_greed_of_others(
    limit: int, asked: list[int]
) -> None:
    given = portions(limit, asked)
    assert sum(given) == limit and min(given) >= 0
    assert all(got >= min(asks, limit // len(asked)) for got, asks in zip(given, asked, strict=True))


@pytest.mark.parametrize(
    ("a_second", "is_waiting", "asks"), [(0, False, 2), (8, False, 12), (30, False, 30), (0, True, 30)]
)
def test_what_is_asked_for(a_second: float, is_waiting: bool, asks: int) -> None:
    assert wanted(a_second, is_waiting, 30) == asks


@dataclass
class Speaker:
    """One process, its loan by its own clock, and how much it was allowed in each of the last ticks."""

    name: str
    used: int = 0
    used_until: float = -1.0
    look_at: float = 0.0
    is_asleep: bool = False
    allowed: list[int] = field(default_factory=list)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 60), st.data())
def test_however_they_come_sleep_and_die_no_second_of_all_is_over_the_limit(limit: int, data: st.DataObject) -> None:
    rows: dict[str, tuple[Portion, float]] = {}
    speakers: list[Speaker] = []
    dead: list[Speaker] = []
    for tick in range(150):
        now = tick * TICK
        event = (
            data.draw(st.sampled_from(["", "", "", "", "", "", "come", "die", "sleep", "wake"]))
            if tick % 5 == 0
            else ""
        )
        if (event == "come" and len(speakers) < 4) or not speakers:
            speakers.append(Speaker(f"p{tick}", look_at=now))
        elif event == "die":
            dead.append(speakers.pop())
        elif event:
            speakers[0].is_asleep = event == "sleep"
        for one in speakers:
            if one.is_asleep or now < one.look_at:
                continue
            rows = {name: row for name, row in rows.items() if row[1] > now}
            asks = data.draw(st.sampled_from([2, limit]))
            held = rows[one.name][0].held if one.name in rows else 0
            used = one.used if now < one.used_until + ROUND_SECONDS else 0
            others = [row for name, (row, _) in rows.items() if name != one.name]
            keep, use, is_due_more = renewed(limit, Portion(one.name, held, asks), used, others)
            rows[one.name] = Portion(one.name, keep, asks), now + LENT_SECONDS
            assert sum(row.held for row, _ in rows.values()) <= limit
            one.used, one.used_until = use, now + USED_SECONDS
            one.look_at = now + (HUNGRY_SECONDS if is_due_more and use >= used else ROUND_SECONDS)
        for one in speakers:
            one.allowed.append(one.used if now < one.used_until else 0)
        for one in dead:
            one.allowed.append(0)
        # Within a second each may have sent as much as it was ever allowed in it.
        assert sum(max(one.allowed[-10:], default=0) for one in (*speakers, *dead)) <= limit


def test_one_that_is_alone_has_everything_at_once_and_keeps_it() -> None:
    assert renewed(30, Portion("a", 0, 2), 0, []) == (30, 30, False)
    assert renewed(30, Portion("a", 30, 2), 30, []) == (30, 30, False)


def test_a_newcomer_gets_its_part_after_the_others_have_not_used_it_for_a_second() -> None:
    first, second = Portion("a", 30, 30), Portion("b", 0, 30)
    # Nothing is free yet.
    assert renewed(30, second, 0, [first]) == (0, 0, True)
    # The first uses only half from now on, and holds the rest for one more round.
    assert renewed(30, first, 30, [second]) == (30, 15, False)
    assert renewed(30, second, 0, [first]) == (0, 0, True)
    assert renewed(30, first, 15, [second]) == (15, 15, False)
    assert renewed(30, second, 0, [Portion("a", 15, 30)]) == (15, 15, False)
