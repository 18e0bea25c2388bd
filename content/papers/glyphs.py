"""字库 — which characters the printing fonts can draw, and what stands in for those they cannot."""

import struct
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from pylopdf_fonts_zh_cn import sans_path, serif_path

GETA = "〓"  # what a typesetter puts where a sort is missing from the case
FONT_FOLDER: Path = sans_path().parent

_FORMAT_12 = 12
_KEPT_CONTROLS = frozenset("\n")


def printable(text: str) -> tuple[str, frozenset[str]]:
    """The text as it can be set, and the characters that had to be replaced by 〓.

    Line feeds stay.  Other control characters, bidirectional overrides, joiners and variation
    selectors draw nothing and may turn a line round, so they are dropped without a mark.
    """
    missing: set[str] = set()
    drawn: list[str] = []
    for char in text.replace("\r\n", "\n").replace("\t", " "):
        if char in _KEPT_CONTROLS:
            drawn.append(char)
        elif unicodedata.category(char) in ("Cc", "Cf", "Cs") or _is_variation_selector(char):
            continue
        elif _has_glyph(char):
            drawn.append(char)
        else:
            missing.add(char)
            drawn.append(GETA)
    return "".join(drawn), frozenset(missing)


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _has_glyph(char: str) -> bool:
    code = ord(char)
    for starts, ends in _coverage():
        place = bisect_right(starts, code) - 1
        if place >= 0 and code <= ends[place]:
            return True
    return False


@lru_cache(maxsize=1)
def _coverage() -> tuple[tuple[list[int], list[int]], ...]:
    return tuple(_character_map(path.read_bytes()) for path in (sans_path(), serif_path()))


def _character_map(font: bytes) -> tuple[list[int], list[int]]:
    """First and last code points of the runs in an OpenType font's `cmap` table, format 12."""
    (table_count,) = struct.unpack_from(">H", font, 4)
    for entry in range(12, 12 + 16 * table_count, 16):
        if font[entry : entry + 4] == b"cmap":
            (cmap,) = struct.unpack_from(">I", font, entry + 8)
            return _full_repertoire(font, cmap)
    raise ValueError("the font has no cmap table")


def _full_repertoire(font: bytes, cmap: int) -> tuple[list[int], list[int]]:
    (map_count,) = struct.unpack_from(">H", font, cmap + 2)
    for number in range(map_count):
        (offset,) = struct.unpack_from(">I", font, cmap + 8 + 8 * number)
        (kind,) = struct.unpack_from(">H", font, cmap + offset)
        if kind == _FORMAT_12:
            (runs,) = struct.unpack_from(">I", font, cmap + offset + 12)
            groups = struct.iter_unpack(">III", font[cmap + offset + 16 : cmap + offset + 16 + 12 * runs])
            starts, ends = [], []
            for start, end, _ in groups:
                starts.append(start)
                ends.append(end)
            return starts, ends
    raise ValueError("the font has no character map beyond the basic plane")
