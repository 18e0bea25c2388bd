"""Webhook push: the secret, retries, the order within a chat, and a day of patience."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from telegram.error import BadRequest

OFFICIAL, OFFICER, PRINCIPAL = 1001, 1002, 1003
Hook = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


class Inbox:
    """What a bot's webhook got; `answers` are given first, then 200."""

    def __init__(self, *answers: web.Response) -> None:
        self.texts: list[str] = []
        self.secrets: set[str | None] = set()
        self.answers = list(answers)
        self.got = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        answer = self.answers.pop(0) if self.answers else web.Response()
        if answer.status == 200:
            self.texts.append(update["message"]["text"])
        self.got.set()
        return answer

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(5):
            while len(self.texts) < count:
                self.got.clear()
                await self.got.wait()
        return self.texts


async def settled(sandbox: Any) -> dict[str, Any]:
    """Wait until nothing is pending."""
    async with asyncio.timeout(5):
        while (pending := await sandbox.ask("GET", "pending"))["count"]:
            await asyncio.sleep(0.02)
    return pending


async def test_updates_are_pushed_with_the_secret(sandbox: Any, hook: Hook) -> None:
    inbox = Inbox()
    await sandbox.act(OFFICER, "text", text="设置之前")
    await sandbox.bot.set_webhook(await hook(inbox.answer), secret_token="s3cret_-", max_connections=2)
    await sandbox.act(OFFICER, "text", text="设置之后")
    assert await inbox.until(2) == ["设置之前", "设置之后"]
    assert inbox.secrets == {"s3cret_-"}
    await settled(sandbox)
    info = await sandbox.bot.get_webhook_info()
    assert (info.pending_update_count, info.max_connections, info.last_error_message) == (0, 2, None)


async def test_a_refused_update_comes_again_and_holds_up_only_its_chat(sandbox: Any, hook: Hook) -> None:
    inbox = Inbox(web.Response(status=503), web.Response(status=503))
    await sandbox.act(OFFICER, "text", text="甲一")
    await sandbox.act(OFFICER, "text", text="甲二")
    await sandbox.bot.set_webhook(await hook(inbox.answer))
    await asyncio.sleep(0.1)
    await sandbox.act(PRINCIPAL, "text", text="乙一")
    texts = await inbox.until(3)
    assert [text for text in texts if text.startswith("甲")] == ["甲一", "甲二"]
    await settled(sandbox)
    info = await sandbox.bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"


async def test_retry_after_is_obeyed(sandbox: Any, hook: Hook) -> None:
    inbox = Inbox(web.Response(status=503, headers={"Retry-After": "1"}))
    await sandbox.bot.set_webhook(await hook(inbox.answer))
    began = asyncio.get_running_loop().time()
    await sandbox.act(OFFICER, "text", text="甲")
    await inbox.until(1)
    assert asyncio.get_running_loop().time() - began >= 1


async def test_chats_are_served_in_parallel(sandbox: Any, hook: Hook) -> None:
    together = asyncio.Barrier(2)

    async def answer(request: web.Request) -> web.Response:
        async with asyncio.timeout(3):
            await together.wait()
        return web.Response()

    await sandbox.bot.set_webhook(await hook(answer))
    await sandbox.act(OFFICER, "text", text="甲")
    await sandbox.act(PRINCIPAL, "text", text="乙")
    await settled(sandbox)


async def test_a_day_old_update_is_dropped(sandbox: Any, hook: Hook) -> None:
    inbox = Inbox()
    await sandbox.act(OFFICER, "text", text="昨天")
    sandbox.clock.pass_by(timedelta(hours=25))
    await sandbox.act(OFFICER, "text", text="今天")
    await sandbox.bot.set_webhook(await hook(inbox.answer))
    assert await inbox.until(1) == ["今天"]


async def test_a_dead_webhook_keeps_everything_for_polling(sandbox: Any) -> None:
    await sandbox.bot.set_webhook("http://127.0.0.1:9/hook")
    await sandbox.act(OFFICER, "text", text="没人接")
    async with asyncio.timeout(3):
        while not (await sandbox.bot.get_webhook_info()).last_error_message:
            await asyncio.sleep(0.02)
    assert (await sandbox.bot.get_webhook_info()).last_error_message == "Connection refused"
    await sandbox.bot.delete_webhook()
    assert [update.message.text for update in await sandbox.bot.get_updates()] == ["没人接"]


async def test_stopping_in_the_middle_of_a_push_loses_nothing(run: Any, hook: Hook, tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def never(request: web.Request) -> web.Response:
        begun.set()
        await asyncio.sleep(30)
        return web.Response()

    async with run(tmp_path) as sandbox:
        await sandbox.bot.set_webhook(await hook(never), secret_token="abc")
        await sandbox.act(OFFICER, "text", text="断在半路")
        async with asyncio.timeout(3):
            await begun.wait()
    async with run(tmp_path) as sandbox:
        inbox = Inbox()
        await sandbox.bot.set_webhook(await hook(inbox.answer), secret_token="abc")
        assert await inbox.until(1) == ["断在半路"]


async def test_a_method_in_the_answer_is_executed(sandbox: Any, hook: Hook) -> None:
    await sandbox.started()

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"method": "sendMessage", "chat_id": OFFICER, "text": "顺带"})

    await sandbox.bot.set_webhook(await hook(answer))
    await sandbox.act(OFFICER, "text", text="甲")
    await settled(sandbox)
    assert "顺带" in await sandbox.talk()


async def test_webhooks_that_telegram_refuses(sandbox: Any) -> None:
    with pytest.raises(BadRequest, match="an https url must be provided for webhook"):
        await sandbox.bot.set_webhook("ftp://example.com")
    with pytest.raises(BadRequest, match="unallowed characters"):
        await sandbox.bot.set_webhook("http://127.0.0.1:9/", secret_token="密")
