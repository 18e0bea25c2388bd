"""场面 — what an oracle looks at: the step, how it goes unharmed, what is committed, and what Telegram saw."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from tests.faults.grounds import Ground
from tests.faults.holdings import Held, holdings
from tests.faults.story import Step
from tests.faults.telegram_side import TelegramSide
from tests.stage import CAST, masked

NAMES = {number: name for name, number in CAST.items()}
Finding = Iterator[str]


@dataclass(slots=True)
class Clean:
    """How the step goes when nobody dies: what later lives are measured by.

    by_seen: what the record may hold, by which update ids had taken effect; needed: how many of them the
    n-th thing said to somebody presupposes; last_reply: the last thing each actor was told; pushed: how often each had
    been told something of the clock's own accord before; posted: how much had come to the groups of enterprises.
    """

    before: set[int] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)
    by_seen: dict[frozenset[int], list[Held]] = field(default_factory=dict)
    needed: list[int] = field(default_factory=list)
    held: Held = field(default_factory=dict)
    last_reply: dict[str, tuple[str, str]] = field(default_factory=dict)
    pushed: dict[str, int] = field(default_factory=dict)
    posted: int = 0


@dataclass(slots=True)
class Scene:
    """What an oracle looks at."""

    ground: Ground
    telegram: TelegramSide
    step: Step
    clean: Clean
    calls_before: int
    _held: Held | None = None

    def look_again(self) -> None:
        """Something may have happened since the last look."""
        self._held = None

    def number(self, sql: str) -> int:
        return int(self.ground.rows(sql)[0][0])

    @property
    def seen(self) -> set[int]:
        return {row[0] for row in self.ground.rows("SELECT update_id FROM seen_updates")}

    def held(self) -> Held:
        if self._held is None:
            self._held = holdings(self.ground)
        return self._held


def last_reply(ground: Ground, telegram: TelegramSide, who: str) -> tuple[str, str]:
    """The last thing the bot said to somebody that was no notice: its words and its buttons."""
    notices = {masked(row[0]) for row in ground.rows("SELECT text FROM deliveries UNION ALL SELECT text FROM letters")}
    return next((told for told in reversed(telegram.told(who)) if told[0] not in notices), ("", ""))


class Sent(NamedTuple):
    """A notice: its row, and how often Telegram let it go out."""

    key: str
    state: str
    attempts: int
    is_urgent: bool
    sends: int


def notices(scene: Scene) -> list[Sent]:
    sends = sendings(scene)
    rows = scene.ground.rows(
        "SELECT d.key, d.state, d.attempts, d.is_urgent, c.chat_id, d.text FROM deliveries d"
        " JOIN contacts c ON c.id = d.contact_id"
    )
    return [
        Sent(key, state, attempts, is_urgent, sends[chat_id, text])
        for key, state, attempts, is_urgent, chat_id, text in rows
    ]


def sendings(scene: Scene) -> Counter[tuple[int, str]]:
    """How often each text was sent to each chat."""
    return Counter(
        (call["chat_id"], call["parameters"].get("text") or call["parameters"].get("caption"))
        for call in scene.telegram.calls()
        if call["method"] in ("sendMessage", "sendDocument", "sendPhoto")
    )


def stored_picture(scene: Scene, sha256: str) -> Finding:
    """Whether a picture is on disk as its row says."""
    file = scene.ground.folder / "photos" / sha256[:2] / f"{sha256[2:]}.jpg"
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        yield f"the picture {sha256[:8]} is not on disk as its row says"
    if not file.with_suffix(".thumb.jpg").is_file():
        yield f"the picture {sha256[:8]} has no thumbnail"


def instant(value: object) -> datetime:
    """An instant as either database gives it back."""
    made = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return made if made.tzinfo else made.replace(tzinfo=UTC)
