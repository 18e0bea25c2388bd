"""舞台 — the real bot against the sandbox inside one test: somebody acts, everything settles, the talk is read."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import select

from bot.commands.demo import load_district
from bot.poller import Poller
from bot.settings import Settings, read_settings
from bot.wiring import House, open_house
from domain.contact import Contact, Jurisdiction, Official, Role
from domain.hazard import HazardState, Source
from domain.rectification import StepKey
from outreach import placing
from outreach.broadcasts.amending import Amender
from outreach.campaigns.picturing import ActivityPhotographer
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.fallback.forwarding import Forwarder
from outreach.hazards import rectifying
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.photographing import RectificationPhotographer
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who
from outreach.people import appointing, enrolling, inviting
from outreach.photographing import Photographer
from outreach.recarding import Recarder
from outreach.reports.evidencing import EvidencePhotographer
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.on_thread import ThreadConnection
from sandbox.server import DEFAULT_TOKEN, create_app
from tests import pictures
from tests.wording import word_together

CAST = {"周科": 1001, "王芳": 1002, "李强": 1003, "小刘": 1004, "赵敏": 1005, "吴涛": 1006, "陈刚": 1007}
LINK = re.compile(r"(?<![A-Za-z0-9_-])([io])-[A-Za-z0-9_-]{12,}")


# Numbers of anonymous reports are drawn by lot, and so are receipt codes.
DRAWN = re.compile(r"JB[A-Z2-7]{8}(?![0-9A-Z])((?:-[A-Z2-7]{5}){4}-[A-Z2-7]{6})?")


def masked(line: str) -> str:
    """A line of a transcript without what differs from one run to the next."""
    drawn = DRAWN.sub(lambda found: "{receipt}" if found[1] else "{number}", line)
    return LINK.sub(r"{\1-link}", drawn)


class GroupRobot:
    """Every enterprise's group robot; what it was given is in `said`."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def open(self, address: str) -> GroupRobot:
        return self

    async def send(self, text: str, title: str = "") -> Outcome:
        self.said.append(f"{title}\n{text}")
        return Outcome(Kind.SENT)


class Stage:
    """One sandbox and one house. `act` lets somebody do something and returns once everything has settled."""

    def __init__(self, base: str, house: House, session: aiohttp.ClientSession) -> None:
        self.base = base
        self.house = house
        self.session = session
        self.poller = Poller(house.bot, house.poll_request, house.intake, 0)
        self.photographer = Photographer(house.office, house.gateway.fetch)
        self.pictures = ActivityPhotographer(house.office, house.gateway.fetch)
        self.evidence = EvidencePhotographer(house.office, house.gateway.fetch)
        self.amender = Amender(house.office, house.gateway, house.pump.claims, house.pump.pacer)
        self.proofs = RectificationPhotographer(house.office, house.gateway.fetch)
        self.recarder = Recarder(house.office, house.gateway, house.pump.claims, house.pump.pacer)
        self.robot = GroupRobot()
        self.forwarder = Forwarder(house.office, self.robot.open)
        self._seen: dict[str, int] = {}
        self.tells_campaign_day = False
        self.drafts_roundups = False

    async def post(self, path: str, **body: object) -> dict[str, object]:
        async with self.session.post(f"{self.base}/sandbox/{path}", json=body) as response:
            told = await response.json()
            assert response.status == 200, told
            return dict(told)

    async def get(self, path: str) -> object:
        async with self.session.get(f"{self.base}/sandbox/{path}") as response:
            assert response.status == 200
            return await response.json() if "json" in response.content_type else await response.text()

    async def upload(self, path: str, files: list[tuple[str, bytes, str]], caption: str = "") -> None:
        form = aiohttp.FormData()
        for name, data, mime in files:
            field = "files" if path.endswith("photo") else "file"
            form.add_field(field, io.BytesIO(data), filename=name, content_type=mime)
        if caption:
            form.add_field("caption", caption)
        async with self.session.post(f"{self.base}/sandbox/{path}", data=form) as response:
            assert response.status == 200, await response.text()

    async def messages(self, who: str) -> list[dict[str, object]]:
        state = await self.get("state")
        assert isinstance(state, dict)
        return list(state["chats"][str(CAST[who])]["messages"])

    async def press(self, who: str, label: str) -> None:
        """Press the newest button with that label."""
        for message in reversed(await self.messages(who)):
            for row in message.get("inline_keyboard") or []:  # type: ignore[attr-defined]
                for button in row:
                    if button["text"] == label:
                        if button.get("url"):
                            payload = str(button["url"]).partition("start=")[2]
                            await self.post(f"people/{CAST[who]}/start", payload=payload)
                        else:
                            await self.post(
                                f"people/{CAST[who]}/press", message_id=message["message_id"], data=button["data"]
                            )
                        await self.settle()
                        return
        raise AssertionError(f"{who} has no button [{label}]")

    async def vote(self, who: str, *options: str) -> None:
        """Choose these options of the newest poll."""
        for message in reversed(await self.messages(who)):
            poll = message.get("poll")
            if isinstance(poll, dict):
                shown = [option["text"] for option in poll["options"]]
                places = [shown.index(option) for option in options]
                await self.post(f"people/{CAST[who]}/vote", message_id=message["message_id"], options=places)
                await self.settle()
                return
        raise AssertionError(f"{who} has no poll")

    async def say(self, who: str, text: str) -> None:
        await self.post(f"people/{CAST[who]}/text", text=text)
        await self.settle()

    async def settle(self) -> None:
        """Until nothing is left to take, to fetch or to send."""
        loops = (self.photographer, self.evidence, self.pictures, self.proofs, self.house.pump, self.house.courier)
        looks = [loop.turn for loop in (*loops, self.amender, self.forwarder, self.recarder)]
        written = await self._written()
        # Who found nothing would find nothing again as long as nothing was written since.
        rested: dict[int, int | None] = {}
        for _ in range(60):
            updates = await self.poller._ask()
            if updates:
                assert await self.poller._take(updates)
            is_busy = bool(updates)
            for number, look in enumerate(looks):
                before = written()
                if before is not None and rested.get(number) == before:
                    continue
                if await look():
                    is_busy = True
                else:
                    rested[number] = before
            if not is_busy:
                return
        raise AssertionError("it never settles")

    async def _written(self) -> Callable[[], int | None]:
        """Tells how many rows the house has written so far; None on PostgreSQL, which does not count them."""
        async with self.house.office.engine.connect() as connection:
            database = (await connection.get_raw_connection()).driver_connection
        if not isinstance(database, ThreadConnection):
            return lambda: None
        return lambda: database._conn.total_changes

    async def lose_patience(self) -> None:
        """Wait only a moment from now on for a lock that another process holds, instead of ten seconds."""
        async with self.house.office.engine.connect() as connection:
            opened: Any = (await connection.get_raw_connection()).dbapi_connection
        opened.dbapi.lock_wait_ms = 50

    async def act(self, who: str, deed: str) -> None:
        """One line of a talk: text, [button], 📷 names · caption, 📎 name, 📍 place, ☎ own card, ☑ options."""
        person = f"people/{CAST[who]}"
        if found := re.fullmatch(r"\[(.+)\]", deed):
            await self.press(who, found[1])
        elif deed.startswith("📷 "):
            names, _, caption = deed[2:].partition(" · ")
            files = [(n.strip(), pictures.named(n.strip()), "image/jpeg") for n in names.split(",")]
            await self.upload(f"{person}/photo", files, caption.strip())
            await self.settle()
        elif deed.startswith("📎 "):
            name = deed[2:].strip()
            await self.upload(f"{person}/document", [pictures.document(name)])
            await self.settle()
        elif deed.startswith("☑ "):
            await self.vote(who, *(option.strip() for option in deed[2:].split(" + ")))
        elif found := re.fullmatch(r"📍 (-?[\d.]+),(-?[\d.]+)", deed):
            await self.post(f"{person}/location", latitude=float(found[1]), longitude=float(found[2]))
            await self.settle()
        elif deed.startswith("☎"):
            await self.post(f"{person}/contact")
            await self.settle()
        else:
            await self.say(who, deed)

    async def news(self, who: str) -> list[str]:
        """The lines of this person's transcript since last asked, links masked."""
        text = str(await self.get(f"people/{CAST[who]}/talk"))
        lines = [masked(line.rstrip()) for line in text.splitlines() if not line.startswith("#")]
        fresh = lines[self._seen.get(who, 0) :]
        self._seen[who] = len(lines)
        return fresh

    async def shown_link(self, who: str) -> str:
        """The payload of the newest link that this person's chat shows."""
        said = [str(message.get("text", "")) for message in await self.messages(who)]
        return [found[0] for text in said for found in LINK.finditer(text)][-1]

    async def fill_register(self) -> None:
        """The demo district on the register."""
        await load_district(self.house.office)

    async def invitation(self, enterprise: str, role: str) -> str:
        async with self.house.office.desk() as desk:
            id_ = (
                await desk.session.scalars(select(EnterpriseRecord.id).where(EnterpriseRecord.name == enterprise))
            ).one()
            return await inviting.invite(desk, id_, Role(role), None)

    async def place(self, enterprise: str, name: str) -> str:
        """What the QR code of a place on the wall holds."""
        async with self.house.office.desk() as desk:
            found = await desk.session.scalars(select(EnterpriseRecord).where(EnterpriseRecord.name == enterprise))
            maker = Official(0, "", Jurisdiction(), desk.today, None)
            made = await placing.make_place(desk, Contact(0, "", None, "zh-CN"), (), maker, found.one().id, name)
            return made.link.partition("start=")[2]

    async def entered(self, who: str, enterprise: str, role: str) -> None:
        """Somebody is simply there: who blocks the bot can do nothing in the chat, an employee would need vouching."""
        if who != "赵敏":
            await self.say(who, "/start")
        async with self.house.office.desk() as desk:
            contact = await enrolling.agree(desk, CAST[who], CAST[who], who, "zh-CN", 1)
            id_ = (
                await desk.session.scalars(select(EnterpriseRecord.id).where(EnterpriseRecord.name == enterprise))
            ).one()
            await enrolling.give_post(desk, contact, id_, Role(role), "test")

    async def ordered(self, official: str, enterprise: str, day: date, what: str) -> None:
        """An official found something there, to be put right by that day."""
        async with self.house.office.desk() as desk:
            contact = await enrolling.contact_of(desk, CAST[official])
            assert contact is not None
            mine = await appointing.official_of(desk, contact.id)
            assert mine is not None
            found = await desk.session.scalars(select(EnterpriseRecord).where(EnterpriseRecord.name == enterprise))
            place = found.one()
            opening = Opening(
                Source.OFFICIAL, what, place.name, enterprise_id=place.id, street=place.street, grid=place.grid,
                official_id=mine.id,
            )  # fmt: skip
            row = await open_hazard(desk, contact.id, opening)
            await rectifying.take(desk, Who(contact, (), mine), row.id, 1, StepKey.ORDER, Said(day=day))

    async def hazard(self, official: str, enterprise: str, what: str, state: str = "verified") -> None:
        """A hazard that an official found at an enterprise, or that somebody else says is there (`reported`)."""
        async with self.house.office.desk() as desk:
            found = await desk.session.scalars(select(EnterpriseRecord).where(EnterpriseRecord.name == enterprise))
            row, contact = found.one(), await enrolling.contact_of(desk, CAST[official])
            assert contact is not None
            by = await appointing.official_of(desk, contact.id)
            assert by is not None
            is_found = state == "verified"
            opening = Opening(
                Source.OFFICIAL if is_found else Source.EXPERT, what, row.name, state=HazardState(state),
                enterprise_id=row.id, street=row.street, grid=row.grid, official_id=by.id if is_found else None,
            )  # fmt: skip
            await open_hazard(desk, contact.id, opening)

    async def office_code(self, name: str, street: str = "") -> str:
        async with self.house.office.desk() as desk:
            return "o-" + await appointing.appoint(desk, name, Jurisdiction(street))

    async def enrol(self, who: str, enterprise: str = "", role: str = "", street: str = "") -> None:
        """A short way in for tests about something else: an official, or a post proven by the own phone."""
        if enterprise:
            await self.say(who, f"/start {await self.invitation(enterprise, role)}")
            await self.press(who, "同意并继续")
            await self.press(who, "单独同意，开始使用")
            await self.act(who, "☎")
        else:
            await self.say(who, f"/start {await self.office_code(who, street)}")
            await self.press(who, "同意并继续")
            await self.press(who, "单独同意，开始使用")


@asynccontextmanager
async def open_sandbox() -> AsyncIterator[int]:
    """A sandbox on a free port, which it tells."""
    runner = web.AppRunner(create_app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
        await asyncio.sleep(0)


@asynccontextmanager
async def open_stage(database_url: str, folder: Path, clock: object) -> AsyncIterator[Stage]:
    """A sandbox, and the whole house wired to it."""
    async with open_sandbox() as port, stage_on(port, database_url, folder, clock) as stage:
        yield stage


@asynccontextmanager
async def stage_on(port: int, database_url: str, folder: Path, clock: object) -> AsyncIterator[Stage]:
    """The whole house wired to a sandbox that is there already: left and entered again, it was restarted."""
    settings = stage_settings(database_url, folder, port)
    pacer = Pacer(10_000, per_chat=False)
    async with open_house(settings, clock, pacer) as house, aiohttp.ClientSession() as session:  # type: ignore[arg-type]
        word_together(house.office.engine)
        yield Stage(f"http://127.0.0.1:{port}", house, session)


def stage_settings(database_url: str, folder: Path, port: int) -> Settings:
    return read_settings(
        bot_token=DEFAULT_TOKEN, bot_api_url=f"http://127.0.0.1:{port}", database_url=database_url, data_dir=folder,
        _env_file=None,
    )  # fmt: skip
