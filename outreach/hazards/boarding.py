"""公示栏 — an enterprise shows its staff the hazards of a month, without names, once its principal agrees (art. 41)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from content.papers.board import BoardPaper, BoardRow, board_law, hazard_board
from content.papers.redacting import redacted
from domain.checklist import Grade
from domain.contact import RESPONSIBLE, Contact, Jurisdiction, NotYours, Post, Role, StalePress
from domain.hazard import OPEN, PrincipalMissing
from domain.hazard_figures import Measure, Stood
from domain.notice import Notice, NoticeButton
from outreach.desk import Desk, Office
from outreach.hazards import counting
from outreach.hazards.unnaming import reporters_of
from outreach.people.enrolling import holders
from outreach.persons import as_contact
from outreach.storage.boards import BoardRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.people import ContactRecord, PostRecord

HOME_LOCALE = "zh-CN"


@dataclass(frozen=True, slots=True)
class Board:
    """The board of a month as it would be printed now, and whether the caller is the one who agrees to it."""

    enterprise_id: int
    paper: BoardPaper
    is_principal: bool


async def board(desk: Desk, posts: tuple[Post, ...], enterprise_id: int, months_ago: int = 0) -> Board:
    """The board of this month or an earlier one. Raises NotYours for an enterprise that one does not answer for."""
    roles = {post.role for post in posts if post.enterprise_id == enterprise_id}
    if roles.isdisjoint(RESPONSIBLE):
        raise NotYours
    month = desk.today.replace(day=1)
    for _ in range(min(months_ago, 12)):
        month = (month - timedelta(days=1)).replace(day=1)
    return Board(enterprise_id, await _paper(desk, enterprise_id, month), Role.PRINCIPAL in roles)


async def ask_for_board(
    desk: Desk, contact: Contact, posts: tuple[Post, ...], enterprise_id: int, months_ago: int
) -> bool:
    """Have the board of a month printed: a principal agrees by asking, anybody else's waits for one.

    Returns whether it is printed at once. Raises NotYours, PrincipalMissing.
    """
    shown = await board(desk, posts, enterprise_id, months_ago)
    principals = [one for one, role in await holders(desk, enterprise_id) if role is Role.PRINCIPAL]
    if not shown.is_principal and not principals:
        raise PrincipalMissing
    row = BoardRecord(
        enterprise_id=enterprise_id, month_on=shown.paper.month_on, as_of=desk.now, body=kept(shown.paper),
        asked_by=contact.id,
    )  # fmt: skip
    desk.session.add(row)
    await desk.session.flush()
    await desk.note("BoardAsked", f"board:{row.id}", contact.id, month=shown.paper.month_on, rows=len(shown.paper.rows))
    if shown.is_principal:
        await _agree(desk, row, contact)
        return True
    for one in principals:
        facts: dict[str, object] = {"paper": shown.paper, "by": contact.name}
        buttons = ((NoticeButton("board.agree", f"bd:ok:{row.id}"),),)
        await desk.tell(one, Notice("board_asked", facts, f"board:{row.id}:asked:{one.id}", buttons))
    return False


async def agree(desk: Desk, contact: Contact, posts: tuple[Post, ...], board_id: int) -> BoardRecord:
    """A principal agrees to what somebody of the enterprise asked for. Raises NotYours, StalePress when it is done."""
    found = await desk.session.scalars(select(BoardRecord).where(BoardRecord.id == board_id).with_for_update())
    row = found.first()
    own = {post.enterprise_id for post in posts if post.role is Role.PRINCIPAL}
    if row is None or row.enterprise_id not in own:
        raise NotYours
    if row.approved_at is not None:
        raise StalePress
    await _agree(desk, row, contact)
    return row


async def make_board(office: Office, board_id: int) -> tuple[str, bytes]:
    """The name and the bytes of a board that was agreed to, as it was then."""
    async with office.desk() as desk:
        row = await desk.session.get_one(BoardRecord, board_id)
        assert row.approved_at is not None
        paper = _unkept(row.body, desk.on(row.approved_at))
    name = office.texts.words(HOME_LOCALE).label("board.file", y=row.month_on.year, m=row.month_on.month)
    return name, await asyncio.to_thread(hazard_board, paper)


async def _agree(desk: Desk, row: BoardRecord, contact: Contact) -> None:
    row.approved_by, row.approved_at = contact.id, desk.now
    await desk.note("BoardApproved", f"board:{row.id}", contact.id)
    for id_ in dict.fromkeys((contact.id, row.asked_by)):
        reader = contact if id_ == contact.id else await _contact(desk, id_)
        if reader is not None:
            facts: dict[str, object] = {"month_on": row.month_on}
            await desk.tell(reader, Notice("board", facts, f"board:{row.id}:{id_}", attachment=f"board:{row.id}"))


async def _contact(desk: Desk, id_: int) -> Contact | None:
    row = await desk.session.get(ContactRecord, id_)
    return as_contact(row) if row is not None and row.erased_at is None else None


async def _paper(desk: Desk, enterprise_id: int, month: date) -> BoardPaper:
    """What the board says: all of the month, and what is still open from before."""
    almanac, words = desk.office.almanac, desk.office.texts.words(HOME_LOCALE)
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    as_of = min(almanac.start_of(after) - timedelta(microseconds=1), desk.now)
    since = almanac.start_of(month) - timedelta(microseconds=1)
    ids = list(await desk.session.scalars(select(HazardRecord.id).where(HazardRecord.enterprise_id == enterprise_id)))
    places = dict(
        (await desk.session.execute(select(HazardRecord.id, HazardRecord.where).where(HazardRecord.id.in_(ids)))).all()
    )
    figures = await counting.figures(desk, Jurisdiction(), as_of, since, ids=ids)
    enterprise = await desk.session.get_one(EnterpriseRecord, enterprise_id)
    names = await _names(desk, enterprise, ids)
    shown = [one for one in figures.stood if one.is_hazard and _is_shown(one, since)]
    rows = [
        BoardRow(
            one.number, redacted(" ".join(one.what.split()), names),
            redacted(_place(places.get(one.id, ""), enterprise.name), names), one.grade is Grade.MAJOR,
            words.label(f"board.state.{one.state.value}"), one.due_on,
        )
        for one in shown
    ]  # fmt: skip
    return BoardPaper(
        enterprise.name, month, as_of, desk.on(as_of), figures.count(Measure.NEW), figures.count(Measure.NEWLY_CLOSED),
        figures.count(Measure.OPEN), figures.count(Measure.OPEN, Grade.MAJOR), tuple(rows), board_law(), desk.today,
    )  # fmt: skip


def _is_shown(one: Stood, since: datetime) -> bool:
    """Whether it is of the month: found or closed in it, or open still."""
    instants = (one.found_at, one.closed_at)
    return one.state in OPEN or any(instant is not None and instant > since for instant in instants)


def _place(where: str, enterprise: str) -> str:
    return "" if where.strip() == enterprise else where.replace(enterprise, "").strip(" ·")


async def _names(desk: Desk, enterprise: EnterpriseRecord, ids: list[int]) -> set[str]:
    """Everybody whose name may stand in the words: who ever held a post there, took a step or reported it, or is on the
    register.
    """
    took = select(HazardStepRecord.contact_id).where(HazardStepRecord.hazard_id.in_(ids))
    held = select(PostRecord.contact_id).where(PostRecord.enterprise_id == enterprise.id)
    found = await desk.session.scalars(
        select(ContactRecord.name).where(or_(ContactRecord.id.in_(took), ContactRecord.id.in_(held)))
    )
    return {*found, *await reporters_of(desk, ids), enterprise.principal_name, enterprise.safety_officer_name} - {""}


def kept(paper: BoardPaper) -> str:
    return json.dumps(asdict(paper), ensure_ascii=False, default=lambda value: value.isoformat())


def _unkept(body: str, approved_on: date) -> BoardPaper:
    held = json.loads(body)
    day = date.fromisoformat
    rows = tuple(BoardRow(**row | {"term": day(row["term"]) if row["term"] else None}) for row in held["rows"])
    return BoardPaper(**held | {
        "month_on": day(held["month_on"]), "as_of": datetime.fromisoformat(held["as_of"]),
        "until_on": day(held["until_on"]), "rows": rows, "approved_on": approved_on,
    })  # fmt: skip
