"""The product's own broadcast, each row claimed, sent and settled: `anshao_broadcast.py API COUNT WINDOW LIMIT`.

With a fifth word so many people a minute are answered meanwhile. Prints one JSON line, as the peers do.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from bot.settings import read_settings
from bot.settling_in import settle_in
from bot.wiring import make_bot
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Gateway
from outreach.delivery.telegram.transport import AiohttpRequest
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.database import open_engine
from outreach.storage.migrating import migrate
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

TOKEN = "123456:BENCH-TOKEN-0000"
TEXT = "<b>安全提示</b>今天下午有雷阵雨和大风，请检查脚手架、临时用电和户外广告牌，人员不要在高处作业。" * 2
PAGE = 500


# Whenever it is run: at night nobody would be told of anything.
BEHIND = datetime.now(UTC) - datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


def now() -> datetime:
    """A Monday morning in Shanghai, and the seconds that have passed since the start."""
    return datetime.now(UTC) - BEHIND


async def fill(engine: Any, count: int) -> None:
    """So many contacts and a broadcast to them all, approved: its rows wait in the outbox."""
    at = now()
    async with engine.begin() as link:
        contact = {"consent_version": 1, "consented_at": at}
        broadcast = {
            "id": 1, "number": "TZ-1", "contact_id": 1, "official_id": 1, "state": "approved", "text": TEXT,
            "drafted_at": at, "approved_at": at, "recipients": count, "audience": {}, "vacancies": [],
        }  # fmt: skip
        for first in range(1, count + 1, PAGE):
            numbers = range(first, min(first + PAGE, count + 1))
            await link.execute(insert(ContactRecord), [
                contact | {"id": n, "person_id": n, "chat_id": n, "name": f"P{n}"} for n in numbers
            ])  # fmt: skip
            if first == 1:
                await link.execute(insert(BroadcastRecord), [broadcast])
            await link.execute(insert(DeliveryRecord), [
                {
                    "key": f"b:1:{n}", "contact_id": n, "kind": "broadcast", "text": TEXT, "broadcast_id": 1,
                    "buttons": json.dumps([[["已阅", f"bc:ack:{n}"]]], ensure_ascii=False),
                    "created_at": at, "due_at": at,
                }
                for n in numbers
            ])  # fmt: skip


async def left(engine: Any) -> int:
    async with engine.begin() as link:
        waiting = DeliveryRecord.state.in_(("queued", "retry", "claimed"))
        return int((await link.execute(select(func.count()).select_from(DeliveryRecord).where(waiting))).scalar_one())


async def people(bot: Any, per_minute: int, waits: list[float]) -> None:
    """People press and are answered while the broadcast runs; how long each answer waited for its turn."""
    lot = random.Random(1)
    answering = set()

    async def answer(person: int) -> None:
        began = time.perf_counter()
        await bot.send_message(person, "好的")
        waits.append(time.perf_counter() - began)

    while True:
        await asyncio.sleep(lot.expovariate(per_minute / 60))
        answering.add(task := asyncio.create_task(answer(10_000_000 + lot.randrange(5000))))
        task.add_done_callback(answering.discard)


class Counting(Gateway):
    """Counts what was answered, so that nobody asks the database all the time whether it is done."""

    answered = 0

    async def send(self, *of: Any, **more: Any) -> Outcome:
        outcome = await super().send(*of, **more)
        self.answered += outcome.kind is Kind.SENT
        return outcome


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main(api: str, count: int, window: int, limit: int, per_minute: int = 0) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(bot_token=TOKEN, bot_api_url=api, data_dir=Path(folder), _env_file=None)
        engine = open_engine(settings.database)
        await migrate(engine)
        await fill(engine, count)
        # Without a limit there is no pacing to be measured, only work.
        pacer = Pacer(limit or 1_000_000)
        request = AiohttpRequest(connections=window + 16, pacer=pacer)
        bot, bell = make_bot(settings, request=request), asyncio.Event()

        async def no_paper(_: str) -> None:
            return None

        gateway = Counting(bot, pacer)
        pump = Pump(engine, gateway, no_paper, bell, now, owner="bench", pacer=pacer, window=2 * window, at_once=window)
        await request.initialize()
        await bot.get_me()
        settle_in()
        idle, waits = peak_mb(), []
        talking = asyncio.create_task(people(bot, per_minute, waits)) if per_minute else None
        began, cpu = time.perf_counter(), time.process_time()
        pumping = asyncio.create_task(pump.run())
        while gateway.answered < count or await left(engine):
            await asyncio.sleep(0.01 if count < 20_000 else 0.5)
        told = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "mb": peak_mb() - idle}
        if talking is not None:
            talking.cancel()
        pump.stop()
        await pumping
        async with engine.begin() as link:
            states = select(DeliveryRecord.state, func.count()).group_by(DeliveryRecord.state)
            told["lost"] = count - dict((await link.execute(states)).all()).get("sent", 0)
        if waits:
            waits.sort()
            told |= {"replies": len(waits), "p50": waits[len(waits) // 2], "p99": waits[int(len(waits) * 0.99)]}
        sys.stdout.write(json.dumps(told) + "\n")
        await request.shutdown()
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *(int(word) for word in sys.argv[2:])))
