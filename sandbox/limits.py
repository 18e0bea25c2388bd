"""限速 — Telegram's own pace, when switched on: a message a second per chat with some patience, 30 a second in all."""

from __future__ import annotations

import math
from collections import deque

from sandbox.apierror import too_many_requests

PER_CHAT_BURST = 5.0
PER_CHAT_RATE = 1.0
PER_SECOND = 30


class Limits:
    """A bucket per chat and a window of one second over all chats; times are Unix seconds."""

    def __init__(self, is_on: bool) -> None:
        self.is_on = is_on
        self._buckets: dict[int, tuple[float, float]] = {}
        self._window: deque[float] = deque()

    def spend(self, chat_id: int, now: float, count: int = 1) -> None:
        """Count messages about to be sent; raises 429 and counts nothing if that is too fast."""
        if not self.is_on:
            return
        while self._window and self._window[0] <= now - 1:
            self._window.popleft()
        if len(self._window) + count > PER_SECOND:
            raise too_many_requests(1)
        level, at = self._buckets.get(chat_id, (PER_CHAT_BURST, now))
        level = min(PER_CHAT_BURST, level + (now - at) * PER_CHAT_RATE)
        if level < min(count, PER_CHAT_BURST):
            raise too_many_requests(max(1, math.ceil((min(count, PER_CHAT_BURST) - level) / PER_CHAT_RATE)))
        self._buckets[chat_id] = (level - count, now)
        self._window.extend([now] * count)
