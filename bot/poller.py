"""Polling — asks Telegram for updates; what was not taken is asked for again, because the offset stays behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.intake import Intake, Taken

LOG = structlog.get_logger("poller")
ALLOWED = ["message", "callback_query", "my_chat_member", "poll_answer"]
BATCH = 100
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.05
FAREWELL_SECONDS = 2.0


class Poller:
    """One loop of getUpdates. The offset lives at Telegram: it moves only past what was taken."""

    def __init__(
        self, bot: Bot, request: BaseRequest, intake: Intake, poll_seconds: int,
        on_conflict: Callable[[], Awaitable[None]] | None = None,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._bot = bot
        self._request = request
        self._intake = intake
        self._poll_seconds = poll_seconds
        self._on_conflict = on_conflict
        self._rest = rest
        self._offset: int | None = None
        self._is_open = True
        self._is_taking = False
        self._running: asyncio.Task[None] | None = None

    async def close(self, within_seconds: float) -> None:
        """Take nothing more, let what is under way end, then end `run`."""
        self._is_open = False
        for _ in range(int(within_seconds / LOOK_SECONDS)):
            if not self._is_taking:
                break
            await asyncio.sleep(LOOK_SECONDS)
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait((self._running,))

    async def run(self) -> None:
        """Until cancelled or closed. Raises InvalidToken, which no waiting mends."""
        self._running = asyncio.current_task()
        try:
            await self._poll()
        finally:
            if not self._is_open and self._offset is not None:
                await self._say_farewell()

    async def _say_farewell(self) -> None:
        """What was taken is told to Telegram by asking for what comes after it: else it would come again."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._ask(poll_seconds=0, limit=1)
        except (TelegramError, ValueError, TimeoutError) as fault:
            LOG.info("farewell_unheard", fault=type(fault).__name__)

    async def _poll(self) -> None:
        wait = FIRST_WAIT_SECONDS
        is_ours = False
        while True:
            try:
                # A webhook set earlier would keep every update from us.
                is_ours = is_ours or await self._bot.delete_webhook(drop_pending_updates=False)
                updates = await self._ask()
                wait = FIRST_WAIT_SECONDS
            except InvalidToken:
                raise
            except RetryAfter as pause:
                seconds = pause.retry_after
                await self._rest(seconds.total_seconds() if hasattr(seconds, "total_seconds") else float(seconds))
                continue
            except Conflict:
                LOG.error("conflict", advice="another process polls with this token, or a webhook was set")
                if self._on_conflict is not None:
                    await self._on_conflict()
                await self._rest(LONGEST_WAIT_SECONDS / 2)
                continue
            except (NetworkError, TelegramError, ValueError) as fault:
                LOG.warning("poll_failed", fault=type(fault).__name__, words=str(fault)[:200])
                await self._rest(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
                continue
            if updates and not await self._take(updates):
                await self._rest(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _ask(self, poll_seconds: int | None = None, limit: int = BATCH) -> list[Any]:
        # Through our transport, but unparsed: one update the framework cannot read must not lose its batch.
        seconds = self._poll_seconds if poll_seconds is None else poll_seconds
        asked: dict[str, Any] = {"timeout": seconds, "limit": limit, "allowed_updates": json.dumps(ALLOWED)}
        if self._offset is not None:
            asked["offset"] = self._offset
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        found = await self._request.post(url, read_timeout=seconds)
        if not isinstance(found, list) or (found and not any(isinstance(update, dict) for update in found)):
            # Nobody's updates: asked for again after a wait, not at once, and never set aside one by one.
            raise ValueError("no list of updates")
        return found

    async def _take(self, updates: list[Any]) -> bool:
        """Chats side by side, each in order. The offset moves past the leading run that was taken."""
        self._is_taking = self._is_open
        try:
            return self._is_open and await self._take_all(updates)
        finally:
            self._is_taking = False

    async def _take_all(self, updates: list[Any]) -> bool:
        chats: dict[Any, list[int]] = {}
        for at, update in enumerate(updates):
            chats.setdefault(_lane(update), []).append(at)
        taken = [False] * len(updates)

        async def one_chat(places: list[int]) -> None:
            for at in places:
                if await self._intake.take(updates[at]) is Taken.COME_AGAIN:
                    return
                taken[at] = True

        await asyncio.gather(*(one_chat(places) for places in chats.values()))
        for at, update in enumerate(updates):
            if not taken[at]:
                return False
            if isinstance(update, dict) and isinstance(update.get("update_id"), int):
                self._offset = update["update_id"] + 1
        return True


def _lane(update: Any) -> str:
    """Updates with the same text here stay in order; the intake's own lanes make sure."""
    if not isinstance(update, dict):
        return ""
    body = next((value for key, value in update.items() if key != "update_id" and isinstance(value, dict)), {})
    inner = body.get("message") if "message" in body and "chat" not in body else body
    chat = inner.get("chat") if isinstance(inner, dict) else None
    return json.dumps(chat.get("id")) if isinstance(chat, dict) else ""
