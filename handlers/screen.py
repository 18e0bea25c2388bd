"""画面 — how a talk shows something: a press edits its own message, anything else gets a new one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from content.texts import Words
from domain.inspection import TooManyPhotos
from domain.refusal import Refusal
from domain.report import ReportPhotosFull
from domain.text import WordsTooLong
from handlers.turn import Button, Press, Reply, Rows, Say, Turn, press
from outreach.paging import Page, within_pages

ROWS_A_PAGE = 6
# Of what is chosen once and seldom, such as a person, more stand on a page.
CHOICES_A_PAGE = 20
One = TypeVar("One")


def show(turn: Turn, text: str, rows: Rows = (), *, card: bool = False, toast: str = "") -> Reply:
    """One message, in place when a button was pressed."""
    return Reply((Say(text, rows, edit=isinstance(turn.said, Press), card=card),), toast=toast)


def below(reply: Reply) -> Reply:
    """The same as a new message, below the one that was pressed."""
    return replace(reply, says=tuple(replace(s, edit=False) if isinstance(s, Say) else s for s in reply.says))


def home_button(words: Words) -> Button:
    return Button(words.label("menu.home"), press("home"))


def back_rows(words: Words) -> Rows:
    """The way out that every screen has."""
    return ((home_button(words),),)


def pager(words: Words, page: int, pages: int, *prefix: object) -> tuple[Button, ...]:
    """上一页 / 下一页, whichever there is; the page number is appended to the prefix."""
    buttons = []
    if page > 0:
        buttons.append(Button(words.label("menu.previous"), press(*prefix, page - 1)))
    if page + 1 < pages:
        buttons.append(Button(words.label("menu.next"), press(*prefix, page + 1)))
    return tuple(buttons)


def page_of(found: Sequence[One], page: int, size: int = CHOICES_A_PAGE) -> Page[One]:
    """A page of what has been read as a whole; one behind the last is the last."""
    page = within_pages(page, len(found), size)
    return Page(tuple(found[page * size : (page + 1) * size]), len(found), page, -(-len(found) // size))


@dataclass(slots=True)
class Aside:
    """What is said ahead of an answer; nothing, as a rule."""

    reply: Reply = field(default_factory=Reply)


@contextmanager
def unless_too_long(words: Words) -> Iterator[Aside]:
    """A photo stays though the words that came with it were too long to be kept; then that is said."""
    aside = Aside()
    try:
        yield aside
    except WordsTooLong as refusal:
        aside.reply = Reply((Say(words(refusal.moment, **refusal.facts)),))


@dataclass(slots=True)
class Remark:
    """What is said at the head of an answer; nothing, as a rule."""

    text: str = ""

    def over(self, reply: Reply) -> Reply:
        """The reply with the remark above its first words."""
        if not self.text or not isinstance(first := reply.says[0], Say):
            return reply
        return replace(reply, says=(replace(first, text=f"{self.text}\n\n{first.text}"), *reply.says[1:]))


@contextmanager
def unless_full(words: Words) -> Iterator[Remark]:
    """A photo too many is passed over, and the card that stands below all of an album says so once and leads on."""
    remark = Remark()
    try:
        yield remark
    except (TooManyPhotos, ReportPhotosFull) as full:
        remark.text = too_many(words, full).text


def too_many(words: Words, full: Refusal) -> Remark:
    """That a photo was passed over, in the words of its refusal."""
    return Remark(words(full.moment, **full.facts))
