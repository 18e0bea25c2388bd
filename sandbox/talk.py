"""对话记录 — what was said, written as a golden transcript that a person can read and a test can replay."""

from __future__ import annotations

from typing import Any

from sandbox import shown
from sandbox.world import Chat, World

JSON = dict[str, Any]


def _indented(text: str) -> list[str]:
    return [f"  {line}" if line else "" for line in text.split("\n")]


def _keys(body: JSON, keyboard: JSON | None = None) -> list[str]:
    rows = body.get("reply_markup", {}).get("inline_keyboard", [])
    lines = ["  " + " ".join(f"[{button['text']}]" for button in row) for row in rows]
    for row in (keyboard or {}).get("keyboard", []):
        lines.append("  ⌨ " + " ".join(f"[{button['text']}]" for button in row))
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Writer:
    """Writes the transcript of one chat."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat
        self.who = chat.face.get("first_name") or chat.face.get("title") or str(chat.id)
        self.bot = world.profile["name"]

    def lines(self) -> list[str]:
        lines: list[str] = []
        album: list[JSON] = []
        for kind, what in self.chat.talk:
            body = what[0] if kind == "heard" else None
            is_part = body is not None and "media_group_id" in body and "photo" in body
            if album and not (is_part and body and body["media_group_id"] == album[0]["media_group_id"]):
                lines += self.album(album)
                album = []
            if is_part and body is not None:
                album.append(body)
                continue
            lines += getattr(self, kind)(what)
        return lines + (self.album(album) if album else [])

    def name_of(self, body: JSON) -> str:
        if "photo" in body:
            return str(self.world.files.get(body["photo"][-1]["file_id"], {}).get("name", "photo.jpg"))
        return str(body["document"]["file_name"])

    def album(self, bodies: list[JSON]) -> list[str]:
        names = ", ".join(self.name_of(body) for body in bodies)
        caption = next((body["caption"] for body in bodies if "caption" in body), "")
        return [f"{self.who} ▸ 📷 {names}" + (f" · {_one_line(caption)}" if caption else "")]

    def heard(self, what: tuple[JSON, bool | None]) -> list[str]:
        body, is_label = what
        caption = f" · {_one_line(body['caption'])}" if "caption" in body else ""
        if "photo" in body:
            said = f"📷 {self.name_of(body)}{caption}"
        elif "document" in body:
            said = f"📎 {self.name_of(body)}{caption}"
        elif "location" in body:
            said = f"📍 {body['location']['latitude']:.5f},{body['location']['longitude']:.5f}"
        elif "contact" in body:
            card = body["contact"]
            is_own = card.get("user_id") == self.chat.id
            said = f"☎ {card['phone_number'].removeprefix('86')}" + ("" if is_own else f" {card['first_name']}")
        else:
            first, *more = str(body.get("text", "")).split("\n")
            if is_label:
                first = f"[{first}]"
            return [f"{self.who} ▸ {first}", *(f"  {line}" for line in more)]
        return [f"{self.who} ▸ {said}"]

    def pressed(self, what: tuple[str | None, str]) -> list[str]:
        label, data = what
        return [f"{self.who} ▸ [{label}]"] if label is not None else [f"# {self.who} forged the button {data!r}"]

    def voted(self, places: list[int]) -> list[str]:
        return [f"{self.who} ▸ ☑ {', '.join(str(place + 1) for place in places)}"]

    def reworded(self, body: JSON) -> list[str]:
        return [f"{self.who} ✎ {_one_line(body.get('text') or body.get('caption', ''))}"]

    def said(self, what: tuple[JSON, JSON | None]) -> list[str]:
        body, keyboard = what
        return self.message("→", body, keyboard)

    def edited(self, body: JSON) -> list[str]:
        return self.message("✎", body, None)

    def message(self, sign: str, body: JSON, keyboard: JSON | None) -> list[str]:
        keys = _keys(body, keyboard)
        mark = f" {sign}" if sign == "✎" else ""
        for kind, icon in (("photo", "🖼"), ("document", "📄")):
            if kind in body:
                first, *more = str(body.get("caption", "")).split("\n")
                caption = f" · {first}" if first else ""
                return [
                    f"{self.bot}{mark} {icon} {self.who} {self.name_of(body)}{caption}",
                    *(f"  {line}" if line else "" for line in more),
                    *keys,
                ]
        if "poll" in body:
            poll = self.world.polls[body["poll"]["id"]]
            options = [f"  - {poll['options'][number]['text']}" for number in shown.shown_order(poll)]
            return [f"{self.bot} ☑ {self.who}", *_indented(poll["question"]), *options, *keys]
        arrow = "→" if sign == "→" else sign
        if "location" in body:
            place = body["location"]
            inside = [f"  📍 {place['latitude']:.5f},{place['longitude']:.5f}"]
        elif "contact" in body:
            inside = [f"  ☎ {body['contact']['phone_number']} {body['contact']['first_name']}"]
        else:
            inside = _indented(body.get("text", ""))
        return [f"{self.bot} {arrow} {self.who}", *inside, *keys]

    def toast(self, what: tuple[str, bool]) -> list[str]:
        text, has_alert = what
        return [f"{self.bot} ☁{'!' if has_alert else ''} {self.who} {_one_line(text)}"]

    def deleted(self, body: JSON) -> list[str]:
        return [f"{self.bot} ✗ {self.who}"]

    def blocked(self, nothing: None) -> list[str]:
        return [f"# {self.who} blocked the bot"]

    def unblocked(self, nothing: None) -> list[str]:
        return [f"# {self.who} unblocked the bot"]


def write(world: World, chats: list[Chat]) -> str:
    """The transcript of these chats, one after the other."""
    parts = []
    for chat in chats:
        writer = _Writer(world, chat)
        parts.append("\n".join([f"# {writer.who}", *writer.lines()]) + "\n")
    return "\n".join(parts)
