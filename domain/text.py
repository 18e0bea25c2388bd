"""文字 — what people type, made fit to store, to search and to show, the same on every database."""

import re
import unicodedata

from domain.refusal import Refusal

_MARKS_PER_LETTER = 3
_LOOKS_BLANK = frozenset("\u2800\u3164\u115f\u1160\uffa0")
_JOINER = "\u200d"
# Nearly every text there is: plain signs and Chinese characters parted by single spaces need no tidying.
_PLAIN = r"[!-~\u3001\u3002\u4e00-\u9fff\uff01-\uff5e]+"
_TIDY = re.compile(f"{_PLAIN}(?: {_PLAIN})*")


def tidy(text: str, limit: int, *, lines: bool = False) -> str:
    """`text` without what cannot be stored or would deceive the eye, at most `limit` characters long.

    NUL and other controls, lone surrogates, non-characters, zero-width and direction-changing marks go;
    every kind of space becomes one plain space; piles of combining marks are thinned. With `lines` the line
    breaks stay (never more than one empty line), otherwise the text becomes a single line. Full-width letters
    and punctuation are left as the person wrote them.
    """
    if _TIDY.fullmatch(text):
        return _cut(text, limit)
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        kind = unicodedata.category(char)
        if char in "\n\v\f" or kind in ("Zl", "Zp"):
            char, kind = ("\n" if lines else " "), "Zs"
        elif char == "\t" or kind == "Zs":
            char = " "
        elif char == _JOINER:
            if not kept or not _joins(kept[-1]):
                continue
        elif kind in ("Cc", "Cf", "Cs") or _is_noncharacter(char):
            continue
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks <= _MARKS_PER_LETTER:
            kept.append(char)
    return _cut(_spaced("".join(kept)), limit)


class WordsTooLong(Refusal):
    """What somebody wrote is longer than its place takes; it is refused, never cut behind their back.
    Facts, in characters: `most`, `length` of all of it, and `kept`, how much of that was taken before.
    """


def fitting(text: str, most: int, before: str = "") -> str:
    """`text` below what was said `before`, without blank ends. Raises WordsTooLong for more than `most` characters."""
    said = f"{before}\n{text}".strip()
    if len(said) > most:
        raise WordsTooLong(most=most, length=len(said), kept=len(before))
    return said


def shortened(text: str, most: int) -> str:
    """`text` on one line of at most `most` characters, which says with … where it would go on."""
    line = " ".join(text.split())
    return line if len(line) <= most else _cut(line, most - 1) + "…"


def is_blank(text: str) -> bool:
    """Whether `text` shows nothing at all, however many invisible characters it is made of."""
    if not text or _TIDY.match(text):
        return not text
    return all(char in _LOOKS_BLANK or char.isspace() for char in tidy(text, len(text) + 1))


def narrow(text: str) -> str:
    """`text` with full-width letters, digits and signs as their plain twins, for codes and numbers."""
    return unicodedata.normalize("NFKC", text)


def _joins(char: str) -> bool:
    # A joiner is part of a family or profession emoji, and nothing but a disguise anywhere else.
    return unicodedata.category(char) in ("So", "Sk") or char == "\ufe0f"


def _is_noncharacter(char: str) -> bool:
    point = ord(char)
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def _spaced(text: str) -> str:
    rows = [" ".join(row.split(" ")).strip() for row in text.split("\n")]
    joined: list[str] = []
    for row in rows:
        row = " ".join(part for part in row.split(" ") if part)
        if row or (joined and joined[-1]):
            joined.append(row)
    return "\n".join(joined).strip()


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = limit
    while end > 0 and (unicodedata.combining(text[end]) or text[end] in (_JOINER, "\ufe0f")):
        end -= 1
    return text[:end].rstrip(_JOINER + " \n")


def sort_key(name: str) -> tuple[tuple[int, int], ...]:
    """By which names are put in order as people count: numbers in them, in figures or characters, by their value."""
    key: list[tuple[int, int]] = []
    for run in re.findall(r"\d+|\D", name):
        if run.isdecimal():
            key.append((0, int(run)))
            continue
        value = unicodedata.numeric(run, -1)
        if value < 0 or value != int(value):
            key.append((1, ord(run)))
        elif key and key[-1][0] == 0:
            # Ten after one is ten, one after ten is eleven.
            before = key.pop()[1]
            key.append((0, before * int(value) if value >= 10 else before + int(value)))
        else:
            key.append((0, int(value)))
    return tuple(key)
