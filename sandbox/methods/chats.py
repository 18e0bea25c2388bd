"""聊天 — getChat and getChatMember, and passing messages on with forwardMessage and copyMessage."""

from __future__ import annotations

from typing import Any

from sandbox.apierror import bad_request
from sandbox.exchange import Exchange
from sandbox.methods.sending import caption_of, deliver
from sandbox.parameters import Parameters
from sandbox.world import Chat

JSON = dict[str, Any]
_OWN = ("reply_markup", "media_group_id", "has_protected_content")


def get_chat(exchange: Exchange, parameters: Parameters) -> JSON:
    """getChat: the `ChatFullInfo` of a chat the bot knows."""
    chat = exchange.chat(parameters.text("chat_id"))
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True
    )
    full: JSON = {**chat.face, "accent_color_id": chat.id % 7, "max_reaction_count": 11, "accepted_gift_types": gifts}
    if "username" in chat.face:
        full["active_usernames"] = [chat.face["username"]]
    return full


def get_chat_member(exchange: Exchange, parameters: Parameters) -> JSON:
    """getChatMember: in a private chat, the person and the bot; in a group that was injected, `owner` of its face."""
    chat = exchange.chat(parameters.text("chat_id"))
    user_id = parameters.integer("user_id")
    person = exchange.world.people.get(user_id)
    if user_id == exchange.world.bot["id"]:
        return {
            "status": "kicked" if exchange.world.is_blocked(chat) else "member",
            "user": exchange.world.bot,
            **({"until_date": 0} if exchange.world.is_blocked(chat) else {}),
        }
    if chat.id < 0:
        user = person.as_user() if person else {"id": user_id, "is_bot": False, "first_name": str(user_id)}
        if user_id == chat.face.get("owner"):
            return {"status": "creator", "user": user, "is_anonymous": False}
        return {"status": "member", "user": user}
    if person is None:
        raise bad_request("PARTICIPANT_ID_INVALID" if user_id <= 0 else "user not found")
    if chat.id != user_id:
        raise bad_request("member not found")
    return {"status": "member", "user": person.as_user()}


def _source(exchange: Exchange, parameters: Parameters, verb: str) -> tuple[Chat, JSON]:
    chat = exchange.chat(parameters.text("from_chat_id"))
    card = chat.messages.get(parameters.message_id())
    if card is None:
        raise bad_request(f"message to {verb} not found")
    if card["body"].get("has_protected_content"):
        raise bad_request(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return chat, card


def forward_message(exchange: Exchange, parameters: Parameters) -> JSON:
    """forwardMessage."""
    source, card = _source(exchange, parameters, "forward")
    chat = exchange.writable(parameters.text("chat_id"))
    person = exchange.world.people.get(source.id)
    sender = exchange.world.bot if card["by"] == "bot" or person is None else person.as_user()
    body = {key: value for key, value in card["body"].items() if key not in _OWN}
    body["forward_origin"] = {"type": "user", "sender_user": sender, "date": card["date"]}
    values = {key: value for key, value in parameters.values.items() if key == "protect_content"}
    return deliver(exchange, chat, Parameters(values), body)


def copy_message(exchange: Exchange, parameters: Parameters) -> JSON:
    """copyMessage: returns only the new message_id."""
    _, card = _source(exchange, parameters, "copy")
    if "poll" in card["body"]:
        raise bad_request("message can't be copied")
    chat = exchange.writable(parameters.text("chat_id"))
    body = {key: value for key, value in card["body"].items() if key not in (*_OWN, "forward_origin")}
    if parameters.has("caption") and "text" not in body:
        body = {key: value for key, value in body.items() if not key.startswith("caption")}
        body.update(caption_of(parameters))
    return {"message_id": deliver(exchange, chat, parameters, body)["message_id"]}


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
}
