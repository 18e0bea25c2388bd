"""发送 — sendMessage, sendLocation, sendContact, sendChatAction, and what every new message has in common."""

from __future__ import annotations

from typing import Any

from sandbox import entities as marks
from sandbox import html
from sandbox.apierror import bad_request
from sandbox.exchange import Exchange
from sandbox.markup import markup_of
from sandbox.parameters import Parameters
from sandbox.world import Chat

JSON = dict[str, Any]
MAX_TEXT = 4096
MAX_CAPTION = 1024
ACTIONS = frozenset(
    (
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    )
)


def formatted(raw: str, parse_mode: str, listed: list[Any] | None, is_searched: bool = True) -> tuple[str, list[JSON]]:
    """Text and entities after parsing, cleaning and recognising; raises 400."""
    mode = parse_mode.lower()
    if mode == "html":
        text, entities = html.parse(raw)
    elif mode in ("", "none"):
        text, entities = raw, marks.given(listed or [], raw)
    else:
        raise bad_request("unsupported parse_mode")
    text, entities = marks.tidy(text, entities)
    if len(entities) > marks.MAX_ENTITIES:
        entities = entities[: marks.MAX_ENTITIES]
    return text, marks.found(text, entities) if is_searched else entities


def text_of(parameters: Parameters) -> JSON:
    """The body of a text message; raises 400 if it is empty or too long."""
    text, entities = formatted(parameters.text("text"), parameters.text("parse_mode"), parameters.items("entities"))
    if not text:
        raise bad_request("message text is empty")
    if len(text) * 2 > MAX_TEXT and marks.utf16_length(text) > MAX_TEXT:
        raise bad_request("message is too long")
    body: JSON = {"text": text}
    if entities:
        body["entities"] = entities
    return body


def caption_of(values: Parameters) -> JSON:
    """The caption part of a body, nothing if there is none; raises 400 if it is too long."""
    raw = values.text("caption")
    if not raw:
        return {}
    caption, entities = formatted(raw, values.text("parse_mode"), values.items("caption_entities"))
    if marks.utf16_length(caption) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    body: JSON = {"caption": caption} if caption else {}
    if entities:
        body["caption_entities"] = entities
    if body and values.truth("show_caption_above_media"):
        body["show_caption_above_media"] = True
    return body


def reply_of(chat: Chat, parameters: Parameters) -> int | None:
    """The message this one answers; raises 400 if it is gone and must be there."""
    wanted = parameters.table("reply_parameters") or {}
    nested = Parameters(wanted)
    message_id = nested.integer("message_id") or parameters.integer("reply_to_message_id")
    if not message_id:
        return None
    if message_id in chat.messages:
        return message_id
    if nested.truth("allow_sending_without_reply") or parameters.truth("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def deliver(exchange: Exchange, chat: Chat, parameters: Parameters, body: JSON) -> JSON:
    """Put a checked body into the chat and return the `Message`."""
    reply_to = reply_of(chat, parameters)
    inline, keyboard = markup_of(parameters)
    if inline is not None:
        body["reply_markup"] = inline
    if parameters.truth("protect_content"):
        body["has_protected_content"] = True
    card = exchange.card(chat, "bot", body, reply_to=reply_to, fixed=keyboard is not None)
    if keyboard is None:
        exchange.say(chat, card)
    else:
        exchange.say(chat, card, keyboard=keyboard)
    return exchange.worded(chat, card)


def send_message(exchange: Exchange, parameters: Parameters) -> JSON:
    """sendMessage."""
    body = text_of(parameters)
    chat = exchange.writable(parameters.text("chat_id"))
    return deliver(exchange, chat, parameters, body)


def send_location(exchange: Exchange, parameters: Parameters) -> JSON:
    """sendLocation."""
    latitude, longitude = parameters.number("latitude"), parameters.number("longitude")
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong location specified")
    chat = exchange.writable(parameters.text("chat_id"))
    return deliver(exchange, chat, parameters, {"location": {"latitude": latitude, "longitude": longitude}})


def send_contact(exchange: Exchange, parameters: Parameters) -> JSON:
    """sendContact."""
    contact: JSON = {"phone_number": parameters.text("phone_number"), "first_name": parameters.text("first_name")}
    if not contact["phone_number"]:
        raise bad_request('field "phone_number" must contain a valid phone number')
    if not contact["first_name"]:
        raise bad_request('field "first_name" must be non-empty')
    if parameters.has("last_name"):
        contact["last_name"] = parameters.text("last_name")
    chat = exchange.writable(parameters.text("chat_id"))
    return deliver(exchange, chat, parameters, {"contact": contact})


def send_chat_action(exchange: Exchange, parameters: Parameters) -> bool:
    """sendChatAction."""
    action = parameters.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = exchange.writable(parameters.text("chat_id"), 0)
    exchange.events.emit("action", chat.id, action=action)
    return True


METHODS = {
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendContact": send_contact,
    "sendChatAction": send_chat_action,
}
