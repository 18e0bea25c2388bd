"""职权 — whatever is said, by whom and about what: who may not learns nothing and changes nothing.

The matrix is the router's own: every command, every button with every verb that a talk's code answers to, every
awaited message and deep link, each by every caller and about a thing at each place.
"""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_bytes
from typing import Any

import openpyxl
import pytest

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.refusal import Refusal
from domain.report import Draft
from handlers import menu
from handlers.turn import Button, Document, File, Keys, Person, Poll, Press, Reply, Said, Say, Turn, Voted
from outreach import standing
from outreach.desk import Desk, Office
from outreach.reports import drafts
from outreach.storage.database import open_engine
from outreach.storage.on_thread import ThreadConnection
from outreach.storage.photos import PhotoStore
from outreach.storage.records import Record
from outreach.storage.sealing import KEY_BYTES, HourlyCount, Seal
from tests.authority.table import BUTTONS, COMMANDS, LINKS, WAITED, Entry, said_by
from tests.authority.verbs import answered
from tests.authority.world import CAST, GUESSED, NOWHERE, OWN, Someone, Thing, World, everything
from tests.conftest import MORNING, SetClock

NOBODY = Thing(0, "")
# What lies in each table.
Held = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: the words, the refusal if it was one, and whether anything is otherwise in any table.

    is_changed is looked at where nothing may be: what somebody may do changes what it likes.
    """

    words: str
    refusal: Refusal | None
    is_changed: bool


class RolledBack(Exception):
    """Nothing of a cell stays for the next."""


class Theatre:
    """One world, in which everything can be tried once and nothing ever happens."""

    def __init__(self, office: Office, world: World) -> None:
        self.office = office
        self.world = world
        self.cells = 0

    async def play(self, who: Someone, said: Said, entry: Entry, thing: Thing, *, may: bool = True) -> Answer:
        """One update as the intake lets it take effect, and everything undone again."""
        self.cells += 1
        person = Person(who.person_id, who.person_id, who.name, "zh-hans")
        turn = Turn(5_000_000 + self.cells, person, said, 77, MORNING)
        self.office.hourly = HourlyCount()
        found: list[Answer] = []
        try:
            async with self.office.desk() as desk:
                await self._set(desk, who, entry, thing)
                found.append(await self._answer(desk, turn, may=may))
                raise RolledBack
        except RolledBack:
            return found[0]

    async def _set(self, desk: Desk, who: Someone, entry: Entry, thing: Thing) -> None:
        contact = self.world.contacts.get(who.name)
        if contact is None:
            return
        if entry.standing[0]:
            meaning, subject = entry.standing
            about = subject.replace("{id}", str(thing.id)).replace("{other}", str(thing.other))
            await standing.expect(desk, contact.id, meaning, about)
        if entry.draft:
            await drafts.keep(desk, who.person_id, Draft(desk.now, what="门口堆满了", asked="what"))

    async def _answer(self, desk: Desk, turn: Turn, *, may: bool) -> Answer:
        await desk.session.flush()
        driver = await _driver(desk)
        driver.execute("SAVEPOINT before")
        start = driver.total_changes
        scene = await menu.scene_for(turn, desk)
        refusal = None
        try:
            async with desk.session.begin_nested():
                reply = await menu.answer(turn, scene)
        except Refusal as no:
            refusal = no
            reply = await menu.refuse(turn, await menu.scene_for(turn, desk), no)
        await desk.session.flush()
        answer = Answer(words_of(reply), refusal, False)
        # No row was touched, or somebody may: nothing to compare.
        if may or driver.total_changes == start:
            return answer
        after = everything_held(driver)
        driver.execute("ROLLBACK TO before")
        return replace(answer, is_changed=after != everything_held(driver))


def everything_held(driver: Any) -> Held:
    """Every row of every table, as it lies there: reading them as values would take ten times as long."""
    return [driver.execute(f'SELECT * FROM "{table}"').fetchall() for table in Record.metadata.tables]


async def _driver(desk: Desk) -> Any:
    """The connection of this transaction, without anything between."""
    raw = await (await desk.session.connection()).get_raw_connection()
    assert isinstance(raw.driver_connection, ThreadConnection)
    return raw.driver_connection._conn


def words_of(reply: Reply) -> str:
    """Everything a person could read in a reply, in its buttons and in its workbooks."""
    parts = [reply.toast, *(about for _, about in reply.commands)]
    for said in reply.says:
        rows: tuple[tuple[Button, ...], ...] = ()
        match said:
            case Say():
                parts.append(said.text)
                rows = said.rows
            case File():
                parts += [said.name, said.caption, _read(said)]
                rows = said.rows
            case Poll():
                parts += [said.question, *said.options, said.explanation]
            case Keys():
                rows = said.rows
        parts += [part for row in rows for button in row for part in (button.label, button.url, button.copy)]
    return "\n".join(parts)


def _read(file: File) -> str:
    if not isinstance(file.data, bytes):
        return ""
    if file.name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(file.data))
        return "\n".join(
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell
        )
    return file.data.decode() if file.name.endswith(".json") else ""


@dataclass(frozen=True, slots=True)
class Built:
    """The world as it was built once: its database to be copied, and what else has to be the same to read it."""

    file: Path
    photos: PhotoStore
    seal: Seal
    world: World


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="module")
def built(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, clock: SetClock, catalogue: Catalogue, texts: Texts
) -> Built:
    folder = tmp_path_factory.mktemp("world")
    file, photos, seal = folder / "anshao.db", PhotoStore(folder / "photos"), Seal(token_bytes(KEY_BYTES))
    shutil.copy(migrated_sqlite, file)

    async def build() -> Built:
        async with _opened(file, photos, seal, clock, catalogue, texts) as office:
            return Built(file, photos, seal, await everything(office))

    return asyncio.run(build())


@asynccontextmanager
async def _opened(
    file: Path, photos: PhotoStore, seal: Seal, clock: SetClock, catalogue: Catalogue, texts: Texts
) -> AsyncIterator[Office]:
    engine = open_engine(f"sqlite:///{file}")
    yield Office(
        engine, catalogue, texts, photos, Privacy.load(), clock=clock, bot_username="anshao_sandbox_bot", seal=seal
    )  # fmt: skip
    await engine.dispose()


@pytest.fixture
async def theatre(
    built: Built, tmp_path: Path, clock: SetClock, catalogue: Catalogue, texts: Texts
) -> AsyncIterator[Theatre]:
    file = tmp_path / "anshao.db"
    shutil.copy(built.file, file)
    async with _opened(file, built.photos, built.seal, clock, catalogue, texts) as office:
        yield Theatre(office, built.world)


def things_of(world: World, entry: Entry) -> Iterator[tuple[str, Thing]]:
    if not entry.kind:
        yield "", NOBODY
        return
    found = world.things[entry.kind]
    if GUESSED not in found:
        yield GUESSED, Thing(NOWHERE, GUESSED, "", "JBZZZZZZZZ")
    yield from found.items()


def fill(world: World, entry: Entry, place: str, thing: Thing, office: Office) -> str:
    """The text of a button or command about that thing."""
    twin = world.things["named report"].get(place, Thing(NOWHERE, GUESSED))
    day = MORNING.astimezone(office.zone).date().toordinal()
    enterprise = world.enterprises.get(thing.at, NOWHERE)
    return entry.said.format(id=thing.id, other=thing.other, twin=twin.id, day=day, enterprise=enterprise)


async def must_hold(theatre: Theatre, entry: Entry, said_about: Callable[[str, Thing], Said]) -> list[str]:
    """Play a row of the matrix; what does not hold, in words."""
    wrong: list[str] = []
    world, has_succeeded = theatre.world, False
    for who in CAST:
        guess: str | None = None
        for place, thing in things_of(world, entry):
            said = said_about(place, thing)
            cell = f"{said} · {who.key} · {place or 'no thing'}"
            may = entry.may(who, thing, place)
            try:
                answer = await theatre.play(who, said, entry, thing, may=may)
            except Exception as fault:
                wrong.append(f"{cell}: {type(fault).__name__} {str(fault)[:200]}")
                continue
            has_succeeded = has_succeeded or (may and answer.refusal is None and bool(who.is_contact))
            if not (may and entry.reveals and place != GUESSED):
                leaks = [word for word, readers in world.secrets.items() if word in answer.words]
                leaks = [word for word in leaks if who.name not in world.secrets[word]]
                leaks = [word for word in leaks if (who.key, word) not in entry.own_past]
                if leaks:
                    wrong.append(f"{cell}: leaks {leaks}")
            if may:
                continue
            guess = answer.words if guess is None else guess
            if answer.is_changed:
                wrong.append(f"{cell}: something changed")
            if answer.refusal is None and not entry.quiet and who.is_contact:
                wrong.append(f"{cell}: not refused but told {answer.words[:80]!r}")
            if answer.words != guess:
                wrong.append(f"{cell}: told {answer.words[:120]!r}, a guess {guess[:120]!r}")
    if entry.succeeds and not has_succeeded:
        wrong.append(f"{entry.said or entry.standing}: nobody can do it, so its refusals prove nothing")
    return wrong


def shared(quick: set[str]) -> list[object]:
    """Every prefix of the menu; all but the quick ones belong to the exhaustive share, `make torture`."""
    return [
        prefix if prefix in quick else pytest.param(prefix, marks=pytest.mark.torture)
        for prefix in sorted(menu.PRESSES)
    ]


def test_every_command_button_and_awaited_message_of_the_menu_is_in_the_table() -> None:
    listed = {(entry.words[0], entry.words[1] if len(entry.words) > 1 else "") for entry in BUTTONS}
    without_verbs = {prefix for prefix, _ in listed} - {prefix for prefix, _ in answered()}
    assert answered() - listed - {("la", "set")} == set(), "a button that the matrix does not know"
    assert {pair for pair in listed if pair[0] not in without_verbs} - answered() - {("st", "")} == set()
    assert {prefix for prefix, _ in listed} == set(menu.PRESSES)
    assert {entry.said.partition(" ")[0] for entry in COMMANDS} == set(menu.COMMANDS)
    assert {one.entry.standing[0] for one in WAITED} - {""} == set(menu.MEANINGS)
    assert {str(one.said.__class__.__name__) for one in WAITED} >= {"Text", "Photo", "Location", "Voted", "SharedPhone"}


@pytest.mark.parametrize("prefix", shared({"fi"}))
async def test_buttons(theatre: Theatre, prefix: str) -> None:
    wrong = []
    for entry in BUTTONS:
        if entry.words[0] == prefix:
            wrong += await must_hold(
                theatre, entry,
                lambda place, thing, entry=entry: said_by(
                    entry, fill(theatre.world, entry, place, thing, theatre.office)
                ),
            )  # fmt: skip
    print(f"\n{prefix}: {theatre.cells} cells")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("entries", [COMMANDS, LINKS], ids=["commands", "deep links"])
async def test_commands_and_deep_links(theatre: Theatre, entries: tuple[Entry, ...]) -> None:
    wrong = []
    for entry in entries:
        wrong += await must_hold(
            theatre, entry,
            lambda place, thing, entry=entry: said_by(entry, fill(theatre.world, entry, place, thing, theatre.office)),
        )  # fmt: skip
    print(f"\n{theatre.cells} cells")
    assert not wrong, "\n".join(wrong)


@pytest.mark.torture
async def test_awaited_messages(theatre: Theatre) -> None:
    wrong = []
    for one in WAITED:

        def said(place: str, thing: Thing, one: object = one.said) -> Said:
            return replace(one, poll_id=str(thing.other)) if isinstance(one, Voted) else one  # type: ignore[return-value]

        wrong += await must_hold(theatre, one.entry, said)
    print(f"\n{theatre.cells} cells")
    assert not wrong, "\n".join(wrong)


async def test_a_workbook_is_read_for_nobody_who_may_not_import_it(theatre: Theatre) -> None:
    said = Document("file", "unique", "register.xlsx", "application/octet-stream", 1000, "")
    entry, fetched = Entry("", "", lambda who, what, place: False, succeeds=False), []

    async def fetch(file_id: str, limit: int) -> bytes:
        fetched.append(file_id)
        return b"not a workbook"

    for who in CAST:
        turn = Turn(1, Person(who.person_id, who.person_id, who.name, "zh-hans"), said, 77, MORNING)
        async with theatre.office.desk() as desk:
            caller = await menu.caller_for(turn, desk)
        fetched.clear()
        prepared = await menu.prepare(turn, caller, fetch)
        may = who.office is not None and who.office.value in ("head", "officer")
        assert bool(fetched) == may, who.key
        if not may:
            assert prepared is None
            answer = await theatre.play(who, said, entry, NOBODY, may=False)
            assert not answer.is_changed, who.key


SHAPES = ("", "0", "-1", "x", "9" * 18, "9" * 19, "9" * 40, "٣", "1:1:1:1", "0:0:0:0:0", "1" * 18 + ":-:x:0", ":::")


@pytest.mark.parametrize("prefix", shared({"rg", "fi"}))
async def test_a_button_that_no_talk_ever_made_is_refused_and_breaks_nothing(theatre: Theatre, prefix: str) -> None:
    wrong = []
    verbs = sorted({verb for found, verb in answered() if found == prefix} | {"", "zz"})
    entry = Entry("", "", lambda who, what, place: True, succeeds=False)
    for who in CAST:
        if who.key not in ("stranger", "safety officer", "head"):
            continue
        for verb in verbs:
            for shape in SHAPES:
                words = tuple(f"{prefix}:{verb}:{shape}".split(":"))
                try:
                    answer = await theatre.play(who, Press("query", words, 77), entry, NOBODY)
                except Exception as fault:
                    wrong.append(f"{':'.join(words)} · {who.key}: {type(fault).__name__} {str(fault)[:120]}")
                    continue
                leaks = [
                    w for w, readers in theatre.world.secrets.items() if w in answer.words and who.name not in readers
                ]
                if leaks:
                    wrong.append(f"{':'.join(words)} · {who.key}: leaks {leaks}")
    print(f"\n{prefix}: {theatre.cells} cells")
    assert not wrong, "\n".join(wrong[:40])


def test_the_world_has_its_own_word_on_who_is_who() -> None:
    assert len({one.key for one in CAST}) == len(CAST) >= 15
    assert OWN
