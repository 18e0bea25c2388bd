"""文本与标记 — message text as Telegram stores it: cleaned, counted in UTF-16, with its entities."""

from __future__ import annotations

import re
from typing import Any

from sandbox.apierror import bad_request

JSON = dict[str, Any]

_CONTROL = {code: " " for code in range(32) if code != 10} | {13: None, 0x200E: None, 0x202D: None, 0x202E: None}
_SILENT = frozenset(("code", "pre", "text_link", "text_mention"))
_FOUND = re.compile(
    r"(?P<url>(?:https?://|tg://)[^\s<>\"，。、；：！？（）【】《》]+|(?<![\w@./])(?:[a-z0-9-]+\.)+(?:com|cn|org|net|me|gov)"
    r"(?:/[^\s<>\"，。、；：！？（）【】《》]*)?(?![\w@]))"
    r"|(?P<email>(?<![\w.@])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w))"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{3,31})"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
    r"|(?P<phone_number>(?<![\w+.-])(?:\+\d{1,3}[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\w))",
    re.IGNORECASE,
)
_HINTS = re.compile(r"[/@#:.\d]")
MAX_ENTITIES = 100
KINDS = frozenset(
    (
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "url",
        "email",
        "bot_command",
        "mention",
        "hashtag",
        "cashtag",
        "phone_number",
        "date_time",
    )
)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """The part of `text` that an entity at `offset` of `length` UTF-16 units covers."""
    if text.isascii():
        return text[offset : offset + length]
    units = text.encode("utf-16-le", "surrogatepass")
    return units[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def order(entities: list[JSON]) -> list[JSON]:
    """Entities by place, the enclosing one first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def given(entities: list[Any], text: str) -> list[JSON]:
    """Entities that the caller lists instead of a parse mode, checked against the text."""
    size = utf16_length(text)
    taken: list[JSON] = []
    for entity in entities:
        if not isinstance(entity, dict) or str(entity.get("type")) not in KINDS:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int):
            raise bad_request('can\'t parse MessageEntity: Field "offset" must be a valid Number')
        if offset < 0 or length < 0 or offset + length > size:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at "
                f"UTF-16 offset {offset + length}"
            )
        if length:
            taken.append(dict(entity))
    return order(taken)


def tidy(text: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    """Clean control characters, trim both ends, and move the entities along."""
    text = text.translate(_CONTROL) if not text.isprintable() else text
    kept = text.lstrip(" \n")
    lead = len(text) - len(kept)
    kept = kept.rstrip(" \n")
    if not entities:
        return kept, []
    size = utf16_length(kept)
    moved: list[JSON] = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(size, entity["offset"] + entity["length"] - lead)
        if end > start:
            moved.append({**entity, "offset": start, "length": end - start})
    return kept, moved


def found(text: str, entities: list[JSON]) -> list[JSON]:
    """Add what Telegram recognises by itself: commands, links, phones, e-mails, mentions, hashtags."""
    if not _HINTS.search(text):
        return entities
    taken = [
        (entity["offset"], entity["offset"] + entity["length"]) for entity in entities if entity["type"] in _SILENT
    ]
    added: list[JSON] = []
    for match in _FOUND.finditer(text):
        offset = utf16_length(text[: match.start()])
        length = utf16_length(match.group())
        if not any(offset < end and offset + length > start for start, end in taken):
            added.append({"offset": offset, "length": length, "type": match.lastgroup})
    return order(entities + added)[:MAX_ENTITIES] if added else entities
