"""人物 — the demo cast: who may talk to the bot in the sandbox, and how each of them behaves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

JSON = dict[str, Any]
BEHAVIOURS = ("answers", "blocked", "throttled", "silent")
DEFAULT_CAST = Path(__file__).with_name("cast.toml")


@dataclass(frozen=True, slots=True)
class Person:
    """One pretend Telegram user; the private chat with the bot has the same id.

    `phone` is in E.164 with a plus sign; `retry_after` (seconds) is what a throttled person costs the bot.
    """

    id: int
    name: str
    username: str = ""
    phone: str = ""
    role: str = ""
    note: str = ""
    colour: str = "#6b7280"
    behaviour: str = "answers"
    retry_after: int = 30
    language_code: str = "zh-hans"
    pane: bool = False

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Person:
        """Build a person from a TOML or JSON table; raises ValueError for what cannot be a person."""
        if not isinstance(table, Mapping) or "id" not in table or "name" not in table:
            raise ValueError("a person is a table with at least id and name")
        known = {key: value for key, value in table.items() if key in cls.__dataclass_fields__}
        person = cls(**known)
        if not isinstance(person.id, int) or isinstance(person.id, bool) or person.id <= 0:
            raise ValueError(f"person id must be a positive number: {person.id!r}")
        if not isinstance(person.name, str) or not person.name:
            raise ValueError(f"person {person.id} has no name")
        if person.behaviour not in BEHAVIOURS:
            raise ValueError(f"person {person.id}: behaviour must be one of {', '.join(BEHAVIOURS)}")
        texts = (person.username, person.phone, person.role, person.note, person.colour, person.language_code)
        if not all(isinstance(text, str) for text in texts) or not isinstance(person.retry_after, int):
            raise ValueError(f"person {person.id}: a field is of the wrong kind")
        return person

    def as_table(self) -> JSON:
        """The person as plain JSON, for the page and the journal."""
        return asdict(self)

    def as_user(self) -> JSON:
        """The Bot API `User` object of this person."""
        user: JSON = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user

    def as_chat(self) -> JSON:
        """The Bot API `Chat` object of the private chat with this person."""
        chat: JSON = {"id": self.id, "first_name": self.name}
        if self.username:
            chat["username"] = self.username
        chat["type"] = "private"
        return chat


@dataclass(frozen=True, slots=True)
class Cast:
    """The bot's name and everybody it can meet, in the order of the file."""

    bot_name: str
    bot_username: str
    people: tuple[Person, ...]


def load_cast(path: Path | None = None) -> Cast:
    """Read a cast file (the demo cast without `path`); raises ValueError or OSError if it is unusable."""
    table = tomllib.loads((path or DEFAULT_CAST).read_text(encoding="utf-8"))
    bot = table.get("bot", {})
    people = tuple(Person.read(row) for row in table.get("person", ()))
    if len({person.id for person in people}) != len(people):
        raise ValueError("two people of the cast share an id")
    return Cast(bot.get("name", "Bot"), bot.get("username", "sandbox_bot"), people)
