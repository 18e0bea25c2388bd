"""适配 — Telegram's updates become turns. Nothing else in this house reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args, get_origin, get_type_hints

from telegram import Bot, Message, MessageEntity, Update, User
from telegram.constants import ChatType

from domain.text import tidy
from handlers.adapter.presses import MAX_ID, NAME_LIMIT, plain_press
from handlers.turn import (
    Command,
    Document,
    Location,
    Other,
    Person,
    Photo,
    Press,
    Reachability,
    Said,
    SharedPhone,
    Text,
    Turn,
    Voted,
)

TEXT_LIMIT = 4096


def _kinds(declared: Any) -> tuple[bool, frozenset[type]]:
    """Whether a field holds several values, and which types each of them may be."""
    is_row = get_origin(declared) is tuple
    inner = get_args(declared)[0] if is_row else declared
    return is_row, frozenset(get_args(inner) or (inner,))


# What each field of what a person can do was declared to be: the framework hands on whatever it was given.
FIELDS = {
    done: tuple((name, *_kinds(declared)) for name, declared in get_type_hints(done).items())
    for done in get_args(Said)
}  # fmt: skip


class Unparsable(Exception):
    """The update is authentic but cannot be understood; it goes to quarantine."""


class NotForUs(Exception):
    """The update is fine and asks nothing of this bot (a channel post, somebody else's command …)."""


def read_update(raw: dict[str, Any], bot: Bot) -> Turn:
    """What the person did. Raises Unparsable or NotForUs.

    The framework's parser raises AttributeError, TypeError, KeyError, ValueError and OverflowError on mutated
    input, so everything it raises counts as unparsable.
    """
    if (turn := plain_press(raw)) is not None:
        return turn
    try:
        update = Update.de_json(raw, bot)
        if not isinstance(update.update_id, int):
            raise Unparsable("update_id is not a number")
        turn = _turn(update, bot.username)
    except (Unparsable, NotForUs):
        raise
    except RecursionError as fault:
        raise Unparsable("nested too deeply") from fault
    except Exception as fault:
        raise Unparsable(f"{type(fault).__name__}: {fault}") from fault
    return turn


def _turn(update: Update, username: str) -> Turn:
    if update.callback_query is not None:
        return _pressed(update)
    if update.my_chat_member is not None:
        member = update.my_chat_member
        if member.chat.type != ChatType.PRIVATE:
            raise NotForUs("a group's membership")
        gone = member.new_chat_member.status in ("kicked", "left")
        return _made(update, member.from_user, member.chat.id, Reachability(not gone), None, member.date)
    if update.poll_answer is not None:
        answer = update.poll_answer
        if answer.user is None:
            raise NotForUs("a vote in the name of a chat")
        voted = Voted(str(answer.poll_id), tuple(answer.option_ids))
        return _made(update, answer.user, answer.user.id, voted, None, None)
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot:
        raise NotForUs("neither a message from a person nor a press")
    private = message.chat.type == ChatType.PRIVATE
    said = _said(message, username)
    if not private and not isinstance(said, Command):
        raise NotForUs("talk in a group")
    return _made(update, message.from_user, message.chat.id, said, message.message_id, message.date, private)


def _pressed(update: Update) -> Turn:
    query = update.callback_query
    assert query is not None
    if query.message is None or query.data is None:
        raise NotForUs("a press on an inline message")
    message = query.message
    media = isinstance(message, Message) and message.text is None
    said = Press(query.id, tuple(query.data.split(":")), message.message_id, media)
    private = message.chat.type == ChatType.PRIVATE
    return _made(update, query.from_user, message.chat.id, said, message.message_id, None, private)


def _made(
    update: Update, user: User, chat_id: int, said: Said, message_id: int | None, at: datetime | None,
    private: bool = True,
) -> Turn:  # fmt: skip
    for number in (user.id, chat_id, message_id or 0, update.update_id):
        # A truth is a number to Python and none to PostgreSQL.
        if type(number) is not int or abs(number) >= MAX_ID:
            raise Unparsable("an id out of range")
    _must_be_as_declared(said)
    str(user.language_code).encode()
    name = tidy(user.full_name, NAME_LIMIT) or str(user.id)
    person = Person(user.id, chat_id, name, str(user.language_code or ""))
    return Turn(update.update_id, person, said, message_id, at, private)


def _must_be_as_declared(said: Said) -> None:
    """Raises Unparsable for a value of another type, a number that no database takes or a place that is none, and
    UnicodeEncodeError for half a surrogate pair; what is read is tidied before.
    """
    for name, is_row, kinds in FIELDS[type(said)]:
        value = getattr(said, name)
        for one in value if is_row else (value,):
            if type(one) not in kinds:
                raise Unparsable(f"{name} is a {type(one).__name__}")
            if isinstance(one, str):
                one.encode()
            elif isinstance(one, float) and not math.isfinite(one):
                raise Unparsable(f"{name} is not a number")
            elif isinstance(one, int) and abs(one) >= MAX_ID:
                raise Unparsable(f"{name} is out of range")


def _said(message: Message, username: str) -> Said:
    if message.text is not None:
        return _text(_with_links(message.text, message.entities), username)
    if message.photo:
        best = message.photo[-1]
        return Photo(
            best.file_id, best.file_unique_id, best.file_size or 0,
            tidy(_with_links(message.caption or "", message.caption_entities), TEXT_LIMIT, lines=True),
            message.media_group_id,
        )  # fmt: skip
    if message.document is not None:
        sent = message.document
        return Document(
            sent.file_id, sent.file_unique_id, tidy(sent.file_name or "", 200), str(sent.mime_type or ""),
            sent.file_size or 0,
            tidy(_with_links(message.caption or "", message.caption_entities), TEXT_LIMIT, lines=True),
        )  # fmt: skip
    if message.contact is not None:
        sender = message.from_user
        return SharedPhone(
            str(message.contact.phone_number), sender is not None and message.contact.user_id == sender.id
        )
    if message.location is not None:
        return Location(float(message.location.latitude), float(message.location.longitude))
    return Other("message")


def _with_links(text: str, entities: Sequence[MessageEntity]) -> str:
    """The text with the address behind each linked word written out after it: nobody is sent where they cannot see.

    Entities count in UTF-16 units; one that points outside the text is passed over.
    """
    links = [one for one in entities if one.type == MessageEntity.TEXT_LINK and one.url]
    if not links:
        return text
    # A lone surrogate is for `tidy` to take out.
    units = text.encode("utf-16-le", "surrogatepass")
    for link in sorted(links, key=lambda one: one.offset, reverse=True):
        end = (link.offset + link.length) * 2
        if 0 < end <= len(units):
            units = units[:end] + f" {link.url} ".encode("utf-16-le", "surrogatepass") + units[end:]
    return units.decode("utf-16-le", "surrogatepass")


def _text(text: str, username: str) -> Said:
    text = tidy(text, TEXT_LIMIT, lines=True)
    if not text.startswith("/"):
        return Text(text)
    head, _, rest = text.partition(" ")
    name, _, addressed = head[1:].partition("@")
    if addressed and addressed.lower() != username.lower():
        raise NotForUs("another bot's command")
    return Command(name.lower(), rest.strip())
