"""世界 — everything the pretend Telegram knows: people, chats, messages, polls; changed only by `apply`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.cast import Cast, Person

JSON = dict[str, Any]


@dataclass(slots=True)
class Chat:
    """A chat with the bot. `messages` holds cards by message id; `talk` what happened, for the transcript.

    A card is {id, by, date, body, reply_to?, edited?, fixed?, seen?}: `body` is the content as the Bot API
    words it and is replaced, never changed; `fixed` marks a message that may not be edited.
    """

    id: int
    face: JSON
    messages: dict[int, JSON] = field(default_factory=dict)
    last_id: int = 0
    is_started: bool = False
    is_blocked: bool = False
    reply_keyboard: JSON | None = None
    unread: int = 0
    menu_button: JSON | None = None
    talk: list[tuple[str, Any]] = field(default_factory=list)


class World:
    """State as of now. Every change is a record that `apply` understands, so a replay gives the same world."""

    def __init__(self, cast: Cast, bot_id: int) -> None:
        self.bot: JSON = {"id": bot_id, "is_bot": True, "first_name": cast.bot_name, "username": cast.bot_username}
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.polls: dict[str, JSON] = {}
        self.queries: dict[str, JSON] = {}
        self.files: dict[str, JSON] = {}
        self.commands: dict[str, list[JSON]] = {}
        self.profile: dict[str, str] = {"name": cast.bot_name}
        self.hints: list[JSON] = []
        self.webhook: JSON = {}
        self.allowed_updates: list[str] | None = None
        self.ledger: list[JSON] = []
        self.menu_button: JSON = {"type": "commands"}
        self.counter = 0
        for person in cast.people:
            self.meet(person)

    def meet(self, person: Person) -> Chat:
        """Make somebody known; their private chat begins unstarted unless they only exist to misbehave."""
        self.people[person.id] = person
        chat = self.chats.get(person.id)
        if chat is None:
            chat = self.chats[person.id] = Chat(person.id, person.as_chat())
        chat.face = person.as_chat()
        if person.behaviour != "answers":
            chat.is_started = True
        return chat

    def is_blocked(self, chat: Chat) -> bool:
        """Whether this person has blocked the bot, for now or always."""
        person = self.people.get(chat.id)
        return chat.is_blocked or (person is not None and person.behaviour == "blocked")

    def number(self) -> int:
        """A number never used before, for identifiers."""
        self.counter += 1
        return self.counter

    def apply(self, record: JSON) -> None:
        """Make one recorded change; the kind `t` names the method that knows how."""
        getattr(self, f"_{record['t']}")(record)

    def _person(self, record: JSON) -> None:
        self.meet(Person.read(record["person"]))

    def _group(self, record: JSON) -> None:
        face = record["face"]
        self.chats.setdefault(face["id"], Chat(face["id"], face, is_started=True))

    def _message(self, record: JSON) -> None:
        chat, card = self.chats[record["chat"]], record["card"]
        chat.messages[card["id"]] = card
        chat.last_id = max(chat.last_id, card["id"])
        if card["by"] == "bot":
            chat.unread += 1
            chat.talk.append(("said", (card["body"], record.get("keyboard"))))
        else:
            chat.is_started = True
            chat.talk.append(("heard", (card["body"], record.get("label"))))
        if "keyboard" in record:
            chat.reply_keyboard = record["keyboard"]

    def _edit(self, record: JSON) -> None:
        chat = self.chats[record["chat"]]
        card = chat.messages[record["id"]]
        card["body"] = record["body"]
        if record.get("date"):
            card["edited"] = record["date"]
        chat.talk.append(("edited" if card["by"] == "bot" else "reworded", record["body"]))

    def _delete(self, record: JSON) -> None:
        chat = self.chats[record["chat"]]
        for message_id in record["ids"]:
            card = chat.messages.pop(message_id, None)
            if card is not None:
                chat.talk.append(("deleted", card["body"]))

    def _start(self, record: JSON) -> None:
        self.chats[record["chat"]].is_started = True

    def _block(self, record: JSON) -> None:
        chat = self.chats[record["chat"]]
        chat.is_blocked = record["on"]
        chat.talk.append(("blocked" if record["on"] else "unblocked", None))

    def _used_keyboard(self, record: JSON) -> None:
        self.chats[record["chat"]].reply_keyboard = None

    def _read(self, record: JSON) -> None:
        self.chats[record["chat"]].unread = 0

    def _seen(self, chat_id: int, message_id: int) -> None:
        card = self.chats[chat_id].messages.get(message_id)
        if card is not None:
            card["seen"] = True

    def _query(self, record: JSON) -> None:
        self.queries[record["id"]] = {"chat": record["chat"], "message": record["message"], "at": record["at"]}
        self.counter = max(self.counter, record["number"])
        self.chats[record["chat"]].talk.append(("pressed", (record["label"], record["data"])))

    def _answer(self, record: JSON) -> None:
        query = self.queries.pop(record["id"])
        if record["text"]:
            self.chats[query["chat"]].talk.append(("toast", (record["text"], record["alert"])))

    def _poll(self, record: JSON) -> None:
        self.polls[record["poll"]["id"]] = {**record["poll"], "chat": record["chat"], "message": record["message"]}
        self.counter = max(self.counter, record["number"])

    def _vote(self, record: JSON) -> None:
        poll = self.polls[record["id"]]
        poll["votes"] = {**poll["votes"], str(record["person"]): record["options"]}
        self.chats[record["chat"]].talk.append(("voted", record["places"]))

    def _close_poll(self, record: JSON) -> None:
        self.polls[record["id"]]["is_closed"] = True

    def _file(self, record: JSON) -> None:
        self.files[record["file"]["file_id"]] = record["file"]
        self.counter = max(self.counter, record["file"]["number"])

    def _commands(self, record: JSON) -> None:
        if record["commands"]:
            self.commands[record["scope"]] = record["commands"]
        else:
            self.commands.pop(record["scope"], None)

    def _menu_button(self, record: JSON) -> None:
        if record["chat"] is None:
            self.menu_button = record["button"]
        else:
            self.chats[record["chat"]].menu_button = record["button"]

    def _profile(self, record: JSON) -> None:
        self.profile[record["field"]] = record["value"]

    def _hints(self, record: JSON) -> None:
        self.hints = record["hints"]

    def _webhook(self, record: JSON) -> None:
        self.webhook = record["webhook"]

    def _allowed(self, record: JSON) -> None:
        self.allowed_updates = record["kinds"]

    def _call(self, record: JSON) -> None:
        self.ledger.append(record["call"])

    def commands_for(self, chat_id: int, language: str) -> list[JSON]:
        """The command list a client shows in this private chat: narrowest scope first, own language first."""
        for scope in (f"chat:{chat_id}", "all_private_chats", "default"):
            for key in (f"{scope}:{language[:2]}", scope):
                if key in self.commands:
                    return self.commands[key]
        return []
