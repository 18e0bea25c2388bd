"""Notices, reminders and inspections in any order, whatever Telegram answers, with deaths between: the laws hold."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, timedelta
from itertools import cycle
from os import cpu_count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select, text

from domain.checklist import Verdict
from domain.contact import Contact, Official, Role
from domain.notice import DeliveryState, Notice
from domain.plan import Reminded, Rhythm
from domain.refusal import Refusal
from outreach.broadcasts import acknowledging, broadcasting, composing
from outreach.delivery.claims import WINDOW
from outreach.delivery.holding import wishes_of
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Attachment, Gateway
from outreach.desk import Desk, Office
from outreach.inspections import inspecting
from outreach.people import enrolling
from outreach.plans import planning
from outreach.reminders import wishing
from outreach.storage.notices import DeliveryRecord
from scheduler import sweeps
from tests.conftest import Figure, SetClock
from tests.outreach.machine_run import SEED, kind_of, maker, run_machine
from tests.outreach.test_broadcasting import LAW, Bureau

ZONE = ZoneInfo("Asia/Shanghai")
CHECKLIST = "catering"
Answer = TypeVar("Answer")
# What Telegram answers, a good answer oftener; "die" is the process killed while it waits for one.
ANSWERS = ("sent", "die", "ambiguous", "sent", "flood", "sent", "not_sent", "contact_gone", "content_refused")
SAID = st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=6)
LATER = {"a minute": 60, "past a lease": 121, "six hours": 6 * 3600, "a day": 86400, "back an hour": -3600}
CHANGES = (planning.pause, planning.go_on, planning.go_on, planning.end)
TWICE = text(
    "SELECT about, contact_id, occurs_on FROM reminders GROUP BY about, contact_id, occurs_on HAVING count(*) > 1"
)
# What the clock words for somebody while nothing can be sent is one message; more would leave in the same moment.
STORED_UP = text(
    "SELECT contact_id, count(*) FROM deliveries WHERE state IN ('queued', 'retry') AND reason <> 'digest' AND part = 1"
    " AND (key LIKE 'remind:%' OR key LIKE 'digest:%') GROUP BY contact_id HAVING count(*) > 1"
)
HELD = text("SELECT claimed_by, count(*) FROM deliveries WHERE state = 'claimed' GROUP BY claimed_by")
VERSION = {"sqlite": "SELECT 'SQLite ' || sqlite_version()", "postgresql": "SELECT split_part(version(), ' on ', 1)"}
UNREASONED = text(
    "SELECT id, state FROM deliveries"
    " WHERE state IN ('refused', 'unknown', 'skipped') AND (reason = '' OR settled_at IS NULL)"
)
CLAIMED = text(
    "SELECT d.id, d.contact_id, d.is_urgent, d.is_push, d.broadcast_id FROM deliveries d JOIN contacts c ON"
    " c.id = d.contact_id WHERE d.state = 'claimed' AND c.chat_id = :chat AND d.text = :text"
    " AND d.claimed_by = :owner ORDER BY d.id"
)


async def paper(recipe: str) -> Attachment:
    return Attachment(f"{recipe}.pdf", b"%PDF")


class Wire:
    """Telegram's end: answers as it is told to, and notes what reached whom, when, and whether that was allowed."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.answers = cycle(["sent"])
        self.died = asyncio.Event()
        self.total = 0
        self.owner = ""
        self.sends: Counter[int] = Counter()
        self.ambiguous: Counter[int] = Counter()
        self.gone: set[int] = set()
        self.wrong: list[str] = []
        # What was answered in this turn: nobody writes it down when the process dies before the turn is over.
        self.answered: list[int] = []
        self._in_flight: set[int] = set()
        self._numbers = iter(range(1, 10**9))

    async def send(self, chat_id: int, words: str, *_: object, **__: object) -> Outcome:
        row = await self._row(chat_id, words)
        self.sends[row.id] += 1
        self.total += 1
        if chat_id in self.gone:
            self.wrong.append(f"O8: {chat_id} has blocked the bot and was called")
        if self.sends[row.id] > min(2, 1 + self.ambiguous[row.id]):
            self.wrong.append(f"O4: delivery {row.id} went out {self.sends[row.id]} times")
        if not row.is_urgent and (row.is_push or row.broadcast_id):
            await self._must_be_awake(row)
        answer = next(self.answers)
        if answer == "die":
            self.ambiguous[row.id] += 1
            self.died.set()
            await asyncio.Event().wait()
        if answer in ("not_sent", "flood"):
            self.sends[row.id] -= 1
        self.ambiguous[row.id] += answer == "ambiguous"
        if answer == "contact_gone":
            self.gone.add(chat_id)
        self._in_flight.discard(row.id)
        self.answered.append(row.id)
        return Outcome(Kind(answer), answer if answer != "sent" else "", next(self._numbers), seconds=30)

    async def _row(self, chat_id: int, words: str) -> Any:
        async with self._office.desk() as desk:
            rows = (await desk.session.execute(CLAIMED, {"chat": chat_id, "text": words, "owner": self.owner})).all()
        row = next((row for row in rows if row.id not in self._in_flight), None)
        assert row is not None, "O3: it was not claimed, and committed, when it was sent"
        self._in_flight.add(row.id)
        return row

    async def _must_be_awake(self, row: Any) -> None:
        now = self._office.clock()
        async with self._office.desk() as desk:
            wishes = (await wishes_of(desk.session, [row.contact_id]))[row.contact_id]
        if wishes.quiet.is_quiet(now.astimezone(ZONE).time()):
            self.wrong.append(f"R3: delivery {row.id} left at {now.astimezone(ZONE):%m-%d %H:%M}")

    def settle_down(self) -> None:
        self.ambiguous.update(self.answered if self.died.is_set() else ())
        self.answered.clear()
        self.died.clear()
        self._in_flight.clear()


class Days(RuleBasedStateMachine):
    """A street with two officials and two restaurants. Every rule is a deed of the product, refused or done."""

    steps = sends = deaths = 0

    def __init__(self, make: Callable[[], Coroutine[Any, Any, tuple[Office, SetClock]]]) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self._make = make

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self.loop.run_until_complete(work)

    def deed(self, work: Callable[[Desk], Coroutine[Any, Any, object]]) -> None:
        """One transaction; an expected no changes nothing."""

        async def done() -> None:
            with suppress(Refusal):
                async with self.office.desk() as desk:
                    await work(desk)

        self.do(done())

    @initialize()
    def open(self) -> None:
        self.office, self.clock = self.do(self._make())
        self.bureau = self.do(Bureau(self.office).open())
        self.wire = Wire(self.office)
        self.notices: list[int] = []
        self.plans: list[int] = []
        self.born = 0
        self.restart()

    def teardown(self) -> None:
        if hasattr(self, "office"):
            type(self).sends += self.wire.total
            self.do(self.office.engine.dispose())
        self.loop.close()

    def restart(self) -> None:
        gateway = cast(Gateway, self.wire)
        self.born += 1
        self.wire.owner = f"p{self.born}"
        self.pump = Pump(
            self.office.engine, gateway, paper, self.office.notice_bell, self.office.clock, owner=self.wire.owner,
            almanac=self.office.almanac,
        )  # fmt: skip

    @property
    def zhou(self) -> tuple[Contact, Official]:
        return self.bureau.officials["周科"]

    def person(self, who: int) -> Contact:
        people = list(self.bureau.people.values())
        return people[who % len(people)]

    @rule()
    def approve(self) -> None:
        async def approved() -> None:
            id_ = await self.bureau.draft()
            async with self.office.desk() as desk:
                _, reach = await composing.ready(desk, *self.zhou, id_)
                await broadcasting.approve(desk, *self.zhou, id_, reach.count)
            self.notices.append(id_)

        async def tried() -> None:
            with suppress(Refusal):
                await approved()

        self.do(tried())

    @rule(who=st.integers(0, 9))
    def tell_urgently(self, who: int) -> None:
        notice = Notice(
            "enrolment_declined", {"enterprise": uuid4().hex}, f"u{uuid4().hex}", is_urgent=True, is_push=True
        )
        self.deed(lambda desk: desk.tell(self.person(who), notice))

    @rule(who=st.integers(0, 9))
    def push(self, who: int) -> None:
        facts: dict[str, object] = {"enterprise": uuid4().hex}
        notice = Notice("enrolment_declined", facts, f"p{uuid4().hex}", is_push=True)
        self.deed(lambda desk: desk.tell(self.person(who), notice))

    @precondition(lambda self: self.notices)
    @rule(which=st.integers(0, 9))
    def recall(self, which: int) -> None:
        id_ = self.notices[which % len(self.notices)]
        self.deed(lambda desk: broadcasting.recall(desk, *self.zhou, id_))

    @precondition(lambda self: self.notices)
    @rule(which=st.integers(0, 9), round_=st.integers(0, 2))
    def chase(self, which: int, round_: int) -> None:
        id_ = self.notices[which % len(self.notices)]
        self.deed(lambda desk: acknowledging.chase(desk, *self.zhou, id_, round_))

    @precondition(lambda self: self.notices)
    @rule(which=st.integers(0, 9), who=st.integers(0, 9))
    def acknowledge(self, which: int, who: int) -> None:
        id_ = self.notices[which % len(self.notices)]
        self.deed(lambda desk: acknowledging.acknowledge(desk, self.person(who), id_, None))

    @rule(who=st.integers(0, 9))
    def come_back(self, who: int) -> None:
        number = 7001 + who % 3
        self.wire.gone.discard(number)
        self.deed(lambda desk: enrolling.set_reachable(desk, number, True))

    @rule(who=st.integers(0, 9))
    def block(self, who: int) -> None:
        number = 7001 + who % 3
        self.wire.gone.add(number)
        self.deed(lambda desk: enrolling.set_reachable(desk, number, False, "blocked"))

    @rule(who=st.integers(0, 9), where=st.sampled_from(["甲餐馆", "乙餐馆"]))
    def take_a_post(self, who: int, where: str) -> None:
        place = self.bureau.enterprises[where]
        self.deed(lambda desk: enrolling.give_post(desk, self.person(who), place, Role.SAFETY_OFFICER, "test"))

    @rule(who=st.integers(0, 9), is_stop=st.booleans())
    def stop_or_resume(self, who: int, is_stop: bool) -> None:
        deed = wishing.stop if is_stop else wishing.come_back
        self.deed(lambda desk: deed(desk, self.person(who).id))

    @rule(who=st.integers(0, 9), choice=st.integers(0, 3), is_bundled=st.booleans())
    def wish(self, who: int, choice: int, is_bundled: bool) -> None:
        self.deed(lambda desk: wishing.choose_quiet(desk, self.person(who).id, choice))
        self.deed(lambda desk: wishing.bundle(desk, self.person(who).id, is_bundled))

    @rule(rhythm=st.sampled_from(Rhythm), whom=st.sampled_from(Reminded))
    def set_a_plan(self, rhythm: Rhythm, whom: Reminded) -> None:
        async def planned(desk: Desk) -> None:
            line = await planning.draft(desk, *self.zhou, CHECKLIST)
            until = desk.today.replace(day=28)
            if rhythm is Rhythm.RELATIVE:
                await planning.around(desk, self.zhou[0], line.id, desk.today, 0)
                await planning.pace(desk, self.zhou[0], line.id, until_on=until)
            else:
                await planning.pace(desk, self.zhou[0], line.id, rhythm=rhythm, from_on=desk.today, until_on=until)
            await planning.remind(desk, self.zhou[0], line.id, whom)
            await planning.confirm(desk, *self.zhou, line.id)
            self.plans.append(line.id)

        self.deed(planned)

    @precondition(lambda self: self.plans)
    @rule(
        which=st.integers(0, 9), change=st.sampled_from([planning.pause, planning.go_on, planning.go_on, planning.end])
    )
    def change_a_plan(self, which: int, change: Any) -> None:
        self.deed(lambda desk: change(desk, *self.zhou, self.plans[which % len(self.plans)]))

    @rule(who=st.integers(0, 9), fails=st.booleans())
    def inspect(self, who: int, fails: bool) -> None:
        async def inspected(desk: Desk) -> None:
            contact = self.person(who)
            posts = await enrolling.posts_of(desk, contact.id)
            where = next((post.enterprise_id for post in posts if post.role is not Role.EMPLOYEE), 0)
            opened = await inspecting.begin(desk, contact, posts, where, CHECKLIST)
            for number in range(1, opened.walk.total + 1):
                bad = fails and number == 4
                await inspecting.judge(desk, contact, posts, opened.id, number, Verdict.FAIL if bad else Verdict.PASS)
                if bad:
                    await inspecting.describe(desk, contact, posts, opened.id, number, "堵着")
                    await inspecting.settle_photos(desk, contact, posts, opened.id, number, "拍不了")
            await inspecting.submit(desk, contact, posts, opened.id)

        self.deed(inspected)

    @rule(by=st.sampled_from(sorted(LATER)))
    def wait(self, by: str) -> None:
        self.clock.advance(seconds=LATER[by])

    @rule()
    def look(self) -> None:
        self.do(sweeps.remind(self.office))

    @rule(answers=SAID, hour=st.sampled_from([8, 9, 12, 20, 22]))
    def work(self, answers: list[str], hour: int) -> None:
        """The next time it is that hour, the clock looks and what is due goes out."""
        there = self.clock.now.astimezone(ZONE)
        then = there.replace(hour=hour, minute=5, second=0)
        self.clock.set((then if then > there else then + timedelta(days=1)).astimezone(UTC))
        self.look()
        self.turn(answers)

    @rule(who=st.integers(0, 9), answers=SAID, is_urgent=st.booleans())
    def busy_morning(self, who: int, answers: list[str], is_urgent: bool) -> None:
        """A notice to everybody and a word to somebody, sent at once."""
        self.approve()
        (self.tell_urgently if is_urgent else self.push)(who)
        self.work(answers, 9)

    @rule()
    def rescue(self) -> None:
        self.do(sweeps.rescue_notices(self.office))

    @rule(answers=SAID)
    def turn(self, answers: list[str]) -> None:
        """One turn of the pump; when the process dies in it, another takes its place."""
        self.wire.answers = cycle(answers)

        async def turned() -> None:
            # In the seconds of this machine a pause would be waited for: that has tests of its own.
            self.pump.pacer = Pacer(1000, per_chat=False)
            turning, dying = asyncio.create_task(self.pump.turn()), asyncio.create_task(self.wire.died.wait())
            await asyncio.wait({turning, dying}, return_when=asyncio.FIRST_COMPLETED)
            has_died = self.wire.died.is_set()
            if has_died:
                # The other chats come to rest first: dying in the middle of a transaction is enumerated elsewhere.
                await asyncio.wait({turning}, timeout=0.1)
            for task in (turning, dying):
                if has_died or task is dying:
                    task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            if has_died:
                # Whoever else was sending dies with it.
                workers = list(self.pump._workers)
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
            self.wire.settle_down()
            if has_died:
                type(self).deaths += 1
                self.restart()

        self.do(turned())

    @invariant()
    def the_laws_hold(self) -> None:
        if not hasattr(self, "wire"):
            return
        type(self).steps += 1
        assert self.wire.wrong == []

        async def ask() -> None:
            async with self.office.desk() as desk:
                for id_, audience, rows, people in (await desk.session.execute(LAW)).all():
                    assert audience == rows == people, f"O1: broadcast {id_}"
                assert (await desk.session.execute(TWICE)).all() == [], "R1"
                # Whatever was slept through is one message, and of those there is one a day.
                digests = await desk.session.execute(
                    select(DeliveryRecord.contact_id, DeliveryRecord.created_at).where(DeliveryRecord.kind == "digest")
                )
                days = Counter((who, at.astimezone(ZONE).date()) for who, at in digests.all())
                assert [day for day, count in days.items() if count > 1] == [], "R2"
                assert (await desk.session.execute(STORED_UP)).all() == [], "R2: two leave at once when sending goes on"
                assert (await desk.session.execute(UNREASONED)).all() == [], "O6"
                for owner, held in (await desk.session.execute(HELD)).all():
                    assert held <= WINDOW, f"O3: {owner} holds {held}"
                known = set(await desk.session.scalars(text("SELECT DISTINCT state FROM deliveries")))
                assert known <= {str(state) for state in DeliveryState}

        self.do(ask())


def _run(request: pytest.FixtureRequest, url: str, figure: Figure, examples: int, steps: int) -> int:
    kind = kind_of(url)
    made = maker(request, url, Path(mkdtemp(dir=request.getfixturevalue("tmp_path"))))

    async def make() -> tuple[Office, SetClock]:
        office, clock = await made()
        async with office.engine.connect() as connection:
            Machine.version = str((await connection.execute(text(VERSION[kind]))).scalar_one())
        return office, clock

    class Machine(Days):
        steps = sends = deaths = 0
        version = ""

        def __init__(self) -> None:
            super().__init__(make)

    began, passed = time.process_time(), time.monotonic()
    run_machine(Machine, examples, steps)
    figure(
        f"model-checked steps, notices and reminders: {Machine.steps}, with {Machine.sends} sends and"
        f" {Machine.deaths} deaths in the middle of one, 0 violations of O1 O3 O4 O6 O8 R1 R2 R3; seed {SEED},"
        f" {time.monotonic() - passed:.0f} s ({time.process_time() - began:.0f} s of one of {cpu_count()} cores),"
        f" {Machine.version}"
    )
    return Machine.steps


def test_the_laws_hold_whatever_happens(request: pytest.FixtureRequest, sqlite_url: str, figure: Figure) -> None:
    assert _run(request, sqlite_url, figure, 12, 40) > 200


@pytest.mark.torture
def test_the_laws_hold_for_thousands_of_steps_on_both_databases(
    request: pytest.FixtureRequest, database_url: str, figure: Figure
) -> None:
    assert _run(request, database_url, figure, 64, 45) >= 2000
