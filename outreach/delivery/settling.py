"""结清 — what came of the sends is written down: what was simply sent together, everything else at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from outreach.delivery.claims import Claim, Claims
from outreach.delivery.outcomes import Outcome

LOG = structlog.get_logger("pump")
Result = tuple[Claim, Outcome]
# What was sent within such a moment is settled in one transaction; what arrives while that is written, in the next.
GATHER_SECONDS = 0.02
MOST_GATHERED = 50
AGAIN_SECONDS = 1.0


class Settler:
    """One writer of results. `on_settled` is told how many rows are no longer in hand.

    While the database cannot be written to, it goes on trying for as long as the rows are this process's own.
    """

    def __init__(self, claims: Claims, clock: Callable[[], datetime], on_settled: Callable[[int], None]) -> None:
        self._claims = claims
        self._clock = clock
        self._on_settled = on_settled
        self._results: list[Result] = []
        self._written: asyncio.Future[None] | None = None
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        # Whether results are written by themselves after a moment, or only when asked for.
        self.is_streaming = False

    def add(self, results: Sequence[Result]) -> None:
        """Have them written down soon."""
        self._results += results
        if len(self._results) >= MOST_GATHERED:
            self._hurry.set()
        if self.is_streaming:
            self._start()

    async def now(self, results: Sequence[Result]) -> None:
        """Return once they are written down, with whatever else was waiting to be."""
        self._results += results
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
        written = self._written
        self._hurry.set()
        task = self._start()
        await asyncio.wait((written, task), return_when=asyncio.FIRST_COMPLETED)
        if not written.done():
            task.result()

    async def all(self) -> None:
        """Return once nothing is left to be written."""
        while self._results or self._task is not None:
            self._hurry.set()
            await asyncio.shield(self._start())

    def _start(self) -> asyncio.Task[None]:
        if self._task is None:
            self._task = asyncio.create_task(self._write_all())
        return self._task

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._results:
                timer = loop.call_later(GATHER_SECONDS, self._hurry.set)
                await self._hurry.wait()
                timer.cancel()
                self._hurry.clear()
                results, written = self._results, self._written
                self._results, self._written = [], None
                await self._write(results)
                if written is not None:
                    written.set_result(None)
        finally:
            self._task = None

    async def _write(self, results: list[Result]) -> None:
        left: list[list[Result]] = [results]
        while left:
            batch = left.pop()
            try:
                await self._claims.settle(batch, self._clock())
            except Exception:
                LOG.exception("settle_fault", rows=len(batch))
                await asyncio.sleep(AGAIN_SECONDS)
                # One by one, so that a row that cannot be written holds up no other. One whose lease is over is no
                # longer ours: whoever rescues it says that its fate is unknown.
                own = [one for one in batch if not one[0].is_over(self._clock())]
                self._on_settled(len(batch) - len(own))
                left[:0] = [[one] for one in own]
            else:
                self._on_settled(len(batch))
