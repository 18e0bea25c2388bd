"""耗时 — how long requests took, counted into buckets: memory and cost stay the same however many there are."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


class Durations:
    """Seconds, by the smallest of BOUNDS that is not less; the last bucket holds what took longer than all."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def within(self, share: float) -> float | None:
        """The bound within which that share of all ended, such as 0.99; None without any, infinity beyond the last."""
        least, so_far = share * sum(self.counts), 0
        for bound, count in zip((*BOUNDS, float("inf")), self.counts, strict=True):
            so_far += count
            if so_far and so_far >= least:
                return bound
        return None


def timed(handler: Handler, durations: Durations) -> Handler:
    """The handler, each of whose answers is timed, as is each that ends in a fault."""

    async def answer(request: web.Request) -> web.StreamResponse:
        began = time.perf_counter()
        try:
            return await handler(request)
        finally:
            durations.add(time.perf_counter() - began)

    return answer
