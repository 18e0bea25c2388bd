"""修改 — edits in place, deletions, and answers to pressed buttons."""

from __future__ import annotations

from typing import Any

from sandbox.apierror import ApiError, bad_request
from sandbox.exchange import Exchange
from sandbox.markup import inline_keyboard
from sandbox.methods.media import input_media
from sandbox.methods.sending import caption_of, text_of
from sandbox.parameters import Parameters
from sandbox.world import Chat

JSON = dict[str, Any]
QUERY_FOR = 15 * 60
DELETABLE_FOR = 48 * 3600
MAX_TOAST = 200
_MEDIA = frozenset(("photo", "document"))
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"


def _target(exchange: Exchange, parameters: Parameters) -> tuple[Chat, JSON]:
    """The message to edit; raises 400 if it is not there, not the bot's or not editable."""
    if parameters.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = exchange.chat(parameters.text("chat_id"))
    message_id = parameters.message_id()
    card = chat.messages.get(message_id)
    if card is None:
        raise bad_request("message to edit not found")
    if card["by"] != "bot" or card.get("fixed"):
        raise bad_request("message can't be edited")
    exchange.writable(str(chat.id))
    return chat, card


def _replace(
    exchange: Exchange,
    parameters: Parameters,
    chat: Chat,
    card: JSON,
    content: JSON,
    kept: frozenset[str] = frozenset(),
) -> JSON:
    """Swap the content of a message, keep the `kept` fields; without reply_markup its buttons go."""
    old = card["body"]
    body = {**{key: value for key, value in old.items() if key in kept}, **content}
    for flag in ("has_protected_content", "media_group_id"):
        if flag in old:
            body[flag] = old[flag]
    keyboard = inline_keyboard(parameters)
    if keyboard:
        body["reply_markup"] = keyboard
    if body == old:
        raise bad_request(_SAME)
    has_new_content = any(body.get(key) != old.get(key) for key in {*body, *old} - {"reply_markup"})
    exchange.commit(
        {
            "t": "edit",
            "chat": chat.id,
            "id": card["id"],
            "body": body,
            "date": exchange.now() if has_new_content else None,
        }
    )
    exchange.show("edit", chat, card)
    return exchange.worded(chat, card)


def edit_message_text(exchange: Exchange, parameters: Parameters) -> JSON:
    """editMessageText."""
    content = text_of(parameters)
    chat, card = _target(exchange, parameters)
    if "text" not in card["body"]:
        raise bad_request("there is no text in the message to edit")
    return _replace(exchange, parameters, chat, card, content)


def edit_message_caption(exchange: Exchange, parameters: Parameters) -> JSON:
    """editMessageCaption; without a caption it is taken away."""
    content = caption_of(parameters)
    chat, card = _target(exchange, parameters)
    if not _MEDIA & card["body"].keys():
        raise bad_request("there is no caption in the message to edit")
    return _replace(exchange, parameters, chat, card, content, _MEDIA)


def edit_message_media(exchange: Exchange, parameters: Parameters) -> JSON:
    """editMessageMedia; a text message may become a photo or a document."""
    media = parameters.parsed("media")
    if media is None:
        raise bad_request("media is empty")
    chat, card = _target(exchange, parameters)
    if not {"text", *_MEDIA} & card["body"].keys():
        raise bad_request("message can't be edited")
    return _replace(exchange, parameters, chat, card, input_media(exchange, parameters, media))


def edit_message_reply_markup(exchange: Exchange, parameters: Parameters) -> JSON:
    """editMessageReplyMarkup."""
    chat, card = _target(exchange, parameters)
    everything = frozenset(card["body"]) - {"reply_markup"}
    return _replace(exchange, parameters, chat, card, {}, everything)


def _may_delete(exchange: Exchange, card: JSON) -> bool:
    return exchange.now() - int(card["date"]) <= DELETABLE_FOR


def _delete(exchange: Exchange, chat: Chat, ids: list[int]) -> None:
    exchange.commit({"t": "delete", "chat": chat.id, "ids": ids})
    for message_id in ids:
        exchange.events.emit("delete", chat.id, message_id=message_id)


def delete_message(exchange: Exchange, parameters: Parameters) -> bool:
    """deleteMessage: the bot's or the person's, for 48 hours."""
    chat = exchange.chat(parameters.text("chat_id"))
    card = chat.messages.get(parameters.message_id())
    if card is None:
        raise bad_request("message to delete not found")
    if not _may_delete(exchange, card):
        raise bad_request("message can't be deleted for everyone")
    _delete(exchange, chat, [card["id"]])
    return True


def delete_messages(exchange: Exchange, parameters: Parameters) -> bool:
    """deleteMessages: one to a hundred; those that are gone are passed over."""
    chat = exchange.chat(parameters.text("chat_id"))
    ids = parameters.items("message_ids")
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many message identifiers specified")
    if not all(isinstance(message_id, int) for message_id in ids):
        raise bad_request("invalid message identifier specified")
    cards = [chat.messages[message_id] for message_id in dict.fromkeys(ids) if message_id in chat.messages]
    _delete(exchange, chat, [card["id"] for card in cards if _may_delete(exchange, card)])
    return True


def answer_callback_query(exchange: Exchange, parameters: Parameters) -> bool:
    """answerCallbackQuery: once, within a quarter of an hour; an empty answer only stops the spinner."""
    query_id = parameters.text("callback_query_id")
    query = exchange.world.queries.get(query_id)
    if query is None or exchange.now() - query["at"] > QUERY_FOR:
        raise bad_request(_OLD_QUERY)
    text = parameters.text("text")
    if len(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    if parameters.text("url"):
        raise ApiError(400, "Bad Request: URL_INVALID")
    has_alert = parameters.truth("show_alert")
    exchange.commit({"t": "answer", "id": query_id, "text": text, "alert": has_alert})
    exchange.events.emit(
        "toast", query["chat"], text=text, show_alert=has_alert, query_id=query_id, message_id=query["message"]
    )
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
}
