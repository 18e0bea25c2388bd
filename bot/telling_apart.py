"""同号 — whether an update under a number seen before is the same one again, or another that deserves to be taken."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from typing import Any

MOST = 10_000
MARK_BYTES = 8
# What Telegram never changes of an update, however often it brings it: names, texts and edited messages may differ.
STABLE = ("id", "message_id", "date", "edit_date", "poll_id", "option_ids", "update_time")
WHOSE = ("chat", "from", "user")


class Twins:
    """Which updates the last numbers belonged to, as marks that only this process can make, and only while it lives.

    Nothing of it is ever written down: an anonymous report leaves its number behind and nothing else (decision 18).
    What is not remembered here counts as the same update again, which never does anything twice.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._key = secrets.token_bytes(32)
        self._marks: OrderedDict[int, frozenset[bytes]] = OrderedDict()

    def remember(self, raw: dict[str, Any]) -> None:
        """The update took effect under its number."""
        update_id = raw["update_id"]
        self._marks[update_id] = self._marks.pop(update_id, frozenset()) | {self._mark(raw)}
        if len(self._marks) > self._most:
            self._marks.popitem(last=False)

    def is_other(self, raw: dict[str, Any]) -> bool:
        """Whether its number is remembered, and for other updates than this one."""
        known = self._marks.get(raw["update_id"])
        return known is not None and self._mark(raw) not in known

    def _mark(self, raw: dict[str, Any]) -> bytes:
        return hashlib.blake2b(repr(_identity(raw)).encode(), digest_size=MARK_BYTES, key=self._key).digest()


def _identity(raw: dict[str, Any]) -> list[object]:
    """What tells this update from every other, whatever shape it has."""
    found: list[object] = []
    for kind, body in sorted((kind, body) for kind, body in raw.items() if isinstance(body, dict)):
        found += [kind[:64], *(_plain(body.get(name)) for name in STABLE)]
        for whose in WHOSE:
            held = body.get(whose)
            found.append(_plain(held.get("id")) if isinstance(held, dict) else None)
    return found


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(one) for one in value[:16] if not isinstance(one, list)]
    if isinstance(value, int):
        return value if abs(value) < 2**63 else None
    return ascii(value[:64]) if isinstance(value, str) else None
