"""件 — every item, card, number, question and lesson as one piece with its texts and the place of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from content.catalogue import Catalogue
from content.loading.lines import Steps
from content.loading.page import Page
from content.proofing.report import Finding
from content.wording import say
from domain.basis import Basis
from domain.campaign import Edition
from domain.checklist import Checklist, Item
from domain.clause import Clause
from domain.emergency import EmergencyCard
from domain.hotline import GuidePart, Hotline
from domain.lesson import Lesson, Track
from domain.local_term import LocalTerm
from domain.paper_form import PaperForm
from domain.question import Question, QuestionKind
from domain.special import SpecialCampaign
from domain.statutory import StatutoryDuty
from domain.topic import Topic
from domain.visit import ProcedureStep

Thing = (
    Checklist
    | Item
    | EmergencyCard
    | Hotline
    | GuidePart
    | Topic
    | Question
    | Track
    | Lesson
    | Edition
    | LocalTerm
    | SpecialCampaign
    | Clause
    | StatutoryDuty
    | PaperForm
    | ProcedureStep
)

_ITEM_TEXTS = ("title", "what", "how", "standard", "risk", "remedy", "evidence")
_HOTLINE_TEXTS = ("name", "scope", "not_for", "hours")
_DUTY_TEXTS = ("title", "plain", "evidence")
_LESSON_TEXTS = ("title", "text", "action")


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is read at one go; `texts` are for readers, `notes` (sources, clauses) for checkers."""

    kind: str
    id: str
    topic: str
    page: Page
    steps: Steps
    texts: tuple[tuple[Steps, str], ...]
    notes: tuple[tuple[Steps, str], ...]
    basis: tuple[Basis, ...]
    thing: Thing
    is_retired: bool = False

    def finding(self, code: str, *field: str | int, **facts: object) -> Finding:
        """A finding at the line of that field of the piece."""
        line = self.page.line((*self.steps, *field))
        return Finding(self.page.name, line, code, say(code, id=self.id, **facts))


def pieces_of(catalogue: Catalogue) -> tuple[Piece, ...]:
    """All pieces in the order of the files."""
    return (
        *_of_checklists(catalogue),
        *_of_cards(catalogue),
        *_of_hotlines(catalogue),
        *_of_guide(catalogue),
        *_of_topics(catalogue),
        *_of_tracks(catalogue),
        *_of_editions(catalogue),
        *_of_templates(catalogue),
        *_of_specials(catalogue),
        *_of_clauses(catalogue),
        *_of_duties(catalogue),
        *_of_forms(catalogue),
        *_of_procedure(catalogue),
    )


def _of_checklists(catalogue: Catalogue) -> Iterator[Piece]:
    for checklist in catalogue.checklists.values():
        page = catalogue.pages[f"checklists/{checklist.id}.toml"]
        heads: list[tuple[Steps, str]] = [(("title",), checklist.title), (("intro",), checklist.intro)]
        titles = [str(section["title"]).strip() for section in page.table["section"]]
        heads += [(("section", number, "title"), title) for number, title in enumerate(titles)]
        yield Piece("checklist", checklist.id, checklist.title, page, (), tuple(heads), (), (), checklist)
        asked, retired = iter(checklist.items), iter(checklist.retired)
        for number, section in enumerate(page.table["section"]):
            topic = f"{checklist.title} · {section['title']}"
            for position, told in enumerate(section["item"]):
                is_retired = told.get("retired", False)
                item = next(retired if is_retired else asked)
                steps: Steps = ("section", number, "item", position)
                texts = tuple(((name,), str(getattr(item, name))) for name in _ITEM_TEXTS)
                notes = ((("clause",), item.clause),) if item.clause else ()
                yield Piece("item", item.id, topic, page, steps, texts, notes, item.basis, item, is_retired)


def _of_cards(catalogue: Catalogue) -> Iterator[Piece]:
    for card in catalogue.cards.values():
        texts: list[tuple[Steps, str]] = [(("title",), card.title)]
        texts += [(("steps", number), step) for number, step in enumerate(card.steps)]
        texts += [(("never", number), step) for number, step in enumerate(card.never)]
        if card.trained_note:
            texts.append((("trained_note",), card.trained_note))
        notes = ((("source",), card.source),)
        page = catalogue.pages[f"cards/{card.id}.toml"]
        yield Piece("card", card.id, card.title, page, (), tuple(texts), notes, card.basis, card)


def _of_hotlines(catalogue: Catalogue) -> Iterator[Piece]:
    page = catalogue.pages["hotlines.toml"]
    for number, hotline in enumerate(catalogue.hotlines):
        texts = tuple(((name,), str(getattr(hotline, name))) for name in _HOTLINE_TEXTS)
        notes = ((("source",), hotline.source),)
        steps: Steps = ("hotline", number)
        yield Piece("hotline", hotline.number, hotline.name, page, steps, texts, notes, (), hotline)


def _of_guide(catalogue: Catalogue) -> Iterator[Piece]:
    page = catalogue.pages["hotline_guide.toml"]
    for number, part in enumerate(catalogue.guide):
        texts: list[tuple[Steps, str]] = [(("title",), part.title)]
        texts += [(("lines", position), line) for position, line in enumerate(part.lines)]
        steps: Steps = ("part", number)
        yield Piece("guide", part.id, part.title, page, steps, tuple(texts), _source(part.source), part.basis, part)


def _of_topics(catalogue: Catalogue) -> Iterator[Piece]:
    page = catalogue.pages["topics.toml"]
    for number, topic in enumerate(catalogue.topics.values()):
        heads: tuple[tuple[Steps, str], ...] = ((("title",), topic.title), (("intro",), topic.intro))
        yield Piece("topic", topic.id, topic.title, page, ("topic", number), heads, (), (), topic)
        for position, question in enumerate(catalogue.questions_on(topic.id)):
            yield _question(question, topic, catalogue.pages[f"questions/{topic.id}.toml"], position)


def _question(question: Question, topic: Topic, page: Page, position: int) -> Piece:
    texts: list[tuple[Steps, str]] = [(("stem",), question.stem)]
    if question.kind is not QuestionKind.JUDGE:
        texts += [(("options", number), option) for number, option in enumerate(question.options)]
    texts.append((("explanation",), question.explanation))
    notes = _source(question.source)
    steps: Steps = ("question", position)
    return Piece(
        "question", question.id, topic.title, page, steps, tuple(texts), notes, question.basis, question,
        question.is_retired,
    )  # fmt: skip


def _of_tracks(catalogue: Catalogue) -> Iterator[Piece]:
    for track in catalogue.tracks.values():
        page = catalogue.pages[f"lessons/{track.id}.toml"]
        heads: tuple[tuple[Steps, str], ...] = ((("title",), track.title), (("intro",), track.intro))
        yield Piece("track", track.id, track.title, page, (), heads, (), (), track)
        for position, lesson in enumerate(catalogue.lessons_of(track.id)):
            texts = tuple(((name,), str(getattr(lesson, name))) for name in _LESSON_TEXTS)
            steps: Steps = ("lesson", position)
            notes = _source(lesson.source)
            yield Piece("lesson", lesson.id, track.title, page, steps, texts, notes, lesson.basis, lesson)


def _of_editions(catalogue: Catalogue) -> Iterator[Piece]:
    for edition in catalogue.editions.values():
        texts: list[tuple[Steps, str]] = [(("name",), edition.name), (("theme",), edition.theme)]
        for number, plan in enumerate(edition.days):
            texts += [(("day", number, "title"), plan.title), (("day", number, "text"), plan.text)]
        for number, row in enumerate(edition.four_ones):
            texts += [(("four_ones", number, "title"), row.title), (("four_ones", number, "evidence"), row.evidence)]
        page = catalogue.pages[f"campaigns/{edition.id}.toml"]
        yield Piece("edition", edition.id, edition.name, page, (), tuple(texts), _source(edition.source), (), edition)


def _of_templates(catalogue: Catalogue) -> Iterator[Piece]:
    for term in catalogue.templates.values():
        texts: list[tuple[Steps, str]] = [(("name",), term.name), (("note",), term.note)]
        for number, part in enumerate(term.parts):
            texts += [(("part", number, "label"), part.label), (("part", number, "text"), part.text)]
        page = catalogue.pages[f"templates/{term.id}.toml"]
        yield Piece("term", term.id, term.name, page, (), tuple(texts), _source(term.source), (), term)


def _of_specials(catalogue: Catalogue) -> Iterator[Piece]:
    for special in catalogue.specials.values():
        texts: list[tuple[Steps, str]] = [(("name",), special.name)]
        for number, stage in enumerate(special.stages):
            texts += [(("stage", number, "title"), stage.title), (("stage", number, "text"), stage.text)]
        page = catalogue.pages[f"specials/{special.id}.toml"]
        yield Piece("special", special.id, special.name, page, (), tuple(texts), _source(special.source), (), special)


def _source(source: str | None) -> tuple[tuple[Steps, str], ...]:
    return ((("source",), source),) if source else ()


def _of_clauses(catalogue: Catalogue) -> Iterator[Piece]:
    pages = [page for name, page in sorted(catalogue.pages.items()) if name.startswith("clauses/")]
    for page in pages:
        for position, entry in enumerate(page.table.get("clause", ())):
            clause = catalogue.clauses[entry["id"]]
            texts: tuple[tuple[Steps, str], ...] = ((("title",), clause.title), (("plain",), clause.plain))
            notes: tuple[tuple[Steps, str], ...] = ((("label",), clause.label),)
            yield Piece(
                "clause", clause.id, clause.label, page, ("clause", position), texts, notes, clause.basis, clause
            )


def _of_duties(catalogue: Catalogue) -> Iterator[Piece]:
    page = catalogue.pages.get("statutory.toml")
    if page is None:
        return
    for position, duty in enumerate(catalogue.duties.values()):
        texts: list[tuple[Steps, str]] = [((name,), str(getattr(duty, name))) for name in _DUTY_TEXTS]
        if duty.condition:
            texts.append((("condition",), duty.condition))
        steps: Steps = ("duty", position)
        yield Piece("duty", duty.id, duty.title, page, steps, tuple(texts), (), duty.basis, duty)


def _of_forms(catalogue: Catalogue) -> Iterator[Piece]:
    for form in catalogue.forms.values():
        page = catalogue.pages[f"forms/{form.rung}.toml"]
        bases = (*form.basis, *form.basis_major)
        yield Piece("form", form.rung, form.title, page, (), (), (), bases, form)


def _of_procedure(catalogue: Catalogue) -> Iterator[Piece]:
    for position, step in enumerate(catalogue.procedure):
        page = catalogue.pages["procedure.toml"]
        texts: tuple[tuple[Steps, str], ...] = ((("title",), step.title), (("plain",), step.plain))
        yield Piece("step", step.id, step.title, page, ("step", position), texts, (), step.basis, step)
