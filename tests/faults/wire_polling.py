"""线路格：轮询 — the poller goes on through everything but a refused token, and waits as it is told."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import func, select
from telegram.error import InvalidToken

from bot.intake import Intake
from bot.poller import Poller
from outreach.delivery.telegram.transport import AiohttpRequest
from outreach.storage.intake import QuarantineRecord, SeenUpdateRecord
from tests.faults.wire_bench import ANSWER_SECONDS, QIANG, Bench
from tests.faults.wire_kinds import Meaning, WireKind
from tests.faults.wire_sending import Site

# Nobody is refused here and no text: an answer that says so is one more that Telegram cannot have meant.
LONGEST_FIRST_WAIT = 15.0


class Polling:
    """Cells of the poller, each by one of its own, from its first call to an update that was waiting."""

    sites = (Site("poller: updates", "getUpdates"), Site("poller: webhook taken down", "deleteWebhook"))

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.intake = Intake(bench.office, bench.bot, bench.gateway.fetch)

    async def open(self) -> None:
        """The start of everybody has been dealt with."""
        request = self._request()
        poller = Poller(self.bench.bot, request, self.intake, 0)
        while updates := await poller._ask():
            assert await poller._take(updates)
        await request.shutdown()

    def _request(self) -> AiohttpRequest:
        return AiohttpRequest(total_seconds=ANSWER_SECONDS)

    async def cell(self, site: Site, kind: WireKind) -> None:
        """One fault of one of the two calls; then it is mended while the poller waits."""
        bench = self.bench
        waits: list[float] = []
        rested, on = asyncio.Event(), asyncio.Event()

        async def rest(seconds: float) -> None:
            waits.append(seconds)
            rested.set()
            await on.wait()
            await asyncio.sleep(0.01)

        await bench.post(f"people/{QIANG}/text", text="/hotline")
        seen, aside = await self._count(SeenUpdateRecord), await self._count(QuarantineRecord)
        request = self._request()
        await request.initialize()
        poller = Poller(bench.bot, request, self.intake, 0, rest=rest)
        async with bench.broken(site.method, kind):
            running = asyncio.create_task(poller.run())
            wake = asyncio.create_task(rested.wait())
            taken = asyncio.create_task(self._until_taken(seen))
            await asyncio.wait((running, wake, taken), return_when=asyncio.FIRST_COMPLETED)
        on.set()
        try:
            if kind.meaning is Meaning.TOKEN:
                assert running.done() and isinstance(running.exception(), InvalidToken)
                return
            if waits:
                told = kind.seconds if kind.meaning is Meaning.FLOOD else 0.0
                assert waits[0] == told if told else 0 < waits[0] <= LONGEST_FIRST_WAIT
            async with asyncio.timeout(5):
                await taken
            assert not running.done() and await self._count(QuarantineRecord) == aside
        finally:
            for task in (running, wake, taken):
                task.cancel()
            await asyncio.gather(running, wake, taken, return_exceptions=True)
            await request.shutdown()
            if kind.meaning is Meaning.TOKEN:
                await self.open()

    async def _until_taken(self, seen: int) -> None:
        while await self._count(SeenUpdateRecord) == seen:
            await asyncio.sleep(0.01)

    async def _count(self, record: type[Any]) -> int:
        async with self.bench.office.desk() as desk:
            return int((await desk.session.execute(select(func.count()).select_from(record))).scalar_one())
