"""Polling — what Telegram keeps is asked for until it was taken, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram.error import InvalidToken

from bot.poller import Poller
from outreach.storage.sqlite_build import sqlite
from tests.conftest import SetClock
from tests.stage import Stage, open_stage


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    async with open_stage(sqlite_url, tmp_path, clock) as opened:
        yield opened


@asynccontextmanager
async def polling(stage: Stage) -> AsyncIterator[asyncio.Task[None]]:
    house = stage.house
    task = asyncio.create_task(Poller(house.bot, house.poll_request, house.intake, 1).run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def answers(stage: Stage, who: str, count: int) -> list[str]:
    """The first lines of what was said to them, once there are so many and Telegram keeps nothing more."""
    async with asyncio.timeout(15):
        while True:
            said = [str(m["text"]).partition("\n")[0] for m in await stage.messages(who) if m["from"] == "bot"]
            pending = await stage.get("pending")
            if len(said) >= count and pending["count"] == 0:  # type: ignore[index,call-overload]
                return said
            await asyncio.sleep(0.02)


async def test_a_webhook_left_behind_and_faults_of_all_kinds_are_lived_through(stage: Stage) -> None:
    await stage.house.bot.set_webhook("http://127.0.0.1:9/telegram")
    for method, kind in (("deleteWebhook", "502html"), ("getUpdates", "reset"), ("getUpdates", "429")):
        await stage.post("faults", method=method, kind=kind, times=1, retry_after=1)
    for text in ("/help", "/nosuch"):
        await stage.post("people/1002/text", text=text)
    async with polling(stage):
        assert [line[:3] for line in await answers(stage, "王芳", 2)] == ["怎么用", "没有“"]


async def test_what_could_not_be_kept_is_asked_for_again_and_taken_once_in_order(stage: Stage, sqlite_url: str) -> None:
    await stage.lose_patience()
    holder = sqlite.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for person in (1002, 1003):
        for text in ("/help", "/nosuch", "/cancel"):
            await stage.post(f"people/{person}/text", text=text)
    async with polling(stage):
        await asyncio.sleep(0.3)
        assert (await stage.get("pending"))["count"] == 6  # type: ignore[index,call-overload]
        holder.execute("ROLLBACK")
        holder.close()
        said = [await answers(stage, who, 3) for who in ("王芳", "李强")]
    assert said[0] == said[1] and [line[:2] for line in said[0]] == ["怎么", "没有", "现在"]


async def test_a_poison_update_holds_up_nobody(stage: Stage) -> None:
    poison = {"message": {"message_id": "x", "date": "never", "chat": {"id": 1002, "type": "private"}, "text": 5}}
    await stage.post("raw", update=poison)
    await stage.post("raw", update="not an update at all")
    await stage.post("people/1002/text", text="/help")
    async with polling(stage):
        assert await answers(stage, "王芳", 1) == ["怎么用"]


async def test_a_token_that_was_revoked_ends_the_polling(stage: Stage) -> None:
    async with polling(stage) as task:
        await stage.post("people/1002/text", text="/help")
        await answers(stage, "王芳", 1)
        await stage.post("faults", method="getUpdates", kind="401")
        async with asyncio.timeout(5):
            with pytest.raises(InvalidToken):
                await task
