"""照相 — the image that a death at a point would leave, taken at every point of one life that goes on unharmed.

A killed process leaves its files and what Telegram knows. Points between which neither changed leave the same image,
and what is found after coming back from it is true of each of them; so one recovery answers for all, and both numbers
are told apart wherever figures are printed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from tests.faults.grounds import Ground, Laid, SqliteGround, holds_uncommitted
from tests.faults.holdings import Held, holdings
from tests.faults.killing import Point
from tests.faults.telegram_side import TelegramSide


@dataclass(frozen=True, slots=True)
class Committed:
    """What is committed at a point: the ids of the updates that took effect, and all that the record holds."""

    digest: bytes
    seen: frozenset[int]
    held: Held


@dataclass(slots=True)
class Image:
    """What a death leaves. is_hot: a journal or log beside the database held what was not committed."""

    key: bytes
    laid: Laid
    telegram: bytes
    committed: Committed
    is_hot: bool
    points: list[Point] = field(default_factory=list)


class Album:
    """Images of one life, without those that are the same."""

    def __init__(self, ground: Ground, telegram: TelegramSide) -> None:
        self._ground, self._telegram = ground, telegram
        self.images: dict[bytes, Image] = {}
        self.hot = 0
        self._last: tuple[Laid, Committed] | None = None
        self._known: dict[bytes, tuple[Laid, Committed]] = {}
        self._settled: dict[bytes, Committed] = {}
        self._studio: SqliteGround | None = None
        if isinstance(ground, SqliteGround):
            # What lies in the file in the midst of a transaction is looked at as whoever comes back would see it.
            self._studio = SqliteGround(Path(mkdtemp(dir=ground.folder.parent)), ground.file)

    def take(self, point: Point) -> Committed:
        """Keep what dying here would leave. What is committed."""
        laid, telegram = self._ground.keep(), self._telegram.remember()
        if self._last is not None and laid == self._last[0]:
            laid, committed = self._last
        else:
            # Images that differ in what Telegram knows alone share one copy of the ground.
            known = self._known.get(laid.digest)
            if known is None:
                known = self._known[laid.digest] = laid, self._develop(laid)
            laid, committed = self._last = known
        is_hot = committed.digest != laid.digest and holds_uncommitted(laid)
        self.hot += is_hot
        key = committed.digest + hashlib.blake2b(telegram, digest_size=16).digest()
        image = self.images.get(key)
        if image is None:
            image = self.images[key] = Image(key, laid, telegram, committed, is_hot)
        elif is_hot and not image.is_hot:
            image.laid, image.is_hot = laid, True
        image.points.append(point)
        return committed

    def _develop(self, laid: Laid) -> Committed:
        studio: Ground = self._ground
        settled = laid
        if self._studio is not None:
            studio = self._studio
            studio.lay(laid)
            settled = self._studio.settle()
        committed = self._settled.get(settled.digest)
        if committed is None:
            committed = Committed(settled.digest, seen(studio), holdings(studio))
            self._settled[settled.digest] = committed
            studio.look_away()
        return committed


def seen(ground: Ground) -> frozenset[int]:
    """The ids of the updates that took effect."""
    return frozenset(row[0] for row in ground.rows("SELECT update_id FROM seen_updates"))
