"""The rules of a broadcast as tables: who is meant, who must agree, when it leaves, what was typed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.broadcast import (
    Audience,
    Bound,
    BroadcastMoved,
    BroadcastState,
    ChasedRecently,
    Posts,
    in_force_until,
    may_chase,
    must_have_second,
    must_move,
    outside_quiet,
    read_count,
)
from domain.contact import Jurisdiction

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
CATERING = frozenset({"catering"})


def there(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("bound", "audience", "allowed"),
    [
        (Bound(Jurisdiction()), Audience(), True),
        (Bound(Jurisdiction("东街道")), Audience(), False),
        (Bound(Jurisdiction("东街道")), Audience(street="东街道"), True),
        (Bound(Jurisdiction("东街道", "一网格")), Audience(street="东街道"), False),
        (Bound(Jurisdiction("东街道")), Audience(street="东街道", grid="一网格"), True),
        (Bound(Jurisdiction("东街道")), Audience(street="西街道"), False),
        (Bound(Jurisdiction(), CATERING), Audience(), False),
        (Bound(Jurisdiction(), CATERING), Audience(industry="catering"), True),
        (Bound(Jurisdiction(), CATERING), Audience(within=CATERING), True),
        (Bound(Jurisdiction(), CATERING), Audience(within=CATERING | {"retail"}), False),
    ],
)
def test_an_official_handles_what_lies_within_their_bound(bound: Bound, audience: Audience, allowed: bool) -> None:
    assert bound.allows(audience) is allowed


def test_bounding_never_widens() -> None:
    bound = Bound(Jurisdiction("东街道", "一网格"), CATERING)
    for wish in (Audience(), Audience(street="西街道", grid="九网格"), Audience(within=frozenset({"retail"}))):
        assert bound.allows(wish.bounded(bound))
    assert Audience(street="西街道").bounded(Bound(Jurisdiction())) == Audience(street="西街道")


def test_an_audience_survives_being_written_down() -> None:
    whole = Audience("东街道", "一网格", "第一组", "catering", Posts.ANSWERABLE, "red", 7, CATERING)
    assert Audience.of(whole.as_facts()) == whole and Audience.of({}) == Audience()


@pytest.mark.parametrize(
    ("audience", "meant"),
    [
        (Audience(), True),
        (Audience(street="东街道", grid="一网格", group="第一组", industry="catering", risk_class="yellow"), True),
        (Audience(industry="retail"), False),
        (Audience(risk_class="red"), False),
        (Audience(group="第二组"), False),
        (Audience(within=frozenset({"retail"})), False),
        (Audience(within=frozenset({"retail", "catering"})), True),
    ],
)
def test_which_enterprises_are_meant(audience: Audience, meant: bool) -> None:
    assert audience.meets("东街道", "一网格", "第一组", CATERING, "yellow") is meant


@pytest.mark.parametrize(
    ("count", "is_urgent", "second"), [(1, False, False), (500, False, False), (501, False, True), (1, True, True)]
)
def test_when_a_second_official_is_needed(count: int, is_urgent: bool, second: bool) -> None:
    assert must_have_second(count, is_urgent) is second


def test_a_broadcast_only_moves_forward() -> None:
    legal = {
        ("draft", "awaiting"), ("draft", "approved"), ("draft", "discarded"), ("awaiting", "draft"),
        ("awaiting", "approved"), ("approved", "recalled"),
    }  # fmt: skip
    for state in BroadcastState:
        for to in BroadcastState:
            if (state.value, to.value) in legal:
                must_move(state, to)
                continue
            with pytest.raises(BroadcastMoved):
                must_move(state, to)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-06-01 08:00", "2026-06-01 08:00"),
        ("2026-06-01 20:59", "2026-06-01 20:59"),
        ("2026-06-01 21:00", "2026-06-02 08:00"),
        ("2026-06-02 00:00", "2026-06-02 08:00"),
        ("2026-06-02 07:59", "2026-06-02 08:00"),
    ],
)
def test_the_night_is_quiet(at: str, leaves: str) -> None:
    assert outside_quiet(there(at), ZONE) == there(leaves)


def test_the_last_day_counts_whole() -> None:
    assert in_force_until(date(2026, 6, 1), 7, ZONE) == there("2026-06-09 00:00")
    assert in_force_until(date(2026, 6, 1), 0, ZONE) is None


@pytest.mark.parametrize(
    ("typed", "count"),
    [("503", 503), ("503人", 503), ("共 503 人", 503), ("５０３", 503), ("好", None), ("5 和 3", None)],
)
def test_a_count_is_one_number(typed: str, count: int | None) -> None:
    assert read_count(typed) == count


def test_nobody_is_reminded_all_day_long() -> None:
    may_chase(None, NOW)
    may_chase(NOW - timedelta(hours=4), NOW)
    with pytest.raises(ChasedRecently):
        may_chase(NOW - timedelta(hours=3, minutes=59), NOW)
