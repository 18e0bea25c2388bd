"""变异 — updates as Telegram would never write them, made from updates as it does; the same seed, the same nonsense."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from telegram import Update

from handlers.menu import COMMANDS, PRESSES
from tests.faults.api_types import Sampler, fields, kinds

JSON = Any
# Written into the JSON text after it was made, because no JSON writer lets them pass.
MARKS = {"@huge@": "9" * 5000, "@nan@": "NaN", "@infinite@": "-Infinity", "@tiny@": "1e-400", "@vast@": "1e400"}
NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1.5, -0.0, *MARKS)
TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "x\udfffy", "\ufffe", "\u202egpj.exe", "\u200b\u200d\ufeff",
    "e" + "\u0301" * 200, "\u2028",
    "👩‍👩‍👧‍👦" * 30, "＝ｃｍｄ｜／ｃ", "字" * 4096, "<b>粗</b>&lt;",
    "'; DROP TABLE contacts; --", "{{ 7*7 }}", "%s%n",
    "../../etc/passwd", "/start@anshao_sandbox_bot i-AAAAAAAAAAAA", "/" + "a" * 5000, "/", "//",
    "/start i-" + "A" * 60, "１２３", "true", "null", "NaN", "\r\n\r\n", "http://127.0.0.1/" + "a" * 300,
)  # fmt: skip
LONG = "长" * 100_000
# Well over what the route reads of one body.
LONGEST = 1_500_000
SHAPES: tuple[JSON, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"id": "x"},
    [{"id": 1}],
    {"id": {"id": []}},
)
ARGUMENTS = (
    "", "0", "-1", "1", "2", "3", "21", "22", "999999", str(2**31), str(2**63), "9" * 40, "٣", "1_0", "+1", " 1", "1.5",
    "1e3", "0x10", "абв", "安全", "\x00", "\ud83d", "<b>", "'", "p", "f", "a", "?", "w", "zh-CN", "en", "../x",
    "restaurant", "{}",
)  # fmt: skip


def short_words(talk: Callable[..., Any]) -> list[str]:
    """Every short word in the code of a talk: among them all verbs that its buttons can carry."""
    words: set[str] = set()
    tree = ast.parse(inspect.getsource(sys.modules[talk.__module__]))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) <= 8:
            words.add(node.value)
    return sorted(word for word in words if word.isascii()) or [""]


def _deep(levels: int) -> JSON:
    made: JSON = 1
    for _ in range(levels):
        made = {"a": made}
    return made


class Mutator:
    """Makes bodies of requests. `people` are the ids of persons in private chats that the bot knows.

    kinds: how many updates of each kind there were before anything was changed in them.
    """

    def __init__(self, seed: int, people: list[int]) -> None:
        self.random = random.Random(seed)
        self.people = people
        self.ids = count(600_000_000)
        self.sampler = Sampler(self.random)
        self.kinds: Counter[str] = Counter()
        self._types = {name: type_ for name, _, type_ in fields(Update)}
        self._verbs = {prefix: short_words(talk) for prefix, talk in PRESSES.items()}
        self._prefixes = [*PRESSES, *PRESSES, "", "xx", "IN", "__"]

    def update(self, person: int, kind: str, content: JSON) -> JSON:
        return {"update_id": next(self.ids), kind: content}

    def plain(self, person: int, text: str = "/hotline") -> JSON:
        """A perfectly good message."""
        return self.update(person, "message", self._message(person) | {"text": text})

    def bodies(self, number: int) -> Iterator[bytes]:
        """So many hostile bodies, each different from the last."""
        for _ in range(number):
            yield self.body()

    def body(self) -> bytes:
        update = self._original()
        self.kinds.update(key for key in update if key != "update_id")
        if self.random.random() < 0.6:
            for _ in range(self.random.choice((1, 1, 2, 3, 5))):
                if update:
                    self._mutate(update)
        return self._spoil(self._written(update)[:LONGEST])

    def _original(self) -> JSON:
        person = self.random.choice(self.people)
        make = self.random.choices(
            (self._typed, self._forged, self._said, self._sent, self._other, self._stranger), (30, 8, 4, 3, 3, 2)
        )[0]  # fmt: skip
        return make(person)

    def _face(self, person: int, **more: JSON) -> JSON:
        return {"id": person, "first_name": "王芳", "is_bot": False, "language_code": "zh-hans"} | more

    def _message(self, person: int) -> JSON:
        return {"message_id": self.random.randrange(1, 60), "date": 1780277400, "from": self._face(person),
                "chat": {"id": person, "type": "private", "first_name": "王芳"}}  # fmt: skip

    def _forged(self, person: int) -> JSON:
        prefix = self.random.choice(self._prefixes)
        verbs = self._verbs.get(prefix) or list(PRESSES)
        words = [prefix, self.random.choice(verbs if self.random.random() < 0.9 else ARGUMENTS)]
        words += self.random.choices(ARGUMENTS, k=self.random.choice((0, 1, 1, 2, 2, 3, 6)))
        return self.press(person, ":".join(words)[: self.random.choice((64, 64, 64, 500))])

    def press(self, person: int, data: str) -> JSON:
        """A button of ours, or one that never was; Telegram does not know the press itself any more."""
        bot = {"id": 123456, "is_bot": True, "first_name": "安哨"}
        under = self._message(person) | {"text": "…", "from": bot}
        query = {"id": str(next(self.ids)), "from": self._face(person), "message": under, "chat_instance": "1"}
        return self.update(person, "callback_query", query | {"data": data})

    def _said(self, person: int) -> JSON:
        command = "/" + self.random.choice([*COMMANDS, "nothing"])
        text = self.random.choice([command, command + " " + self.random.choice(ARGUMENTS), *TEXTS])
        said = self._message(person) | {"text": text}
        said["entities"] = [{"type": "bot_command", "offset": 0, "length": self.random.choice((1, 6, 9999, -1))}]
        return self.update(person, "message", said)

    def _sent(self, person: int) -> JSON:
        file = {"file_id": f"F{next(self.ids)}", "file_unique_id": f"U{next(self.ids)}", "file_size": 9000}
        sent = self.random.choice((
            {"photo": [file | {"width": 90, "height": 60}], "caption": self.random.choice(TEXTS)},
            {"photo": [], "media_group_id": "7"},
            {"document": file | {"file_name": self.random.choice((*TEXTS, "a.xlsx")), "mime_type": "image/jpeg"}},
            {"contact": {"phone_number": self.random.choice((*TEXTS, "13800001002")), "first_name": "王",
                         "user_id": person}},
            {"location": {"latitude": self.random.choice(NUMBERS), "longitude": 120.5}},
            {"sticker": file | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
            {"voice": file | {"duration": 3}}, {"dice": {"emoji": "🎲", "value": 9}}, {"story": {}}, {"poll": {}}, {},
        ))  # fmt: skip
        return self.update(person, "message", self._message(person) | sent)

    def _typed(self, person: int) -> JSON:
        """Any kind with anything in it that the Bot API knows; half of them in the name of somebody in their chat."""
        kind = self.random.choice(kinds())
        content = self.sampler.sample(self._types[kind])
        if self.random.random() < 0.5:
            face = self._face(person)
            content |= {key: face for key in ("from", "user") if key in content}
            if "chat" in content:
                content["chat"] = {"id": person, "type": "private", "first_name": "王芳"}
        return self.update(person, kind, content)

    def _other(self, person: int) -> JSON:
        kind = self.random.choice([*kinds(), "novelty"])
        member = {
            "user": {"id": 123456, "is_bot": True, "first_name": "安哨"},
            "status": self.random.choice(("kicked", "member")),
        }
        content = self._message(person) | {
            "text": "x", "user": self._face(person), "poll_id": "1", "option_ids": [0], "id": "1", "query": "q",
            "offset": "", "old_chat_member": member, "new_chat_member": member, "data": "home",
        }  # fmt: skip
        return self.update(person, kind, content)

    def _stranger(self, person: int) -> JSON:
        """From where the bot does not talk: groups, channels, other bots, the deleted, the unknown."""
        made = self._said(person)
        message = made["message"]
        match self.random.randrange(5):
            case 0:
                message["chat"] = {"id": -1001234567890, "type": self.random.choice(("group", "supergroup", "channel"))}
            case 1:
                message["from"] = self._face(person, is_bot=True)
            case 2:
                message.pop("from")
                message["sender_chat"] = {"id": -5, "type": "channel", "title": "t"}
            case 3:
                unknown = self.random.choice((5, 777_000, 2**40))
                message["from"], message["chat"] = self._face(unknown), {"id": unknown, "type": "private"}
            case 4:
                message |= {"via_bot": self._face(9, is_bot=True), "forward_origin": {"type": "hidden_user", "date": 1}}
        return made

    def _mutate(self, update: JSON) -> None:
        holder, key = self._place(update)
        value = holder[key]
        changes: tuple[Callable[[], JSON], ...] = (
            lambda: self.random.choice(NUMBERS), lambda: self.random.choice(TEXTS),
            lambda: copy.deepcopy(self.random.choice(SHAPES)), lambda: str(value), lambda: [value],
            lambda: {"id": value}, lambda: _deep(self.random.choice((5, 60, 400))),
            lambda: [value] * self.random.choice((2, 40)), lambda: LONG if self.random.random() < 0.2 else "",
        )  # fmt: skip
        choice = self.random.randrange(len(changes) + 2)
        if choice == len(changes):
            del holder[key]
        elif choice > len(changes) and isinstance(holder, dict):
            holder[self.random.choice((f"{key}_", "id", "chat", "from", "update_id", ""))] = holder.pop(key)
        else:
            holder[key] = changes[choice % len(changes)]()

    def _place(self, update: JSON) -> tuple[JSON, Any]:
        """Somewhere in the update, deep as often as shallow."""
        # The id is one leaf among many, not half of the update.
        inner = [key for key in update if key != "update_id"] if self.random.random() < 0.92 else []
        holder, key = update, self.random.choice(inner or list(update))
        while True:
            inside = holder[key]
            if not isinstance(inside, dict | list) or not inside or self.random.random() < 0.25:
                return holder, key
            holder = inside
            key = self.random.choice(list(inside)) if isinstance(inside, dict) else self.random.randrange(len(inside))

    @staticmethod
    def _written(update: JSON) -> bytes:
        text = json.dumps(update)
        if '"@' in text:
            for mark, number in MARKS.items():
                text = text.replace(f'"{mark}"', number)
        return text.encode()

    def _spoil(self, body: bytes) -> bytes:
        """Now and then the text itself is broken, not what it says."""
        if self.random.random() > 0.06:
            return body
        at = self.random.randrange(len(body))
        return self.random.choice((
            body[:at], body + b"}", b"\xef\xbb\xbf" + body, body.decode().encode("utf-16"), b"", b"null", b"[]", b'"x"',
            body[:at] + bytes([self.random.randrange(256)]) + body[at + 1 :], body[:-1] + b',"update_id":1}',
            b"[" + body + b"]", b'{"a":' * 100_000, body[:at] + b"\xff\xfe" + body[at:], b"\x1f\x8b" + body,
            body[:-1] + b',"message":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
        ))  # fmt: skip
