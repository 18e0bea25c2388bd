"""出纸 — makes the file that a notice's recipe stands for, at the moment the notice is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select

from content.papers import (
    InspectionPaper,
    InvitationEntry,
    PaperFinding,
    PaperItem,
    inspection_record,
    invitation_sheet,
)
from content.texts import Words
from domain.checklist import Checklist, Grade, Item, Section, Verdict
from domain.contact import Role
from domain.invitation import Scope
from outreach.broadcasts.parting import album_recipe
from outreach.delivery.parts import ALBUM
from outreach.delivery.telegram.gateway import Album, Attachment
from outreach.desk import Desk, Office
from outreach.editions import edition
from outreach.hazards import ladder_papers
from outreach.hazards.boarding import make_board
from outreach.ledgers.exporting import make_ledgers
from outreach.people.appointing import as_official
from outreach.people.invitees import issue_for_sheet
from outreach.roundups.printing import make_roundup
from outreach.storage.broadcasts import BroadcastRecord
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.inspections import AnswerRecord, FindingRecord, InspectionRecord, PhotoRecord
from outreach.storage.people import ContactRecord, OfficialRecord, PostRecord
from outreach.storage.photos import PhotoStore
from outreach.visits import recording

LOG = structlog.get_logger("papering")
# The record waits this long for photos that are still on their way, then it goes without them.
PATIENCE = timedelta(seconds=90)
HOME_LOCALE = "zh-CN"  # papers are for the file, in the language of the office
_SHEETS_KEPT, _ALBUMS_KEPT = 2, 8


def maker(office: Office) -> Callable[[str], Awaitable[Attachment | Album | None]]:
    """What makes the pump's attachments by recipe, such as `inspection:<id>`.

    It makes None while one cannot be made yet.

    A sheet's codes cannot be read back from the database, so a sheet that must be sent again is kept for it.
    """
    sheets: dict[str, Attachment] = {}
    albums: dict[str, Album] = {}

    async def make(recipe: str) -> Attachment | Album | None:
        kind, *words = recipe.split(":")
        if kind == "inspection":
            return await record(office, int(words[0]))
        if kind == ALBUM:
            # The same one for very many: read once.
            if recipe not in albums:
                while len(albums) >= _ALBUMS_KEPT:
                    del albums[next(iter(albums))]
                albums[recipe] = await _album(office, recipe)
            return albums[recipe]
        if kind == "ledgers":
            return Attachment(*await make_ledgers(office, int(words[0]), datetime.fromtimestamp(float(words[1]), UTC)))
        if kind == "ladder":
            return await ladder_papers.made(office, int(words[0]))
        if kind == "visit":
            return await recording.made(office, int(words[0]))
        if kind == "board":
            return Attachment(*await make_board(office, int(words[0])))
        if kind == "roundup":
            return Attachment(*await make_roundup(office, int(words[0]), words[1]))
        if kind != "sheet":
            raise ValueError(f"no such recipe: {recipe}")
        if recipe not in sheets:
            made = await _sheet(office, int(words[0]), Role(words[1]), Scope(words[2]))
            while len(sheets) >= _SHEETS_KEPT:
                del sheets[next(iter(sheets))]
            sheets[recipe] = made
        return sheets[recipe]

    return make


async def record(office: Office, inspection_id: int, *, patience: timedelta = PATIENCE) -> Attachment | None:
    """The numbered record of a submitted inspection as PDF; None while photos are due and patience lasts.

    Raises ValueError when the inspection was not submitted, NoResultFound when there is none.
    """
    async with office.desk() as desk:
        file = await _file_of(desk, inspection_id)
        if file.is_waiting and desk.now - file.submitted_at < patience:
            return None
    words = office.texts.words(HOME_LOCALE)

    def printed() -> bytes:
        return inspection_record(_paper(file, words, _thumbs(office.photos, file)))

    return Attachment(words.label("papers.record", number=file.number), await asyncio.to_thread(printed), is_kept=True)


async def _album(office: Office, recipe: str) -> Album:
    async with office.desk() as desk:
        row = await desk.session.get_one(BroadcastRecord, int(recipe.split(":")[1]))
        photos = tuple(row.photos.split())
    if album_recipe(row.id, photos) != recipe:
        raise ValueError(f"another album by now: {recipe}")
    return Album(photos)


async def _sheet(office: Office, official_id: int, role: Role, scope: Scope) -> Attachment:
    words = office.texts.words(HOME_LOCALE)
    async with office.desk() as desk:
        row = await desk.session.get_one(OfficialRecord, official_id)
        issued = await issue_for_sheet(desk, as_official(desk, row), row.contact_id, role, scope)
        name = words.label("papers.sheet", day=f"{desk.today:%Y%m%d}", count=len(issued))
    post = words.label(f"role.{role}")
    entries = [InvitationEntry(card.enterprise_name, post, card.link, card.expires_at) for card in issued]
    return Attachment(name, await asyncio.to_thread(invitation_sheet, entries))


@dataclass(frozen=True, slots=True)
class _File:
    """All rows that a record is printed from, read in one transaction."""

    number: str
    submitted_at: datetime
    inspection: InspectionRecord
    enterprise: EnterpriseRecord
    inspector: ContactRecord
    role: Role | None
    checklist: Checklist
    answers: Mapping[str, AnswerRecord]
    findings: Mapping[str, FindingRecord]
    photos: tuple[PhotoRecord, ...]

    @property
    def is_waiting(self) -> bool:
        return any(photo.state == "pending" for photo in self.photos)


async def _file_of(desk: Desk, inspection_id: int) -> _File:
    session = desk.session
    row = await session.get_one(InspectionRecord, inspection_id)
    if row.submitted_at is None or row.number is None:
        raise ValueError(f"inspection {inspection_id} was not submitted")
    answers = (await session.scalars(select(AnswerRecord).where(AnswerRecord.inspection_id == row.id))).all()
    findings = (await session.scalars(select(FindingRecord).where(FindingRecord.inspection_id == row.id))).all()
    photos = await session.scalars(
        select(PhotoRecord)
        .join(AnswerRecord, AnswerRecord.id == PhotoRecord.answer_id)
        .where(AnswerRecord.inspection_id == row.id)
        .order_by(PhotoRecord.id)
    )
    return _File(
        row.number,
        row.submitted_at,
        row,
        await session.get_one(EnterpriseRecord, row.enterprise_id),
        await session.get_one(ContactRecord, row.contact_id),
        await _role_then(desk, row, row.submitted_at),
        await edition(desk, row.edition_id),
        {answer.item_id: answer for answer in answers},
        {finding.item_id: finding for finding in findings},
        tuple(photos),
    )


async def _role_then(desk: Desk, row: InspectionRecord, at: datetime) -> Role | None:
    """The strongest post that the inspector held there when they submitted."""
    found = await desk.session.execute(
        select(PostRecord.role, PostRecord.until_at).where(
            PostRecord.enterprise_id == row.enterprise_id,
            PostRecord.contact_id == row.contact_id,
            PostRecord.since_at <= at,
        )
    )
    held = [Role(role) for role, until_at in found if until_at is None or until_at >= at]
    return min(held, key=list(Role).index, default=None)


def _thumbs(store: PhotoStore, file: _File) -> dict[int, bytes]:
    """The thumbnail of each stored photo, by photo id; one that is gone from the disk is left out and logged."""
    found: dict[int, bytes] = {}
    for photo in file.photos:
        if photo.state == "stored" and photo.sha256:
            try:
                found[photo.id] = store.thumb(photo.sha256)
            except OSError as fault:
                LOG.error("photo_gone", photo=photo.id, fault=str(fault))
    return found


def _paper(file: _File, words: Words, thumbs: Mapping[int, bytes]) -> InspectionPaper:
    return InspectionPaper(
        number=file.number,
        enterprise=file.enterprise.name,
        credit_code=file.enterprise.credit_code,
        address=file.enterprise.address,
        jurisdiction=f"{file.enterprise.street} {file.enterprise.grid}".strip(),
        checklist_title=file.checklist.title,
        checklist_version=file.checklist.version,
        inspector=file.inspector.name or words.label("format.erased"),
        inspector_post=words.label(f"role.{file.role}" if file.role else "papers.proxy"),
        started_at=file.inspection.started_at,
        submitted_at=file.submitted_at,
        items=tuple(
            _line(file, section, item, words, thumbs)
            for section in file.checklist.sections
            for item in section.items
            if item.id in file.answers
        ),
    )


def _line(file: _File, section: Section, item: Item, words: Words, thumbs: Mapping[int, bytes]) -> PaperItem:
    answer = file.answers[item.id]
    finding = file.findings.get(item.id)
    if finding is None:
        return PaperItem(section.title, item.title, item.standard, Verdict(answer.verdict))
    taken = [photo for photo in file.photos if photo.answer_id == answer.id]
    shown = tuple(thumbs[photo.id] for photo in taken if photo.id in thumbs)
    return PaperItem(
        section.title,
        item.title,
        item.standard,
        Verdict(answer.verdict),
        PaperFinding(
            wrong=finding.note or words.label("papers.not_met"),
            remedy=finding.remedy,
            due_on=finding.due_on,
            grade_hint=Grade(finding.grade_hint) if finding.grade_hint else None,
            photos=shown,
            photo_note=answer.skipped_photo_reason,
            lost_photos=len(taken) - len(shown),
        ),
    )
