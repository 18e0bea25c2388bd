"""预览 — one piece of content as chat would say it, by the very talks that say it, without a chat."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.proofing.pieces import Piece, pieces_of
from content.texts import HOME_LOCALE, Texts
from domain.campaign import DayKind, DayPlan, Edition
from domain.checklist import Checklist, Item, Section
from domain.clause import Clause
from domain.contact import Contact, Jurisdiction, Official, Post, Role
from domain.emergency import EmergencyCard
from domain.hotline import GuidePart, Hotline
from domain.inspection import Walk
from domain.lesson import Lesson, Track
from domain.question import Question
from domain.quiz import Asked
from domain.statutory import EnterpriseFacts, StatutoryDuty, year_of
from domain.topic import Topic
from domain.visit import ProcedureStep, Tick, VisitKind
from handlers import campaign, hotline, inspection_cards, law, quiz_cards, yearly
from handlers.turn import Button, Caller, Person, Press, Reply, Say, Scene, Turn
from outreach.campaigns.daily import button_for
from outreach.desk import Office
from outreach.inspections.inspecting import Open
from outreach.storage.database import open_engine
from outreach.storage.migrating import migrate
from outreach.storage.photos import PhotoStore

SOMEBODY = Contact(0, "", None, HOME_LOCALE)
POSTS = (Post(0, 0, "", Role.SAFETY_OFFICER),)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A piece that goes by the id asked for; `days` are those of an edition that are meant, all when it is named."""

    piece: Piece
    days: tuple[DayPlan, ...] = ()


def find(catalogue: Catalogue, id_: str, pieces: Sequence[Piece] = ()) -> list[Wanted]:
    """Everything of that id: an item and a question may share one. A day of an edition goes by its date.

    pieces: all of the catalogue, for whoever asks for many ids.
    """
    found = []
    for piece in pieces or pieces_of(catalogue):
        if isinstance(piece.thing, Edition):
            days = piece.thing.days if piece.id == id_ else tuple(p for p in piece.thing.days if str(p.on) == id_)
            if days or piece.id == id_:
                found.append(Wanted(piece, days))
        elif piece.id == id_:
            found.append(Wanted(piece))
    return found


def known(catalogue: Catalogue) -> list[str]:
    """Every id that can be asked for."""
    pieces = pieces_of(catalogue)
    days = [str(plan.on) for piece in pieces if isinstance(piece.thing, Edition) for plan in piece.thing.days]
    return list(dict.fromkeys([piece.id for piece in pieces] + days))


def lines_of(wanted: Wanted) -> range:
    """The lines of its file that are the piece's own."""
    piece = wanted.piece
    if not piece.steps:
        return range(1, piece.page.text.count("\n") + 2)
    first = piece.page.line(piece.steps)
    *path, position = piece.steps
    assert isinstance(position, int)
    after = piece.page.line((*path, position + 1))
    return range(first, after if after > first else _end(piece, first))


def _end(piece: Piece, first: int) -> int:
    """The line of the next heading, for the last of its kind."""
    lines = piece.page.text.splitlines()
    return next((at for at in range(first + 1, len(lines) + 1) if lines[at - 1].startswith("[")), len(lines) + 1)


@dataclass(frozen=True, slots=True)
class _Walked:
    """What the words of the procedure ask of a visit."""

    kind: VisitKind
    enterprise: str
    steps: tuple[tuple[ProcedureStep, tuple[Tick, ...]], ...]


@asynccontextmanager
async def open_scene(catalogue: Catalogue) -> AsyncIterator[Scene]:
    """A house of its own, empty and thrown away afterwards, with that content in it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/preview.db")
        try:
            await migrate(engine)
            office = Office(
                engine, catalogue, Texts.shipped("Asia/Shanghai"), PhotoStore(Path(folder)), Privacy.shipped()
            )
            async with office.desk() as desk:
                yield Scene(desk, office.texts.words(HOME_LOCALE), Caller(SOMEBODY))
        finally:
            await engine.dispose()


def turn(*words: str) -> Turn:
    """A press of a button, by nobody in particular."""
    return Turn(0, Person(0, 0, "", HOME_LOCALE), Press("", words, 0), None, None)


async def said(scene: Scene, wanted: Wanted) -> Reply:
    """What chat says of a piece; an empty reply for what has no screen of its own."""
    catalogue = scene.desk.catalogue
    match wanted.piece.thing:
        case Item() as item:
            return _item(scene, catalogue, item)
        case Checklist() as checklist:
            head = Reply(
                (Say(scene.words("replies/inspection/choose_checklist", enterprise="", checklists=[checklist])),)
            )
            return sum((_walked(scene, checklist, number) for number in range(1, len(checklist.items) + 1)), head)
        case Question() as question:
            return _asked(scene, question)
        case Topic() as topic:
            bank = [question for question in catalogue.questions_on(topic.id) if not question.is_retired]
            return sum((_asked(scene, question) for question in bank), Reply())
        case Lesson() as lesson:
            return _lesson(scene, lesson)
        case Track() as track:
            return sum((_lesson(scene, lesson) for lesson in catalogue.lessons_of(track.id)), Reply())
        case EmergencyCard() as card:
            return await hotline.press(turn("hl", "k", card.id), scene)
        case Hotline(jurisdiction=street):
            return await hotline.press(turn("hl", "n"), _in(scene, street))
        case GuidePart(jurisdiction=street) as part:
            return await hotline.press(turn("hl", "g", part.id), _in(scene, street))
        case StatutoryDuty() as duty:
            # An enterprise of just the trade and street that the duty binds.
            facts = EnterpriseFacts(duty.trades, next(iter(duty.areas), ""), None)
            return yearly.show_duty(turn("yr", "d"), scene, year_of([duty], facts, scene.desk.today.year), 0)
        case Clause() as clause:
            return await law.press_law(turn("lw", "c", clause.id), scene)
        case ProcedureStep() as step:
            view = _Walked(next(kind for kind in VisitKind if kind in step.kinds), "", ((step, ()),))
            return Reply((Say(scene.words("replies/visit/steps", view=view, with_law=True)),))
        case Edition() as edition:
            return sum((_day(scene, edition, plan) for plan in wanted.days), Reply())
    return Reply()


def _in(scene: Scene, street: str | None) -> Scene:
    """The scene of somebody in that street: what is local is shown to nobody else."""
    if street is None:
        return scene
    official = Official(0, "", Jurisdiction(street), scene.desk.today, None)
    return replace(scene, caller=Caller(SOMEBODY, (), official))


def _item(scene: Scene, catalogue: Catalogue, item: Item) -> Reply:
    """The item folded, then with each of its three parts open."""
    for checklist in catalogue.checklists.values():
        if item in checklist.items:
            number = checklist.items.index(item) + 1
            parts = [_walked(scene, checklist, number, part) for part in ("", *inspection_cards.PARTS)]
            return sum(parts, Reply())
        if item in checklist.retired:
            alone = Checklist("", 1, "", "", frozenset(), (Section(checklist.title, (item,)),))
            return sum((_walked(scene, alone, 1, part) for part in ("", *inspection_cards.PARTS)), Reply())
    return Reply()


def _walked(scene: Scene, checklist: Checklist, number: int, part: str = "") -> Reply:
    opened = Open(0, 0, "", Walk(checklist, {}))
    return inspection_cards.item(turn("in", "at"), scene.words, opened, number, part)


def _asked(scene: Scene, question: Question) -> Reply:
    asked = Asked(1, question.id, tuple(range(len(question.options))))
    poll = quiz_cards.group_poll(scene.words, asked, question, "")
    return Reply((poll, *quiz_cards.basis(scene.words, question)))


def _lesson(scene: Scene, lesson: Lesson) -> Reply:
    """A lesson is read on its day in a campaign; one that no edition has yet borrows the newest."""
    editions = sorted(scene.desk.catalogue.editions.values(), key=lambda one: one.starts_on)
    for edition in reversed(editions):
        for plan in edition.days:
            if plan.kind is DayKind.LESSON and plan.ref == lesson.id:
                return campaign.show_day(turn("cp", "t"), scene, edition, plan, lesson, POSTS, plan.on)
    plan = DayPlan(editions[-1].starts_on, DayKind.LESSON, lesson.title, "", lesson.id, frozenset())
    return campaign.show_day(turn("cp", "t"), scene, editions[-1], plan, lesson, POSTS, plan.on)


def _day(scene: Scene, edition: Edition, plan: DayPlan) -> Reply:
    """The notice of the day, and what opens behind it."""
    lesson = scene.desk.catalogue.lessons.get(plan.ref or "") if plan.kind is DayKind.LESSON else None
    is_certain = campaign.is_certain(edition)
    text = scene.words("notices/campaign_day", edition=edition, plan=plan, is_certain=is_certain)
    button = button_for(edition, plan, POSTS)
    rows = ((Button(scene.words.label(button.label), button.press),),) if button else ()
    return Reply((Say(text, rows),)) + campaign.show_day(turn("cp", "t"), scene, edition, plan, lesson, POSTS, plan.on)
