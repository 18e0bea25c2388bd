"""学习卡装载 — one file per track under lessons/, named like the track's id."""

from collections.abc import Mapping
from dataclasses import dataclass

from content.loading.entry import Entry
from content.loading.page import Page
from domain.lesson import QUESTIONS_PER_LESSON, TEXT_LIMIT, Lesson, Track
from domain.question import Question


@dataclass(frozen=True, slots=True)
class TrackPage:
    """One track with its lessons, in the order in which to take them."""

    track: Track
    lessons: tuple[Lesson, ...]

    @property
    def id(self) -> str:
        """The track's id, after which the file is named."""
        return self.track.id


def read_lessons(page: Page, questions: Mapping[str, Question]) -> TrackPage:
    """The track of one page.

    Raises:
        ContentFault: a flawed field, a text that is too long, no lesson at all, or a question that
            does not exist or is not one of two.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("id", "title", "intro", "lesson")
    track = Track(whole.text("id"), whole.text("title"), whole.text("intro"))
    lessons = tuple(_lesson(entry, track, questions) for entry in whole.entries("lesson"))
    if not lessons:
        raise whole.fault("fault-no-items")
    return TrackPage(track, lessons)


def _lesson(entry: Entry, track: Track, questions: Mapping[str, Question]) -> Lesson:
    entry.must_hold_only("id", "title", "text", "action", "questions", "basis", "source")
    text = entry.text("text")
    if len(text) > TEXT_LIMIT:
        raise entry.fault("fault-too-long", "text", field="text", limit=TEXT_LIMIT)
    asked = entry.texts("questions")
    if len(set(asked)) != QUESTIONS_PER_LESSON or len(asked) != QUESTIONS_PER_LESSON:
        raise entry.fault("fault-lesson-questions", "questions", count=QUESTIONS_PER_LESSON)
    for position, question in enumerate(asked):
        if question not in questions:
            raise entry.fault("fault-unknown-question", "questions", position, id=question)
    return Lesson(
        id=entry.text("id"),
        track=track.id,
        title=entry.text("title"),
        text=text,
        action=entry.text("action"),
        questions=asked,
        basis=entry.bases(),
        source=entry.text_or_none("source"),
    )
