"""一生 — one life of the whole house, from opening to death or to rest."""

from __future__ import annotations

import asyncio
import os
import pickle
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import wiring
from bot.poller import Poller
from bot.wiring import House, open_house
from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.refusal import Refusal
from outreach import papering, photographing
from outreach.broadcasts.amending import Amender
from outreach.delivery.aftermath import TOKEN
from outreach.delivery.pacing import Pacer
from outreach.fallback.forwarding import LOOK_FOR, Forwarder
from outreach.photographing import Photographer
from outreach.recarding import Recarder
from outreach.reports.evidencing import EvidencePhotographer
from outreach.storage.database import open_engine
from outreach.visits import recording
from scheduler import sweeps
from tests.conftest import SetClock
from tests.faults.groups import groups_at
from tests.faults.killing import Killed, Killer
from tests.stage import stage_settings

# Longer than any lease and any wait between looks, so that what a dead process held comes free.
PAUSES = (2, 100, 130, 700, 2000)
# In so many rounds everybody has nothing left to do; a healthy house needs four.
MOST_ROUNDS = 15
LEFT = text(
    "SELECT (SELECT count(*) FROM deliveries WHERE state IN ('queued', 'retry', 'claimed'))"
    " + (SELECT count(*) FROM photos WHERE state = 'pending'),"
    " (SELECT count(*) FROM report_photos WHERE state = 'pending'),"
    " (SELECT count(*) FROM letters WHERE state IN ('queued', 'claimed')),"
    " (SELECT count(*) FROM broadcasts WHERE next_look_at IS NOT NULL),"
    " (SELECT count(*) FROM fallbacks WHERE state IN ('queued', 'retry', 'claimed')),"
    " (SELECT count(*) FROM visit_cards WHERE next_look_at IS NOT NULL)"
)
ADDRESSES = text("SELECT count(*) FROM fallback_addresses")


def quicken(patch: pytest.MonkeyPatch, kept: Path) -> None:
    """Do once what is the same in every life: reading the content, redrawing a picture, printing a record.

    kept: a folder where lives in other processes find what was drawn and printed.
    """
    # Read before there are children, who have it then too.
    Catalogue.shipped(), Privacy.shipped(), Texts.shipped("Asia/Shanghai")
    # Each life opens connections of its own; what stays is only how statements are worded.
    engines: dict[str, AsyncEngine] = {}
    patch.setattr(wiring, "open_engine", lambda url: engines.get(url) or engines.setdefault(url, open_engine(url)))
    kept.mkdir(exist_ok=True)
    redraw = photographing.decode

    async def decode(data: bytes) -> Any:
        file = kept / sha256(data).hexdigest()
        if not file.exists():
            try:
                drawn: object = await redraw(data)
            except Refusal as refusal:
                drawn = (type(refusal), refusal.facts)
            _put(file, pickle.dumps(drawn))
        made = pickle.loads(file.read_bytes())
        if isinstance(made, tuple):
            raise made[0](**made[1])
        return made

    def printed_once(module: Any, name: str) -> None:
        printing = getattr(module, name)

        def printed(paper: Any) -> bytes:
            file = kept / sha256(repr(paper).encode()).hexdigest()
            if not file.exists():
                _put(file, printing(paper))
            return file.read_bytes()

        patch.setattr(module, name, printed)

    patch.setattr(photographing, "decode", decode)
    printed_once(papering, "inspection_record")
    printed_once(recording, "visit_record")


def _put(file: Path, content: bytes) -> None:
    """Whole or not at all: the one who writes may be killed."""
    part = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    part.write_bytes(content)
    part.replace(file)


async def live(url: str, folder: Path, port: int, now: datetime, killer: Killer, sweeping: Sequence[str] = ()) -> None:
    """Start as the process starts, then take, fetch, send and sweep until nothing is left to do, or until death."""
    clock = SetClock(now)
    try:
        async with open_house(stage_settings(url, folder, port), clock, Pacer(10_000, per_chat=False)) as house:
            killer.watch(house)
            hands = _Hands(house, clock, killer, sweeping)
            try:
                await hands.start()
                killer.is_armed = True
                await hands.work()
            except Killed:
                # What ran beside the one that died meets its own death at its next hook, before the house is gone.
                beside = asyncio.all_tasks() - {asyncio.current_task()}
                if beside:
                    await asyncio.wait(beside, timeout=10)
                raise
    finally:
        killer.let_go()
        # An operating system closes what a dead process held open; here somebody has to.
        for connection in killer.connections:
            await connection.close()


class _Hands:
    """Whoever works in a house beside the one that takes updates. Nobody is kept waiting by the pace of sending."""

    def __init__(self, house: House, clock: SetClock, killer: Killer, sweeping: Sequence[str]) -> None:
        self.house = house
        self.clock = clock
        self.killer = killer
        self.sweeping = [getattr(sweeps, name) for name in sweeping]
        office, fetch = house.office, house.gateway.fetch
        self.poller = Poller(house.bot, house.poll_request, house.intake, 0)
        self.photographer = Photographer(office, fetch)
        self.evidence = EvidencePhotographer(office, fetch)
        self.amender = Amender(office, house.gateway, house.pump.claims, house.pump.pacer)
        self.recarder = Recarder(office, house.gateway, house.pump.claims, house.pump.pacer)
        self.forwarder = Forwarder(office, groups_at(house, killer))
        self.has_addresses = False

    async def start(self) -> None:
        """What bot.processes does before it opens its doors."""
        await self.house.pump.claims.lift(TOKEN)
        if self.house.settings.database.startswith("sqlite"):
            await self.house.pump.claims.rescue(self.clock(), sole=True)
            await self.photographer._take_back()
            await self.evidence._take_back()
        async with self.house.office.desk() as desk:
            self.has_addresses = bool((await desk.session.execute(ADDRESSES)).scalar_one())

    async def work(self) -> None:
        """Until nothing is left; time passes until also what waits for a later hour is settled."""
        began = self.clock()
        await self._settle()
        for seconds in PAUSES:
            # Whether a notice must go another way is looked at once a minute.
            is_over = not self.has_addresses or self.clock() - began > LOOK_FOR
            if is_over and not any(await self._left()):
                break
            self.clock.now += timedelta(seconds=seconds)
            await self.house.pump.claims.rescue(self.clock.now)
            await self._settle()

    async def _settle(self) -> None:
        house = self.house
        for _ in range(MOST_ROUNDS):
            updates = await self.poller._ask()
            if updates:
                assert await self.poller._take(updates), "an update was not taken"
            busy = await self.photographer.turn()
            busy |= await house.pump.turn()
            # A look that finds nothing is the same everywhere: these look, and may die, only where something is left.
            _, evidence, letters, broadcasts, _, cards = await self._left()
            busy |= bool(evidence) and await self.evidence.turn()
            busy |= bool(letters) and await house.courier.turn()
            busy |= self.has_addresses and await self.forwarder.turn()
            busy |= bool(broadcasts) and await self.amender.turn()
            busy |= bool(cards) and await self.recarder.turn()
            for sweep in self.sweeping:
                busy |= bool(await sweep(house.office))
            if not (updates or busy):
                return
        raise AssertionError("it never settles")

    async def _left(self) -> tuple[int, ...]:
        """How much is left of notices and photos, reports' photos, letters, broadcasts, forwards, and visits' cards."""
        is_armed, self.killer.is_armed = self.killer.is_armed, False
        async with self.house.office.desk() as desk:
            left = (await desk.session.execute(LEFT)).one()
        self.killer.is_armed = is_armed
        return tuple(left)
