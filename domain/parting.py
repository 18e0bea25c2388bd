"""分段 — a text too long for one message as several, each whole by itself: no tag open, nothing cut in two."""

import re

# Bot API: characters are counted in UTF-16 units after the entities were parsed.
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_PIECE = re.compile(r"<[^>]*>|&[#\w]+;|.", re.DOTALL)
# A character beyond this one takes two units.
_LAST_OF_ONE = 0xFFFF
_NAME = re.compile(r"[\w-]+")
_END = re.compile(r"[\u3002\uff01\uff1f\uff1b!?;]")
_NUMBERED = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")


def units(html: str) -> int:
    """How long Telegram finds a text that is written in its HTML."""
    return sum(_width(piece) for piece in _PIECE.findall(html))


def in_parts(html: str, limit: int = TEXT_LIMIT, first: int | None = None) -> tuple[str, ...]:
    """The text in as many messages as it takes, in order.

    limit: the most UTF-16 units of one message; first: of the first one, if that is less. A part ends at a line or a
    sentence if one ends in its second half; formatting that was open goes on in the next part.
    """
    limit_now = limit if first is None else first
    parts: list[str] = []
    now: list[str] = []
    open_tags: list[str] = []
    width = 0
    breaks: dict[bool, tuple[int, int, list[str]]] = {}
    for piece in _PIECE.findall(html):
        if piece.startswith("<") and len(piece) > 1:
            _follow(piece, open_tags)
            now.append(piece)
            continue
        while width and width + _width(piece) > limit_now:
            at, _, still_open = _best(breaks, limit_now) or (len(now), width, list(open_tags))
            parts.append(_closed(now[:at], still_open))
            now = [*still_open, *now[at:]]
            width, breaks, limit_now = sum(map(_width, now)), {}, limit
        now.append(piece)
        width += _width(piece)
        if piece == "\n" or _END.fullmatch(piece):
            breaks[piece == "\n"] = (len(now), width, list(open_tags))
    parts.append("".join(now))
    return tuple(part.strip() for part in parts if units(part.strip()))


def _width(piece: str) -> int:
    if piece.startswith("<") and len(piece) > 1:
        return 0
    if piece.startswith("&") and len(piece) > 1:
        numbered = _NUMBERED.fullmatch(piece)
        code = int(numbered[1], 16) if numbered and numbered[1] else int(numbered[2]) if numbered else 0
        return 2 if code > _LAST_OF_ONE else 1
    return 2 if ord(piece) > _LAST_OF_ONE else 1


def _follow(tag: str, open_tags: list[str]) -> None:
    if tag.startswith("</"):
        if open_tags:
            open_tags.pop()
    elif not tag.endswith("/>"):
        open_tags.append(tag)


def _best(breaks: dict[bool, tuple[int, int, list[str]]], limit: int) -> tuple[int, int, list[str]] | None:
    """The end of a line before the end of a sentence, and neither if most of the message would stay empty."""
    for is_line in (True, False):
        if is_line in breaks and breaks[is_line][1] * 2 >= limit:
            return breaks[is_line]
    return None


def _closed(pieces: list[str], open_tags: list[str]) -> str:
    names = [found.group() for tag in reversed(open_tags) if (found := _NAME.search(tag))]
    return "".join(pieces).rstrip() + "".join(f"</{name}>" for name in names)
