"""节流 — on a clock that jumps: never over the limit, never two to one chat, replies first, nobody forgotten."""

from __future__ import annotations

import asyncio
import tracemalloc
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.delivery.allowance import CHAT_BURST, FALL, GROUP_SENDS, Allowance
from outreach.delivery.pacing import Pacer
from tests.virtual_time import run

Sends = list[tuple[float, int, bool]]
CHATS = st.sampled_from([1, 2, 3, 4, 5, -1, -2])


async def _say(pacer: Pacer, sends: Sends, chat_id: int, is_reply: bool, after: float = 0.0) -> None:
    await asyncio.sleep(after)
    await pacer.wait(chat_id, is_reply=is_reply)
    sends.append((asyncio.get_running_loop().time(), chat_id, is_reply))


async def _broadcast(pacer: Pacer, sends: Sends, count: int, workers: int = 25) -> None:
    """So many people, each in a chat of their own, by as many workers as the pump has."""
    chats = iter(range(1, count + 1))

    async def worker() -> None:
        for chat_id in chats:
            await _say(pacer, sends, chat_id, False)

    await asyncio.gather(*(worker() for _ in range(workers)))


def _most_in(seconds: float, starts: list[float]) -> int:
    """The most that begin within any stretch of time, its end not included."""
    return max((bisect_left(starts, at + seconds) - place for place, at in enumerate(starts)), default=0)


@given(
    limit=st.integers(1, 40),
    asked=st.lists(st.tuples(st.floats(0, 3), CHATS, st.booleans()), max_size=60),
    many=st.integers(0, 80),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_no_limit_is_ever_passed(limit: int, asked: list[tuple[float, int, bool]], many: int) -> None:
    sends: Sends = []

    async def all_of_them() -> None:
        pacer = Pacer(limit)
        jobs = [_say(pacer, sends, chat_id, is_reply, after) for after, chat_id, is_reply in asked]
        await asyncio.gather(*jobs, *(_say(pacer, sends, 1000 + n, False) for n in range(many)))

    run(all_of_them())
    # Nobody is forgotten.
    assert len(sends) == len(asked) + many
    assert _most_in(1.0, [at for at, _, _ in sends]) <= limit
    chats: dict[int, Sends] = defaultdict(list)
    for send in sends:
        chats[send[1]].append(send)
    for chat_id, said in chats.items():
        for (before, _, _), (at, _, is_reply) in pairwise(said):
            # A notice never follows on the heels of anything; an answer may, for a moment.
            assert is_reply or at - before >= 1.0
        starts = [at for at, _, _ in said]
        for seconds in range(1, 20):
            assert _most_in(seconds, starts) <= CHAT_BURST + seconds
        if chat_id < 0:
            assert _most_in(60.0, starts) <= GROUP_SENDS


@pytest.mark.parametrize("limit", [1, 2, 25, 30, 100, 1000])
def test_a_broadcast_goes_evenly_and_wastes_little(limit: int) -> None:
    sends: Sends = []
    seconds = 20
    run(_broadcast(Pacer(limit), sends, limit * seconds))
    starts = [at for at, _, _ in sends]
    assert _most_in(1.0, starts) <= limit
    took = starts[-1] - starts[0]
    assert (limit * seconds - 1) / took / limit >= (0.975 if limit <= 100 else 0.95)
    if limit >= 25:
        # No bursts: a tenth of a second never holds much more than its share.
        assert _most_in(0.1, starts[limit:]) <= limit / 10 + 2


@pytest.mark.parametrize("limit", [25, 30, 300])
def test_a_reply_overtakes_a_broadcast_and_the_broadcast_gives_way(limit: int) -> None:
    sends: Sends = []
    waits: list[float] = []

    async def people(pacer: Pacer) -> None:
        for n in range(200):
            await asyncio.sleep(0.05 + n % 7 * 0.083)
            asked_at = asyncio.get_running_loop().time()
            await _say(pacer, sends, 1_000_000 + n % 50, True)
            waits.append(asyncio.get_running_loop().time() - asked_at)

    async def together() -> None:
        pacer = Pacer(limit)
        going = asyncio.create_task(_broadcast(pacer, sends, limit * 100))
        await people(pacer)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)

    run(together())
    assert max(waits) < 0.1
    starts = [at for at, _, _ in sends]
    assert _most_in(1.0, starts) <= limit
    assert len(sends) / (starts[-1] - starts[0]) / limit >= 0.92


def test_under_a_storm_of_replies_every_fifth_send_is_a_notice_still() -> None:
    sends: Sends = []

    async def storm() -> None:
        pacer = Pacer(10)
        replies = [_say(pacer, sends, 100 + n, True) for n in range(200)]
        await asyncio.gather(*replies, *(_say(pacer, sends, 1000 + n, False) for n in range(30)))

    run(storm())
    assert [is_reply for _, _, is_reply in sends[10:60]].count(False) == 10


def test_a_chat_that_must_wait_holds_up_nobody_else() -> None:
    sends: Sends = []

    async def all_of_them() -> None:
        pacer = Pacer(100)
        await asyncio.gather(*(_say(pacer, sends, 1, False) for _ in range(5)), _broadcast(pacer, sends, 50))

    run(all_of_them())
    assert max(at for at, chat_id, _ in sends if chat_id != 1) < 0.7
    to_one = [at for at, chat_id, _ in sends if chat_id == 1]
    assert len(to_one) == 6 and to_one[-1] < 5.5


def test_who_goes_away_while_waiting_takes_nobodys_turn() -> None:
    sends: Sends = []

    async def leaving() -> None:
        pacer = Pacer(1)
        await pacer.wait(1)
        gone = [asyncio.create_task(pacer.wait(n)) for n in range(2, 50)]
        await asyncio.sleep(0)
        last = asyncio.create_task(_say(pacer, sends, 100, False))
        await asyncio.sleep(0)
        for task in gone:
            task.cancel()
        await last

    run(leaving())
    assert sends[0][0] < 1.1


def test_edits_in_a_private_chat_count_for_everybody_but_not_for_the_chat() -> None:
    async def edits() -> float:
        pacer = Pacer(20)
        for _ in range(41):
            await pacer.wait(1, is_edit=True)
        return asyncio.get_running_loop().time()

    assert 2.0 <= run(edits()) < 2.2


def test_a_send_held_up_on_its_way_counts_from_when_it_left() -> None:
    async def held_up() -> list[float]:
        pacer, loop = Pacer(5), asyncio.get_running_loop()
        starts = []
        for n in range(5):
            await pacer.wait(n + 1)
        await asyncio.sleep(0.3)
        left_at = loop.time()
        for _ in range(5):
            pacer.late(loop.time() - 0.3)
        for n in range(5):
            await pacer.wait(n + 10)
            starts.append(loop.time() - left_at)
        return starts

    assert min(run(held_up())) >= 1.0


def _flooded(*floods: tuple[float, int], seconds: float = 1.0) -> Callable[[float], float]:
    allowance = Allowance(30)
    for at, chat_id in floods:
        allowance.flooded(at, chat_id, seconds)
    return allowance.pace


def test_one_chat_that_is_slowed_down_is_its_own_affair() -> None:
    assert _flooded((10, 1), (12, 1), (14, 1))(15) == 1.0


def test_a_second_chat_that_is_refused_slows_everybody_and_the_pace_comes_back_slowly() -> None:
    pace = _flooded((10, 1), (20, 2))
    assert pace(20) == FALL
    assert FALL < pace(60) < 0.9
    assert pace(20 + 400) == 1.0
    # What was under way with it is the same news; what is refused later is worse.
    assert _flooded((10, 1), (20, 2), (20.1, 3), (20.2, 4))(20.2) == pytest.approx(FALL, abs=0.001)
    assert _flooded((10, 1), (20, 2), (22, 3))(22) == pytest.approx(FALL * FALL, abs=0.001)


@given(st.lists(st.tuples(st.floats(0, 10_000), st.integers(1, 1000)), max_size=200))
@settings(max_examples=50, deadline=None)
def test_however_often_it_is_refused_it_goes_on(floods: list[tuple[float, int]]) -> None:
    allowance = Allowance(30)
    for at, chat_id in sorted(floods):
        allowance.flooded(at, chat_id, 1.0)
        assert 0.1 <= allowance.pace(at) <= 1.0


def test_a_slower_pace_is_kept() -> None:
    sends: Sends = []

    async def slowed() -> None:
        pacer = Pacer(30)
        pacer.flooded(1, 1.0)
        pacer.flooded(2, 1.0)
        await _broadcast(pacer, sends, 240)

    run(slowed())
    starts = [at for at, _, _ in sends]
    assert 0.78 < 239 / (starts[-1] - starts[0]) / 30 < 0.83


def test_a_reply_to_a_chat_that_telegram_slowed_down_waits_as_long_as_it_was_told() -> None:
    async def slowed() -> tuple[float, float]:
        pacer, loop = Pacer(30), asyncio.get_running_loop()
        pacer.flooded(7, 3.0)
        known = pacer.quiet_for(7)
        await pacer.wait(7, is_reply=True)
        return known, loop.time()

    assert run(slowed()) == (3.0, 3.0)


@pytest.mark.parametrize(("sign", "count", "most"), [(1, 100_000, 3_000_000), (-1, 30_000, 15_000_000)])
def test_a_hundred_thousand_chats_leave_little_behind(sign: int, count: int, most: int) -> None:
    """Of a chat its last seconds are remembered, of a group its last minute, at a thousand sends a second."""
    allowance = Allowance(1000)
    tracemalloc.start()
    for n in range(1, count + 1):
        allowance.take(n / 1000, sign * n, is_reply=False)
        allowance.slot_at(n / 1000, is_reply=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < most
