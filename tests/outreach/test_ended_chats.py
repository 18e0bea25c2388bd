"""聊天到头 — who has just blocked the bot is not called for what a page under way had claimed for them (O8)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.taking import Claim
from outreach.desk import Office
from outreach.storage.notices import DeliveryRecord
from tests.outreach.test_delivery_pump import Wire, people, pump_of, queue, running


async def stands(office: Office) -> list[tuple[str, str, str]]:
    async with office.engine.connect() as link:
        columns = DeliveryRecord.text, DeliveryRecord.state, DeliveryRecord.reason
        return [tuple(row) for row in await link.execute(select(*columns).order_by(DeliveryRecord.id))]


@pytest.mark.parametrize(
    ("outcome", "then", "heard"),
    [
        (Outcome(Kind.CONTACT_GONE, "blocked"), ("refused", "blocked"), []),
        (Outcome(Kind.MIGRATED, chat_id=-1001), ("sent", ""), ["first", "second"]),
    ],
    ids=["blocked", "moved"],
)
async def test_a_page_that_is_being_claimed_while_a_chat_ends_brings_it_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, then: tuple[str, str], heard: list[str]
) -> None:
    """The second row is committed as claimed before the first one's answer comes, and handed out after it."""
    exchange, is_claimed, may_be_handed_out = Claims.exchange, asyncio.Event(), asyncio.Event()

    async def slow(self: Claims, results: Sequence[tuple[Claim, Outcome]], *rest: Any) -> tuple[Claim, ...]:
        claims = await exchange(self, results, *rest)
        if any(claim.text == "second" for claim in claims) and not is_claimed.is_set():
            is_claimed.set()
            await may_be_handed_out.wait()
        return claims

    async def answer(chat_id: int, words: str) -> Outcome | None:
        if (chat_id, words) != (1, "first"):
            return None
        await queue(office, [1], key="second", text="second")
        await queue(office, [2], key="other", text="other")
        pump._bell.set()
        await is_claimed.wait()
        # Not before the pump has taken what is answered here and waits until it is written down.
        asyncio.get_running_loop().call_soon(may_be_handed_out.set)
        return outcome

    monkeypatch.setattr(Claims, "exchange", slow)
    wire = Wire(answer)  # type: ignore[arg-type]
    await people(office, 2)
    await queue(office, [1], key="first", text="first")
    pump = pump_of(office, wire, 8)
    wanted = [("first", *then), ("second", *then), ("other", "sent", "")]
    async with running(pump):
        while {state for _, state, _ in await stands(office)} & {"queued", "claimed", "retry"}:
            await asyncio.sleep(0.01)
    assert await stands(office) == wanted and is_claimed.is_set()
    assert [words for chat_id, words in wire.said if chat_id == 1] == ["first"]
    assert [words for chat_id, words in wire.said if chat_id == -1001] == heard
