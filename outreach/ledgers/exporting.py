"""出清单 — the three ledgers as one workbook, read page by page as everything stood at one instant.

The file is made while the notice that brings it is sent: nobody's press waits for it, and no transaction is long.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from content.texts import Words
from content.workbooks import register_words
from content.workbooks.streaming import StreamedBook
from domain.authority import Duty
from domain.checklist import Grade
from domain.contact import Contact, Official
from domain.enterprise import RiskClass
from domain.hazard import OPEN, HazardState
from domain.hazard_figures import Figures, Stood
from domain.notice import Notice
from domain.ownership import OwnerKind, Owners
from outreach.desk import Desk, Office
from outreach.hazards import counting
from outreach.ledgers.codes import enterprise_code, rectification_code
from outreach.ledgers.tasks import PAGE, Row, activities, occurrences, owner_of, said_day, visits
from outreach.overseeing import within
from outreach.people.appointing import as_official
from outreach.register.owning import owners_of_each
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.people import OfficialRecord

HOME_LOCALE = "zh-CN"  # papers are for the file, in the language of the office
ENTERPRISES, TASKS, HAZARDS = "enterprises", "tasks", "hazards"
SHEETS = {
    ENTERPRISES: (12, 36, 22, 18, 14, 14, 36, 12, 12, 10, 10, 14, 14, 12, 10, 10, 14),
    TASKS: (26, 12, 12, 36, 14, 48, 16, 16, 14, 20),
    HAZARDS: (20, 12, 36, 14, 14, 30, 48, 14, 20, 14, 30, 14, 20, 16, 10, 14, 14, 14, 36, 14, 20, 26),
}  # fmt: skip
FEN = 100


async def order_ledgers(desk: Desk, contact: Contact, official: Official) -> tuple[int, int]:
    """Have the workbook made and sent to an official; that it was taken out is noted in the journal.

    Returns how many enterprises and hazards there are. Pressed again within a minute it is the same workbook.
    Raises DutyLacking.
    """
    official.must(Duty.FIGURES)
    counted = await desk.session.execute(
        select(
            select(func.count()).select_from(EnterpriseRecord).where(*within(official.jurisdiction)).scalar_subquery(),
            select(func.count())
            .select_from(HazardRecord)
            .where(*counting.within(official.jurisdiction))
            .scalar_subquery(),
        )
    )
    enterprises, hazards = (int(one) for one in counted.one())
    asked = desk.now.replace(second=0, microsecond=0)
    recipe = f"ledgers:{official.id}:{desk.now.timestamp():.6f}"
    facts: dict[str, object] = {"at": desk.now, "enterprises": enterprises, "hazards": hazards}
    key = f"ledgers:{official.id}:{asked:%Y%m%d%H%M}:{contact.id}"
    if await desk.tell(contact, Notice("ledgers", facts, key, attachment=recipe)):
        await desk.note("LedgersExported", "ledgers", contact.id, enterprises=enterprises, hazards=hazards)
    return enterprises, hazards


async def make_ledgers(office: Office, official_id: int, at: datetime) -> tuple[str, bytes]:
    """The name and the bytes of the workbook of an official's jurisdiction as it stood at `at`."""
    words = office.texts.words(HOME_LOCALE)
    async with office.desk() as desk:
        official = as_official(desk, await desk.session.get_one(OfficialRecord, official_id))
        day = desk.on(at)
    with TemporaryDirectory(prefix="ledgers-") as folder:
        path = Path(folder) / "ledgers.xlsx"
        await _fill(office, path, official, at, words)
        return words.label("ledger.file", day=f"{day:%Y%m%d}"), await asyncio.to_thread(path.read_bytes)


async def _fill(office: Office, path: Path, official: Official, at: datetime, words: Words) -> None:
    book = StreamedBook(path)
    sheets = {
        name: book.sheet(words.label(f"ledger.sheet.{name}"), words.label(f"ledger.headings.{name}").split("|"), widths)
        for name, widths in SHEETS.items()
    }
    open_, major, late, tasks = (Counter[int]() for _ in range(4))
    after = 0
    while True:
        async with office.desk() as desk:
            found, rows = await _hazards(desk, official, at, words, after)
        for one in found.stood:
            if one.enterprise_id is not None and one.state in OPEN and one.state is not HazardState.REPORTED:
                open_[one.enterprise_id] += 1
                major[one.enterprise_id] += one.grade is Grade.MAJOR
                late[one.enterprise_id] += one.is_overdue(found.on)
        await asyncio.to_thread(sheets[HAZARDS].write, [row for row, _ in rows])
        await asyncio.to_thread(sheets[TASKS].write, [task for _, task in rows if task])
        tasks.update(one.enterprise_id for one in found.stood if one.enterprise_id and _is_task(one))
        if len(rows) < PAGE:
            break
        after = found.stood[-1].id
    async for page in occurrences(office, official, at, words):
        await asyncio.to_thread(sheets[TASKS].write, page)
    await asyncio.to_thread(sheets[TASKS].write, await activities(office, official, words))
    await asyncio.to_thread(sheets[TASKS].write, await visits(office, official, at, words))
    after = 0
    while True:
        async with office.desk() as desk:
            enterprises = await _enterprises(desk, official, after)
            names = {one.id: [_industry(desk, id_) for id_ in one.industries] for one in enterprises}
            owners = await owners_of_each(desk, enterprises)
        written = [
            (
                *_enterprise(one, names[one.id], owners[one.id], words),
                open_[one.id],
                major[one.id],
                late[one.id],
                tasks[one.id],
            )
            for one in enterprises
        ]
        await asyncio.to_thread(sheets[ENTERPRISES].write, written)
        if len(enterprises) < PAGE:
            break
        after = enterprises[-1].id
    notes = book.sheet(words.label("ledger.sheet.notes"), words.label("ledger.headings.notes").split("|"), (110,))
    counts = {name: sheet.count for name, sheet in sheets.items()}
    told = words.plain("replies/ledger/notes", at=at, counts=counts, jurisdiction=official.jurisdiction)
    notes.write([(line,) for line in told.splitlines() if line.strip()])
    await asyncio.to_thread(book.close)


async def _hazards(
    desk: Desk, official: Official, at: datetime, words: Words, after: int
) -> tuple[Figures, list[tuple[Row, Row | None]]]:
    """A page of hazards as they stood: for each its row, and the task that it is."""
    area, trade = aliased(OfficialRecord), aliased(OfficialRecord)
    records = (
        await desk.session.execute(
            select(HazardRecord, OfficialRecord.name, area.name, trade.name, EnterpriseRecord)
            .outerjoin(OfficialRecord, OfficialRecord.id == HazardRecord.follower_id)
            .outerjoin(area, area.id == HazardRecord.area_owner_id)
            .outerjoin(trade, trade.id == HazardRecord.trade_owner_id)
            .outerjoin(EnterpriseRecord, EnterpriseRecord.id == HazardRecord.enterprise_id)
            .where(HazardRecord.id > after, HazardRecord.opened_at <= at, *counting.within(official.jurisdiction))
            .order_by(HazardRecord.id)
            .limit(PAGE)
        )
    ).all()
    by_id = {row.id: (row, tuple(n or "" for n in names), owner_of(at, words)) for row, *names, at in records}
    found = await counting.figures(desk, official.jurisdiction, at, at, ids=by_id)
    return found, [_hazard(desk, one, *by_id[one.id], found, words) for one in found.stood]


def _hazard(
    desk: Desk, one: Stood, row: HazardRecord, officials: tuple[str, ...], owner: str, found: Figures, words: Words
) -> tuple[Row, Row | None]:
    label = words.label
    code = enterprise_code(one.enterprise_id) if one.enterprise_id else ""
    due, is_late = said_day(words, one.due_on), one.is_overdue(found.on)
    state = label(f"hazard.state.{one.state.value}")
    task = rectification_code(one.number) if _is_task(one) else ""
    line: Row = (
        one.number, code, one.enterprise, row.street, row.grid, row.where, one.what,
        label(f"hazard.source.{one.source.value}"), row.found_by, label(f"hazard.grade.{one.grade.value}"), row.clause,
        state, said_day(words, desk.on(row.opened_at)), due, label("ledger.yes") if is_late else "",
        *officials, row.remedy,
        None if one.cost is None else one.cost / FEN, row.listed_as, task,
    )  # fmt: skip
    if not task:
        return line, None
    return line, (
        task, label("ledger.task.rectification"), code, one.enterprise, row.street, one.what, owner, due,
        label("ledger.late") if is_late else state, one.number,
    )  # fmt: skip


def _is_task(one: Stood) -> bool:
    return one.state is HazardState.ORDERED


async def _enterprises(desk: Desk, official: Official, after: int) -> list[EnterpriseRecord]:
    found = await desk.session.scalars(
        select(EnterpriseRecord)
        .where(EnterpriseRecord.id > after, *within(official.jurisdiction))
        .order_by(EnterpriseRecord.id)
        .limit(PAGE)
    )
    return list(found)


def _enterprise(row: EnterpriseRecord, industries: list[str], owners: Owners, words: Words) -> Row:
    return (
        enterprise_code(row.id), row.name, row.credit_code, words.label("ledger.joint").join(industries), row.street,
        row.grid, row.address, row.principal_name, row.safety_officer_name, row.head_count,
        register_words().risk_names[RiskClass(row.risk_class)] if row.risk_class else "",
        *(one.name if (one := owners.of(kind)) else "" for kind in OwnerKind),
    )  # fmt: skip


def _industry(desk: Desk, id_: object) -> str:
    found = desk.catalogue.industries.get(str(id_))
    return found.name if found else str(id_)
