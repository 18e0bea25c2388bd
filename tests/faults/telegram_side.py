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

from sandbox import acts, ballots, shown
from sandbox.cast import Person
from sandbox.exchange import Exchange
from sandbox.faults import Fault
from sandbox.parameters import Upload
from sandbox.server import EXCHANGE, create_app
from sandbox.world import Chat
from tests import pictures
from tests.stage import CAST, masked

T = TypeVar("T")
# What puts something before a person's eyes.
SPEAKING = frozenset({"sendMessage", "editMessageText", "sendDocument", "sendPhoto", "sendPoll"})
# Where the robots of enterprises' groups are.
GROUP = "/group"
# It begins like a picture and is none.
BROKEN = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)
_drawn = functools.cache(pictures.named)


class TelegramSide:
    """The other side of the wire: people act, updates wait until they are confirmed, calls are written down."""

    def __init__(self) -> None:
        self.port = 0
        self._changes = 0
        self._remembered: tuple[object, bytes] = (None, b"")
        self._listed: tuple[int, list[dict[str, Any]]] = (-1, [])
        # What came to the groups of enterprises by their robots: to whom, under which title, in which words.
        self._posts: list[tuple[str, str, str]] = []
        self.exchange: Exchange
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> TelegramSide:
        self._thread.start()
        self._ready.wait()
        # Every change goes through the journal.
        append = self.exchange.journal.append

        def counted(record: dict[str, Any]) -> None:
            self._changes += 1
            append(record)

        self.exchange.journal.append = counted  # type: ignore[method-assign]
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
        app.router.add_post(GROUP, self._posted)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port, self.exchange = runner.addresses[0][1], app[EXCHANGE]
        self._ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _posted(self, request: web.Request) -> web.Response:
        said = await request.json()
        self._posts.append((said["group"], said["title"], said["text"]))
        self._changes += 1
        return web.Response()

    def posts(self) -> list[tuple[str, str, str]]:
        """What came to the groups of enterprises: to whom, under which title, in which words."""
        return self.do(lambda: list(self._posts))

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
            # What has not changed is not written down anew.
            stand = (self._changes, len(files._links), tuple(rule.done for rule in exchange.faults.rules))
            if self._remembered[0] != stand:
                content = pickle.dumps(
                    (exchange.world, (updates.pending, updates.past, updates.next_id, updates.next_n),
                     (files._bytes, files._links), exchange.faults.rules, self._posts)
                )  # fmt: skip
                self._remembered = stand, content
            return self._remembered[1]

        return self.do(deed)

    def wind_back(self, remembered: bytes = b"") -> None:
        """Be again as it was remembered, or as it was in the beginning."""

        def deed() -> None:
            exchange = self.exchange
            updates, files = exchange.updates, exchange.files
            kept = pickle.loads(remembered or self._untouched)
            exchange.world, queue, (files._bytes, files._links), exchange.faults.rules, self._posts = kept
            updates.pending, updates.past, updates.next_id, updates.next_n = queue
            files.records = exchange.world.files
            exchange.events.recent.clear()
            self._changes += 1

        self.do(deed)

    def settle_in(self, people: dict[int, str]) -> None:
        """People who opened the bot once, strangers by number and name."""

        def deed() -> None:
            for number, name in people.items():
                if number not in self.exchange.world.chats:
                    self.exchange.commit({"t": "person", "person": Person(number, name).as_table()})
                self.exchange.commit({"t": "start", "chat": number})

        self.do(deed)

    def throttle_once(self, person: int, seconds: int) -> None:
        """The next message to this person is refused as one too many; Telegram remembers having done so."""

        def deed() -> None:
            self._changes += 1
            self.exchange.faults.rules.append(
                Fault("sendMessage", "429", chat_id=person, retry_after=seconds, times=1)
            )  # fmt: skip

        self.do(deed)

    def act(self, who: str, deed: str) -> None:
        """One deed in the notation of the talks: text, [button], 📷 names, ☎ own card; ☑ right or ☑ wrong.

        [bc:ry:2] is a button that is not before their eyes yet: they will press it before it can be.
        """
        self.do(lambda: self._act(CAST[who], deed))

    def _act(self, person: int, deed: str) -> None:
        if found := re.fullmatch(r"\[([a-z]{2}(?::\w+)+)\]", deed):
            newest = max(self.exchange.world.chats[person].messages)
            acts.press(self.exchange, person, {"message_id": newest, "data": found[1], "forge": True})
        elif found := re.fullmatch(r"\[(.+)\]", deed):
            pressed = self._button(self.exchange.world.chats[person], found[1])
            assert pressed is not None, f"there is no {deed}"
            acts.press(self.exchange, person, {"message_id": pressed[0], "data": pressed[1]})
        elif deed.startswith("📷 "):
            names = [name.strip() for name in deed[2:].split(",")]
            uploads = [Upload(name, "image/jpeg", BROKEN if name == "broken.jpg" else _drawn(name)) for name in names]
            acts.photo(self.exchange, person, uploads)
        elif deed == "☎":
            acts.contact(self.exchange, person, {})
        elif deed.startswith("☑ "):
            self._vote(person, is_right=deed == "☑ right")
        else:
            acts.say(self.exchange, person, deed)

    def _vote(self, person: int, *, is_right: bool) -> None:
        """Answer the newest poll: all its right options, or one that is wrong."""
        number, poll = self._polls(person)[-1]
        right = [place for place, at in enumerate(shown.shown_order(poll)) if at in poll["correct_option_ids"]]
        wrong = next(place for place in range(len(poll["options"])) if place not in right)
        ballots.vote(self.exchange, person, number, right if is_right else [wrong])

    def _polls(self, person: int) -> list[tuple[int, dict[str, Any]]]:
        chat, polls = self.exchange.world.chats[person], self.exchange.world.polls
        return [
            (number, polls[card["body"]["poll"]["id"]])
            for number, card in sorted(chat.messages.items())
            if "poll" in card["body"]
        ]

    def open_poll(self, who: str) -> str:
        """The newest poll in somebody's chat, by its id, while they have not answered it; else empty."""
        polls = self.do(lambda: self._polls(CAST[who]))
        return "" if not polls or polls[-1][1]["votes"] else str(polls[-1][1]["id"])

    def words_at(self, chat: int, message: int) -> str:
        """What a message says now; empty when it is gone."""
        card = self.do(lambda: self.exchange.world.chats[chat].messages.get(message))
        return str(card["body"].get("text", "")) if card else ""

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
        if self._listed[0] != self._changes:
            # Counted first: what changes while they are listed is asked for again.
            changes = self._changes
            spoken = self.do(lambda: [call for call in self.exchange.world.ledger if call["method"] in SPEAKING])
            self._listed = changes, spoken
        return self._listed[1]

    def told(self, who: str) -> list[tuple[str, str]]:
        """What the bot said to somebody or changed a message to, in order: as it was worded, and its buttons."""
        told = []
        for call in self.calls():
            asked = call["parameters"]
            if call["chat_id"] == CAST[who]:
                markup = asked.get("reply_markup") or "{}"
                rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
                labels = "".join(f"[{button['text']}]" for row in rows for button in row)
                words = asked.get("text") or asked.get("caption") or asked.get("question") or ""
                told.append((masked(words), labels))
        return told

    def is_answered(self, who: str) -> bool:
        """Whether the last thing that happened in this chat is the bot's: nobody was left in silence."""
        talk = self.do(lambda: list(self.exchange.world.chats[CAST[who]].talk))
        kinds = [kind for kind, _ in talk if kind in ("said", "edited", "toast", "heard", "pressed", "voted")]
        return bool(kinds) and kinds[-1] in ("said", "edited", "toast")
