"""A sandbox on a real port, and the outbox on this side of it: for tests of what becomes of a notice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot

from domain.contact import Contact
from domain.notice import Notice
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Attachment, Gateway
from outreach.delivery.telegram.transport import AiohttpRequest
from outreach.desk import Office
from outreach.people import enrolling
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.storage.people import ContactRecord
from sandbox.server import DEFAULT_TOKEN, create_app

Attach = Callable[[str], Awaitable[Attachment | None]]


async def no_paper(recipe: str) -> Attachment | None:
    raise AssertionError(f"nobody asked for {recipe}")


class Mailing:
    """One sandbox, one bot; `pump` makes as many senders as a test wants."""

    def __init__(self, office: Office, base: str, bot: Bot, session: aiohttp.ClientSession) -> None:
        self.office = office
        self.base = base
        self.bot = bot
        self.session = session

    async def ask(self, verb: str, path: str, **body: object) -> object:
        async with self.session.request(verb, f"{self.base}/sandbox/{path}", json=body) as response:
            told = await response.json()
            assert response.status == 200, told
            return told

    async def contact(self, person_id: int = 1002, name: str = "王芳") -> Contact:
        """Somebody who has started the bot and agreed to the notice."""
        await self.ask("POST", f"people/{person_id}/start")
        async with self.office.desk() as desk:
            return await enrolling.agree(desk, person_id, person_id, name, "zh-CN", 1)

    async def crowd(self, count: int) -> list[Contact]:
        people = [
            {"id": 2000 + n, "name": f"丁{n}", "phone": f"+86139000{n:05d}", "colour": "#445566", "role": "employee",
             "note": "", "behaviour": "answers", "pane": False, "username": f"ding{n}_demo"}
            for n in range(count)
        ]  # fmt: skip
        await self.ask("POST", "people", people=people)
        return [await self.contact(2000 + n, f"丁{n}") for n in range(count)]

    async def tell(self, contact: Contact, key: str, **more: object) -> None:
        async with self.office.desk() as desk:
            await desk.tell(contact, Notice("inspection_again", {"number": key}, key, **more))  # type: ignore[arg-type]

    async def fault(self, kind: str, **more: object) -> None:
        await self.ask("POST", "faults", kind=kind, method=more.pop("method", "sendMessage"), **more)

    async def mend(self) -> None:
        await self.ask("DELETE", "faults")

    async def calls(self, method: str = "sendMessage") -> list[dict[str, object]]:
        """Every call of that method that took effect, oldest first."""
        ledger = await self.ask("GET", "ledger")
        assert isinstance(ledger, list)
        return [call for call in ledger if call["method"] == method]

    async def tries(self, method: str = "sendMessage") -> int:
        """How many calls of that method arrived at all."""
        async with self.session.get(f"{self.base}/sandbox/ledger?refused=1") as response:
            refused = await response.json()
        return len(await self.calls(method)) + sum(call["method"] == method for call in refused)

    def pump(self, owner: str = "one", per_second: int = 1000, attach: Attach = no_paper, bot: Bot | None = None
             ) -> Pump:  # fmt: skip
        office = self.office
        return Pump(
            office.engine, Gateway(bot or self.bot), attach, office.notice_bell, office.clock, owner=owner,
            pacer=Pacer(per_second, per_chat=False),
        )  # fmt: skip

    async def row(self, key: str) -> DeliveryRecord:
        async with AsyncSession(self.office.engine, expire_on_commit=False) as session, session.begin():
            return (await session.scalars(select(DeliveryRecord).where(DeliveryRecord.key == key))).one()

    async def state(self, key: str) -> tuple[str, str]:
        row = await self.row(key)
        return row.state, row.reason

    async def states(self) -> dict[str, int]:
        """How many deliveries stand in each state."""
        found: dict[str, int] = {}
        async with AsyncSession(self.office.engine, expire_on_commit=False) as session, session.begin():
            for state in await session.scalars(select(DeliveryRecord.state)):
                found[state] = found.get(state, 0) + 1
        return found

    async def person(self, contact: Contact) -> ContactRecord:
        async with AsyncSession(self.office.engine, expire_on_commit=False) as session, session.begin():
            return await session.get_one(ContactRecord, contact.id)

    async def pauses(self) -> dict[str, float]:
        """The pauses in force: how many seconds each still lasts."""
        async with AsyncSession(self.office.engine, expire_on_commit=False) as session, session.begin():
            rows = await session.scalars(select(PauseRecord))
            now = self.office.clock()
            return {row.name: (row.until_at - now).total_seconds() for row in rows if row.until_at > now}


@asynccontextmanager
async def open_mailing(office: Office, answer_within: float = 0.4) -> AsyncIterator[Mailing]:
    """The sandbox listens on a free port; a send waits `answer_within` seconds for its answer."""
    runner = web.AppRunner(create_app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with open_bot(base, answer_within) as bot, aiohttp.ClientSession() as session:
            yield Mailing(office, base, bot, session)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_bot(base: str, answer_within: float = 0.4) -> AsyncIterator[Bot]:
    """A bot over our transport that has asked nobody anything yet."""
    requests = AiohttpRequest(total_seconds=answer_within), AiohttpRequest(total_seconds=answer_within)
    try:
        yield Bot(DEFAULT_TOKEN, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=requests[0],
                  get_updates_request=requests[1])  # fmt: skip
    finally:
        for request in requests:
            await request.shutdown()
