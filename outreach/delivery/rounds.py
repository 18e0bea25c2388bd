"""巡回 — turn after turn while there is something to do; then a sleep, until the bell rings or a while is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress


async def go_round(
    turn: Callable[[], Awaitable[bool]],
    bell: asyncio.Event,
    idle_seconds: float,
    on_fault: Callable[[Exception], None],
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """Until `is_over` or cancelled. A turn that fails is told of and taken again after the while: nothing is forgotten.

    turn: whether it found anything to do. on_fault is called while the fault is being handled.
    """
    while not is_over():
        bell.clear()  # before looking, so that what is told meanwhile rings again
        try:
            is_busy = await turn()
        except Exception as fault:
            on_fault(fault)
            is_busy = False
        if not is_busy and not is_over():
            with suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), idle_seconds)
