"""从哪个清单来 — a card opened from a list keeps, in its buttons, the way back to it and on to the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from content.texts import Words
from handlers.queue_codes import does_fit
from handlers.screen import ROWS_A_PAGE
from handlers.turn import Button, Press, Reply, Rows, Say, Turn, press

MARK = "@"
# By this button a card leads to the queue; its row gives way to that of the list.
HOME = press("hq", "h")


@dataclass(frozen=True, slots=True)
class Way:
    """A hazard, a list as buttons hold it, and the place of the one in the other."""

    hazard_id: int
    code: str
    at: int
    words: str = ""

    @property
    def tail(self) -> str:
        """What is added to the data of a card's button."""
        return press(MARK, self.code, self.at, *self._said)

    @property
    def back(self) -> str:
        return press("hq", "l", self.code, self.at // ROWS_A_PAGE, *self._said)

    @property
    def onward(self) -> str:
        return press("hq", "n", self.code, self.at, self.hazard_id, *self._said)

    @property
    def _said(self) -> tuple[str, ...]:
        return (self.words,) if self.words else ()


def parted(turn: Turn) -> tuple[Turn, Way | None]:
    """The turn without the way, and the way. Raises ValueError, IndexError for one that no button of ours holds."""
    said = turn.said
    if not isinstance(said, Press) or MARK not in said.words:
        return turn, None
    where = said.words.index(MARK)
    way = Way(said.number(2), said.words[where + 1], said.number(where + 2), ":".join(said.words[where + 3 :]))
    return replace(turn, said=replace(said, words=said.words[:where])), way


def kept(words: Words, reply: Reply, way: Way | None) -> Reply:
    """The reply with the way in the buttons of the card, as far as they have room for it."""
    if way is None or not does_fit(way.onward):
        return reply
    says = tuple(replace(one, rows=_rows(words, one.rows, way)) if isinstance(one, Say) else one for one in reply.says)
    return replace(reply, says=says)


def _rows(words: Words, rows: Rows, way: Way) -> Rows:
    led = (Button(words.label("queue.back"), way.back), Button(words.label("queue.next"), way.onward))
    return tuple(led if row[0].press == HOME else tuple(_with(one, way) for one in row) for row in rows)


def _with(button: Button, way: Way) -> Button:
    said = f"{button.press}:{way.tail}"
    return replace(button, press=said) if button.press.startswith("hz:") and does_fit(said) else button
