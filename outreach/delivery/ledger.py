"""账 — one short transaction after another: what came of the sends is written down, the next rows are claimed in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from outreach.delivery.aftermath import Result
from outreach.delivery.claims import Claims
from outreach.delivery.taking import Claim

LOG = structlog.get_logger("pump")
# What was sent within such a moment is settled in one transaction; what arrives while that is written, in the next.
GATHER_SECONDS = 0.02
AGAIN_SECONDS = 1.0
# A page of the outbox is such a part of the window: claimed when there is room for it, settled when it is full.
PAGES = 4


class Ledger:
    """How many rows are in hand, and what came of those that were sent. `bell` is rung when there is work for it.

    window: the most rows that are ever claimed and not settled.
    """

    def __init__(self, claims: Claims, clock: Callable[[], datetime], bell: asyncio.Event, window: int) -> None:
        self._claims = claims
        self._clock = clock
        self._bell = bell
        self._window = window
        self._page = max(1, window // PAGES)
        self._results: list[Result] = []
        self._written: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._in_hand = 0

    @property
    def is_settled(self) -> bool:
        """Whether everything that came of the sends is written down."""
        return not self._results

    def add(self, result: Result) -> None:
        """Have it written down soon."""
        self._results.append(result)
        if len(self._results) >= self._page:
            self._bell.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._bell.set)

    async def now(self, results: Sequence[Result]) -> None:
        """Return once they are written down, with whatever else was waiting to be."""
        self._results += results
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
        self._bell.set()
        await self._written

    def let_go(self, count: int) -> None:
        """So many rows are not in hand any more, whatever became of them: their lease will tell."""
        self._in_hand -= count

    async def turn(self, *, is_open: bool, is_starved: bool = False) -> tuple[Claim, ...]:
        """One transaction, if there is anything to be done: settle what there is and claim what there is room for.

        is_open: whether anything more may be claimed at all. is_starved: nothing waits to be sent, so that even less
        than a page is worth claiming. A fault of the database is logged, and what could not be written is tried again
        for as long as the rows are this process's own.
        """
        results, written = self._results, self._written
        self._results, self._written = [], None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        room = self._window - self._in_hand + len(results)
        if not is_open or room < (1 if is_starved else self._page):
            room = 0
        claims: tuple[Claim, ...] = ()
        try:
            if results or room:
                claims = await self._claims.exchange(results, self._clock(), room)
        except Exception:
            LOG.exception("settle_fault" if results else "pump_fault", rows=len(results))
            await asyncio.sleep(AGAIN_SECONDS)
            await self._write_singly(results)
        else:
            self._in_hand += len(claims) - len(results)
        if written is not None:
            written.set_result(None)
        return claims

    async def _write_singly(self, left: Sequence[Result]) -> None:
        """One by one, so that a row that cannot be written holds up no other.

        One whose lease is over is no longer ours: whoever rescues it says that its fate is unknown.
        """
        while left:
            stuck: list[Result] = []
            for result in left:
                if not result[0].is_over(self._clock()):
                    try:
                        await self._claims.settle([result], self._clock())
                    except Exception:
                        LOG.exception("settle_fault", rows=1)
                        stuck.append(result)
                        continue
                self._in_hand -= 1
            left = stuck
            if left:
                await asyncio.sleep(AGAIN_SECONDS)
