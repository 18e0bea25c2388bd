"""目录 — everything the content folder holds, loaded and checked at start-up, stopping at the first flaw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

from content.loading.campaigns import Known, read_edition
from content.loading.cards import read_card
from content.loading.checklists import read_checklist
from content.loading.hotlines import read_guide, read_hotlines
from content.loading.industries import folded, read_industries
from content.loading.ladder import read_ladder
from content.loading.lessons import read_lessons
from content.loading.page import Page
from content.loading.procedure import PROCEDURE, read_procedure
from content.loading.questions import read_topics
from content.loading.shelf import LADDER, Shelf, lessons_of, must_know_industries
from content.loading.specials import read_special
from content.loading.statutory import read_duties
from content.loading.templates import read_template
from content.statutes import Statutes, installed_statutes
from domain.calendar import Calendar
from domain.campaign import Edition
from domain.checklist import FOR_ENTERPRISES, Checklist, ForWhom
from domain.clause import Clause
from domain.clause_finding import ClauseFinder, Speech
from domain.emergency import EmergencyCard
from domain.hotline import GuidePart, Hotline
from domain.industry import Industry
from domain.ladder import Ladder, Rung
from domain.lesson import Lesson, Track
from domain.local_term import LocalTerm
from domain.paper_form import PaperForm
from domain.question import Question
from domain.special import SpecialCampaign
from domain.statutory import StatutoryDuty
from domain.topic import Topic
from domain.visit import ProcedureStep

_FOLDER = Path(__file__).parent
STATUTORY = "statutory.toml"


@dataclass(frozen=True)
class Catalogue:
    """The content as the product uses it; `pages` are the files it came from, for the proof-reader."""

    checklists: Mapping[str, Checklist]
    cards: Mapping[str, EmergencyCard]
    hotlines: tuple[Hotline, ...]
    guide: tuple[GuidePart, ...]
    industries: Mapping[str, Industry]
    topics: Mapping[str, Topic]
    questions: Mapping[str, Question]
    tracks: Mapping[str, Track]
    lessons: Mapping[str, Lesson]
    editions: Mapping[str, Edition]
    templates: Mapping[str, LocalTerm]
    specials: Mapping[str, SpecialCampaign]
    clauses: Mapping[str, Clause]
    duties: Mapping[str, StatutoryDuty]
    ladder: Ladder
    forms: Mapping[Rung, PaperForm]
    procedure: tuple[ProcedureStep, ...]
    speech: Speech = field(repr=False)
    calendar: Calendar = field(repr=False)
    folder: Path = field(repr=False)
    pages: Mapping[str, Page] = field(repr=False)
    _by_name: Mapping[str, Industry] = field(repr=False)

    @classmethod
    @cache
    def shipped(cls) -> "Catalogue":
        """The content that the product came with, read once in the life of a process. Raises as `load` does."""
        return cls.load()

    @classmethod
    def load(cls, folder: Path | None = None, *, keep_pages: bool = False) -> "Catalogue":
        """Read a content folder, by default the one shipped; its pages are kept for whoever will look at them.

        Raises ContentFault: the first flaw found, with its file and line.
        """
        folder = folder or _FOLDER
        shelf = Shelf(folder, keep_pages)
        industries = read_industries(shelf.page("industries.toml"))
        hotlines = read_hotlines(shelf.page("hotlines.toml"))
        guide = read_guide(shelf.page("hotline_guide.toml"))
        checklists = shelf.pages_of("checklists", read_checklist)
        cards = shelf.pages_of("cards", read_card)
        for checklist in checklists.values():
            must_know_industries(checklist, industries, shelf)
        topics = read_topics(shelf.page("topics.toml"))
        questions = shelf.questions(topics, industries)
        tracks = shelf.pages_of("lessons", lambda page: read_lessons(page, questions))
        lessons = lessons_of(tracks, shelf)
        known = Known(lessons, topics.by_id)
        editions = shelf.pages_of("campaigns", lambda page: read_edition(page, known))
        templates = shelf.pages_of("templates", read_template)
        specials = shelf.pages_of("specials", read_special)
        clauses = shelf.clauses(industries)
        speech = shelf.speech()
        # A bureau's own folder may do without.
        duties = read_duties(shelf.page(STATUTORY), industries) if (folder / STATUTORY).exists() else {}
        ladder = read_ladder(shelf.page(LADDER)) if (folder / LADDER).exists() else Ladder()
        forms = shelf.forms(ladder)
        procedure = read_procedure(shelf.page(PROCEDURE)) if (folder / PROCEDURE).exists() else ()
        calendar = shelf.calendar()
        return cls(
            checklists=MappingProxyType(checklists),
            cards=MappingProxyType(cards),
            hotlines=hotlines,
            guide=guide,
            industries=MappingProxyType(industries),
            topics=MappingProxyType(dict(topics.by_id)),
            questions=MappingProxyType(questions),
            tracks=MappingProxyType({page.id: page.track for page in tracks.values()}),
            lessons=MappingProxyType(lessons),
            editions=MappingProxyType(editions),
            templates=MappingProxyType(templates),
            specials=MappingProxyType(specials),
            clauses=MappingProxyType(clauses),
            duties=MappingProxyType(duties),
            ladder=ladder,
            forms=MappingProxyType(forms),
            procedure=procedure,
            speech=speech,
            calendar=calendar,
            folder=folder,
            pages=shelf.pages,
            _by_name={
                folded(name): industry
                for industry in industries.values()
                for name in (industry.id, industry.name, *industry.aliases)
            },
        )

    def industry_named(self, text: str) -> Industry | None:
        """The trade of that name, alias or id, whatever the width of its letters and the spaces in it."""
        return self._by_name.get(folded(text))

    def checklists_for(
        self, industry_ids: frozenset[str], audiences: frozenset[ForWhom] = FOR_ENTERPRISES
    ) -> tuple[Checklist, ...]:
        """The lists that suit an enterprise: those of its trades and wider trades, then those for all.

        Lists for its principal are among them only when asked for; those for households never should be.
        """
        wanted = self.trades_of(industry_ids)
        fitting = [one for one in self.checklists.values() if one.audience in audiences and one.suits(wanted)]
        return tuple(sorted(fitting, key=lambda checklist: not checklist.industries))

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """The questions that somebody may still be asked, in file order."""
        return tuple(question for question in self.questions.values() if not question.is_retired)

    @cached_property
    def clause_finder(self) -> ClauseFinder:
        """What finds clauses by plain words; weighed when first asked for, so that a start does not wait for it."""
        return ClauseFinder(self.clauses.values(), self.speech)

    @cached_property
    def statutes(self) -> Statutes:
        """The texts of law that need no import."""
        return Statutes(self.folder, installed_statutes())

    @property
    def local_terms(self) -> Mapping[str, LocalTerm]:
        """The terms that the bureau has filled in, the only ones that may be shown; as shipped there are none."""
        return {id_: term for id_, term in self.templates.items() if term.is_filled}

    def trades_of(self, industry_ids: frozenset[str]) -> frozenset[str]:
        """These trades and every wider one that they belong to."""
        return industry_ids | {wider for industry_id in industry_ids for wider in self._ancestors(industry_id)}

    def questions_on(self, topic_id: str) -> tuple[Question, ...]:
        """The questions of one topic, in file order; none when there is no such topic."""
        return tuple(question for question in self.questions.values() if question.topic == topic_id)

    def lessons_of(self, track_id: str) -> tuple[Lesson, ...]:
        """The lessons of one track, in the order in which to take them; none when there is no such track."""
        return tuple(lesson for lesson in self.lessons.values() if lesson.track == track_id)

    def hotlines_for(self, jurisdiction: str | None) -> tuple[Hotline, ...]:
        """National numbers, each replaced by its local entry where there is one, then the other local ones."""
        local = {hotline.number: hotline for hotline in self.hotlines if hotline.jurisdiction == jurisdiction}
        national = [hotline for hotline in self.hotlines if hotline.jurisdiction is None]
        merged = {hotline.number: local.get(hotline.number, hotline) for hotline in national}
        return tuple((merged | local).values())

    def _ancestors(self, industry_id: str) -> frozenset[str]:
        found: set[str] = set()
        industry = self.industries.get(industry_id)
        while industry is not None and industry.parent is not None and industry.parent not in found:
            found.add(industry.parent)
            industry = self.industries.get(industry.parent)
        return frozenset(found)
