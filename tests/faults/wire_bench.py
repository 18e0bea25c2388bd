"""试验台 — the house's own senders and fetchers on a scripted wire, with every wait of the transport shrunk."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from typing import Any

import aiohttp
import structlog
from sqlalchemy import delete, func, select, text, update
from telegram import Bot

from domain.contact import Contact, Official
from outreach.broadcasts.amending import Amender
from outreach.delivery.courier import Courier
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Album, Attachment, Gateway
from outreach.delivery.telegram.transport import AiohttpRequest
from outreach.delivery.uploads import Uploads
from outreach.desk import Office
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.storage.people import ContactRecord
from sandbox.server import DEFAULT_TOKEN
from tests.conftest import SetClock
from tests.faults.scripted_wire import Call, ScriptedWire, open_wire
from tests.faults.wire_kinds import REFUSED, WireKind
from tests.outreach import walking
from tests.stage import open_sandbox

ANSWER_SECONDS = 0.25
# Nothing hangs: a call ends at its limit. Redrawing the first picture takes a process of its own, which is slow.
CELL_SECONDS = 30.0
OFFICIAL, FANG, QIANG, LIU = 1001, 1002, 1003, 1004
NAMES = {OFFICIAL: "周科", FANG: "王芳", QIANG: "李强", LIU: "小刘"}


# What goes with notices of these recipes, laid ready by whoever tells them.
MADE: dict[str, Attachment | Album] = {}


async def paper(recipe: str) -> Attachment | Album | None:
    """What goes with a notice: small, and never the same twice."""
    return MADE.get(recipe) or Attachment("记录.pdf", b"%PDF-" + recipe.encode())


class Bench:
    """One sandbox behind one wire. `n` numbers the cells."""

    def __init__(self, office: Office, clock: SetClock, wire: ScriptedWire, bot: Bot, direct: Bot, base: str) -> None:
        self.office, self.clock, self.wire, self.bot, self.direct, self.base = office, clock, wire, bot, direct, base
        self.gateway = Gateway(bot)
        self.pump = Pump(
            office.engine,
            self.gateway,
            paper,
            office.notice_bell,
            office.clock,
            owner="bench",
            pacer=Pacer(1000, per_chat=False),
            uploads=Uploads(office.engine, 123456, office.clock),
        )
        self.courier = Courier(
            office.engine, self.gateway, office.seal, office.letter_bell, office.clock, self.pump.pacer
        )
        self.people: dict[int, Contact] = {}
        self.official: tuple[Contact, Official]
        self.numbers = count(1)

    def amender(self) -> Amender:
        """One that has shown nothing yet."""
        return Amender(self.office, self.gateway, self.pump.claims, self.pump.pacer)

    async def post(self, path: str, **body: object) -> Any:
        """Ask the sandbox itself, past the wire."""
        async with aiohttp.ClientSession() as session, session.post(f"{self.base}/sandbox/{path}", json=body) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def settle_in(self) -> None:
        """Everybody has opened the bot and agreed to its notice; one of them is an official."""
        for person in NAMES:
            await self.post(f"people/{person}/start")
        async with self.office.desk() as desk:
            self.official = await walking.official(desk, NAMES[OFFICIAL], OFFICIAL)
            for person in (FANG, QIANG, LIU):
                self.people[person] = await walking.person(desk, NAMES[person], person)
            self.people[OFFICIAL] = self.official[0]

    @asynccontextmanager
    async def broken(self, method: str, kind: WireKind) -> AsyncIterator[list[Call]]:
        """The method meets the fault inside; yields the calls of that method from here on, also afterwards."""
        calls = _Since(self.wire, method)
        if kind.name == REFUSED:
            await self.wire.close()
            # The connections that were kept must be seen to be gone.
            await asyncio.sleep(0.02)
        else:
            self.wire.arm(method, kind.script)
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(CELL_SECONDS):
                yield calls
        finally:
            if kind.name == REFUSED:
                await self.wire.open()
            self.wire.mend()
        assert asyncio.get_running_loop().time() - began < CELL_SECONDS

    async def pauses(self) -> dict[str, float]:
        """The pauses in force, in seconds from now."""
        async with self.office.desk() as desk:
            rows = await desk.session.scalars(select(PauseRecord))
            now = self.clock.now
            return {row.name: (row.until_at - now).total_seconds() for row in rows if row.until_at > now}

    async def person(self, number: int) -> ContactRecord:
        async with self.office.desk() as desk:
            return await desk.session.get_one(ContactRecord, self.people[number].id)

    async def row(self, key: str) -> DeliveryRecord:
        async with self.office.desk() as desk:
            return (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.key == key))).one()

    async def claimed(self) -> int:
        """How many rows are in somebody's hands."""
        async with self.office.desk() as desk:
            found = select(func.count()).select_from(DeliveryRecord).where(DeliveryRecord.state == "claimed")
            return int((await desk.session.execute(found)).scalar_one())

    async def clear(self) -> None:
        """As it was before the cell: nothing waits, nothing is paused, everybody can be reached where they were."""
        async with self.office.desk() as desk:
            await desk.session.execute(delete(PauseRecord))
            await desk.session.execute(
                update(DeliveryRecord)
                .where(DeliveryRecord.state.in_(("queued", "retry", "claimed")))
                .values(state="skipped", reason="cleared", claimed_by=None, lease_until=None)
            )
            await desk.session.execute(
                update(ContactRecord).values(
                    is_reachable=True, unreachable_reason=None, chat_id=ContactRecord.person_id
                )
            )
            await desk.session.execute(text("UPDATE letters SET state = 'skipped' WHERE state <> 'sent'"))

    async def turns(self, turn: Callable[[], Awaitable[bool]]) -> None:
        """As the loop does it, until there is nothing to do."""
        for _ in range(20):
            if not await turn():
                return
        raise AssertionError("it never comes to rest")


class _Since(list[Call]):
    """The calls of one method from now on; it grows as they come."""

    def __init__(self, wire: ScriptedWire, method: str) -> None:
        super().__init__()
        self._wire, self._method, self._from = wire, method, len(wire.calls)

    def __iter__(self) -> Iterator[Call]:
        return iter([call for call in self._wire.calls[self._from :] if call.method == self._method])

    def __len__(self) -> int:
        return len(list(iter(self)))


@asynccontextmanager
async def open_bench(office: Office, clock: SetClock) -> AsyncIterator[Bench]:
    """A sandbox, the wire in front of it, and a bot whose calls wait a quarter of a second at most."""
    async with open_sandbox() as port, open_wire(port) as wire:
        direct = f"http://127.0.0.1:{port}"
        requests = [AiohttpRequest(total_seconds=ANSWER_SECONDS) for _ in range(2)]
        plain = [AiohttpRequest() for _ in range(2)]
        bot = Bot(DEFAULT_TOKEN, base_url=f"{wire.base}/bot", base_file_url=f"{wire.base}/file/bot",
                  request=requests[0], get_updates_request=requests[1])  # fmt: skip
        async with bot, Bot(DEFAULT_TOKEN, f"{direct}/bot", request=plain[0], get_updates_request=plain[1]) as past:
            bench = Bench(office, clock, wire, bot, past, direct)
            await bench.settle_in()
            yield bench


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """Everything that is logged by anybody, as it would be written before any mask."""
    heard, was = io.StringIO(), structlog.get_config()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(heard),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    try:
        yield heard
    finally:
        structlog.configure(**was)
        root.removeHandler(handler)
        root.setLevel(level)
