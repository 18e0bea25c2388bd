"""Hazards under anybody's presses, in any order, with deaths between and at the wire: the loop's laws hold throughout.

The laws are written here once more, apart from the table of steps that they judge.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar, cast
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import bindparam, func, select, update

from domain.authority import OfficeRole
from domain.checklist import Grade
from domain.contact import Jurisdiction, Role
from domain.hazard import HazardState, Source
from domain.rectification import StepKey
from domain.refusal import Refusal
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.telegram.gateway import Gateway
from outreach.desk import Office
from outreach.hazards import rectifying
from outreach.hazards.carding import call_for_cards, card_for, place_card
from outreach.hazards.opening import Opening, open_hazard
from outreach.hazards.photographing import add_photo
from outreach.hazards.portraying import PLAN_PARTS
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who
from outreach.people import appointing, enrolling
from outreach.persons import as_contact
from outreach.recarding import HOLD_FOR, Recarder
from outreach.reports import following, triaging
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardCardRecord, HazardPhotoRecord, HazardRecord, HazardStepRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord
from tests.conftest import Adding, Figure, SetClock
from tests.outreach.hazard_beside import Measures, columns, is_theirs, take_over
from tests.outreach.machine_run import SEED, kind_of, maker, run_machine
from tests.outreach.reported import report
from tests.outreach.walking import CODE, enterprise, person

EAST, WEST = "东华街道", "西兴街道"
Answer = TypeVar("Answer")
S = HazardState
OPEN_STATES = (S.REPORTED, S.VERIFIED, S.ORDERED, S.RECTIFIED, S.RECHECKED)
OVER = (S.RETURNED, S.MERGED, S.HANDED_OVER)
# From where to where each step may lead, and who takes it: an official there, the enterprise, the reporter.
LAW: dict[str, tuple[set[tuple[str, str]], str]] = {
    "verify": ({(S.REPORTED, S.VERIFIED)}, "official"),
    "return": ({(S.REPORTED, S.RETURNED), (S.VERIFIED, S.RETURNED)}, "official"),
    "regrade": ({(s, s) for s in (S.VERIFIED, S.ORDERED, S.RECTIFIED)}, "official"),
    "clause": ({(S.VERIFIED, S.VERIFIED), (S.ORDERED, S.ORDERED)}, "official"),
    "order": ({(S.VERIFIED, S.ORDERED)}, "official"),
    "list": ({(S.ORDERED, S.ORDERED)}, "official"),
    "plan": ({(S.ORDERED, S.ORDERED)}, "fixer"),
    "ask_time": ({(S.ORDERED, S.ORDERED)}, "fixer"),
    "grant_time": ({(S.ORDERED, S.ORDERED)}, "official"),
    "refuse_time": ({(S.ORDERED, S.ORDERED)}, "official"),
    "rectify": ({(S.ORDERED, S.RECTIFIED)}, "fixer"),
    "cost": ({(s, s) for s in (S.ORDERED, S.RECTIFIED, S.CLOSED, S.CONFIRMED)}, "fixer"),
    "send_back": ({(S.RECTIFIED, S.ORDERED), (S.RECHECKED, S.ORDERED)}, "official"),
    "recheck": ({(S.RECTIFIED, S.RECHECKED), (S.RECTIFIED, S.CLOSED)}, "official"),
    "close": ({(S.RECHECKED, S.CLOSED)}, "official"),
    "reopen": ({(S.CLOSED, S.ORDERED), (S.CONFIRMED, S.ORDERED)}, "official"),
    "hand_over": ({(s, S.HANDED_OVER) for s in (S.VERIFIED, S.ORDERED, S.RECTIFIED)}, "official"),
    "merge": ({(S.REPORTED, S.MERGED), (S.VERIFIED, S.MERGED)}, "official"),
    "follow": ({(s, s) for s in OPEN_STATES}, "official"),
    "unit": ({(S.REPORTED, S.REPORTED), (S.VERIFIED, S.VERIFIED)}, "official"),
    "satisfied": ({(S.CLOSED, S.CONFIRMED)}, "reporter"),
    "dispute": ({(S.CLOSED, S.RECTIFIED), (S.CONFIRMED, S.RECTIFIED)}, "reporter"),
}
KEYS = [key for key in LAW if LAW[key][1] != "reporter"]
# What may come next, photos among it; what ends a hazard comes seldom, or none would ever get far.
ENDS = ("return", "hand_over", "merge")
MORE = {
    S.REPORTED: ("merge",),
    S.ORDERED: ("photo", "rectify", "photo", "rectify", "plan", "plan"),
    S.RECTIFIED: ("store", "recheck", "store", "recheck"),
    S.RECHECKED: ("close", "close"), S.CLOSED: ("satisfied", "dispute", "dispute"),
    S.VERIFIED: ("return", "order", "hand_over", "merge"),
}  # fmt: skip
NEXT = {
    state: [
        *(key for key, (edges, _) in LAW.items() if key not in ENDS and any(state == one for one, _ in edges)),
        *MORE.get(state, ()),
    ]
    for state in S
}  # fmt: skip
# A row of presses is drawn as one number: so many of their own would be more than an example may hold.
MOVES = st.integers(0, 2**32 - 1)
PRESSES_A_ROW = 114
# One rule draws among them: as rules of their own most would be left out of most examples.
DEEDS = ("press", "press", "wait", "press", "settle")
# What Telegram answers to an edit: now and then it is refused, its answer lost, or the process dies over it.
MOODS = ("sent", "sent", "lost", "not_done", "die")
# At length: on which database, how many examples, how many presses at least, and which seed after the first. Together
# they are over 50,000; a press on PostgreSQL costs two on SQLite, and the laws are the same.
AT_LENGTH = (("sqlite", 9, 22_000, 0), ("sqlite", 8, 20_000, 1), ("postgresql", 4, 9_000, 0))
STEPS = HazardStepRecord.__table__
# The steps of a hazard that nobody has looked at yet.
FRESH = (
    select(*STEPS.c)
    .where(STEPS.c.hazard_id == bindparam("id"), STEPS.c.version > bindparam("known"))
    .order_by(STEPS.c.version)
)
# Which message shows somebody the card.
PLACED = select(HazardCardRecord.message_id).where(
    HazardCardRecord.hazard_id == bindparam("hazard"), HazardCardRecord.contact_id == bindparam("contact")
)
# In so many presses each kind of step is taken.
LONG = 20_000
# Pressed beside the steps, by what is drawn: seldom, as in life.
BESIDE = {13: "measure", 77: "measure", 21: "lift", 85: "lift", 45: "take_over", 109: "take_over", 173: "take_over"}
# A card says how many days something is late as of the day on which it was drawn.
LATE = re.compile(r"，<b>(已超期 \d+ 天|复查已超期)</b>")


_PENDING = update(HazardPhotoRecord).where(HazardPhotoRecord.state == "pending")
# Where flushing costs nothing: what a power cut leaves is asked elsewhere.
MEMORY = Path("/dev/shm")


class Died(Exception):
    """The process ends before it could commit."""


class Wire:
    """Every chat as it looks; now and then an edit is refused, its answer lost, or the process dies over it."""

    def __init__(self) -> None:
        self.shown: dict[tuple[int, int], str] = {}
        self.edits = 0
        self.moods = iter(())

    async def edit(self, chat_id: int, message_id: int, words: str, buttons: str, *, is_caption: bool) -> Outcome:
        mood = next(self.moods, "sent")
        if mood == "die":
            raise Died
        if mood in ("sent", "lost"):
            self.shown[chat_id, message_id] = words
            self.edits += 1
        return Outcome(Kind.SENT if mood == "sent" else Kind.AMBIGUOUS)


class Streets(RuleBasedStateMachine):
    """Two streets, four officials, two enterprises, one reporter, and hazards that all of them press at."""

    steps = taken = deaths = edits = 0
    by_key: ClassVar[Counter[str]]

    def __init__(self, make: Callable[[], Coroutine[Any, Any, tuple[Office, SetClock]]]) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self._make = make

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self.loop.run_until_complete(work)

    @initialize()
    def open(self) -> None:
        self.office, self.clock = self.do(self._make())
        self.wire = Wire()
        self.messages = iter(range(100, 10**9))
        self.photos: Counter[int] = Counter()
        # In which chat somebody is; nobody leaves theirs here.
        self.chats: dict[int, int] = {}
        # What stood after each step, by hazard and version.
        self.past: dict[tuple[int, int], dict[str, Any]] = {}
        # Every step that was looked at, by hazard, as it was then.
        self.told: dict[int, list[Any]] = {}
        # Every hazard as it was when somebody last looked.
        self.known: dict[int, dict[str, Any]] = {}
        self.do(self._people())
        self.do(self._find(0))
        self.do(self._find(1))

    def teardown(self) -> None:
        if hasattr(self, "wire"):
            type(self).edits += self.wire.edits
            self.do(self.office.engine.dispose())
        self.loop.close()

    async def _people(self) -> None:
        async with self.office.desk() as desk:
            self.shops = {
                EAST: await enterprise(desk, "甲字号", CODE, EAST),
                WEST: await enterprise(desk, "乙字号", f"{CODE[:-1]}X", WEST),
            }
            self.trades = dict(zip(self.shops.values(), ("catering", "hazchem-storage"), strict=True))
            for id_, trade in self.trades.items():
                (await desk.session.get_one(EnterpriseRecord, id_)).industries = [trade]
            self.who: list[Who] = []
            # Who decides in a street, and who puts right there.
            self.deciders: dict[str, list[Who]] = {EAST: [], WEST: []}
            self.fixers: dict[str, list[Who]] = {EAST: [], WEST: []}
            for number, (name, street, role, industries) in enumerate((
                ("东科长", EAST, OfficeRole.HEAD, ()), ("东科员", EAST, OfficeRole.OFFICER, ()),
                ("西科长", WEST, OfficeRole.HEAD, ()), ("西科员", WEST, OfficeRole.OFFICER, ()),
                ("东专家", EAST, OfficeRole.EXPERT, ()), ("餐饮处长", "", OfficeRole.HEAD, ("catering",)),
            )):  # fmt: skip
                contact = await person(desk, name, 7000 + number)
                code = await appointing.appoint(desk, name, Jurisdiction(street), role=role, industries=industries)
                self.who.append(Who(contact, (), await appointing.take_office(desk, contact, code)))
                if street and role is not OfficeRole.EXPERT:
                    self.deciders[street].append(self.who[-1])
            for number, (name, street, post) in enumerate((
                ("甲安全员", EAST, Role.SAFETY_OFFICER), ("甲负责人", EAST, Role.PRINCIPAL),
                ("乙安全员", WEST, Role.SAFETY_OFFICER), ("甲员工", EAST, Role.EMPLOYEE),
            )):  # fmt: skip
                contact = await person(desk, name, 7100 + number)
                await enrolling.give_post(desk, contact, self.shops[street], post, "test")
                self.who.append(Who(contact, await enrolling.posts_of(desk, contact.id)))
                if post is not Role.EMPLOYEE:
                    self.fixers[street].append(self.who[-1])
        # What nobody knows the place of is for all who decide.
        for there in (self.deciders, self.fixers):
            there[""] = [*there[EAST], *there[WEST]]
        self.reporter = self.who[-1].contact
        self.measures = Measures(self.office, self.trades)

    async def _find(self, kind: int) -> None:
        """One more: found by an official, by an expert, by the shop itself (perhaps a grave one), or reported."""
        street = WEST if kind == 1 else EAST
        if kind == 4:
            # Every other one says nothing of where.
            shop = self.shops[EAST] if len(self.known) % 2 else None
            made = await report(self.office, self.reporter, 7103, shop=shop, is_named=True)
            async with self.office.desk() as desk:
                official = self.who[0].official
                assert official is not None
                await triaging.confirm(desk, self.who[0].contact, official, made.id, Grade.GENERAL)
            await self._learn()
            return
        source, state = ((Source.OFFICIAL, S.VERIFIED), (Source.EXPERT, S.REPORTED), (Source.SELF, S.ORDERED))[kind % 3]
        async with self.office.desk() as desk:
            own = source is Source.SELF
            await open_hazard(desk, None, Opening(
                source, "后门锁着", "后厨", Grade.GENERAL, state, enterprise_id=self.shops[street], street=street,
                due_on=desk.today + timedelta(days=3) if own else None, grade_hint=Grade.MAJOR if kind == 2 else None,
            ))  # fmt: skip
        await self._learn()

    async def _learn(self) -> None:
        async with self.office.desk() as desk:
            for row in await desk.session.scalars(select(HazardRecord).where(HazardRecord.id.not_in(self.known))):
                self.known[row.id] = self.past[row.id, row.version] = columns(row)

    @rule(
        deed=st.sampled_from(DEEDS), kind=st.sampled_from((None, 0, 4, 1, None, 2, 4, 3, 4)), moves=MOVES,
        seconds=st.sampled_from((1, 59, 61, 3600, 86400, 5 * 86400)),
        moods=st.lists(st.sampled_from(MOODS), max_size=6),
    )  # fmt: skip
    def go_on(self, deed: str, kind: int | None, moves: int, seconds: int, moods: list[str]) -> None:
        """A row of presses by anybody at anything, perhaps at a new one; or time passes; or cards follow."""
        if deed == "wait":
            self.clock.advance(seconds=seconds)
        elif deed == "settle":
            self.settle(moods)
        else:
            if kind is not None:
                self.do(self._find(kind))
            self.do(self._press(Random(moves)))

    async def _press(self, chance: Random) -> None:
        for by, at, what, how in (chance.choices(range(256), k=4) for _ in range(PRESSES_A_ROW)):
            type(self).steps += 1
            # Mostly at what still goes on; what is over is pressed at too.
            going = [id_ for id_, one in self.known.items() if one["state"] not in OVER]
            ids = going[-2:] if going and at % 16 != 15 else [*self.known]
            before = self.known[ids[at // 16 % len(ids)]]
            key, who = self._chosen(before, what, by)
            if key in ("photo", "store"):
                await self._photograph(who, before, key)
            elif key in BESIDE.values():
                await self._beside(who, before, key, how)
            else:
                await self._take(who, before, key, how)
        await self._must_be_as_known()
        await self.measures.must_stand()

    async def _must_be_as_known(self) -> None:
        """What was refused, or died before it could commit, has left no trace."""
        async with self.office.desk() as desk:
            for row in await desk.session.scalars(select(HazardRecord)):
                assert columns(row) == self.known[row.id], f"{row.number} changed under a refused press"
            found: dict[int, list[Any]] = {}
            for step in await desk.session.execute(select(*STEPS.c).order_by(STEPS.c.hazard_id, STEPS.c.version)):
                found.setdefault(step.hazard_id, []).append(step)
        assert {id_: len(steps) for id_, steps in found.items()} == {i: one["version"] for i, one in self.known.items()}
        assert all(found[id_] == steps for id_, steps in self.told.items()), "a step was reworded after it was taken"

    def _chosen(self, before: dict[str, Any], what: int, by: int) -> tuple[str, Who]:
        """Mostly what comes next, by somebody whose turn it may be; else anything, by anybody."""
        likely = NEXT[before["state"]]
        if what % 8 == 7 or not likely:
            return [*KEYS, "undo", "satisfied"][what // 8 % (len(KEYS) + 2)], self.who[by % len(self.who)]
        if what in BESIDE:
            likely_who = self.who if by % 4 == 3 else self.deciders[before["street"]]
            return BESIDE[what], likely_who[by // 4 % len(likely_who)]
        key = "undo" if what % 32 == 6 else likely[what // 8 % len(likely)]
        party = LAW[key][1] if key in LAW else ("official", "fixer")[by // 8 % 2]
        theirs = (self.deciders if party == "official" else self.fixers)[before["street"]]
        return key, theirs[by % len(theirs)]

    async def _beside(self, who: Who, before: dict[str, Any], key: str, how: int) -> None:
        """A measure, its lifting, or a whole list taken over; now and then the process dies before it could commit."""
        dies = Died if how % 16 == 8 else None
        type(self).deaths += dies is not None
        try:
            if key == "take_over":
                if who.official is not None:
                    # What is given back is known by its instant.
                    self.clock.advance(seconds=1)
                    for id_ in await take_over(self.office, who, how, dies):
                        await self._judge_list(who, id_)
                return
            deed = self.measures.set if key == "measure" else self.measures.lift
            self.by_key[key] += await deed(who, before, how, dies)
        except Died:
            return

    async def _judge_list(self, who: Who, id_: int) -> None:
        """One of a list that was taken over, and perhaps given back."""
        before, steps, after = self.known[id_], *await self._told(id_)
        self.by_key["take_over"] += 1
        assert before["state"] in OPEN_STATES, f"taken over when {before['state']}"
        assert is_theirs(who.official, before, self.trades), "taken over outside the jurisdiction"
        assert who.official is not None and before["follower_id"] != who.official.id, "taken over from themselves"
        more = [one.step for one in steps[before["version"] :]]
        assert more in (["follow"], ["follow", "undo"]), more
        self._must_be_unchanged(before, after, but=() if "undo" in more else ("follower_id",))
        assert "undo" in more or after["follower_id"] == who.official.id
        # Of a row of steps nobody saw what was between.
        self.past[id_, before["version"] + 1] = after | {"version": before["version"] + 1}

    def _must_be_unchanged(self, before: dict[str, Any], after: dict[str, Any], but: tuple[str, ...] = ()) -> None:
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= {"version", "next_look_at", *but}, f"{after['number']}: {changed} changed besides"

    def _led(self, hazard: dict[str, Any]) -> dict[str, Any]:
        """The hazard whose way this one goes; none leads back to itself."""
        seen: set[int] = set()
        while hazard["state"] == S.MERGED:
            assert hazard["id"] not in seen, "merged in a circle"
            seen.add(hazard["id"])
            hazard = self.known[hazard["merged_into"]]
        return hazard

    def _into(self, before: dict[str, Any], how: int) -> int | None:
        """Mostly one that it may go with; else any, itself too, or none at all."""
        fit = [
            id_ for id_, one in self.known.items()
            if id_ != before["id"] and one["street"] == before["street"] and one["state"] in OPEN_STATES
        ]  # fmt: skip
        if how % 4 and fit:
            return fit[how // 4 % len(fit)]
        ids = [*sorted(self.known)[-6:], None]
        return ids[how // 4 % len(ids)]

    async def _photograph(self, who: Who, before: dict[str, Any], key: str) -> None:
        id_ = before["id"]
        counted = select(func.count()).where(HazardPhotoRecord.hazard_id == id_)
        try:
            async with self.office.desk() as desk:
                if key == "photo":
                    await add_photo(desk, who, id_, f"file-{uuid4().hex}", uuid4().hex)
                else:
                    mine = _PENDING.where(HazardPhotoRecord.hazard_id == id_)
                    await desk.session.execute(mine.values(state="stored", sha256="0" * 64))
                    await call_for_cards(desk, id_, None)
                await desk.session.flush()
                held = int((await desk.session.execute(counted)).scalar_one())
        except Refusal:
            return
        assert held >= self.photos[id_], "evidence is gone"
        self.photos[id_] = held

    async def _take(self, who: Who, before: dict[str, Any], key: str, how: int) -> None:
        is_stale, dies = how % 8 == 7 and before["version"] > 1, how % 16 == 8
        version = before["version"] - is_stale
        today = self.clock().astimezone(self.office.zone).date()
        officials = [None, *(one.official.id for one in self.who if one.official is not None)]
        said = Said(
            into=self._into(before, how) if key == "merge" else None,
            follower=officials[how // 2 % len(officials)] if key == "follow" else None,
            unit=(self.shops[EAST], self.shops[WEST], self.shops[EAST], None)[how // 2 % 4] if key == "unit" else None,
            words=("理由", "1.2万", "理由", "", "理由", "理由", "理由", "理由")[how % 8] if key != "cost" else "3000",
            day=today + timedelta(days=(3, 10, 30, 40, 50, -1, 60, 20)[how // 8 % 8]),
            grade=(Grade.GENERAL, Grade.MAJOR)[how // 64 % 2], part=PLAN_PARTS[how // 2 % 4],
        )  # fmt: skip
        if LAW.get(key, ((), ""))[1] == "reporter" and before["report_id"]:
            before = self._led(before) | {"report_id": before["report_id"]}
        refused: Refusal | None = None
        answer: tuple[tuple[int, int], str] | None = None
        try:
            async with self.office.desk() as desk:
                if key == "undo":
                    await rectifying.undo(desk, who, before["id"], version)
                elif LAW[key][1] == "reporter":
                    is_well = key == "satisfied"
                    deed = following.satisfied(desk, self.reporter, 7103, before["report_id"] or 1) if is_well else (
                        following.dispute(desk, self.reporter, 7103, before["report_id"] or 1, "还有问题")
                    )  # fmt: skip
                    await deed
                else:
                    row = await rectifying.take(desk, who, before["id"], version, StepKey(key), said)
                    answer = await self._answer(desk, row, who)
                    await place_card(desk, row, who.contact.id, answer[0][1])
                if dies:
                    raise Died
        except Refusal as no:
            refused = no
        except Died:
            type(self).deaths += 1
        if refused is None and not dies:
            if answer is not None:
                # Nobody is answered before what they did is on the disk.
                self.wire.shown[answer[0]] = answer[1]
            await self._judge(who, before, key, said, is_stale=is_stale)

    async def _answer(self, desk: Any, row: HazardRecord, who: Who) -> tuple[tuple[int, int], str]:
        """The answer to a press: in which message of which chat the card stands now, and its words."""
        held = await desk.session.scalar(PLACED, {"hazard": row.id, "contact": who.contact.id})
        message_id = held or next(self.messages)
        shown = await card_for(desk, row, who.contact)
        assert shown is not None
        return (await self._chat(desk, who.contact.id), int(message_id)), shown[0]

    async def _chat(self, desk: Any, contact_id: int) -> int:
        if contact_id not in self.chats:
            self.chats[contact_id] = int((await desk.session.get_one(ContactRecord, contact_id)).chat_id)
        return self.chats[contact_id]

    async def _told(self, id_: int) -> tuple[Any, dict[str, Any]]:
        """Every step of a hazard, and how it stands now. Those of before are read again after a row of presses."""
        steps = self.told.setdefault(id_, [])
        async with self.office.desk() as desk:
            row = await desk.session.get_one(HazardRecord, id_)
            after = self.known[row.id] = self.past[row.id, row.version] = columns(row)
            fresh = (await desk.session.execute(FRESH, {"id": id_, "known": len(steps)})).all()
        added = range(len(steps) + 1, after["version"] + 1)
        assert [one.version for one in fresh] == [*added], "a step is missing or twice"
        steps += fresh
        return steps, after

    async def _judge(self, who: Who, before: dict[str, Any], key: str, said: Said, *, is_stale: bool) -> None:
        steps, after = await self._told(before["id"])
        assert (steps[-1].state, steps[-1].grade, steps[-1].due_on) == (after["state"], after["grade"], after["due_on"])
        assert not is_stale or LAW.get(key, ((), ""))[1] == "reporter", f"{key}: a stale press counted"
        type(self).taken += 1
        self.by_key[key] += 1
        if key == "undo":
            undone = steps[-2]
            assert undone.contact_id == who.contact.id, "somebody took back what another did"
            assert self.clock() - undone.at <= timedelta(seconds=60)
            # What closes a general one with its recheck is taken back with it.
            both = undone.step == "close" and steps[-3].step == "recheck" and after["state"] == S.RECTIFIED
            self._must_be_unchanged(self.past[after["id"], undone.version - 1 - both], after)
            return
        edges, party = LAW[key]
        assert (before["state"], after["state"]) in edges, f"{key} led from {before['state']} to {after['state']}"
        own_affair = before["source"] == "self" and before["grade"] == "general" and before["grade_hint"] != "major"
        if party == "fixer" or (party == "official" and who.official is None):
            assert party == "fixer" or (own_affair and key in ("recheck", "close", "send_back")), (
                f"{key} by an enterprise"
            )
            assert any(post.enterprise_id == before["enterprise_id"] and post.role != "employee" for post in who.posts)
        elif party == "official":
            assert is_theirs(who.official, before, self.trades), f"{key} outside the jurisdiction"
        if key == "merge":
            self._must_go_together(who, after, said)
        elif key == "follow":
            mine = said.follower or (who.official.id if who.official else 0)
            named = next(one.official for one in self.who if one.official is not None and one.official.id == mine)
            assert after["follower_id"] == mine, "another follower than was named"
            assert is_theirs(named, before, self.trades), "followed by whom it is not for"
            self._must_be_unchanged(before, after, but=("follower_id",))
        elif key == "unit":
            assert before["source"] == "report" or before["enterprise_id"] is None, "taken away from its own enterprise"
            assert after["enterprise_id"] == said.unit, "another enterprise than was named"
            assert is_theirs(who.official, after, self.trades), "given to an enterprise outside the jurisdiction"
            place = ("enterprise_id", "street", "grid", "industries", "area_owner_id", "trade_owner_id")
            self._must_be_unchanged(before, after, but=(*place, "verified_by", "follower_id"))
        if key == "order":
            assert after["enterprise_id"] is not None, "ordered from nobody"
        if after["state"] == S.CLOSED and before["state"] != S.CLOSED:
            self._must_be_proved(steps, after)

    def _must_go_together(self, who: Who, after: dict[str, Any], said: Said) -> None:
        """Into another one that was open and theirs; that one is as it was, and what is merged keeps all it had."""
        assert after["merged_into"] == said.into and said.into not in (None, after["id"])
        other = self.known[after["merged_into"]]
        assert other["state"] in OPEN_STATES, f"merged into one that is {other['state']}"
        assert is_theirs(who.official, other, self.trades), "merged into one outside the jurisdiction"
        self._led(after)
        self._must_be_unchanged(self.past[after["id"], after["version"] - 1], after, but=("state", "merged_into"))

    def _must_be_proved(self, steps: Any, after: dict[str, Any]) -> None:
        """Between the last order and the closing somebody reported it put right, and another found that true."""
        undone = {one.version - 1 for one in steps if one.step == "undo"}
        told = [one for one in steps if one.version not in undone and one.step != "undo"]
        last = max(
            (at for at, one in enumerate(told) if one.step in ("order", "send_back", "reopen", "open")), default=0
        )
        since = {one.step: one for one in told[last:]}
        assert "rectify" in since and "recheck" in since, f"closed without {since.keys()}"
        assert since["rectify"].contact_id != since["recheck"].contact_id, "verified by who fixed it"
        if after["grade"] == Grade.MAJOR:
            assert since["recheck"].contact_id != since["close"].contact_id, "a major one closed by one official alone"
            assert after["clause"], "a major one without a clause"

    def settle(self, moods: list[str]) -> None:
        """Notices arrive and cards follow, whatever happens on the way; then nobody sees what was."""
        self.do(self._settle(moods))
        if len(moods) < 2:
            # Nothing else calls for the cards then.
            self.do(self._press_one_beside(len(self.past)))
            self.do(self._settle([]))

    async def _press_one_beside(self, drawn: int) -> None:
        before = self.known[max(self.known)]
        key = tuple(BESIDE.values())[drawn % len(BESIDE)]
        await self._beside(self.deciders[before["street"]][drawn % 2], before, key, drawn)

    async def _settle(self, moods: list[str]) -> None:
        await self._deliver()
        self.wire.moods = iter(moods)
        for _ in range(40):
            recarder = Recarder(
                self.office, cast(Gateway, self.wire), Claims(self.office.engine, "test"), Pacer(10_000, per_chat=False)
            )
            try:
                is_busy = await recarder.turn()
            except Died:
                type(self).deaths += 1
                is_busy = True
            if not is_busy and not await self._called():
                break
            self.clock.advance(seconds=HOLD_FOR.total_seconds() + 1)
        async with self.office.desk() as desk:
            for held in (await desk.session.scalars(select(HazardCardRecord))).all():
                row = await desk.session.get_one(HazardRecord, held.hazard_id)
                contact = await desk.session.get_one(ContactRecord, held.contact_id)
                shown = await card_for(desk, row, as_contact(contact))
                if held.message_id is not None and shown is not None:
                    seen = self.wire.shown.get((int(contact.chat_id or 0), held.message_id), "")
                    now, then = (LATE.sub("", text).strip() for text in (shown[0], seen))
                    assert now in then, f"{contact.name} sees another state of {row.number} than {row.state}"
                assert held.left_message_id is None

    async def _called(self) -> bool:
        async with self.office.desk() as desk:
            found = await desk.session.scalars(
                select(HazardCardRecord.hazard_id).where(HazardCardRecord.next_look_at.is_not(None)).limit(1)
            )
            return found.first() is not None

    async def _deliver(self) -> None:
        """Everything that waits in the outbox arrives."""
        self.clock.advance(seconds=16 * 3600)
        async with self.office.desk() as desk:
            # The photographer has been, and has called for the cards that count photos.
            late = _PENDING.returning(HazardPhotoRecord.hazard_id)
            for id_ in set(await desk.session.scalars(late.values(state="stored", sha256="0" * 64))):
                await call_for_cards(desk, id_, None)
            waiting = await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.state == "queued"))
            for row in waiting.all():
                row.state, row.message_id, row.settled_at = "sent", next(self.messages), desk.now
                self.wire.shown[await self._chat(desk, row.contact_id), row.message_id] = row.text


def _run(
    request: pytest.FixtureRequest, url: str, figure: Figure, adding: Adding, examples: int, rules: int,
    least: int = 0, part: int = 0,
) -> None:  # fmt: skip
    class Machine(Streets):
        steps = taken = deaths = edits = 0
        by_key: ClassVar[Counter[str]] = Counter()

        def __init__(self) -> None:
            super().__init__(make)

    began = time.process_time()
    # Nothing is left behind in memory, whatever becomes of the run.
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else request.getfixturevalue("tmp_path")) as folder:
        make = maker(request, url, Path(folder))
        from_seed = SEED + part
        run_machine(Machine, examples, rules, from_seed)
        while Machine.steps < least:
            # What is drawn changes with every change of the product's code, and so does how many presses that makes.
            from_seed += 10
            run_machine(Machine, 2, rules, from_seed)
    figure(
        f"hazards: {Machine.steps} presses, {Machine.taken} steps taken, {Machine.deaths} deaths, {Machine.edits} cards"
        f" redrawn, 0 violations; {kind_of(url)}, seed {SEED + part}, {time.process_time() - began:.0f} s of processor"
    )
    adding("presses at hazards", Machine.steps)
    never = [key for key in (*LAW, "undo", *BESIDE.values()) if not Machine.by_key[key]]
    assert Machine.steps >= least
    assert least < LONG or never == [], f"never taken, so never judged: {never}"


def test_hazards_in_any_order(
    request: pytest.FixtureRequest, database_url: str, figure: Figure, adding: Adding
) -> None:
    _run(request, database_url, figure, adding, examples=3, rules=6)


@pytest.mark.torture
@pytest.mark.parametrize(("database_url", "examples", "least", "part"), AT_LENGTH, indirect=["database_url"])
def test_hazards_in_any_order_for_long(
    request: pytest.FixtureRequest, database_url: str, figure: Figure, adding: Adding, examples: int, least: int,
    part: int,
) -> None:  # fmt: skip
    _run(request, database_url, figure, adding, examples, rules=40, least=least, part=part)
