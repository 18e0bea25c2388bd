"""方法 — the calls of the Bot API that nearly every reply is made of; nothing is built that nobody reads.

The framework's own methods turn every button into an object and every answer into a message, which took half the
processor time of a reply. Faults are the framework's all the same, since its request tells them apart.
"""

from __future__ import annotations

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from handlers.turn import Button, Rows

Markup = dict[str, object]
NO_PREVIEW = {"is_disabled": True}
NO_KEYS: Markup = {"remove_keyboard": True}


async def answer_press(bot: Bot, query_id: str, toast: str, is_alert: bool) -> None:
    """Let the button go again, with words that pass by or, as an alert, stay until they are sent away."""
    await _call(bot, "answerCallbackQuery", callback_query_id=query_id, text=toast or None, show_alert=is_alert or None)


async def send(bot: Bot, chat_id: int, text: str, markup: Markup | None, *, is_html: bool = True) -> int:
    """Send a message. Returns its id."""
    told = await _call(
        bot, "sendMessage", chat_id=chat_id, text=text, parse_mode="HTML" if is_html else None,
        link_preview_options=NO_PREVIEW, reply_markup=markup,
    )  # fmt: skip
    message_id = told.get("message_id") if isinstance(told, dict) else None
    if not isinstance(message_id, int):
        raise TelegramError("the answer describes no message")
    return message_id


async def edit(bot: Bot, chat_id: int, message_id: int, text: str, markup: Markup | None) -> None:
    """Give a message other words and buttons."""
    await _call(
        bot, "editMessageText", chat_id=chat_id, message_id=message_id, text=text, parse_mode="HTML",
        link_preview_options=NO_PREVIEW, reply_markup=markup,
    )  # fmt: skip


async def edit_buttons(bot: Bot, chat_id: int, message_id: int, markup: Markup | None) -> None:
    """Give a message other buttons, or none."""
    await _call(bot, "editMessageReplyMarkup", chat_id=chat_id, message_id=message_id, reply_markup=markup)


async def delete(bot: Bot, chat_id: int, message_id: int) -> None:
    """Take a message away."""
    await _call(bot, "deleteMessage", chat_id=chat_id, message_id=message_id)


def inline(rows: Rows) -> Markup | None:
    """The buttons under a message; None when there are none."""
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]} if rows else None


def phone_key(label: str) -> Markup:
    """The key that shares the person's own number, in place of their keyboard."""
    return {
        "keyboard": [[{"text": label, "request_contact": True}]], "resize_keyboard": True, "one_time_keyboard": True,
    }  # fmt: skip


def _button(button: Button) -> Markup:
    made: Markup = {"text": button.label}
    if button.press:
        made["callback_data"] = button.press
    if button.url:
        made["url"] = button.url
    if button.copy:
        made["copy_text"] = {"text": button.copy}
    if button.style:
        made["style"] = button.style
    return made


async def _call(bot: Bot, method: str, **values: object) -> object:
    """What Telegram answers. Raises TelegramError, as each method of the framework does."""
    given = [RequestParameter(name, value, None) for name, value in values.items() if value is not None]
    return await bot.request.post(f"{bot.base_url}/{method}", RequestData(given))
