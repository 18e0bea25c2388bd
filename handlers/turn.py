"""一问一答 — what a person did (`Turn`) and what the bot does in return (`Reply`), as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from content.texts import Words
from domain.contact import Contact, NotAnOfficial, Official, Post
from outreach.desk import Desk

PRESS_LIMIT = 64  # bytes of callback_data, Bot API


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever holds the phone: Telegram's user and chat, before we know whether they are a contact."""

    id: int
    chat_id: int
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Command:
    """`/check rest` is name `check` and rest `rest`; a deep link is `/start payload`."""

    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button. `words` are the parts of its data: the talk's prefix, the verb, then arguments."""

    query_id: str
    words: tuple[str, ...]
    message_id: int
    has_media: bool = False

    @property
    def talk(self) -> str:
        return self.words[0]

    @property
    def verb(self) -> str:
        return self.words[1] if len(self.words) > 1 else ""

    def number(self, at: int) -> int:
        """The whole number at position `at` of the words; raises ValueError for what no button of ours ever held."""
        word = self.words[at] if at < len(self.words) else ""
        if not word.isascii() or not word.isdigit() or len(word) > 18:
            raise ValueError(f"not a number of ours: {word[:20]!r}")
        return int(word)


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a message; an album arrives as several turns with one `album`."""

    file_id: str
    file_unique_id: str
    size: int
    caption: str
    album: str | None


@dataclass(frozen=True, slots=True)
class Document:
    file_id: str
    file_unique_id: str
    name: str
    mime: str
    size: int
    caption: str


@dataclass(frozen=True, slots=True)
class SharedPhone:
    """A contact card. `is_own` is Telegram's word that it is the sender's own."""

    phone: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Location:
    """A place the person chose to share, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Voted:
    """An answer to a quiz poll: the positions chosen, as the options were written; empty when it was taken back."""

    poll_id: str
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """Something the bot has no use for: a sticker, a voice message …"""

    kind: str


@dataclass(frozen=True, slots=True)
class Reachability:
    """The person blocked the bot or came back."""

    is_reachable: bool


Said = Command | Press | Text | Photo | Document | SharedPhone | Location | Voted | Other | Reachability


@dataclass(frozen=True, slots=True)
class Turn:
    """One update, as far as a talk needs to know it. `at` is when Telegram says that it was sent; it says so of words,
    not of presses and votes.
    """

    update_id: int
    person: Person
    said: Said
    message_id: int | None
    at: datetime | None
    is_private: bool = True


@dataclass(frozen=True, slots=True)
class Caller:
    """The contact who speaks, with the posts they hold today and, if they are one, their office."""

    contact: Contact
    posts: tuple[Post, ...] = ()
    official: Official | None = None

    def post_at(self, enterprise_id: int) -> Post | None:
        """Their strongest post at that enterprise, if any."""
        return next((post for post in self.posts if post.enterprise_id == enterprise_id), None)


class FileFetcher(Protocol):
    """Fetches a file a person sent; given by the process, because it speaks with Telegram."""

    async def __call__(self, file_id: str, limit: int) -> bytes:
        """The bytes; raises FileTooLarge over `limit` bytes and FileUnavailable when Telegram has it no more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a talk works with: the transaction, the words in the person's language, and who they are to us.

    prepared: what was fetched or read before the transaction began (a workbook), or the refusal it met.
    card: the message id of the live card of the conversation.
    sealed_card: the message id of the card that belongs to a sealed draft, for replies that are discreet.
    """

    desk: Desk
    words: Words
    caller: Caller | None
    prepared: object = None
    meaning: str = ""
    subject: str = ""
    card: int | None = None
    sealed_card: int | None = None

    @property
    def known(self) -> Caller:
        """The caller of a talk that only contacts reach."""
        assert self.caller is not None
        return self.caller

    def as_official(self) -> Official:
        """The office in which the caller speaks. Raises NotAnOfficial."""
        if self.known.official is None:
            raise NotAnOfficial
        return self.known.official


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: exactly one of `press` (≤ 64 bytes), `url`, `copy` says what it does."""

    label: str
    press: str = ""
    url: str = ""
    copy: str = ""
    style: str = ""

    def __post_init__(self) -> None:
        if len(self.press.encode()) > PRESS_LIMIT:
            raise ValueError(f"callback data over {PRESS_LIMIT} bytes: {self.press}")


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Say:
    """A message. `edit` replaces the pressed message instead; `card` is the one live card of the conversation,
    so a newer card takes the keyboard off the older one. `ask_phone` shows the share-my-number key."""

    text: str
    rows: Rows = ()
    edit: bool = False
    card: bool = False
    ask_phone: str = ""
    close_keys: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A document or, with `as_photo`, a picture; bytes in memory, a path, or the id of a file that Telegram has.

    is_kept: the same content will be asked for again, so Telegram's id of it is remembered. Never of what a person
    has sent or a report holds.
    """

    name: str
    data: bytes | Path | str
    caption: str = ""
    as_photo: bool = False
    rows: Rows = ()
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Album:
    """Two to ten pictures in one message, by the ids of files that Telegram has; no button can hang below it."""

    photos: tuple[str, ...]
    caption: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Other buttons under the pressed message, whose words, picture or file stay as they are."""

    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class Poll:
    """A native quiz poll. `subject` is what an answer to it will be about; options are shown as ordered here.

    Limits of the Bot API: question 300, 2-12 options of 100, explanation 200 characters and two line feeds.
    """

    question: str
    options: tuple[str, ...]
    correct: tuple[int, ...]
    subject: str
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything said in return, in order; `toast` answers a press (as an alert when `alert`).

    commands: name and description of each command this person's menu shows from now on; empty leaves it.
    is_discreet: nothing about this reply is kept with the contact; its card belongs to the sealed draft.
    """

    says: tuple[Say | File | Album | Poll | Keys, ...] = ()
    toast: str = ""
    alert: bool = False
    commands: tuple[tuple[str, str], ...] = ()
    is_discreet: bool = False

    def __add__(self, other: Reply) -> Reply:
        return Reply(
            self.says + other.says,
            self.toast or other.toast,
            self.alert or other.alert,
            other.commands or self.commands,
            self.is_discreet or other.is_discreet,
        )


def press(*words: object) -> str:
    """The data of a button: its words joined by colons."""
    return ":".join(str(word) for word in words)
