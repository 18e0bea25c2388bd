"""清单暗码 — what a list of the queue holds, written small enough for a button's 64 bytes, and read back.

`vmr.p1x0k2.t0c4fz.e1234.f7` is the pile `v`, grade `m`, source `r`, a place and a trade by their marks, an enterprise
and a 督促人.
"""

from __future__ import annotations

from binascii import crc32
from dataclasses import replace
from typing import TypeVar

from domain.checklist import Grade
from domain.contact import StalePress
from domain.hazard import Source
from handlers.turn import PRESS_LIMIT, Button, Scene
from handlers.turn import press as data
from outreach.hazards import narrowing
from outreach.hazards.sifting import Pile, Sift

Found = TypeVar("Found")
GRADES = {"m": Grade.MAJOR, "g": Grade.GENERAL}
SOURCES = {
    "s": Source.SELF, "r": Source.REPORT, "o": Source.OFFICIAL, "j": Source.JOINT, "e": Source.EXPERT,
    "c": Source.CROSS,
}  # fmt: skip
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Five of them tell a thousand grids apart but once in a hundred districts.
MARK_LENGTH = 5
LARGEST = 2**31 - 1
# What is left of a button for words beside the rest of a list that is narrowed on every side.
WORDS_BYTES = 26


def mark(text: str) -> str:
    """A short mark of a name that has no number of its own; the same on every machine."""
    number, found = crc32(text.encode()), ""
    for _ in range(MARK_LENGTH):
        number, digit = divmod(number, len(DIGITS))
        found = DIGITS[digit] + found
    return found


def code(sift: Sift) -> str:
    """The list without its words."""
    parts = [
        sift.pile.value
        + next((letter for letter, grade in GRADES.items() if grade is sift.grade), "-")
        + next((letter for letter, source in SOURCES.items() if source is sift.source), "-")
    ]
    if sift.place is not None:
        parts.append("p" + mark("\n".join(sift.place)))
    if sift.trade:
        parts.append("t" + mark(sift.trade))
    if sift.enterprise_id is not None:
        parts.append(f"e{sift.enterprise_id}")
    if sift.follower_id is not None:
        parts.append(f"f{sift.follower_id}")
    return ".".join(parts)


async def read(scene: Scene, said: str, words: str = "") -> Sift:
    """The list that a button names. Raises StalePress for what no button of ours holds any more."""
    head, *parts = said.split(".")
    if len(head) != 3 or head[0] not in set(Pile):
        raise StalePress
    sift = Sift(Pile(head[0]), GRADES.get(head[1]), SOURCES.get(head[2]), words=fitting(words))
    for part in parts:
        kind, value = part[:1], part[1:]
        if kind == "e" and _is_id(value):
            sift = replace(sift, enterprise_id=int(value))
        elif kind == "f" and _is_id(value):
            sift = replace(sift, follower_id=int(value))
        elif kind == "t":
            known = [id_ for id_ in scene.desk.catalogue.industries if mark(id_) == value]
            sift = replace(sift, trade=_one(known))
        elif kind == "p":
            places = await narrowing.places(scene.desk, scene.as_official())
            sift = replace(sift, place=_one([one for one in places if mark("\n".join(one)) == value]))
        else:
            raise StalePress
    return sift


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 11 and int(value) <= LARGEST


def _one(found: list[Found]) -> Found:
    if not found:
        raise StalePress
    return found[0]


def fitting(words: str) -> str:
    """As much of what was typed as a button carries from page to page."""
    return " ".join(words.split()).encode()[:WORDS_BYTES].decode(errors="ignore").strip()


def data_of(verb: str, sift: Sift, *numbers: object) -> str:
    """The data of a button of the queue: its verb, the list, numbers, and last the words, which may hold colons."""
    said = data("hq", verb, code(sift), *numbers)
    # Where a list is narrowed on every side, its last words may have no room any more.
    words = sift.words.encode()[: max(PRESS_LIMIT - len(said.encode()) - 1, 0)].decode(errors="ignore").strip()
    return data(said, words) if words else said


def does_fit(said: str) -> bool:
    """Whether a button carries so much."""
    return len(said.encode()) <= PRESS_LIMIT


def button(label: str, verb: str, sift: Sift, *numbers: object, style: str = "") -> Button:
    """A button of the queue."""
    return Button(label, data_of(verb, sift, *numbers), style=style)
