"""An event loop whose clock jumps to whatever is due next: hours of waiting pass at once, and in order."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Never sleeps: the time it was asked to wait is said to have passed."""

    passed = 0.0
    # How many wait for another thread: meanwhile no time passes.
    away = 0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or (self.away and timeout > 0):
            return super().select(1.0)
        ready = super().select(0)
        if not ready and timeout:
            self.passed += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` begins at 0 and moves only while nothing can run."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.passed

    async def real(self, call: Awaitable[T]) -> T:
        """Wait for something that another thread does, while the clock stands."""
        self._jumping.away += 1
        try:
            return await call
        finally:
            self._jumping.away -= 1


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a clock of its own. What waits for another thread does so through `real`."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()
