"""适配 — replies become Telegram messages, at once and best effort: the record is the memory, not the chat."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from html import escape, unescape
from typing import TypeVar

import structlog
from telegram import Bot, BotCommand, BotCommandScopeChat, InputMediaPhoto
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from domain.parting import TEXT_LIMIT, in_parts, units
from handlers.adapter import filing, methods
from handlers.adapter.filing import Keeper
from handlers.adapter.methods import NO_KEYS, inline, phone_key
from handlers.turn import Album, File, Keys, Poll, Press, Reply, Say, Turn

LOG = structlog.get_logger("speaking")
T = TypeVar("T")
# A reply waits this long for a flood pause to end; after that the person can simply ask again.
PATIENCE_SECONDS = 5.0
NOBODY = ("chat not found", "peer_id_invalid")
WORDS_REFUSED = ("too long", "can't parse entities")
TAG = re.compile(r"</?[a-z][^>]*>")
# In UTF-16 units, as the Bot API counts its 4096.
PLAIN_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class Placed:
    """A poll that was sent: an answer to it will name `poll_id`."""

    poll_id: str
    chat_id: int
    message_id: int
    subject: str


@dataclass(slots=True)
class Spoken:
    """What came of it: the new card's message id, if one was placed, and why the person cannot be reached.

    flood_seconds: how long Telegram wants to be left alone; 0 when it does not.
    is_untold: it wants to be, but did not say for how long; `flood_seconds` is the shortest it may be.
    """

    card_message_id: int | None = None
    unreachable: str = ""
    flood_seconds: float = 0.0
    is_untold: bool = False
    polls: list[Placed] = field(default_factory=list)
    # Who remembers the files that are sent on the way.
    keeper: Keeper | None = None


async def speak(
    bot: Bot, turn: Turn, reply: Reply, card_message_id: int | None, keeper: Keeper | None = None
) -> Spoken:
    """Say the reply. `card_message_id` is the card that a new one replaces. Never raises TelegramError.

    keeper: remembers files, though never one of a reply that is discreet.
    """
    spoken = Spoken(keeper=None if reply.is_discreet else keeper)
    pressed = turn.said if isinstance(turn.said, Press) else None
    answering: asyncio.Task[bool] | None = None
    if pressed is not None:
        answered = _quietly(methods.answer_press(bot, pressed.query_id, reply.toast, reply.alert))
        if reply.says:
            # The button is let go while its message is put right: one way to Telegram and back, not two.
            answering = asyncio.create_task(answered)
            # It has begun by now, so it leaves first.
            await asyncio.sleep(0)
        elif not await answered and turn.is_private and reply.toast:
            # After a stop the press is too old to be answered in passing; then it is said aloud, never not at all.
            reply = replace(reply, says=(Say(escape(reply.toast)),))
    try:
        await _say_all(bot, turn, reply, pressed, card_message_id, spoken)
        if answering is not None:
            await answering
    finally:
        if answering is not None and not answering.done():
            answering.cancel()
            await asyncio.wait([answering])
    return spoken


async def _say_all(
    bot: Bot, turn: Turn, reply: Reply, pressed: Press | None, card_message_id: int | None, spoken: Spoken
) -> None:
    """Everything that stays in the chat, in order; what comes of it is noted in `spoken`."""
    if reply.commands:
        menu = [BotCommand(name, about) for name, about in reply.commands]
        await _quietly(bot.set_my_commands(menu, scope=BotCommandScopeChat(turn.person.chat_id)))
    for said in reply.says:
        try:
            for part in _parts(said):
                await _say(bot, turn, pressed, part, card_message_id, spoken)
        except Forbidden:
            spoken.unreachable = "blocked"
            break
        except RetryAfter as pause:
            LOG.warning("reply_lost", update_id=turn.update_id, fault=type(pause).__name__, words=str(pause)[:200])
            spoken.flood_seconds, spoken.is_untold = _seconds(pause), getattr(pause, "is_untold", False)
            break
        except TelegramError as fault:
            if isinstance(fault, BadRequest) and any(sign in fault.message.lower() for sign in NOBODY):
                spoken.unreachable = "chat_not_found"
                break
            LOG.warning("reply_lost", update_id=turn.update_id, fault=type(fault).__name__, words=str(fault)[:200])
            if isinstance(said, Say) and any(sign in str(fault) for sign in WORDS_REFUSED):
                await _quietly(_say_plainly(bot, turn.person.chat_id, said))


def _parts(said: Say | File | Album | Poll | Keys) -> tuple[Say | File | Album | Poll | Keys, ...]:
    """What is too long for one message in several, so that no word is lost: the buttons stand under the last one."""
    if not isinstance(said, Say) or 2 * len(said.text) <= TEXT_LIMIT or units(said.text) <= TEXT_LIMIT:
        return (said,)
    first, *more = in_parts(said.text)
    # The pressed message becomes the first part, and what follows it stands below.
    parts = [replace(said, text=first, rows=(), card=False), *(Say(text) for text in more)]
    return (*parts[:-1], replace(said, text=parts[-1].text, edit=False))


async def _say_plainly(bot: Bot, chat_id: int, said: Say) -> None:
    """The same words as they are, as many as fit: a person who tapped a button must not meet silence."""
    plain = unescape(TAG.sub("", said.text)).encode("utf-16-le")[: 2 * PLAIN_LIMIT].decode("utf-16-le", "ignore")
    await methods.send(bot, chat_id, plain, inline(said.rows), is_html=False)


async def _say(
    bot: Bot,
    turn: Turn,
    pressed: Press | None,
    said: Say | File | Album | Poll | Keys,
    old_card: int | None,
    spoken: Spoken,
) -> None:
    chat_id = turn.person.chat_id
    if isinstance(said, Poll):
        asked = await _patiently(lambda: bot.send_poll(
            chat_id, said.question, list(said.options), type="quiz", is_anonymous=False,
            correct_option_ids=list(said.correct),  # type: ignore[arg-type]
            allows_multiple_answers=len(said.correct) > 1 or None, explanation=said.explanation or None,
        ))  # fmt: skip
        assert asked.poll is not None
        spoken.polls.append(Placed(asked.poll.id, chat_id, asked.message_id, said.subject))
        return
    if isinstance(said, Keys):
        if pressed is not None:
            await _quietly(methods.edit_buttons(bot, chat_id, pressed.message_id, inline(said.rows)))
        return
    if isinstance(said, Album):
        words = (said.caption, *[None] * (len(said.photos) - 1))
        media = [InputMediaPhoto(id_, word, "HTML") for id_, word in zip(said.photos, words, strict=True)]
        await _patiently(lambda: bot.send_media_group(chat_id, media))
        return
    if isinstance(said, File):
        await filing.send(said, lambda one: _patiently(lambda: filing.put(bot, chat_id, one)), spoken.keeper)
        return
    if (
        said.card
        and pressed is None
        and old_card is not None
        and turn.message_id is not None
        and (turn.message_id < old_card)
        and await _edit(bot, chat_id, old_card, said)
    ):
        # The card already stands below this message: the rest of an album, or quick messages in a row.
        return
    may_edit = said.edit and pressed is not None and not pressed.has_media
    if may_edit and pressed is not None and await _edit(bot, chat_id, pressed.message_id, said):
        if said.card and pressed.message_id != old_card:
            spoken.card_message_id = pressed.message_id
        return
    markup = inline(said.rows)
    if said.ask_phone:
        markup = phone_key(said.ask_phone)
    elif said.close_keys and not said.rows:
        markup = NO_KEYS
    message_id = await _patiently(lambda: methods.send(bot, chat_id, said.text, markup))
    if said.card:
        spoken.card_message_id = message_id
        if old_card is not None:
            await _retire(bot, chat_id, old_card)


async def _edit(bot: Bot, chat_id: int, message_id: int, said: Say) -> bool:
    """Edit in place; False when the message is too old or gone, so that a new one must be sent."""
    try:
        await _patiently(lambda: methods.edit(bot, chat_id, message_id, said.text, inline(said.rows)))
    except BadRequest as fault:
        if "not modified" in fault.message.lower():
            return True
        if "can't be edited" in fault.message or "not found" in fault.message:
            return False
        raise
    return True


async def _retire(bot: Bot, chat_id: int, message_id: int) -> None:
    """Take an older card away, or at least its buttons: two live cards of one matter would confuse."""
    try:
        await methods.delete(bot, chat_id, message_id)
    except BadRequest:
        await _quietly(methods.edit_buttons(bot, chat_id, message_id, None))
    except TelegramError as fault:
        LOG.info("card_not_retired", fault=type(fault).__name__)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """One more try after a short flood pause or a connection that never opened."""
    try:
        return await call()
    except RetryAfter as pause:
        if _seconds(pause) > PATIENCE_SECONDS:
            raise
        await asyncio.sleep(_seconds(pause) + 0.1)
    except BadRequest:
        raise
    except NetworkError as fault:
        if not getattr(fault, "never_sent", False):
            raise
        await asyncio.sleep(0.5)
    return await call()


def _seconds(pause: RetryAfter) -> float:
    wait = pause.retry_after
    return wait.total_seconds() if hasattr(wait, "total_seconds") else float(wait)


async def _quietly(call: Awaitable[object]) -> bool:
    """For what is harmless when it fails, such as answering a press that is too old. Whether it succeeded."""
    try:
        await call
    except TelegramError as fault:
        LOG.debug("harmless", fault=type(fault).__name__)
        return False
    return True
