"""对岸 — the sandbox on a thread of its own, so that it outlives every house that dies; it can be wound back."""

from __future__ import annotations

import asyncio
import functools
import json
import pickle
import re
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import web

from sandbox import acts
from sandbox.exchange import Exchange
from sandbox.parameters import Upload
from sandbox.server import EXCHANGE, create_app
from sandbox.world import Chat
from tests import pictures
from tests.stage import CAST

T = TypeVar("T")
# What puts something before a person's eyes.
SPEAKING = frozenset({"sendMessage", "editMessageText", "sendDocument", "sendPhoto"})
# It begins like a picture and is none.
BROKEN = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)
_drawn = functools.cache(pictures.named)


class TelegramSide:
    """The other side of the wire: people act, updates wait until they are confirmed, calls are written down."""

    def __init__(self) -> None:
        self.port = 0
        self.exchange: Exchange
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> TelegramSide:
        self._thread.start()
        self._ready.wait()
        self._untouched = self.remember()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._life())
        self._loop.close()

    async def _life(self) -> None:
        self._stopping = asyncio.Event()
        app = create_app()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port, self.exchange = runner.addresses[0][1], app[EXCHANGE]
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    def do(self, deed: Callable[[], T]) -> T:
        """Call on the sandbox's own thread, between its requests."""

        async def call() -> T:
            return deed()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(30)

    def remember(self) -> bytes:
        """Everything that this Telegram knows."""

        def deed() -> bytes:
            exchange = self.exchange
            updates, files = exchange.updates, exchange.files
            return pickle.dumps(
                (exchange.world, (updates.pending, updates.past, updates.next_id, updates.next_n),
                 (files._bytes, files._links))
            )  # fmt: skip

        return self.do(deed)

    def wind_back(self, remembered: bytes = b"") -> None:
        """Be again as it was remembered, or as it was in the beginning."""

        def deed() -> None:
            exchange = self.exchange
            updates, files = exchange.updates, exchange.files
            exchange.world, queue, (files._bytes, files._links) = pickle.loads(remembered or self._untouched)
            updates.pending, updates.past, updates.next_id, updates.next_n = queue
            files.records = exchange.world.files
            exchange.events.recent.clear()

        self.do(deed)

    def act(self, who: str, deed: str) -> None:
        """One deed in the notation of the talks: text, [button], 📷 names, ☎ own card."""
        self.do(lambda: self._act(CAST[who], deed))

    def _act(self, person: int, deed: str) -> None:
        if found := re.fullmatch(r"\[(.+)\]", deed):
            pressed = self._button(self.exchange.world.chats[person], found[1])
            assert pressed is not None, f"there is no {deed}"
            acts.press(self.exchange, person, {"message_id": pressed[0], "data": pressed[1]})
        elif deed.startswith("📷 "):
            names = [name.strip() for name in deed[2:].split(",")]
            uploads = [Upload(name, "image/jpeg", BROKEN if name == "broken.jpg" else _drawn(name)) for name in names]
            acts.photo(self.exchange, person, uploads)
        elif deed == "☎":
            acts.contact(self.exchange, person, {})
        else:
            acts.say(self.exchange, person, deed)

    def has_button(self, who: str, label: str) -> bool:
        """Whether a button with this label is before the person's eyes."""
        return self.do(lambda: self._button(self.exchange.world.chats[CAST[who]], label)) is not None

    @staticmethod
    def _button(chat: Chat, label: str) -> tuple[int, str] | None:
        for number in sorted(chat.messages, reverse=True):
            card = chat.messages[number]
            for row in card["body"].get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label and "callback_data" in button and card["by"] == "bot":
                        return number, button["callback_data"]
        return None

    def waiting_ids(self) -> list[int]:
        """The ids of the updates that Telegram still keeps for us."""
        return self.do(lambda: [pending.update_id for pending in self.exchange.updates.pending.values()])

    def confirmed_ids(self) -> set[int]:
        """The ids of the updates that Telegram believes we have."""
        return self.do(lambda: set(self.exchange.updates.past))

    def calls(self) -> list[dict[str, Any]]:
        """Every accepted call so far that said something to somebody."""
        return self.do(lambda: [call for call in self.exchange.world.ledger if call["method"] in SPEAKING])

    def told(self, who: str) -> list[tuple[str, str]]:
        """What the bot said to somebody or changed a message to, in order: as it was worded, and its buttons."""
        told = []
        for call in self.calls():
            asked = call["parameters"]
            if call["chat_id"] == CAST[who]:
                rows = json.loads(asked.get("reply_markup") or "{}").get("inline_keyboard", [])
                labels = "".join(f"[{button['text']}]" for row in rows for button in row)
                told.append((asked.get("text") or asked.get("caption") or "", labels))
        return told

    def is_answered(self, who: str) -> bool:
        """Whether the last thing that happened in this chat is the bot's: nobody was left in silence."""
        talk = self.do(lambda: list(self.exchange.world.chats[CAST[who]].talk))
        kinds = [kind for kind, _ in talk if kind in ("said", "edited", "toast", "heard", "pressed")]
        return bool(kinds) and kinds[-1] in ("said", "edited", "toast")
