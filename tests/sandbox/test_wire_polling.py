"""Long polling: nothing is lost, nothing confirmed comes twice, only one may poll."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram.error import Conflict

OFFICIAL, OFFICER = 1001, 1002


async def test_updates_stay_until_the_offset_passes_them(sandbox: Any) -> None:
    bot = sandbox.bot
    for text in ("一", "二", "三"):
        await sandbox.act(OFFICER, "text", text=text)
    first = await bot.get_updates(limit=2)
    assert [update.message.text for update in first] == ["一", "二"]
    assert [update.update_id for update in first] == [first[0].update_id, first[0].update_id + 1]
    assert await bot.get_updates(limit=2) == first
    rest = await bot.get_updates(offset=first[0].update_id + 1)
    assert [update.message.text for update in rest] == ["二", "三"]
    assert (await sandbox.ask("GET", "pending"))["count"] == 2
    assert await bot.get_updates(offset=rest[-1].update_id + 1) == ()
    assert (await sandbox.ask("GET", "pending"))["count"] == 0


async def test_a_negative_offset_forgets_all_but_the_last(sandbox: Any) -> None:
    for text in ("一", "二", "三"):
        await sandbox.act(OFFICER, "text", text=text)
    assert [update.message.text for update in await sandbox.bot.get_updates(offset=-1)] == ["三"]
    assert (await sandbox.ask("GET", "pending"))["count"] == 1


async def test_a_waiting_poll_wakes_at_once(sandbox: Any) -> None:
    waiting = asyncio.create_task(sandbox.bot.get_updates(timeout=20))
    await asyncio.sleep(0.1)
    await sandbox.act(OFFICER, "text", text="在吗")
    async with asyncio.timeout(2):
        assert (await waiting)[0].message.text == "在吗"


async def test_an_answer_that_nobody_read_is_given_again(sandbox: Any) -> None:
    async with asyncio.timeout(5):
        _reader, writer = await asyncio.open_connection("127.0.0.1", int(sandbox.base.rsplit(":", 1)[1]))
        writer.write(b"GET /bot123456:SANDBOX-TOKEN/getUpdates?timeout=20 HTTP/1.1\r\nHost: x\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.close()
        await writer.wait_closed()
        await sandbox.act(OFFICER, "text", text="还在")
        await asyncio.sleep(0.05)
        assert [update.message.text for update in await sandbox.bot.get_updates(timeout=5)] == ["还在"]


async def test_of_two_pollers_the_earlier_is_thrown_out(sandbox: Any) -> None:
    waiting = asyncio.create_task(sandbox.bot.get_updates(timeout=20))
    await asyncio.sleep(0.1)
    assert await sandbox.bot.get_updates(timeout=0) == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await waiting


async def test_polling_and_webhook_exclude_each_other(sandbox: Any) -> None:
    waiting = asyncio.create_task(sandbox.bot.get_updates(timeout=20))
    await asyncio.sleep(0.1)
    await sandbox.bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await waiting
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await sandbox.bot.get_updates()
    await sandbox.bot.delete_webhook()
    assert await sandbox.bot.get_updates() == ()


async def test_only_the_kinds_that_were_asked_for(sandbox: Any) -> None:
    await sandbox.act(OFFICER, "text", text="先说的")
    assert len(await sandbox.bot.get_updates(allowed_updates=["callback_query"])) == 1
    assert (await sandbox.act(OFFICER, "text", text="没人听"))["update_id"] is None
    await sandbox.drained()
    assert (await sandbox.call("getWebhookInfo"))[1]["result"]["allowed_updates"] == ["callback_query"]
    await sandbox.bot.get_updates(allowed_updates=[])
    assert (await sandbox.act(OFFICER, "text", text="又听得见"))["update_id"] is not None


async def test_a_confirmed_update_is_sent_again_on_request(sandbox: Any) -> None:
    update_id = (await sandbox.act(OFFICER, "text", text="甲"))["update_id"]
    await sandbox.bot.get_updates()
    await sandbox.bot.get_updates(offset=update_id + 1)
    await sandbox.ask("POST", "redeliver", {"update_id": update_id})
    again = await sandbox.bot.get_updates(offset=update_id + 1)
    assert [(update.update_id, update.message.text) for update in again] == [(update_id, "甲")]
    assert await sandbox.bot.get_updates(offset=update_id + 1) == ()


async def test_injected_updates_of_any_shape_block_nobody(sandbox: Any) -> None:
    for update in ({"update_id": 5, "message": "?"}, {"unknown": 1}, [1, 2], {"update_id": "x"}, {"update_id": 10**12}):
        await sandbox.ask("POST", "raw", {"update": update})
    told = await sandbox.act(OFFICER, "text", text="正常")
    assert len((await sandbox.call("getUpdates"))[1]["result"]) == 6
    await sandbox.act(OFFICER, "text", text="还没送出")
    left = (await sandbox.call("getUpdates", offset=10**12 + 1))[1]["result"]
    assert [update["message"]["text"] for update in left] == ["还没送出"]
    assert left[0]["update_id"] == told["update_id"] + 1


async def test_a_group_that_was_injected_can_be_answered(sandbox: Any) -> None:
    group = {"id": -100123, "type": "supergroup", "title": "园区群"}
    await sandbox.ask("POST", "raw", {"update": {"message": {"message_id": 1, "date": 1, "chat": group, "text": "/x"}}})
    assert (await sandbox.bot.get_updates())[0].message.chat.title == "园区群"
    assert (await sandbox.bot.send_message(-100123, "只在私聊中办理")).chat.type == "supergroup"
