"""按键 — a press as Telegram words it, without the framework, which builds ten objects for the six values in it."""

from __future__ import annotations

from typing import Any

from telegram.constants import ChatType

from domain.text import tidy
from handlers.turn import Person, Press, Turn

NAME_LIMIT = 100
MAX_ID = 2**63


def plain_press(raw: dict[str, Any]) -> Turn | None:
    """The turn of an ordinary press; None for anything else or unusual, which the framework then looks at."""
    query = raw.get("callback_query")
    if not isinstance(query, dict):
        return None
    who, message, data, query_id = query.get("from"), query.get("message"), query.get("data"), query.get("id")
    if not (
        isinstance(who, dict) and isinstance(message, dict) and isinstance(data, str) and isinstance(query_id, str)
    ):
        return None
    chat = message.get("chat")
    # A message that is too old to be shown has no date, and nobody knows whether it held a picture.
    if not isinstance(chat, dict) or not isinstance(message.get("date"), int) or not message["date"]:
        return None
    ids = [raw.get("update_id"), who.get("id"), chat.get("id"), message.get("message_id")]
    numbers = [number for number in ids if type(number) is int and abs(number) < MAX_ID]
    first, last, language = who.get("first_name"), who.get("last_name", ""), who.get("language_code", "")
    kind = chat.get("type")
    are_words = all(isinstance(word, str) for word in (first, last, language, kind, message.get("text", "")))
    if len(numbers) != len(ids) or not are_words or not (query_id + data + language).isascii():
        return None
    update_id, person_id, chat_id, message_id = numbers
    name = tidy(f"{first} {last}" if last else str(first), NAME_LIMIT) or str(person_id)
    said = Press(query_id, tuple(data.split(":")), message_id, has_media="text" not in message)
    person = Person(person_id, chat_id, name, language)
    return Turn(update_id, person, said, message_id, None, kind == ChatType.PRIVATE)
