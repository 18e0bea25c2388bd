"""显示 — message text and entities turned into safe HTML for the page."""

from __future__ import annotations

import html as escaping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.entities import cut, order, utf16_length

JSON = dict[str, Any]

_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}


def _wrap(entity: JSON, covered: str, inner: str, bot: str) -> str:
    kind = entity["type"]
    if kind in _TAGS:
        return f"<{_TAGS[kind]}>{inner}</{_TAGS[kind]}>"
    if kind == "pre":
        return f"<pre>{inner}</pre>"
    if kind == "spoiler":
        return f'<span class="tg-spoiler">{inner}</span>'
    if kind == "bot_command":
        return f'<a class="command" data-command="{escaping.escape(covered.split("@")[0])}">{inner}</a>'
    if kind in ("url", "text_link", "email", "phone_number"):
        prefix = {"email": "mailto:", "phone_number": "tel:"}.get(kind, "")
        target = entity.get("url") or prefix + covered
        if kind == "url" and "://" not in target:
            target = f"http://{target}"
        parts = urlsplit(target)
        if parts.scheme not in ("http", "https", "tg", "mailto", "tel"):
            return inner
        start = parse_qs(parts.query).get("start", [""])[0] if parts.path.strip("/") == bot else ""
        payload = f' data-start="{escaping.escape(start)}"' if start else ""
        return f'<a href="{escaping.escape(target)}" target="_blank" rel="noopener noreferrer"{payload}>{inner}</a>'
    if kind in ("mention", "hashtag"):
        return f'<span class="{kind}">{inner}</span>'
    return inner


def render(text: str, entities: list[JSON], bot_username: str = "") -> str:
    """Safe HTML of a message: everything escaped, line feeds as <br>, entities as elements."""
    if not entities:
        return escaping.escape(text).replace("\n", "<br>")
    ordered = order(entities)

    def span(start: int, end: int, first: int) -> tuple[str, int]:
        pieces: list[str] = []
        place, index = start, first
        while index < len(ordered) and ordered[index]["offset"] < end:
            entity = ordered[index]
            begin = max(entity["offset"], place)
            stop = min(entity["offset"] + entity["length"], end)
            pieces.append(plain(place, begin))
            inner, index = span(begin, stop, index + 1)
            pieces.append(_wrap(entity, cut(text, entity["offset"], entity["length"]), inner, bot_username))
            place = max(place, stop)
        pieces.append(plain(place, end))
        return "".join(pieces), index

    def plain(start: int, end: int) -> str:
        return escaping.escape(cut(text, start, end - start)).replace("\n", "<br>") if end > start else ""

    return span(0, utf16_length(text), 0)[0]
