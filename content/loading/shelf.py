"""书架 — reads the pages of a content folder, kind by kind, and remembers which; an id stands for one thing only."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from content.fault import ContentFault
from content.loading.calendars import EXCEPTIONS, read_calendar
from content.loading.clauses import SETS, SPEECH, read_clauses, read_sets, read_speech
from content.loading.forms import read_form
from content.loading.lessons import TrackPage
from content.loading.page import Page, Pages
from content.loading.questions import Topics, read_questions
from content.wording import say
from domain.calendar import Calendar
from domain.campaign import Edition
from domain.checklist import Checklist
from domain.clause import Clause
from domain.clause_finding import Speech
from domain.emergency import EmergencyCard
from domain.industry import Industry
from domain.ladder import Ladder, Rung
from domain.lesson import Lesson
from domain.local_term import LocalTerm
from domain.paper_form import PaperForm
from domain.question import Question
from domain.special import SpecialCampaign

LADDER = "ladder.toml"
Kept = TypeVar("Kept", Clause, Lesson, Question)
Thing = TypeVar("Thing", Checklist, EmergencyCard, TrackPage, Edition, LocalTerm, SpecialCampaign)


class Shelf:
    """Reads pages and remembers which."""

    def __init__(self, folder: Path, keep_pages: bool) -> None:
        self.folder = folder
        self.pages = Pages(folder)
        self._keep = keep_pages

    def page(self, name: str) -> Page:
        return self.pages.add(Page.read(self.folder / name, self.folder), keep=self._keep)

    def pages_of(self, kind: str, read: Callable[[Page], Thing]) -> dict[str, Thing]:
        """All things of one kind by id; a file is named like the id in it, so a person finds it."""
        found: dict[str, Thing] = {}
        for path in sorted((self.folder / kind).glob("*.toml")):
            page = self.page(path.relative_to(self.folder).as_posix())
            thing = read(page)
            if thing.id != path.stem:
                raise ContentFault(page.name, page.line(("id",)), say("fault-file-name", id=thing.id, name=path.name))
            found[thing.id] = thing
        if not found:
            raise ContentFault(kind, 1, say("fault-no-files"))
        return found

    def calendar(self) -> Calendar:
        """The workdays: a file per year, and the exceptions of the bureau."""
        names = sorted(path.name for path in (self.folder / "calendars").glob("*.toml") if path.stem != EXCEPTIONS)
        return read_calendar(
            [self.page(f"calendars/{name}") for name in names], self.page(f"calendars/{EXCEPTIONS}.toml")
        )

    def clauses(self, industries: Mapping[str, Industry]) -> dict[str, Clause]:
        """All clauses that can be found by plain words, by id, file by file; a bureau may do without."""
        files = {path.stem: path.name for path in sorted((self.folder / "clauses").glob("*.toml"))}
        sets = read_sets(self.page(f"clauses/{name}")) if (name := files.pop(SETS, "")) else {}
        files.pop(SPEECH, None)
        found: dict[str, Clause] = {}
        for name in files.values():
            page = self.page(f"clauses/{name}")
            _put(found, self, page.name, "clause", read_clauses(page, sets, industries))
        return found

    def forms(self, ladder: Ladder) -> dict[Rung, PaperForm]:
        """The papers of the ladder by step; every step but the reminder has one."""
        found = {}
        for path in sorted((self.folder / "forms").glob("*.toml")):
            form = read_form(page := self.page(f"forms/{path.name}"))
            if form.rung != path.stem:
                line = page.line(("step",))
                raise ContentFault(page.name, line, say("fault-file-name", id=form.rung, name=path.name))
            found[form.rung] = form
        for rule in ladder.rules:
            if rule.rung is not Rung.REMINDER and rule.rung not in found:
                raise ContentFault(LADDER, 1, say("fault-form-lacking", step=rule.rung))
        return found

    def speech(self) -> Speech:
        """How people deny something; a bureau may do without."""
        name = f"clauses/{SPEECH}.toml"
        return read_speech(self.page(name)) if (self.folder / name).exists() else Speech()

    def questions(self, topics: Topics, industries: Mapping[str, Industry]) -> dict[str, Question]:
        """All questions by id, topic by topic; a topic has a file named like its id, and no file lacks a topic."""
        found: dict[str, Question] = {}
        files = {path.stem: path for path in sorted((self.folder / "questions").glob("*.toml"))}
        for stem in files.keys() - topics.by_id.keys():
            raise ContentFault(f"questions/{stem}.toml", 1, say("fault-unknown-topic", id=stem))
        for topic in topics.by_id.values():
            page = self.page(f"questions/{topic.id}.toml")
            _put(found, self, page.name, "question", read_questions(page, topic, topics, industries))
        return found


def _put(found: dict[str, Kept], shelf: Shelf, name: str, array: str, things: Iterable[Kept]) -> None:
    """Add what stands in an array of that page. Raises ContentFault where an id stands for the second time."""
    for position, thing in enumerate(things):
        if thing.id in found:
            line = shelf.pages[name].line((array, position, "id"))
            raise ContentFault(name, line, say("fault-twice", id=thing.id))
        found[thing.id] = thing


def lessons_of(tracks: Mapping[str, TrackPage], shelf: Shelf) -> dict[str, Lesson]:
    """All lessons by id, track by track; an id stands in one track only, since records name the lesson alone."""
    found: dict[str, Lesson] = {}
    for track in tracks.values():
        _put(found, shelf, f"lessons/{track.id}.toml", "lesson", track.lessons)
    return found


def must_know_industries(checklist: Checklist, industries: Mapping[str, Industry], shelf: Shelf) -> None:
    """Raises ContentFault when a list names a trade that nobody knows."""
    unknown = sorted(checklist.industries - industries.keys())
    if unknown:
        page = shelf.pages[f"checklists/{checklist.id}.toml"]
        raise ContentFault(page.name, page.line(("industries",)), say("fault-unknown-industry", id=unknown[0]))
