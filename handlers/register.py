"""企业名录 — an official keeps the register: /register → workbook sent → what it would do → confirmed → what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from pathlib import PurePath

from content.catalogue import Catalogue
from content.workbooks import (
    RegisterReading,
    industry_ids,
    read_register,
    register_cells,
    register_template,
    register_words,
    write_problem_workbook,
    write_register,
)
from domain.authority import Duty
from domain.contact import Official, StalePress
from domain.phone import spoken_phone
from domain.refusal import Refusal
from domain.workbook import WorkbookBroken
from handlers import on_the_spot, owners
from handlers.screen import ROWS_A_PAGE, back_rows, home_button, pager
from handlers.screen import show as shown
from handlers.turn import Button, Command, Document, File, FileFetcher, Press, Reply, Rows, Say, Scene, Turn
from handlers.turn import press as data
from outreach.inspections import proxying
from outreach.register import drafting, listing, registering, unowned

# What Telegram lets a bot download. Larger than a workbook may be: one with too many rows should hear about rows.
_MOST_FETCHED = 20_000_000
_SUFFIXES = frozenset((".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".et", ".ods", ".csv"))
_SHOWN_PROBLEMS = 3
_SHOWN_CHANGES = 8


@cache
def _industry_named() -> Callable[[str], str | None]:
    # A workbook is read before there is a desk, and with it a catalogue.
    return industry_ids(Catalogue.shipped())


async def prepare(document: Document, fetch: FileFetcher) -> object:
    """Fetch and read a workbook, outside the transaction. Raises a Refusal of `domain.workbook` or `domain.files`."""
    if PurePath(document.name).suffix.lower() not in _SUFFIXES:
        raise WorkbookBroken
    received = await fetch(document.file_id, _MOST_FETCHED)
    return await asyncio.to_thread(_read, received)


def _read(received: bytes) -> RegisterReading:
    return read_register(received, _industry_named())


async def show(turn: Turn, scene: Scene) -> Reply:
    """The register of the official's jurisdiction; `/register 文字` looks for enterprises by name."""
    official = scene.as_official()
    if isinstance(turn.said, Command) and turn.said.rest:
        return await _list(turn, scene, official, 0, named=turn.said.rest[:50])
    figures = await listing.counts(scene.desk, official.jurisdiction)
    imports = official.may(Duty.REGISTER)
    text = scene.words("replies/register/menu", figures=figures, jurisdiction=official.jurisdiction, imports=imports)
    label = scene.words.label
    template = (Button(label("register.template"), data("rg", "t")),) if imports else ()
    export = (Button(label("register.export"), data("rg", "x")),) if official.may(Duty.FIGURES) else ()
    rows: Rows = (
        (Button(label("register.list"), data("rg", "ls", 0)),),
        owners.entry_row(scene, (await unowned.gaps(scene.desk, official)).any),
        *(((Button(label("liaison.mine"), data("lz", "l", 0)),),) if official.may(Duty.ANSWER) else ()),
        *(((*template, *export),) if template or export else ()),
        (home_button(scene.words),),
    )
    return shown(turn, text, rows)


async def take_workbook(turn: Turn, scene: Scene) -> Reply:
    """Say what a workbook would do, give back what is wrong with it, and ask before anything is written."""
    official = scene.as_official()
    if isinstance(scene.prepared, Refusal):
        raise scene.prepared
    if not isinstance(scene.prepared, RegisterReading):
        raise WorkbookBroken
    outside = await registering.outside(scene.desk, scene.prepared.rows, official.jurisdiction)
    reading = scene.prepared.with_problems(outside)
    batch = registering.Batch.of(reading)
    outcome = await registering.compare(scene.desk, batch)
    label = scene.words.label
    rows = back_rows(scene.words)
    if outcome.added or outcome.updated:
        draft_id = await drafting.put_by(scene.desk, scene.known.contact, batch)
        confirm = label("register.confirm", count=outcome.added + outcome.updated)
        rows = (
            (Button(confirm, data("rg", "ok", draft_id), style="primary"),),
            (Button(label("register.discard"), data("rg", "no", draft_id)),),
        )
    else:
        await drafting.discard(scene.desk, scene.known.contact)
    text = scene.words(
        "replies/register/preview",
        total=reading.total,
        bad=reading.bad_rows,
        outcome=outcome,
        changes=_changes(outcome),
        more_changes=max(0, outcome.updated - _SHOWN_CHANGES),
        problems=_problems(reading),
        sheet=reading.sheet.title,
        skipped=reading.skipped_sheets,
    )
    told = Say(text, rows)
    if not reading.problems:
        return Reply((told,))
    # In a thread: the largest takes two seconds, in which other chats go on.
    given_back = await asyncio.to_thread(write_problem_workbook, reading)
    caption = scene.words("replies/register/problem_file", bad=reading.bad_rows)
    return Reply((File(register_words().problem_file_name, given_back, caption), told))


async def press(turn: Turn, scene: Scene) -> Reply:
    """`rg:l`, `rg:t`, `rg:x`, `rg:ls:<page>`, `rg:e:<enterprise>:<page>`, `rg:ok:<draft>`, `rg:no:<draft>`."""
    assert isinstance(turn.said, Press)
    official = scene.as_official()
    match turn.said.words[1:]:
        case ("l",):
            return await show(turn, scene)
        case ("t",):
            return await _template(scene)
        case ("x",):
            return await _export(scene, official)
        case ("ls", _):
            return await _list(turn, scene, official, turn.said.number(2))
        case ("e", _, _):
            return await _enterprise(turn, scene, official, turn.said.number(2), turn.said.number(3))
        case ("ok", _):
            return await _confirm(turn, scene, official, turn.said.number(2))
        case ("no", _):
            await drafting.discard(scene.desk, scene.known.contact)
            return shown(turn, scene.words("replies/register/discarded"), _register_rows(scene))
    raise StalePress


async def _confirm(turn: Turn, scene: Scene, official: Official, draft_id: int) -> Reply:
    outcome = await drafting.confirm(scene.desk, scene.known.contact, official, draft_id)
    text = scene.words(
        "replies/register/imported",
        outcome=outcome,
        changes=_changes(outcome),
        more_changes=max(0, outcome.updated - _SHOWN_CHANGES),
        handovers=outcome.handovers[:_SHOWN_CHANGES],
    )
    invite = Button(scene.words.label("menu.invite"), data("iv", "l", 0), style="primary")
    return shown(turn, text, ((invite,), *_register_rows(scene)))


async def _template(scene: Scene) -> Reply:
    names = [industry.name for industry in scene.desk.catalogue.industries.values()]
    made = await asyncio.to_thread(register_template, names)
    return Reply((File(register_words().file_name, made, scene.words("replies/register/template_file"), is_kept=True),))


async def _export(scene: Scene, official: Official) -> Reply:
    entries = await listing.export(scene.desk, official.jurisdiction, scene.known.contact.id)
    industries = scene.desk.catalogue.industries

    def write() -> bytes:
        rows = [
            register_cells(entry, lambda id_: industries[id_].name if id_ in industries else id_) for entry in entries
        ]
        return write_register(rows, [industry.name for industry in industries.values()])

    made = await asyncio.to_thread(write)
    caption = scene.words("replies/register/export_file", count=len(entries), at=scene.desk.now)
    return Reply((File(register_words().export_file_name, made, caption),))


async def _list(turn: Turn, scene: Scene, official: Official, page: int, named: str = "") -> Reply:
    found = await listing.enterprises(scene.desk, official.jurisdiction, page, ROWS_A_PAGE, named)
    mark = scene.words.label("register.enrolled_mark")
    rows = [
        (Button(f"{line.name} {mark}" if line.is_enrolled else line.name, data("rg", "e", line.id, found.number)),)
        for line in found.lines
    ]
    turners = pager(scene.words, found.number, found.pages, "rg", "ls") if not named else ()
    text = scene.words("replies/register/list", page=found, named=named, mark=mark)
    return shown(turn, text, (*rows, *((turners,) if turners else ()), *_register_rows(scene)))


async def _enterprise(turn: Turn, scene: Scene, official: Official, enterprise_id: int, page: int) -> Reply:
    card = await listing.enterprise(scene.desk, official.jurisdiction, enterprise_id)
    entry, industries = card.entry, scene.desk.catalogue.industries
    text = scene.words(
        "replies/register/enterprise",
        entry=entry,
        industries=[industries[one].name if one in industries else one for one in entry.industries],
        risk=register_words().risk_names[entry.risk_class] if entry.risk_class else "",
        named=[
            (role, person.name, spoken_phone(person.phone) if person.phone else "")
            for role, person in (("principal", entry.principal), ("safety_officer", entry.safety_officer))
            if person is not None
        ],
        holders=[(contact.name, role) for contact, role in card.holders],
        owners=card.owners,
    )
    back = Button(scene.words.label("register.back_to_list"), data("rg", "ls", page))
    rows: Rows = ((back,), (home_button(scene.words),))
    if official.may(Duty.REGISTER):
        who = [Button(scene.words.label("liaison.open"), data("sn", "o", card.id))]
        if official.may(Duty.APPOINT):
            who.insert(0, Button(scene.words.label("owners.edit"), data("ow", "e", card.id)))
        rows = (tuple(who), *rows)
    if official.may(Duty.REGISTER):
        rows = ((Button(scene.words.label("fallback.open"), data("fb", "e", card.id)),), *rows)
    rows = (*on_the_spot.entry_rows(scene, card.id), *rows)
    if await proxying.may_fill_in_for(scene.desk, official, card.id):
        rows = ((Button(scene.words.label("register.proxy"), data("in", "e", card.id)),), *rows)
    return shown(turn, text, rows)


def _register_rows(scene: Scene) -> Rows:
    return ((Button(scene.words.label("register.back"), data("rg", "l")), home_button(scene.words)),)


def _changes(outcome: registering.ImportOutcome) -> list[tuple[str, list[str]]]:
    columns = register_words().columns
    return [
        (change.name, [columns[column].heading for column in change.columns])
        for change in outcome.changes[:_SHOWN_CHANGES]
    ]


def _problems(reading: RegisterReading) -> list[tuple[int, str, str]]:
    columns = register_words().columns
    return [(flaw.row, columns[flaw.column].heading, flaw.wording) for flaw in reading.problems[:_SHOWN_PROBLEMS]]
