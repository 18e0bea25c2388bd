"""节流 — never to start more sends in any second than the limit allows."""

from __future__ import annotations

import asyncio
import time
from collections import deque

# The window is counted from dispatch; the margin covers the way to Telegram being faster for one than for the next.
MARGIN_SECONDS = 0.05


class Pacer:
    """A sliding window over one second. `limit` is sends per second."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._starts: deque[float] = deque()
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when one more send may start."""
        async with self._turn:
            now = time.monotonic()
            window = 1.0 + MARGIN_SECONDS
            while self._starts and now - self._starts[0] >= window:
                self._starts.popleft()
            if len(self._starts) >= self._limit:
                await asyncio.sleep(window - (now - self._starts[0]))
                self._starts.popleft()
            self._starts.append(time.monotonic())
