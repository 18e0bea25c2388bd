"""交换台 — the sandbox as a whole: commits changes, words messages for the bot, queues updates, tells the page."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox import shown
from sandbox.apierror import bad_request, forbidden, too_many_requests
from sandbox.cast import Cast
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.files import Files
from sandbox.journal import Journal
from sandbox.limits import Limits
from sandbox.updates import NOT_BY_DEFAULT, Pending, Updates
from sandbox.webhook import Execute, Pusher
from sandbox.world import Chat, World

JSON = dict[str, Any]
Clock = Callable[[], datetime]


class Exchange:
    """Everything of one running sandbox, except HTTP. `clock` gives an aware UTC instant."""

    def __init__(
        self,
        cast: Cast,
        token: str,
        data_dir: Path | None = None,
        clock: Clock | None = None,
        has_rate_limits: bool = False,
    ) -> None:
        self.token = token
        self.clock = clock or (lambda: datetime.now(UTC))
        self.journal = Journal(data_dir)
        self.world = World(cast, int(token.split(":")[0]))
        self.updates = Updates()
        self.events = Events(int(self.clock().timestamp() * 1000))
        self.files = Files(self.world.files, data_dir)
        self.faults = Faults()
        self.limits = Limits(has_rate_limits)
        self.refused: deque[JSON] = deque(maxlen=1000)
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.pusher: Pusher | None = None
        self.execute: Execute | None = None
        for record in self.journal.replay():
            self._apply(record)

    async def open(self, execute: Execute) -> None:
        """Begin pushing and counting down; `execute` carries out a method a webhook answers with."""
        self.execute = execute
        self.updates.on_new = self._push
        await self.restart_pushing()

    def release(self) -> None:
        """End everything that waits, so that the server can stop."""
        self.faults.closing.set()
        self.events.close()
        self.updates.release()
        for timer in self.timers.values():
            timer.cancel()

    async def close(self) -> None:
        """Stop pushing and let the directory go."""
        if self.pusher is not None:
            await self.pusher.close()
            self.pusher = None
        self.journal.close()

    def _push(self, pending: Pending) -> None:
        if self.pusher is not None:
            self.pusher.add(pending)

    async def restart_pushing(self) -> None:
        """Follow the webhook settings as they are now."""
        old, self.pusher = self.pusher, None
        if old is not None:
            await old.close()
        if self.world.webhook and self.execute is not None:
            self.pusher = Pusher(self.world.webhook, self.updates, self.confirm, self.now, self.execute)

    def now(self) -> int:
        """Unix seconds."""
        return int(self.clock().timestamp())

    def _apply(self, record: JSON) -> None:
        if record["t"] == "update":
            self.updates.restore(record)
        elif record["t"] == "done":
            for n in record["n"]:
                pending = self.updates.done(n)
                if pending is not None and pending.subject is not None:
                    self.world._seen(*pending.subject)
        else:
            self.world.apply(record)

    def commit(self, record: JSON) -> None:
        """Make a change and keep it."""
        self._apply(record)
        self.journal.append(record)

    def queue(self, kind: str, content: JSON, lane: int | str, subject: tuple[int, int] | None = None) -> int | None:
        """Queue an update of this kind; None if the bot has not asked for the kind."""
        allowed = self.world.allowed_updates
        if (kind not in allowed) if allowed else (kind in NOT_BY_DEFAULT):
            return None
        update_id = self.updates.next_id
        self.inject({"update_id": update_id, kind: content}, str(lane), subject)
        return update_id

    def inject(self, update: Any, lane: str, subject: tuple[int, int] | None = None, is_odd: bool = False) -> None:
        """Queue an update exactly as it is."""
        record = {
            "t": "update",
            "n": self.updates.next_n,
            "update": update,
            "lane": lane,
            "at": self.now(),
            "subject": subject,
            "odd": is_odd,
        }
        pending = self.updates.restore(record)
        self.journal.append(record)
        self.updates.announce(pending)

    def confirm(self, numbers: list[int]) -> None:
        """The bot has these updates for good; their messages show as seen."""
        if not numbers:
            return
        seen: dict[int, list[int]] = {}
        for n in numbers:
            pending = self.updates.pending.get(n)
            if pending is not None and pending.subject is not None:
                seen.setdefault(pending.subject[0], []).append(pending.subject[1])
        self.commit({"t": "done", "n": numbers})
        for chat_id, message_ids in seen.items():
            self.events.emit("seen", chat_id, message_ids=message_ids)

    def chat(self, chat_id: int | str) -> Chat:
        """A chat the bot knows; raises 400."""
        found: Chat | None = None
        if isinstance(chat_id, str) and chat_id.startswith("@"):
            found = next(
                (
                    chat
                    for chat in self.world.chats.values()
                    if chat.face.get("username") == chat_id[1:] and chat.id < 0
                ),
                None,
            )
        elif str(chat_id).removeprefix("-").isdecimal():
            found = self.world.chats.get(int(chat_id))
        elif chat_id == "":
            raise bad_request("chat_id is empty")
        if found is None:
            raise bad_request("chat not found")
        return found

    def writable(self, chat_id: str, count: int = 1) -> Chat:
        """A chat the bot may write to now; raises 400, 403 or 429 as Telegram does."""
        chat = self.chat(chat_id)
        person = self.world.people.get(chat.id)
        if self.world.is_blocked(chat):
            raise forbidden("bot was blocked by the user")
        if not chat.is_started:
            raise forbidden("bot can't initiate conversation with a user")
        if person is not None and person.behaviour == "throttled":
            raise too_many_requests(person.retry_after)
        self.limits.spend(chat.id, self.clock().timestamp(), count)
        return chat

    def card(self, chat: Chat, by: str, body: JSON, **more: Any) -> JSON:
        """A new message, not yet committed, with the next id of its chat."""
        card: JSON = {"id": chat.last_id + 1, "by": by, "date": self.now(), "body": body}
        card.update({key: value for key, value in more.items() if value})
        return card

    def say(self, chat: Chat, card: JSON, **more: Any) -> None:
        """Put a message in its chat and show it."""
        self.commit({"t": "message", "chat": chat.id, "card": card, **more})
        self.show("message", chat, card)
        if "keyboard" in more:
            self.events.emit("reply_keyboard", chat.id, reply_keyboard=shown.reply_keyboard(more["keyboard"]))

    def show(self, kind: str, chat: Chat, card: JSON) -> None:
        """Tell the page about a message as it is now."""
        snapshot = dict(card)
        self.events.emit(
            kind, chat.id, message_id=card["id"], message=lambda: shown.message(self.world, chat, snapshot)
        )

    def worded(self, chat: Chat, card: JSON, depth: int = 0) -> JSON:
        """The Bot API `Message` object of a card."""
        person = self.world.people.get(chat.id)
        sender = self.world.bot if card["by"] == "bot" or person is None else person.as_user()
        message: JSON = {"message_id": card["id"], "from": sender, "chat": chat.face, "date": card["date"]}
        if card.get("edited"):
            message["edit_date"] = card["edited"]
        replied = chat.messages.get(card.get("reply_to", 0)) if depth == 0 else None
        if replied is not None:
            message["reply_to_message"] = self.worded(chat, replied, 1)
        message.update(card["body"])
        if "poll" in message:
            message["poll"] = self.poll(message["poll"]["id"])
        return message

    def poll(self, poll_id: str) -> JSON:
        """The Bot API `Poll` object."""
        poll = self.world.polls[poll_id]
        votes = [options for options in poll["votes"].values() if options]
        options = [
            {**option, "persistent_id": str(number), "voter_count": sum(number in vote for vote in votes)}
            for number, option in enumerate(poll["options"])
        ]
        hidden = ("votes", "chat", "message", "shuffle_options")
        public = {key: value for key, value in poll.items() if key not in hidden}
        return {**public, "options": options, "total_voter_count": len(votes)}
