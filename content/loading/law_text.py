"""法律文本读入 — the text of a law as a bureau has it, plain or Markdown, to be looked up in chat."""

import re
from dataclasses import dataclass

from content.fault import ContentFault
from content.numerals import ARTICLE, as_article
from content.wording import say

_HEAD = re.compile(r"^\s*-?\s*(简称|全称|版本)\s*[:：]\s*(\S.*?)\s*$")
_TITLE = re.compile(r"^#\s*(\S.*?)\s*$")
_OPENING = re.compile(rf"^\s*(?:\*\*)?{ARTICLE.pattern}(?:\*\*)?[\s\u3000]+(?P<text>\S.*)$")
_DIVISION = re.compile(r"^\s*#*\s*第[零一二三四五六七八九十百]+[编章节]")


@dataclass(frozen=True, slots=True)
class LawText:
    """A law as read from a file; articles by number in Arabic digits, in their order."""

    short: str
    title: str
    version: str
    articles: dict[str, str]


def read_law_text(name: str, data: bytes, short: str = "", version: str = "") -> LawText:
    """Read a text in which every article begins a line with 第几条.

    name: of the file, for messages. short and version: given by the operator, ahead of what the head of the file says.

    Raises:
        ContentFault: it is no text, has no article, has one twice, or name or version is nowhere said.
    """
    head: dict[str, str] = {}
    title = ""
    articles: dict[str, list[str]] = {}
    current: list[str] | None = None
    for at, line in enumerate(_decoded(name, data).splitlines(), 1):
        if opening := _OPENING.match(line):
            number = _number(line)
            if number in articles:
                raise ContentFault(name, at, say("law-article-twice", article=number))
            current = articles[number] = [opening["text"].strip()]
        elif _DIVISION.match(line):
            current = None
        elif current is not None and line.strip():
            current.append(line.strip())
        elif current is None and (found := _HEAD.match(line)):
            head.setdefault(found[1], found[2])
        elif not title and (found := _TITLE.match(line)):
            title = found[1]
    if not articles:
        raise ContentFault(name, 1, say("law-no-articles"))
    short = short or head.get("简称", title)
    version = version or head.get("版本", "")
    if not short or not version:
        raise ContentFault(name, 1, say("law-nameless"))
    texts = {number: "\n".join(lines) for number, lines in articles.items()}
    return LawText(short, title or head.get("全称", short), version, texts)


def _number(line: str) -> str:
    matched = ARTICLE.search(line)
    assert matched is not None
    return as_article(matched)


def _decoded(name: str, data: bytes) -> str:
    # What an office saves from Notepad is GB 18030 as often as UTF-8.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ContentFault(name, 1, say("law-no-text"))
