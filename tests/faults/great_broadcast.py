"""大群发 — a broadcast to very many on a virtual clock, whose sender dies again and again at any statement or send."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from outreach.delivery.claims import WINDOW, Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Attachment, Gateway
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.database import open_engine, sqlite_file
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord
from outreach.storage.sqlite_build import sqlite
from tests.conftest import MORNING
from tests.virtual_time import VirtualLoop, run

# Shares of the recipients, each drawn by their number: who is gone, whose answer never comes, whose chat has moved.
GONE, SILENT, MOVED, UNCONNECTED = 0.02, 0.01, 0.003, 0.002
# One send in so many is refused as one too many, for so long.
FLOOD_IN, FLOODS = 1_000, (1.0, 3.0, 7.0, 30.0, 90.0)
ANSWER_SECONDS, LIMIT_SECONDS = 0.02, 30.0
SENDS_PER_SECOND = 1000
PAGE = 5_000
STATES = "SELECT state, count(*) FROM deliveries GROUP BY state"


class Killed(BaseException):
    """The process is gone; whatever still runs of it ends at its next step."""


class Killer:
    """Counts the steps of one life and ends it at the one that was drawn; 0 lets it live."""

    def __init__(self, steps: int) -> None:
        self._left = steps
        self._may_kill = steps > 0
        self.died = asyncio.Event()
        self.where = ""

    def step(self, where: str) -> None:
        """Raises Killed at the drawn step and at every one after it."""
        if self.died.is_set():
            raise Killed
        self._left -= 1
        if self._may_kill and self._left <= 0:
            self.where = where
            self.died.set()
            raise Killed

    def watch(self, engine: AsyncEngine) -> list[Any]:
        """Every statement and commit is a step. The list gathers the connections, for somebody to close."""
        opened: list[Any] = []
        sync = engine.sync_engine
        event.listen(sync, "connect", lambda connection, _: opened.append(_patient(connection.driver_connection)))
        event.listen(sync, "before_cursor_execute", lambda *_: self.step("statement"))
        event.listen(sync, "commit", lambda _: self.step("commit"))
        return opened


def _patient(connection: Any) -> Any:
    """The same connection; while its thread is at work the virtual clock stands."""
    call = connection._execute

    async def execute(*words: Any, **more: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await (loop.real(call(*words, **more)) if isinstance(loop, VirtualLoop) else call(*words, **more))

    connection._execute = execute
    return connection


@dataclass(slots=True)
class Telegram(Gateway):
    """Telegram's side, which outlives every sender: `heard` counts what each contact was shown."""

    seed: int
    now: Callable[[], float]
    heard: Counter[int] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    # Until when it wants to be left alone, and how often it was not.
    quiet_until: float = 0.0
    intrusions: int = 0
    killer: Killer | None = None
    dice: random.Random = field(default_factory=random.Random)

    def fate(self, contact: int) -> float:
        return random.Random(self.seed * 1_000_003 + contact).random()

    async def send(
        self, chat_id: int, text: str, buttons: str, attachment: Attachment | None, media_kind: str = "",
        media_file_id: str = "",
    ) -> Outcome:  # fmt: skip
        assert self.killer is not None
        self.killer.step("before a send")
        # The database keeps microseconds, the loop less than that.
        self.intrusions += self.now() < self.quiet_until - 0.001
        outcome = await self._answer(chat_id)
        self.killer.step("after a send")
        self.answers[outcome.kind.value] += 1
        return outcome

    async def _answer(self, chat_id: int) -> Outcome:
        if self.dice.random() * FLOOD_IN < 1:
            seconds = self.dice.choice(FLOODS)
            await asyncio.sleep(ANSWER_SECONDS)
            self.quiet_until = max(self.quiet_until, self.now() + seconds)
            return Outcome(Kind.FLOOD, seconds=seconds)
        contact, fate = abs(chat_id), self.fate(abs(chat_id))
        if fate < GONE:
            await asyncio.sleep(ANSWER_SECONDS)
            return Outcome(Kind.CONTACT_GONE, "blocked")
        if fate < GONE + SILENT:
            # Of half of them nobody will ever know that they arrived.
            self.heard[contact] += fate < GONE + SILENT / 2
            self.silent += 1
            await asyncio.sleep(LIMIT_SECONDS)
            return Outcome(Kind.AMBIGUOUS, "no_answer")
        await asyncio.sleep(ANSWER_SECONDS / 2)
        if fate < GONE + SILENT + MOVED and chat_id > 0:
            return Outcome(Kind.MIGRATED, chat_id=-contact)
        if self.dice.random() < UNCONNECTED:
            return Outcome(Kind.NOT_SENT, "not_connected")
        self.heard[contact] += 1
        await asyncio.sleep(ANSWER_SECONDS / 2)
        return Outcome(Kind.SENT, message_id=contact)


@dataclass(slots=True)
class Story:
    """What came of it. kills: by where the sender died; longest_hand: the most rows a dead one held."""

    recipients: int
    virtual_seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    longest_hand: int = 0
    states: dict[str, int] = field(default_factory=dict)
    telegram: Telegram | None = None


async def fill(url: str, recipients: int) -> None:
    """One approved broadcast, its audience frozen in rows; Telegram numbers a chat as we number its contact."""
    engine = open_engine(url)
    async with engine.begin() as link:
        for first in range(1, recipients + 1, PAGE):
            numbers = range(first, min(first + PAGE, recipients + 1))
            await link.execute(insert(ContactRecord), [
                {"id": n, "person_id": n, "chat_id": n, "name": "丁", "consent_version": 1, "consented_at": MORNING}
                for n in numbers
            ])  # fmt: skip
        await link.execute(insert(BroadcastRecord), [
            {"id": 1, "number": "TZ-1", "contact_id": 1, "official_id": 1, "state": "approved", "text": "检查燃气软管",
             "recipients": recipients, "drafted_at": MORNING, "approved_at": MORNING}
        ])  # fmt: skip
        for first in range(1, recipients + 1, PAGE):
            numbers = range(first, min(first + PAGE, recipients + 1))
            await link.execute(insert(DeliveryRecord), [
                {"id": n, "key": f"broadcast:1:{n}", "contact_id": n, "kind": "broadcast", "text": "检查燃气软管",
                 "broadcast_id": 1, "created_at": MORNING, "due_at": MORNING}
                for n in numbers
            ])  # fmt: skip
    await engine.dispose()


def tell(url: str, recipients: int, kills: int, seed: int) -> Story:
    """The whole of it on a clock of its own."""
    return run(_tell(url, recipients, kills, seed))


async def _tell(url: str, recipients: int, kills: int, seed: int) -> Story:
    loop = asyncio.get_running_loop()
    # What dies of a kill says so to nobody.
    loop.set_exception_handler(lambda *_: None)
    await fill(url, recipients)
    file = sqlite_file(url)
    assert file is not None
    story, dice = Story(recipients), random.Random(seed)
    telegram = story.telegram = Telegram(seed, loop.time, dice=random.Random(seed + 1))
    began = loop.time()
    # A send is two steps and its share of claiming and settling about a fifth of one.
    usual = 2.2 * recipients / (kills * 1.25)
    with sqlite.connect(file) as reader:
        while True:
            steps = max(1, int(dice.expovariate(1 / usual))) if story.kills.total() < kills else 0
            killer = telegram.killer = Killer(steps)
            if await _live(url, killer, telegram, f"life {story.kills.total()}", reader):
                break
            story.kills[killer.where] += 1
            _must_conserve(reader, story)
            # A pause that was not written down died with its sender.
            until = reader.execute("SELECT max(until_at) FROM pauses").fetchone()[0]
            telegram.quiet_until = min(telegram.quiet_until, _seconds(until)) if until else 0.0
        story.states = dict(reader.execute(STATES).fetchall())
    story.virtual_seconds = loop.time() - began
    return story


async def _live(url: str, killer: Killer, telegram: Telegram, owner: str, reader: sqlite.Connection) -> bool:
    """One life of a sender; whether it lived until there was nothing left to send."""
    loop = asyncio.get_running_loop()
    engine = open_engine(url)
    opened = killer.watch(engine)

    def clock() -> datetime:
        return MORNING + timedelta(seconds=loop.time())

    async def nothing(recipe: str) -> Attachment | None:
        raise AssertionError(recipe)

    async def send_all() -> None:
        await Claims(engine, owner).rescue(clock(), sole=True)
        pump = Pump(
            engine, telegram, nothing, asyncio.Event(), clock, owner=owner,
            pacer=Pacer(SENDS_PER_SECOND, per_chat=False),
        )  # fmt: skip
        working = asyncio.create_task(pump.run())
        while reader.execute("SELECT 1 FROM deliveries WHERE state IN ('queued', 'retry', 'claimed')").fetchone():
            await asyncio.sleep(5)
        pump.stop()
        await working

    life, death = asyncio.create_task(send_all()), asyncio.create_task(killer.died.wait())
    await asyncio.wait((life, death), return_when=asyncio.FIRST_COMPLETED)
    is_over = not killer.died.is_set()
    if is_over:
        life.result()
    while rest := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in rest:
            task.cancel()
        await asyncio.wait(rest, timeout=1)
    # An operating system closes what a dead process held open; here somebody has to.
    for connection in opened:
        await connection.close()
    await engine.dispose()
    return is_over


def _must_conserve(reader: sqlite.Connection, story: Story) -> None:
    """The law of O1, by SQL, at the instant of death; and no more in a dead hand than fits the window."""
    found = dict(reader.execute(STATES).fetchall())
    assert sum(found.values()) == story.recipients, found
    assert set(found) <= {"queued", "claimed", "retry", "sent", "refused", "unknown"}, found
    assert found.get("claimed", 0) <= WINDOW, found
    assert story.telegram is not None and found.get("sent", 0) <= story.telegram.heard.total()
    story.longest_hand = max(story.longest_hand, found.get("claimed", 0))


def _seconds(at: str) -> float:
    return (datetime.fromisoformat(at).replace(tzinfo=MORNING.tzinfo) - MORNING).total_seconds()
