"""说清楚的三条 — what must happen when a send's fate is unknown, the token dies or a text is refused, told in whole.

O5, O13 and O14 of RELIABILITY against the sandbox; `tests/outreach/test_delivery_outcomes.py` has them row by row.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.contact import Role
from outreach.broadcasts import acknowledging, broadcasting, composing
from outreach.delivery.claims import WINDOW
from outreach.desk import Office
from outreach.people import enrolling
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.notices import DeliveryRecord
from tests.conftest import SetClock
from tests.outreach.mailing import Mailing, open_mailing
from tests.outreach.test_alerting import Duty
from tests.outreach.test_broadcasting import Bureau

CROWD = 40
BAD = '400:can\'t parse entities: Unsupported start tag "x" at byte offset 0'


@pytest.fixture
async def mailing(office: Office) -> AsyncIterator[Mailing]:
    async with open_mailing(office, answer_within=20) as opened:
        yield opened


async def street(mailing: Mailing) -> Bureau:
    """Two officials and forty employees who all have started the bot."""
    bureau = await Bureau(mailing.office).open()
    people = await mailing.crowd(CROWD)
    async with mailing.office.desk() as desk:
        for person_id in (7001, 7002, 7003):
            await enrolling.set_reachable(desk, person_id, False, "blocked")
        for one in people:
            await enrolling.give_post(desk, one, bureau.enterprises["乙餐馆"], Role.EMPLOYEE, "test")
    return bureau


async def test_o5_what_is_urgent_goes_once_more_after_a_minute_under_its_number_and_a_press_settles_it(
    mailing: Mailing, clock: SetClock
) -> None:
    bureau = await street(mailing)
    id_ = await bureau.draft()
    async with mailing.office.desk() as desk:
        await composing.plan(desk, *bureau.officials["周科"], id_, is_urgent=True)
    async with mailing.office.desk() as desk:
        await broadcasting.submit(desk, *bureau.officials["周科"], id_)
    await bureau.approve(id_, CROWD + 3, "林科")
    async with mailing.office.desk() as desk:
        number = (await desk.session.get_one(BroadcastRecord, id_)).number
    victim = 2005
    await mailing.ask("POST", "faults", kind="accept-then-drop", method="sendMessage", chat_id=victim)
    pump = mailing.pump()
    while await pump.turn():
        await bureau.must_conserve()

    async def heard() -> list[dict[str, object]]:
        return [call for call in await mailing.calls() if call["chat_id"] == victim]

    clock.advance(seconds=59)
    await pump.turn()
    assert len(await heard()) == 1
    clock.advance(seconds=1)
    await pump.turn()
    for _ in range(3):
        clock.advance(hours=1)
        await pump.turn()
    first, second = await heard()
    words = [call["parameters"]["text"] for call in (first, second)]  # type: ignore[index]
    assert words[0] == words[1] and f"通知编号：<code>{number}</code>" in words[0]
    async with mailing.office.desk() as desk:
        row = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.state == "unknown"))).one()
        assert row.reason == "no_answer" and row.attempts == 2
        person = await enrolling.contact_of(desk, victim)
        assert person is not None
        await acknowledging.acknowledge(desk, person, id_, 4711)
    async with mailing.office.desk() as desk:
        settled = await desk.session.get_one(DeliveryRecord, row.id)
        assert (settled.state, settled.reason, settled.message_id) == ("sent", "pressed", 4711)
    await bureau.must_conserve()


async def test_o13_a_token_that_dies_in_a_broadcast_is_one_alert_and_condemns_nobody(
    mailing: Mailing, clock: SetClock, tmp_path: Path
) -> None:
    bureau, duty = await street(mailing), Duty(mailing.office, clock, tmp_path / "data")
    duty.folder.mkdir()
    await duty.open()
    await bureau.sent(CROWD + 3)
    await mailing.ask("POST", "faults", kind="401", method="sendMessage", after=10)
    pump = mailing.pump()
    while await pump.turn():
        await bureau.must_conserve()
    states = await mailing.states()
    # Ten arrived; whatever else was under way then was refused with the token, and nobody for it.
    assert states["sent"] == 10 and states["refused"] == 3 and sum(states.values()) == CROWD + 3
    assert set(states) == {"sent", "refused", "retry", "queued"}
    tries = await mailing.tries()
    assert tries <= 10 + 25
    others = [mailing.pump("two"), mailing.pump("three")]
    for _ in range(5):
        await duty.pass_(5)
        for one in (pump, *others):
            assert not await one.turn()
    assert await mailing.tries() == tries
    await duty.must_have_said("token", over=False)
    # The operator puts the new token into the settings: the start with it goes on where the old one stopped.
    await mailing.mend()
    reborn = mailing.pump("reborn")
    await reborn.claims.lift("token")
    while await reborn.turn():
        await bureau.must_conserve()
    async with mailing.office.desk() as desk:
        kinds = DeliveryRecord.kind == "broadcast"
        left = list(await desk.session.scalars(select(DeliveryRecord.state).where(kinds)))
    assert sorted(left) == ["refused"] * 3 + ["sent"] * CROWD
    told = [call["chat_id"] for call in await mailing.calls() if int(str(call["chat_id"])) >= 2000]
    assert sorted(set(told)) == sorted(told)
    await duty.pass_(1)
    await duty.must_have_said("token", over=True)


async def test_o14_after_five_refusals_of_one_text_it_is_offered_to_nobody_else(
    mailing: Mailing, clock: SetClock
) -> None:
    bureau = await street(mailing)
    id_ = await bureau.sent(CROWD + 3)
    await mailing.fault(BAD)
    pump = mailing.pump()
    while await pump.turn():
        await bureau.must_conserve()
    assert await mailing.tries() <= 5 + WINDOW < CROWD
    assert await bureau.parts(id_) == {"read": 0, "silent": 0, "unreached": CROWD + 3, "waiting": 0}
    async with mailing.office.desk() as desk:
        rows = (await desk.session.execute(select(DeliveryRecord.state, DeliveryRecord.reason))).all()
    assert {(state, reason) for state, reason in rows if reason == "content_refused"} == {
        ("refused", "content_refused"), ("skipped", "content_refused"),
    }  # fmt: skip
    # Nobody is condemned for the text: the next notice reaches them.
    await mailing.mend()
    clock.advance(seconds=60)
    await mailing.tell(await mailing.contact(2000, "丁0"), "next")
    assert await mailing.pump().turn() and await mailing.state("next") == ("sent", "")
