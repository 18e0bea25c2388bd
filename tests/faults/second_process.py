"""另一个进程 — one of several that share a PostgreSQL database: it sends and sweeps by a clock that runs fast.

Run as `python -m tests.faults.second_process DATABASE_URL FOLDER PORT BEGUN SPEED`; on SIGTERM it prints when it sent.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.wiring import open_house
from outreach.broadcasts.amending import Amender
from outreach.delivery.pacing import Pacer
from outreach.delivery.speaking_time import SpeakingTime
from outreach.delivery.telegram.gateway import Gateway
from scheduler import sweeps
from tests.stage import stage_settings

# Ten o'clock on a workday in Shanghai.
MORNING = datetime(2026, 6, 3, 2, tzinfo=UTC)
# What all processes together may send in a second.
LIMIT = 50


def fast_clock(begun: float, speed: float) -> Callable[[], datetime]:
    """The same clock for all processes that know when it began; so many seconds of it pass in each."""
    return lambda: MORNING + timedelta(seconds=(time.time() - begun) * speed)


async def serve(database_url: str, folder: Path, port: int, begun: float, speed: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    # Seconds of a clock that all processes of this machine share.
    sent: list[float] = []
    clock, pacer = fast_clock(begun, speed), Pacer(LIMIT, per_chat=False)
    async with open_house(stage_settings(database_url, folder, port), clock, pacer) as house:
        send = Gateway.send

        async def counted(gateway: Gateway, chat_id: int, *rest: object) -> object:
            sent.append(time.monotonic())
            return await send(gateway, chat_id, *rest)  # type: ignore[arg-type]

        Gateway.send = counted  # type: ignore[method-assign, assignment]
        looks: list[Callable[[], Awaitable[int]]] = [
            lambda: sweeps.rescue_notices(house.office),
            lambda: sweeps.remind(house.office),
            lambda: sweeps.ask_daily_questions(house.office),
        ]
        speaking_time = SpeakingTime(house.office.engine, pacer, LIMIT)
        await speaking_time.begin()
        work = [
            asyncio.create_task(house.pump.run()),
            asyncio.create_task(Amender(house.office, house.gateway, house.pump.claims, house.pump.pacer).run()),
            asyncio.create_task(speaking_time.run()),
            *(asyncio.create_task(_again_and_again(look)) for look in looks),
        ]
        print("ready", flush=True)
        await stop.wait()
        house.pump.stop()
        await asyncio.wait([work[0]], timeout=10)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await speaking_time.leave()
    print(json.dumps(sent), flush=True)


async def _again_and_again(look: Callable[[], Awaitable[int]]) -> None:
    while True:
        await look()
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])))
