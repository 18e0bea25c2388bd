"""类型 — every type of the Bot API that an update can hold, as the framework publishes them, and samples of each."""

from __future__ import annotations

import datetime
import inspect
import re
from collections.abc import Sequence
from functools import cache
from random import Random
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import telegram
from telegram import TelegramObject, Update

JSON = Any
# How the wire calls what Python has a word of its own for.
NAMES = {"from_user": "from", "api_kwargs": ""}
# Words by which the wire tells the children of one type apart, where they are not the rest of the class's name.
WORDS = {"ChatMemberOwner": "creator", "ChatMemberBanned": "kicked", "ChatMemberRestricted": "restricted"}
# What the signature calls optional and the type itself insists on.
ALWAYS = frozenset(
    ("persistent_id", "allows_revoting", "option_persistent_ids", "can_react_to_messages", "members_only")
)
DEEPEST = 5


@cache
def kinds() -> list[str]:
    """Every kind of update there is."""
    return [name for name, _, _ in fields(Update) if name != "update_id"]


@cache
def fields(cls: type[TelegramObject]) -> list[tuple[str, bool, object]]:
    """Name on the wire, whether it must be there, and the type of each field."""
    known = {**vars(inspect.getmodule(cls)), **vars(telegram), "dtm": datetime, "Sequence": Sequence}  # type: ignore[arg-type]
    hints = get_type_hints(cls.__init__, globalns=known)
    asked = inspect.signature(cls.__init__).parameters
    found = []
    for name, hint in hints.items():
        wire = NAMES.get(name, name)
        if wire and name in asked:
            must = asked[name].default is inspect.Parameter.empty or wire in ALWAYS
            found.append((wire, must, _plain(hint)))
    return found


def _plain(hint: object) -> object:
    """The type without None; of several, the first."""
    if get_origin(hint) is not None and get_origin(hint) not in (Sequence, list, tuple, dict):
        return _plain(next(arg for arg in get_args(hint) if arg is not NoneType))
    return hint


@cache
def children(cls: type[TelegramObject]) -> list[type[TelegramObject]]:
    """The types that may stand where this one is named."""
    below = [one for one in cls.__subclasses__() if one.__module__.startswith("telegram.")]
    return [leaf for one in below for leaf in children(one)] or [cls]


@cache
def reachable() -> frozenset[type[TelegramObject]]:
    """Every type that can be somewhere in an update."""
    found: set[type[TelegramObject]] = set()
    waiting: list[object] = [Update]
    while waiting:
        one = waiting.pop()
        waiting += get_args(one)
        if inspect.isclass(one) and issubclass(one, TelegramObject) and one not in found:
            found.add(one)
            waiting += [type_ for _, _, type_ in fields(one)]
            waiting += children(one)
    return frozenset(found)


@cache
def _inside(type_: object) -> tuple[Any, bool]:
    """Which type of object a value is, None if it is none; of a row, what each of it is, and True."""
    if get_origin(type_) in (Sequence, list, tuple):
        return _plain(get_args(type_)[0]), True
    return (type_ if inspect.isclass(type_) and issubclass(type_, TelegramObject) else None), False


@cache
def _word(leaf: type[TelegramObject], of: type[TelegramObject]) -> str:
    """By which word the wire tells this child of a type apart."""
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", leaf.__name__.removeprefix(of.__name__))
    return (WORDS.get(leaf.__name__) or word).lower()


class Sampler:
    """Makes samples with a dice of its own; `made` is every type of which there was one."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self.made: set[type[TelegramObject]] = set()

    def sample(self, cls: type[TelegramObject], depth: int = 0) -> dict[str, JSON]:
        """One object: what it must have, and now and then what it may have."""
        leaf = self._dice.choice(children(cls))
        self.made |= {cls, leaf}
        share = 0.35 if depth < 2 else 0.12
        made = {
            name: self._value(type_, depth + 1)
            for name, must, type_ in fields(leaf)
            if must or (depth < DEEPEST and self._dice.random() < share / (1 + depth))
        }
        if leaf is not cls:
            made |= dict.fromkeys(("type", "status", "source"), _word(leaf, cls))
        if leaf is telegram.InaccessibleMessage:
            made["date"] = 0
        return made

    def _value(self, type_: object, depth: int) -> JSON:
        inner, is_row = _inside(type_)
        if is_row:
            return [self._value(inner, depth) for _ in range(self._dice.choice((0, 1, 1, 2)))]
        if inner is not None:
            return self.sample(inner, depth)
        if type_ in (bool, True):
            return True
        if type_ in (int, float):
            return self._dice.choice((0, 1, 7, 60, 1001))
        if type_ in (datetime.datetime, datetime.timedelta):
            return 1780277400
        return self._dice.choice(("x", "private", "word", "安全", "7"))
