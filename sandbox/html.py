"""标记语言 — parse_mode=HTML, read as Telegram reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sandbox.apierror import ApiError, bad_request
from sandbox.entities import order, utf16_length

JSON = dict[str, Any]

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z]+));?")
_LINK = re.compile(r"tg://\S+|https?://(?:[\w-]+\.)*[\w-]+(?::\d{1,5})?(?:[/?#]\S*)?")
_SPECIAL = re.compile("[<&]")
_SPACE = " \t\r\n\0\v"


def _broken(words: str) -> ApiError:
    return bad_request(f"can't parse entities: {words}")


def _decoded(text: str, at: int) -> tuple[str, int]:
    """The character an entity at `at` stands for and where it ends; `&` itself if it stands for none."""
    match = _ENTITY.match(text, at)
    if match:
        hexadecimal, decimal, name = match.groups()
        if name in _NAMED:
            return _NAMED[name], match.end()
        code = int(hexadecimal, 16) if hexadecimal else int(decimal) if decimal else 0
        if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000:
            return chr(code), match.end()
    return "&", at + 1


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    piece: int


class _Parser:
    """One pass over the text; offsets in complaints count bytes of UTF-8, as Telegram's do."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[JSON] = []

    def at_byte(self, place: int) -> int:
        return len(self.text[:place].encode())

    def say(self, piece: str) -> None:
        self.pieces.append(piece)
        self.offset += utf16_length(piece)

    def parse(self) -> tuple[str, list[JSON]]:
        text, place, size = self.text, 0, len(self.text)
        while place < size:
            special = _SPECIAL.search(text, place)
            stop = special.start() if special else size
            if stop > place:
                self.say(text[place:stop])
                place = stop
            elif text[place] == "&":
                character, place = _decoded(text, place)
                self.say(character)
            elif text.startswith("</", place):
                place = self.close_tag(place)
            else:
                place = self.open_tag(place)
        if self.open:
            raise _broken(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.pieces), order(self.entities)

    def open_tag(self, begin: int) -> int:
        text, size, place = self.text, len(self.text), begin + 1
        while place < size and text[place] not in _SPACE and text[place] != ">":
            place += 1
        if place >= size:
            raise _broken(f"Unclosed start tag at byte offset {self.at_byte(begin)}")
        tag = text[begin + 1 : place].lower()
        if tag not in _KINDS:
            raise _broken(f'Unsupported start tag "{tag}" at byte offset {self.at_byte(begin)}')
        argument = ""
        while text[place] != ">":
            name, value, place = self.attribute(tag, begin, place)
            if tag == "a" and name == "href":
                argument = value
            elif tag == "code" and name == "class" and value.startswith("language-"):
                argument = value[9:]
            elif tag == "span" and name == "class" and value.startswith("tg-"):
                argument = value[3:]
            elif tag == "tg-emoji" and name == "emoji-id":
                argument = value
            elif tag == "blockquote" and name == "expandable":
                argument = "expandable"
        if tag == "span" and argument != "spoiler":
            raise _broken(f'Tag "span" must have class "tg-spoiler" at byte offset {self.at_byte(begin)}')
        self.open.append(_Open(tag, argument, self.offset, len(self.pieces)))
        return place + 1

    def attribute(self, tag: str, begin: int, place: int) -> tuple[str, str, int]:
        text, size = self.text, len(self.text)
        unclosed = f'Unclosed start tag "{tag}" at byte offset {self.at_byte(begin)}'
        while place < size and text[place] in _SPACE:
            place += 1
        if place >= size:
            raise _broken(unclosed)
        if text[place] == ">":
            return "", "", place
        start = place
        while place < size and text[place] not in _SPACE and text[place] not in "=>":
            place += 1
        name = text[start:place].lower()
        if not name:
            raise _broken(f'Empty attribute name in the tag "{tag}" at byte offset {self.at_byte(begin)}')
        while place < size and text[place] in _SPACE:
            place += 1
        if place >= size:
            raise _broken(unclosed)
        if text[place] != "=":
            return name, "", place
        place += 1
        while place < size and text[place] in _SPACE:
            place += 1
        if place >= size:
            raise _broken(unclosed)
        value: list[str] = []
        if text[place] in "'\"":
            quote, place = text[place], place + 1
            while place < size and text[place] != quote:
                if text[place] == "&":
                    character, place = _decoded(text, place)
                    value.append(character)
                else:
                    value.append(text[place])
                    place += 1
            place += 1
        else:
            token = place
            while place < size and (text[place].isalnum() or text[place] in ".-"):
                place += 1
            value.append(text[token:place].lower())
            if place < size and text[place] not in _SPACE and text[place] != ">":
                raise _broken(f"Unexpected end of name token at byte offset {self.at_byte(token)}")
        if place >= size:
            raise _broken(unclosed)
        return name, "".join(value), place

    def close_tag(self, begin: int) -> int:
        text, size, place = self.text, len(self.text), begin + 2
        if not self.open:
            raise _broken(f"Unexpected end tag at byte offset {self.at_byte(begin)}")
        while place < size and text[place] not in _SPACE and text[place] != ">":
            place += 1
        name = text[begin + 2 : place].lower()
        while place < size and text[place] in _SPACE:
            place += 1
        if place >= size or text[place] != ">":
            raise _broken(f"Unclosed end tag at byte offset {self.at_byte(begin)}")
        opened = self.open.pop()
        if name and name != opened.tag:
            raise _broken(
                f'Unmatched end tag at byte offset {self.at_byte(begin)}, expected "</{opened.tag}>", found "</{name}>"'
            )
        if self.offset > opened.offset:
            self.add(opened)
        return place + 1

    def add(self, opened: _Open) -> None:
        entity: JSON = {"offset": opened.offset, "length": self.offset - opened.offset, "type": _KINDS[opened.tag]}
        if opened.tag == "a":
            url = opened.argument or "".join(self.pieces[opened.piece :])
            url = url if "://" in url else f"http://{url}"
            if not _LINK.fullmatch(url):
                return
            entity["url"] = url
        elif opened.tag == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdigit():
                raise _broken("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = opened.argument
        elif opened.tag in ("code", "pre") and self.merge_language(opened, entity):
            return
        elif opened.tag == "code" and opened.argument:
            entity["language"] = opened.argument
        self.entities.append(entity)

    def merge_language(self, opened: _Open, entity: JSON) -> bool:
        """`<pre><code class="language-x">` is one entity: pre with a language."""
        last = self.entities[-1] if self.entities else None
        if not last or {last["type"], entity["type"]} != {"code", "pre"}:
            return False
        if (last["offset"], last["length"]) != (entity["offset"], entity["length"]):
            return False
        last["type"] = "pre"
        if opened.tag == "code" and opened.argument:
            last["language"] = opened.argument
        return True


def parse(text: str) -> tuple[str, list[JSON]]:
    """Plain text and entities of Telegram HTML; raises 400 "can't parse entities" as Telegram words it."""
    if "<" not in text and "&" not in text:
        return text, []
    plain, entities = _Parser(text).parse()
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return plain, entities
