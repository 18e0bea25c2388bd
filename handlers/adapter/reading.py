"""适配 — Telegram's updates become turns. Nothing else in this house reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
    _must_be_writable(said, str(user.language_code))
    name = tidy(user.full_name, NAME_LIMIT) or str(user.id)
    person = Person(user.id, chat_id, name, str(user.language_code or ""))
    return Turn(update.update_id, person, said, message_id, at, private)


def _must_be_writable(said: Said, language: str) -> None:
    """Raises UnicodeEncodeError for half a surrogate pair, which no database takes; what is read is tidied before."""
    for name in type(said).__slots__:
        value = getattr(said, name)
        for word in value if isinstance(value, tuple) else (value,):
            if isinstance(word, str):
                word.encode()
    language.encode()


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
