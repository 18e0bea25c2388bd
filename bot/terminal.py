"""终端 — a reply as lines to read in a terminal: bold where chat has bold, buttons in brackets, lengths counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from content.wording import say
from domain.question import EXPLANATION_LIMIT, STEM_LIMIT
from handlers.quiz_cards import MESSAGE_LIMIT
from handlers.turn import Poll, Reply, Rows, Say

TAG = re.compile(r"</?([a-z]+)[^>]*>")
BOLD, FAINT, PLAIN = "\033[1m", "\033[2m", "\033[0m"
LOOKS = {"b": BOLD, "i": FAINT, "blockquote": ""}


@dataclass(slots=True)
class Screen:
    """Lines of a reply; `is_too_long` once something in it would be refused by Telegram."""

    has_colours: bool
    is_too_long: bool = False

    def lines(self, reply: Reply) -> Iterator[str]:
        """All messages of a reply, a rule between them."""
        for said in reply.says:
            yield self._look(FAINT, "─" * 40)
            if isinstance(said, Say):
                yield from self._say(said)
            elif isinstance(said, Poll):
                yield from self._poll(said)

    def _say(self, said: Say) -> Iterator[str]:
        yield from unescape(TAG.sub(self._tag, said.text)).splitlines()
        yield from self._buttons(said.rows)
        yield self._measured("preview-length", unescape(TAG.sub("", said.text)), MESSAGE_LIMIT)

    def _poll(self, poll: Poll) -> Iterator[str]:
        yield self._look(BOLD, poll.question)
        for place, option in enumerate(poll.options):
            yield f"  {say('preview-right' if place in poll.correct else 'preview-wrong')} {option}"
        yield from say("preview-explanation", text=poll.explanation).splitlines()
        yield self._measured("preview-question", poll.question, STEM_LIMIT)
        yield self._measured("preview-length", poll.explanation, EXPLANATION_LIMIT)

    def _buttons(self, rows: Rows) -> Iterator[str]:
        for row in rows:
            yield "  ".join(f"[{button.label}]" for button in row)

    def _measured(self, sentence: str, text: str, limit: int) -> str:
        # In UTF-16 units, as Telegram counts.
        length = len(text.encode("utf-16-le")) // 2
        is_over = length > limit
        self.is_too_long |= is_over
        told = say("preview-length-over" if is_over else sentence, length=length, limit=limit)
        return self._look("" if is_over else FAINT, told)

    def _tag(self, tag: re.Match[str]) -> str:
        if not self.has_colours:
            return ""
        return PLAIN if tag[0].startswith("</") else LOOKS.get(tag[1], "")

    def _look(self, look: str, text: str) -> str:
        return f"{look}{text}{PLAIN}" if self.has_colours and look else text
