"""条号 — article numbers as laws print them, in Chinese numerals, and as we keep them, in digits.

Standards number in digits themselves, and letter their items: GB 45067-2024第4.1条c).
"""

import re

_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")}
_UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "[零一二三四五六七八九十百千]+"
ARTICLE = re.compile(rf"第(?:({NUMERAL})条(?:之({NUMERAL}))?|(\d+(?:\.\d+)*)条)")
ITEM = re.compile(rf"第（({NUMERAL})）项|(?<=条)([a-z])\)")
# How the paragraph of an item opens.
OPENING = re.compile(rf"[（(]({NUMERAL})[）)]|([a-z])\)")


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


def numeral(value: int) -> str:
    """A whole number below ten thousand in Chinese numerals, as laws count their articles: 41 → 四十一."""
    digits = "零一二三四五六七八九"
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if gap and text else "") + digits[digit] + name
        gap = not digit
    return text.removeprefix("一") if text.startswith("一十") else text


def article_label(article: str) -> str:
    """41 → 第四十一条, 134-1 → 第一百三十四条之一, and 4.1 → 第4.1条, as the law itself prints it."""
    number, _, branch = article.partition("-")
    if not number.isdigit():
        return f"第{article}条"
    return f"第{numeral(int(number))}条" + (f"之{numeral(int(branch))}" if branch else "")


def as_article(label: re.Match[str]) -> str:
    """第一百三十四条之一 as matched by `ARTICLE` → 134-1, and 第4.1条 → 4.1."""
    number, branch, digits = label.groups()
    if digits:
        return digits
    return f"{as_number(number)}-{as_number(branch)}" if branch else str(as_number(number))


def as_item(label: re.Match[str]) -> str:
    """第（三）项 as matched by `ITEM`, or （三） by `OPENING` → 3, and c) → c."""
    number, letter = label.groups()
    return letter or str(as_number(number))


_ASKED = re.compile(
    rf"^(?P<law>.*?)\s*(?:第?\s*(?P<digits>\d{{1,4}})\s*条?\s*(?:之(?P<branch>{NUMERAL})|-(?P<sub>\d{{1,2}}))?"
    rf"|第(?P<numeral>{NUMERAL})条(?:之(?P<fork>{NUMERAL}))?|(?P<bare>{NUMERAL})条?)$"
)


def bare(name: str) -> str:
    """The name of a law without its brackets and spaces."""
    return re.sub(r"[《》\s]", "", name)


def asked_for(text: str) -> tuple[str, str] | None:
    """《安全生产法》第四十一条, 安全生产法 41, 刑法134条之一 → the name and the number in digits, else None."""
    found = _ASKED.match(re.sub("[《》]", "", text).strip())
    if found is None or not found["law"].strip():
        return None
    numeral, fork = found["numeral"] or found["bare"], found["fork"] or found["branch"]
    number = as_number(numeral) if numeral else int(found["digits"])
    branch = as_number(fork) if fork else found["sub"]
    return found["law"].strip(), f"{number}-{branch}" if branch else str(number)
