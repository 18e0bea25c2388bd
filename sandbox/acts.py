"""举动 — what people do in the sandbox: write, press, share, change their mind, block the bot."""

from __future__ import annotations

import re
from typing import Any

from sandbox import entities as marks
from sandbox.cast import Person
from sandbox.exchange import Exchange
from sandbox.files import fitted, image_size
from sandbox.methods.media import keep
from sandbox.parameters import Upload
from sandbox.world import Chat

JSON = dict[str, Any]
MAX_TEXT = 4096
LARGEST_PHOTO = 1280
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ActRefused(Exception):
    """A person cannot do this in Telegram."""


class NobodyThere(Exception):
    """There is no such person."""


def person_of(exchange: Exchange, person_id: int) -> tuple[Person, Chat]:
    """Somebody and their chat; raises NobodyThere."""
    person = exchange.world.people.get(person_id)
    if person is None:
        raise NobodyThere(f"there is no person {person_id}")
    return person, exchange.world.chats[person_id]


def _awake(chat: Chat) -> None:
    if chat.is_blocked:
        raise ActRefused("the bot is blocked: unblock it first")


def _heard(exchange: Exchange, chat: Chat, body: JSON, reply_to: int | None = None, label: bool = False) -> JSON:
    if reply_to is not None and (not isinstance(reply_to, int) or reply_to not in chat.messages):
        raise ActRefused("there is no message to reply to")
    card = exchange.card(chat, "person", body, reply_to=reply_to)
    exchange.say(chat, card, **({"label": True} if label else {}))
    update_id = exchange.queue("message", exchange.worded(chat, card), chat.id, (chat.id, card["id"]))
    return {"message_id": card["id"], "update_id": update_id}


def _text_body(text: str) -> JSON:
    plain, _ = marks.tidy(text, [])
    if not plain:
        raise ActRefused("nothing was written")
    entities = marks.found(plain, [])
    return {"text": plain, "entities": entities} if entities else {"text": plain}


def _pieces(text: str) -> list[str]:
    """Long text goes out as several messages, as Telegram's apps do it."""
    pieces, rest = [], text
    while marks.utf16_length(rest) > MAX_TEXT:
        size = MAX_TEXT
        while marks.utf16_length(rest[:size]) > MAX_TEXT:
            size -= max(1, (marks.utf16_length(rest[:size]) - MAX_TEXT) // 2)
        pieces.append(rest[:size])
        rest = rest[size:]
    return [*pieces, rest]


def say(exchange: Exchange, person_id: int, text: str, reply_to: int | None = None) -> JSON:
    """Write a text; pressing a button of the reply keyboard is the same."""
    _, chat = person_of(exchange, person_id)
    _awake(chat)
    rows = (chat.reply_keyboard or {}).get("keyboard", [])
    is_label = any(button["text"] == text for row in rows for button in row)
    is_spent = is_label and (chat.reply_keyboard or {}).get("one_time_keyboard")
    answers = [_heard(exchange, chat, _text_body(piece), reply_to, is_label) for piece in _pieces(text)]
    if is_spent:
        exchange.commit({"t": "used_keyboard", "chat": chat.id})
        exchange.events.emit("reply_keyboard", chat.id, reply_keyboard=None)
    return answers[-1] if len(answers) == 1 else {**answers[-1], "parts": answers}


def start(exchange: Exchange, person_id: int, payload: str = "") -> JSON:
    """Open the bot, perhaps by a deep link; somebody who had blocked it unblocks it by that."""
    _, chat = person_of(exchange, person_id)
    if payload and not _PAYLOAD.fullmatch(payload):
        raise ActRefused("a deep link carries 1-64 of A-Z a-z 0-9 _ -")
    if chat.is_blocked:
        block(exchange, person_id, False)
    return _heard(exchange, chat, _text_body(f"/start {payload}".strip()))


def press(exchange: Exchange, person_id: int, asked: JSON) -> JSON:
    """Press an inline button, by place or by data; `forge` sends data that no button has."""
    person, chat = person_of(exchange, person_id)
    _awake(chat)
    message_id = asked.get("message_id")
    card = chat.messages.get(message_id) if isinstance(message_id, int) else None
    if card is None:
        raise ActRefused("there is no such message")
    rows = card["body"].get("reply_markup", {}).get("inline_keyboard", [])
    button: JSON | None = None
    if "row" in asked:
        row, column = asked["row"], asked.get("column", 0)
        if not isinstance(row, int) or not isinstance(column, int):
            raise ActRefused("row and column are numbers")
        if 0 <= row < len(rows) and 0 <= column < len(rows[row]):
            button = rows[row][column]
    else:
        button = next((key for row in rows for key in row if key.get("callback_data") == asked.get("data")), None)
    if button is None and not asked.get("forge"):
        raise ActRefused("there is no such button on this message")
    if button is not None and "callback_data" not in button:
        return {"update_id": None, "url": button.get("url"), "copy_text": button.get("copy_text")}
    data = button["callback_data"] if button else str(asked.get("data", ""))
    number = exchange.world.number()
    query_id = str(4_000_000_000_000_000_000 + number * 1_000_003)
    exchange.commit(
        {
            "t": "query",
            "id": query_id,
            "chat": chat.id,
            "message": message_id,
            "at": exchange.now(),
            "number": number,
            "label": button["text"] if button else None,
            "data": data,
        }
    )
    query = {
        "id": query_id,
        "from": person.as_user(),
        "message": exchange.worded(chat, card),
        "chat_instance": str(-7_000_000_000_000_000_000 - chat.id),
        "data": data,
    }
    return {"update_id": exchange.queue("callback_query", query, chat.id), "query_id": query_id}


def _captioned(body: JSON, caption: str) -> JSON:
    if caption.strip():
        text = _text_body(caption)
        body["caption"] = text["text"]
        if "entities" in text:
            body["caption_entities"] = text["entities"]
    return body


def photo(exchange: Exchange, person_id: int, uploads: list[Upload], caption: str = "") -> JSON:
    """Send photos; several become one album, each an update of its own, the caption on the first."""
    _, chat = person_of(exchange, person_id)
    _awake(chat)
    if not uploads:
        raise ActRefused("there is no photo")
    group = str(13_000_000_000_000_000 + exchange.world.number()) if len(uploads) > 1 else ""
    answers: list[JSON] = []
    for upload in uploads:
        size = image_size(upload.content)
        record = keep(exchange, "photo", upload, fitted(size, LARGEST_PHOTO) if size else None)
        body: JSON = {"photo": exchange.files.photo_sizes(record)}
        if group:
            body["media_group_id"] = group
        answers.append(_heard(exchange, chat, _captioned(body, "" if answers else caption)))
    return {**answers[0], "parts": answers, "media_group_id": group or None}


def document(exchange: Exchange, person_id: int, upload: Upload, caption: str = "") -> JSON:
    """Send a file as it is."""
    _, chat = person_of(exchange, person_id)
    _awake(chat)
    record = keep(exchange, "document", upload, None)
    return _heard(exchange, chat, _captioned({"document": exchange.files.document(record)}, caption))


def location(exchange: Exchange, person_id: int, latitude: Any, longitude: Any) -> JSON:
    """Share a place."""
    _, chat = person_of(exchange, person_id)
    _awake(chat)
    try:
        place = {"latitude": round(float(latitude), 6), "longitude": round(float(longitude), 6)}
    except (TypeError, ValueError):
        raise ActRefused("latitude and longitude are numbers") from None
    if not (-90 <= place["latitude"] <= 90 and -180 <= place["longitude"] <= 180):
        raise ActRefused("there is no such place")
    return _heard(exchange, chat, {"location": place})


def contact(exchange: Exchange, person_id: int, asked: JSON) -> JSON:
    """Share a contact card: one's own, that of `user_id`, or any phone and name."""
    person, chat = person_of(exchange, person_id)
    _awake(chat)
    if not isinstance(asked.get("user_id"), int | None) or not isinstance(asked.get("phone"), str | None):
        raise ActRefused("user_id is a number, phone is text")
    whose: Person | None = person
    if asked.get("user_id") is not None:
        whose = exchange.world.people.get(asked["user_id"])
    elif asked.get("phone"):
        whose = None
    phone = asked.get("phone") or (whose.phone if whose else "")
    card: JSON = {
        "phone_number": str(phone).removeprefix("+"),
        "first_name": str(asked.get("name") or (whose.name if whose else "-")),
    }
    if whose is not None or asked.get("user_id") is not None:
        card["user_id"] = asked.get("user_id") or person.id
    rows = (chat.reply_keyboard or {}).get("keyboard", [])
    is_asked = (chat.reply_keyboard or {}).get("one_time_keyboard") and any(
        button.get("request_contact") for row in rows for button in row
    )
    answer = _heard(exchange, chat, {"contact": card})
    if is_asked:
        exchange.commit({"t": "used_keyboard", "chat": chat.id})
        exchange.events.emit("reply_keyboard", chat.id, reply_keyboard=None)
    return answer


def edit(exchange: Exchange, person_id: int, message_id: int, text: str) -> JSON:
    """Change one's own text or caption afterwards."""
    _, chat = person_of(exchange, person_id)
    _awake(chat)
    card = chat.messages.get(message_id)
    if card is None or card["by"] != "person":
        raise ActRefused("there is no such message of one's own")
    old = card["body"]
    if "text" in old:
        body = _text_body(text)
    elif "photo" in old or "document" in old:
        body = _captioned({key: value for key, value in old.items() if not key.startswith("caption")}, text)
    else:
        raise ActRefused("this message cannot be changed")
    exchange.commit({"t": "edit", "chat": chat.id, "id": message_id, "body": body, "date": exchange.now()})
    exchange.show("edit", chat, card)
    return {
        "message_id": message_id,
        "update_id": exchange.queue("edited_message", exchange.worded(chat, card), chat.id, (chat.id, message_id)),
    }


def block(exchange: Exchange, person_id: int, is_on: bool) -> JSON:
    """Block or unblock the bot."""
    person, chat = person_of(exchange, person_id)
    if chat.is_blocked == is_on:
        return {"update_id": None}
    exchange.commit({"t": "block", "chat": chat.id, "on": is_on})
    exchange.events.emit("blocked", chat.id, blocked=is_on)
    member, kicked = {"status": "member"}, {"status": "kicked", "until_date": 0}
    change = {
        "chat": chat.face,
        "from": person.as_user(),
        "date": exchange.now(),
        "old_chat_member": {**(member if is_on else kicked), "user": exchange.world.bot},
        "new_chat_member": {**(kicked if is_on else member), "user": exchange.world.bot},
    }
    return {"update_id": exchange.queue("my_chat_member", change, chat.id)}


def read(exchange: Exchange, person_id: int) -> JSON:
    """Look at the chat: nothing is unread any more. Bots are not told."""
    _, chat = person_of(exchange, person_id)
    if chat.unread:
        exchange.commit({"t": "read", "chat": chat.id})
    return {"unread": 0}
