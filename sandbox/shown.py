"""页面所见 — messages, chats and people as the page gets them."""

from __future__ import annotations

import random
from typing import Any

from sandbox.rendering import render
from sandbox.world import Chat, World

JSON = dict[str, Any]
_FILES = ("document", "video", "audio", "voice", "animation")


def shown_order(poll: JSON) -> list[int]:
    """Option numbers in the order people see them; a shuffled poll always shows the same order."""
    numbers = list(range(len(poll["options"])))
    if poll.get("shuffle_options"):
        random.Random(poll["id"]).shuffle(numbers)
    return numbers


def _keyboard(rows: list[list[JSON]]) -> list[list[JSON]]:
    shown = []
    for row in rows:
        buttons = []
        for button in row:
            face: JSON = {"text": button["text"]}
            for key, name in (
                ("callback_data", "data"),
                ("url", "url"),
                ("style", "style"),
                ("copy_text", "copy_text"),
            ):
                if key in button:
                    face[name] = button[key]
            if "web_app" in button:
                face["url"] = button["web_app"]["url"]
            buttons.append(face)
        shown.append(buttons)
    return shown


def _file(world: World, body: JSON, kind: str) -> JSON:
    thing = body["photo"][-1] if kind == "photo" else body[kind]
    stored = world.files.get(thing["file_id"], {})
    return {
        "file_id": thing["file_id"],
        "name": thing.get("file_name") or stored.get("name", ""),
        "size": thing.get("file_size", 0),
        "mime": thing.get("mime_type") or stored.get("mime", ""),
        "width": thing.get("width"),
        "height": thing.get("height"),
    }


def poll_face(world: World, poll_id: str, viewer: int) -> JSON:
    """A poll as this person sees it: counts and the right answers only once they have answered.

    Options, and every number that points at one, are in the order shown.
    """
    poll = world.polls[poll_id]
    places = shown_order(poll)
    votes = [chosen for chosen in poll["votes"].values() if chosen]
    mine = poll["votes"].get(str(viewer), [])
    is_open = bool(mine) or poll["is_closed"]
    options = []
    for number in places:
        count = sum(number in chosen for chosen in votes) if is_open else None
        options.append({"text": poll["options"][number]["text"], "voter_count": count})
    face: JSON = {
        "id": poll["id"],
        "question": poll["question"],
        "options": options,
        "type": poll["type"],
        "question_html": render(poll["question"], poll.get("question_entities") or []),
        "is_closed": poll["is_closed"],
        "is_anonymous": poll["is_anonymous"],
        "chosen": sorted(places.index(number) for number in mine),
        "allows_multiple_answers": poll["allows_multiple_answers"],
        "allows_revoting": poll["allows_revoting"],
        "total_voter_count": len(votes),
        "close_date": poll.get("close_date"),
    }
    if is_open and poll["type"] == "quiz":
        face["correct_option_ids"] = sorted(places.index(number) for number in poll["correct_option_ids"])
        if poll.get("explanation"):
            face["explanation"] = poll["explanation"]
            face["explanation_html"] = render(poll["explanation"], poll.get("explanation_entities") or [])
    return face


def message(world: World, chat: Chat, card: JSON) -> JSON:
    """One message as the page draws it."""
    body: JSON = card["body"]
    text, entities = body.get("text"), body.get("entities")
    if text is None:
        text, entities = body.get("caption", ""), body.get("caption_entities")
    kind = "text"
    for name in ("photo", "location", "contact", "poll", "venue", "sticker", *_FILES):
        if name in body:
            kind = name
    seen: JSON = {
        "message_id": card["id"],
        "chat_id": chat.id,
        "from": card["by"],
        "kind": kind,
        "text": text,
        "html": render(text, entities or [], world.bot["username"]),
        "date": card["date"],
        "reply_to": card.get("reply_to"),
        "edited": bool(card.get("edited")),
        "seen": bool(card.get("seen")),
        "media_group_id": body.get("media_group_id"),
        "inline_keyboard": [],
    }
    if "reply_markup" in body:
        seen["inline_keyboard"] = _keyboard(body["reply_markup"]["inline_keyboard"])
    if kind == "photo" or kind in _FILES:
        seen["file"] = _file(world, body, kind)
    elif kind == "poll":
        seen["poll"] = poll_face(world, body["poll"]["id"], chat.id)
    elif kind in ("location", "contact"):
        seen[kind] = body[kind]
    if body.get("has_protected_content"):
        seen["protected"] = True
    if "forward_origin" in body:
        seen["forwarded"] = True
    return seen


def reply_keyboard(keyboard: JSON | None) -> JSON | None:
    """The keyboard under the input field, worded as in the Bot API; None if there is none."""
    return keyboard if keyboard and "keyboard" in keyboard else None


def commands_of(world: World, chat: Chat) -> list[JSON]:
    """The command menu of this chat."""
    person = world.people.get(chat.id)
    return world.commands_for(chat.id, person.language_code if person else "")


def state(world: World, seq: int) -> JSON:
    """Everything the page needs to begin."""
    chats = {}
    for chat in world.chats.values():
        chats[str(chat.id)] = {
            "messages": [message(world, chat, card) for card in chat.messages.values()],
            "commands": commands_of(world, chat),
            "blocked": world.is_blocked(chat),
            "started": chat.is_started,
            "reply_keyboard": reply_keyboard(chat.reply_keyboard),
            "unread": chat.unread,
        }
    bot = {
        "name": world.profile["name"],
        "username": world.bot["username"],
        "commands": world.commands,
        "description": world.profile.get("description", ""),
        "short_description": world.profile.get("short_description", ""),
    }
    return {
        "seq": seq,
        "bot": bot,
        "cast": [person.as_table() for person in world.people.values()],
        "chats": chats,
        "hints": world.hints,
    }
