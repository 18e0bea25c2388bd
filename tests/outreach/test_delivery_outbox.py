"""发件箱 — claims and leases, pauses that outlive a process, order, pace, and the law that nothing is ever lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from outreach.delivery import taking
from outreach.delivery.claims import WINDOW, Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.rows import Due
from outreach.delivery.taking import LEASE_FOR, Claim
from outreach.desk import Office
from outreach.people import enrolling
from tests.conftest import SetClock
from tests.outreach.mailing import Mailing, open_mailing

SENT = Outcome(Kind.SENT, message_id=77)


@pytest.fixture
async def mailing(office: Office) -> AsyncIterator[Mailing]:
    async with open_mailing(office) as opened:
        yield opened


@pytest.fixture
def claims(office: Office) -> Claims:
    return Claims(office.engine, "one")


async def test_told_twice_is_sent_once(mailing: Mailing) -> None:
    contact = await mailing.contact()
    for _ in range(3):
        await mailing.tell(contact, "one")
    await mailing.pump().turn()
    await mailing.pump().turn()
    assert await mailing.states() == {"sent": 1} and len(await mailing.calls()) == 1


async def test_a_notice_that_is_not_committed_is_never_sent(mailing: Mailing) -> None:
    contact = await mailing.contact()
    with pytest.raises(ZeroDivisionError):
        async with mailing.office.desk() as desk:
            await enrolling.set_locale(desk, contact.id, "en")
            raise ZeroDivisionError
    await mailing.pump().turn()
    assert await mailing.states() == {} and not mailing.office.notice_bell.is_set()


async def test_a_claim_is_one_processs_alone(mailing: Mailing, claims: Claims, clock: SetClock) -> None:
    for key in ("one", "two"):
        await mailing.tell(await mailing.contact(), key)
    first = await claims.take(clock.now)
    assert len(first) == 2 and await Claims(mailing.office.engine, "two").take(clock.now) == ()
    row = await mailing.row("one")
    assert (row.state, row.claimed_by, row.lease_until) == ("claimed", "one", clock.now + LEASE_FOR)


async def test_a_zombie_that_wakes_after_the_rescue_changes_nothing(
    mailing: Mailing, claims: Claims, clock: SetClock
) -> None:
    await mailing.tell(await mailing.contact(), "one")
    held = await claims.take(clock.now)
    clock.advance(seconds=LEASE_FOR.total_seconds() - 1)
    assert await Claims(mailing.office.engine, "two").rescue(clock.now) == 0
    clock.advance(seconds=2)
    assert await Claims(mailing.office.engine, "two").rescue(clock.now) == 1
    assert await mailing.state("one") == ("unknown", "killed")
    await claims.settle([(held[0], SENT)], clock.now)
    assert await mailing.state("one") == ("unknown", "killed")


async def test_a_zombie_does_not_settle_what_somebody_else_has_claimed_since(
    mailing: Mailing, claims: Claims, clock: SetClock
) -> None:
    await mailing.tell(await mailing.contact(), "one", is_urgent=True)
    held = await claims.take(clock.now)
    clock.advance(minutes=3)
    two = Claims(mailing.office.engine, "two")
    await two.rescue(clock.now)
    clock.advance(minutes=1)
    (again,) = await two.take(clock.now)
    await claims.settle([(held[0], Outcome(Kind.CONTENT_REFUSED, "content_refused"))], clock.now)
    row = await mailing.row("one")
    assert (row.state, row.claimed_by) == ("claimed", "two")
    await two.settle([(again, SENT)], clock.now)
    assert (await mailing.row("one")).message_id == 77


async def test_the_only_process_on_a_database_rescues_at_once_what_its_predecessor_held(
    mailing: Mailing, claims: Claims, clock: SetClock
) -> None:
    contact = await mailing.contact()
    for key, is_urgent in (("routine", False), ("urgent", True)):
        await mailing.tell(contact, key, is_urgent=is_urgent)
    await Claims(mailing.office.engine, "killed one").take(clock.now)
    await mailing.tell(contact, "mine")
    await claims.take(clock.now)
    assert await claims.rescue(clock.now, sole=True) == 2
    assert await mailing.state("routine") == ("unknown", "killed")
    assert await mailing.state("mine") == ("claimed", "")
    row = await mailing.row("urgent")
    assert (row.state, row.due_at) == ("retry", clock.now + timedelta(seconds=60))
    # Killed again with the second one in flight: that was the last.
    clock.advance(seconds=61)
    await Claims(mailing.office.engine, "killed two").take(clock.now)
    await claims.rescue(clock.now, sole=True)
    assert await mailing.state("urgent") == ("unknown", "killed")


async def test_whoever_blocked_the_bot_gets_no_further_call(mailing: Mailing, clock: SetClock) -> None:
    contact = await mailing.contact()
    other = await mailing.contact(1003, "李强")
    for key in ("one", "two", "three"):
        await mailing.tell(contact, key)
    await mailing.fault("403", chat_id=1002)
    pump = mailing.pump()
    await pump.turn()
    assert await mailing.tries() == 1
    # What was told afterwards is refused without a call too, with a reason an official can read.
    await mailing.tell(contact, "four")
    await mailing.tell(other, "five")
    await pump.turn()
    assert await mailing.tries() == 2
    assert [await mailing.state(key) for key in ("one", "two", "three", "four", "five")] == [
        ("refused", "blocked"), ("refused", "blocked"), ("refused", "blocked"), ("refused", "contact_gone"),
        ("sent", ""),
    ]  # fmt: skip
    # They come back: new notices go out again, the old ones stay refused.
    await mailing.mend()
    async with mailing.office.desk() as desk:
        await enrolling.set_reachable(desk, 1002, True)
    await mailing.tell(contact, "six")
    await pump.turn()
    assert await mailing.state("six") == ("sent", "") and await mailing.tries() == 3


async def test_a_flood_holds_back_what_had_not_begun_and_loses_nothing(mailing: Mailing, clock: SetClock) -> None:
    people = await mailing.crowd(2)
    for contact in people:
        for at in range(3):
            await mailing.tell(contact, f"{contact.name} {at}")
    await mailing.fault("429", chat_id=2000, retry_after=9, times=1)
    # One send a second: the flood is known before the others begin.
    await mailing.pump(per_second=1).turn()
    assert await mailing.states() == {"retry": 6} and await mailing.tries() == 1
    # Neither another process nor this one after a restart sends before the instant.
    clock.advance(seconds=8)
    assert not await mailing.pump("two").turn() and not await mailing.pump("one again").turn()
    assert await mailing.tries() == 1
    clock.advance(seconds=1)
    assert await mailing.pump("two").turn()
    assert await mailing.states() == {"sent": 6}
    # Each chat heard its notices in the order in which they were told.
    for contact in people:
        said = [str(call["parameters"]["text"]) for call in await mailing.calls()  # type: ignore[index]
                if call["chat_id"] == (await mailing.person(contact)).chat_id]  # fmt: skip
        assert [line[-1] for line in said] == ["0", "1", "2"]


async def test_somebody_who_is_always_throttled_keeps_nobody_else_waiting_for_ever(
    mailing: Mailing, clock: SetClock
) -> None:
    throttled = await mailing.contact(1006, "吴涛")
    people = await mailing.crowd(8)
    for at in range(2):
        await mailing.tell(throttled, f"throttled {at}")
    for contact in people:
        for at in range(4):
            await mailing.tell(contact, f"{contact.name} {at}")
    for _ in range(5):
        await mailing.pump().turn()
        clock.advance(seconds=31)
    assert await mailing.states() == {"sent": 32, "retry": 2}


async def test_a_shorter_pause_does_not_end_a_longer_one(mailing: Mailing, claims: Claims, clock: SetClock) -> None:
    await claims.pause("flood", clock.now + timedelta(seconds=60), "telegram")
    await asyncio.gather(*(claims.pause("flood", clock.now + timedelta(seconds=s), "telegram") for s in (5, 90, 7)))
    assert await mailing.pauses() == {"flood": 90}
    assert await claims.paused_until(clock.now + timedelta(seconds=90)) is None
    await claims.pause("token", clock.now + timedelta(days=1), "bad_token")
    await claims.lift("token")
    await claims.lift("token")
    assert await mailing.pauses() == {"flood": 90}


async def test_urgent_before_routine_and_at_most_a_window_in_flight(
    mailing: Mailing, claims: Claims, clock: SetClock
) -> None:
    contact = await mailing.contact()
    for at in range(WINDOW + 5):
        await mailing.tell(contact, f"routine {at}")
    clock.advance(seconds=5)
    await mailing.tell(contact, "urgent", is_urgent=True)
    held = await claims.take(clock.now)
    assert len(held) == WINDOW and held[0].text.endswith("urgent")
    assert [claim.text.split()[-1] for claim in held[1:4]] == ["0", "1", "2"]


async def test_a_backlog_is_claimed_along_its_index_and_never_sorted(office: Office, clock: SetClock) -> None:
    async with office.engine.connect() as link:
        made: Any = taking._due_of(link.dialect.name, WINDOW)._statement.compile(link.sync_engine)  # type: ignore[attr-defined]
        # What is asked is read by its place.
        assert Due._fields == tuple(column.keyname for column in made._result_columns)
        assert Due._fields[: len(Claim._fields) - 1] == Claim._fields[:-1]
        sql, asked = str(made), made.construct_params({"now": clock.now, "is_urgent": False, "most": WINDOW})
        if link.dialect.name == "sqlite":
            rows = await link.execute(text("EXPLAIN QUERY PLAN " + sql.replace("?", ":p")), {"p": 1})
        else:
            # An empty table is read from end to end, whatever its indexes.
            await link.execute(text("SET enable_seqscan = off"))
            await link.execute(text("SET enable_bitmapscan = off"))
            rows = await link.exec_driver_sql("EXPLAIN " + sql, asked)
        plan = "\n".join(str(row[-1]) for row in rows)
    assert "ix_deliveries_due" in plan and "TEMP B-TREE" not in plan and "Sort" not in plan, plan


async def test_a_notice_in_a_locale_has_its_words_from_when_it_was_told(mailing: Mailing) -> None:
    contact = await mailing.contact()
    await mailing.tell(contact, "<b>甲</b>&")
    row = await mailing.row("<b>甲</b>&")
    assert row.text == "📄 自查记录 &lt;b&gt;甲&lt;/b&gt;&amp;"
    await mailing.pump().turn()
    (call,) = await mailing.calls()
    assert call["parameters"]["text"] == row.text  # type: ignore[index]


async def test_conservation_however_telegram_behaves(mailing: Mailing, clock: SetClock) -> None:
    """O1: at every instant each notice stands in exactly one state, and in the end each is settled with a reason."""
    dice = random.Random(20260601)
    people = await mailing.crowd(10)
    audience = 0
    for kind in ("500", "accept-then-drop", "reset", "429", "403", "400:can't parse entities: x", "empty"):
        await mailing.fault(kind, every=9, after=dice.randrange(12), retry_after=2)
    for _ in range(6):
        for contact in people:
            audience += 1
            await mailing.tell(contact, f"notice {audience}", is_urgent=dice.random() < 0.2)
        if dice.random() < 0.5:  # a process dies with a window in its hands
            await Claims(mailing.office.engine, f"killed {audience}").take(clock.now)
        await mailing.pump(f"alive {audience}").turn()
        assert sum((await mailing.states()).values()) == audience
        clock.advance(seconds=130)
        await Claims(mailing.office.engine, "sweep").rescue(clock.now)
    await mailing.mend()
    for _ in range(8):
        await mailing.pump("last").turn()
        clock.advance(minutes=6)
    async with mailing.office.desk() as desk:
        found = (await desk.session.execute(text(
            "SELECT count(*), sum(CASE WHEN state IN ('sent','refused','unknown','skipped') THEN 1 ELSE 0 END),"
            " sum(CASE WHEN settled_at IS NULL THEN 1 ELSE 0 END),"
            " sum(CASE WHEN state <> 'sent' AND reason = '' THEN 1 ELSE 0 END) FROM deliveries"
        ))).one()  # fmt: skip
        sent = set(await desk.session.scalars(text("SELECT text FROM deliveries WHERE state = 'sent'")))
        ambiguous = set(await desk.session.scalars(text(
            "SELECT text FROM deliveries WHERE state = 'unknown' OR attempts > 1")))  # fmt: skip
    assert tuple(found) == (audience, audience, 0, 0)
    said = [str(call["parameters"]["text"]) for call in await mailing.calls()]  # type: ignore[index]
    assert sent <= set(said)
    assert {line for line in said if said.count(line) > 1} <= ambiguous
    assert max(said.count(line) for line in said) <= 2


@given(st.integers(0, 400))
@settings(max_examples=60)
def test_waits_between_tries_grow_to_five_minutes_and_no_further(attempts: int) -> None:
    from outreach.delivery.aftermath import after
    from tests.conftest import MORNING

    claim = Claim(1, 1, 1, "", "[]", "", attempts)
    due = after(claim, Outcome(Kind.NOT_SENT, "not_connected"), MORNING)["due_at"]
    assert timedelta(seconds=1) <= due - MORNING <= timedelta(minutes=5)  # type: ignore[operator]


async def test_told_to_stop_it_settles_what_is_under_way_and_gives_the_rest_back(mailing: Mailing) -> None:
    contact, other = await mailing.contact(), await mailing.contact(1003, "李强")
    for key in ("one", "two"):
        await mailing.tell(contact, key)
    await mailing.tell(other, "three")
    await mailing.fault("slow", seconds=0.2)
    pump = mailing.pump()
    running = asyncio.create_task(pump.run())
    while (await mailing.states()).get("claimed", 0) < 3:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    pump.stop()
    async with asyncio.timeout(2):
        await running
    assert await mailing.states() == {"sent": 2, "retry": 1}
    await mailing.mend()
    await mailing.pump("the next process").turn()
    assert await mailing.states() == {"sent": 3} and len(await mailing.calls()) == 3
