"""The product itself behind its webhook, with as many enrolled safety officers as there are chats."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from aiohttp import web
from sqlalchemy import event

from benchmarks.durable import CHATS, slow
from bot.settings import Settings, read_settings
from bot.settling_in import settle_in
from bot.webhook import BODY_LIMIT, WebhookDoor
from bot.wiring import open_house
from domain.contact import Role
from outreach.desk import Office
from outreach.inspections import inspecting
from outreach.people import enrolling
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.migrating import migrate
from outreach.storage.write_ahead import LoggedConnection

SECRET = "bench-secret"
# Often enough to see a block of a few milliseconds, seldom enough to take no part of the core.
PROBE_SECONDS = 0.004


def settings_for(api: str, where: str, folder: str) -> Settings:
    """where: the address of a PostgreSQL database, or the folder for a SQLite file."""
    # The peers keep to no limit of Telegram's; ours is put as high as it goes.
    return read_settings(
        bot_token="123456:BENCH-TOKEN-0000", bot_api_url=api, data_dir=Path(folder), sends_per_second=1000,
        database_url=where if where.startswith("postgresql") else "", _env_file=None,
    )  # fmt: skip


async def fill(office: Office) -> None:
    """As many safety officers as there are chats, each with an inspection begun; inspection n belongs to person n."""
    await migrate(office.engine)
    async with office.desk() as desk:
        for person in range(1, CHATS + 1):
            enterprise = EnterpriseRecord(
                credit_code=f"{person:018d}", name=f"E{person}", industries=["catering"], created_at=desk.now,
                updated_at=desk.now,
            )  # fmt: skip
            desk.session.add(enterprise)
            await desk.session.flush()
            version = office.privacy.version
            contact = await enrolling.agree(desk, person, person, f"P{person}", "zh-CN", version)
            await enrolling.give_post(desk, contact, enterprise.id, Role.SAFETY_OFFICER, "bench")
            posts = await enrolling.posts_of(desk, contact.id)
            await inspecting.begin(desk, contact, posts, enterprise.id, "catering")


class Lag:
    """The longest that the loop was kept from its next turn since it was asked last, in milliseconds."""

    def __init__(self) -> None:
        self._longest = 0.0

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(PROBE_SECONDS)
            self._longest = max(self._longest, time.perf_counter() - before - PROBE_SECONDS)

    async def answer(self, _: web.Request) -> web.Response:
        longest, self._longest = self._longest, 0.0
        return web.json_response(longest * 1000)


async def main(port: int, api: str, where: str) -> None:
    folder = tempfile.mkdtemp() if where.startswith("postgresql") else where
    async with open_house(settings_for(api, where, folder)) as house:
        await fill(house.office)
        # As a process of the product does it once it has loaded everything.
        settle_in()
        if int(os.environ.get("BENCH_FLUSH_MS", "0")) and not where.startswith("postgresql"):
            await house.office.engine.dispose()
            made = {"factory": slow(LoggedConnection)}
            event.listen(house.office.engine.sync_engine, "do_connect", lambda *given: given[3].update(made))
        app, lag = web.Application(client_max_size=BODY_LIMIT), Lag()
        app.router.add_post("/telegram", WebhookDoor(house.intake, SECRET).answer)
        app.router.add_get("/lag", lag.answer)
        watching = asyncio.create_task(lag.watch())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await watching


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
