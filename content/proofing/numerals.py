"""条号 — article numbers as laws print them, in Chinese numerals, and as we keep them, in digits."""

import re

_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")}
_UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "[零一二三四五六七八九十百千]+"
ARTICLE = re.compile(f"第({NUMERAL})条(?:之({NUMERAL}))?")
ITEM = re.compile(f"第（({NUMERAL})）项")


def as_number(numeral: str) -> int:
    """Value of a Chinese numeral below ten thousand."""
    total = current = 0
    for character in numeral:
        if character in _DIGITS:
            current = _DIGITS[character]
        else:
            total += (current or 1) * _UNITS[character]
            current = 0
    return total + current


def as_article(label: re.Match[str]) -> str:
    """第一百三十四条之一 as matched by `ARTICLE` → 134-1."""
    number, branch = label.groups()
    return f"{as_number(number)}-{as_number(branch)}" if branch else str(as_number(number))
