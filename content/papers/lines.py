"""断行 — text broken into lines of a given width by the rules of Chinese setting, measured with the shipped font."""

import re
from functools import cache, lru_cache
from typing import Any

from pylopdf_fonts_zh_cn import sans_path

from content.papers.glyphs import printable

# No mark of these begins a line, none of the openers ends one (GB/T 15834).
_CLOSERS = frozenset("，。、：；？！”’）》】…—·％,.:;?!)%")
_OPENERS = frozenset("“‘（《【(")
# A number or a word of letters stays in one piece.
_PIECES = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-/~%]*|\S|\s")
_MEASURED_AT = 100


def width_of(text: str, size: float) -> float:
    """How wide the text is when set in that size, in the same unit."""
    return sum(_advance(char) for char in text) * size / _MEASURED_AT


def broken(text: str, size: float, width: float) -> tuple[str, ...]:
    """One paragraph as lines that are no wider than `width`; at least one, however little fits."""
    lines: list[str] = []
    line = ""
    for word in _words(text, size, width):
        if line and width_of(line + word.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
    return (*lines, line.rstrip()) if line.strip() or not lines else tuple(lines)


def balanced(text: str, size: float, width: float) -> tuple[str, ...]:
    """One paragraph as no more lines than it takes, but of about the same length, so that no last word stands alone."""
    lines = broken(text, size, width)
    least, most = width / 2, width
    while len(lines) > 1 and most - least > size / 4:
        middle = (least + most) / 2
        if len(broken(text, size, middle)) > len(lines):
            least = middle
        else:
            most = middle
    return broken(text, size, most)


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, as the font can set them; empty ones are left out."""
    return tuple(one.strip() for one in printable(text)[0].split("\n") if one.strip())


def _words(text: str, size: float, width: float) -> list[str]:
    """What is not broken: a character with the marks that cling to it, or a number; one wider than a line is cut."""
    words: list[str] = []
    is_open = False
    for piece in _PIECES.findall(text):
        if words and (is_open or piece in _CLOSERS) and width_of(words[-1] + piece, size) <= width:
            words[-1] += piece
        elif width_of(piece, size) > width:
            words += list(piece)
        else:
            words.append(piece)
        is_open = piece in _OPENERS
    return words


@lru_cache(maxsize=8192)
def _advance(char: str) -> float:
    return float(_font().getlength(char))


@cache
def _font() -> Any:
    # Loaded when first needed.
    from PIL import ImageFont

    return ImageFont.truetype(str(sans_path()), _MEASURED_AT)
