"""宣传活动装载 — one file per edition under campaigns/, named like its id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from content.loading.entry import Entry
from content.loading.page import Page
from domain.campaign import Confidence, DayKind, DayPlan, Edition, Filling, FourOnesRow, Subject
from domain.contact import Role
from domain.lesson import Lesson
from domain.topic import Topic

_FIELDS = (
    "id", "name", "number", "year", "theme", "starts_on", "ends_on", "confidence", "source", "day", "four_ones",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What a day may refer to."""

    lessons: Mapping[str, Lesson]
    topics: Mapping[str, Topic]


def read_edition(page: Page, known: Known) -> Edition:
    """The edition of one page; one without days or matrix is kept for its number and theme.

    Raises:
        ContentFault: a flawed field, a day outside the edition or out of order, a reference to
            nothing, or two things on one day for one person.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only(*_FIELDS)
    four_ones = tuple(_row(entry) for entry in whole.entries("four_ones"))
    entries = tuple(whole.entries("day"))
    edition = Edition(
        id=whole.text("id"),
        name=whole.text("name"),
        number=whole.whole("number") if "number" in page.table else None,
        year=whole.whole("year"),
        theme=whole.text_to_fill("theme"),
        starts_on=whole.day("starts_on"),
        ends_on=whole.day("ends_on"),
        confidence=whole.choice("confidence", Confidence),
        source=whole.text("source"),
        days=tuple(map(_day, entries)),
        four_ones=four_ones,
    )
    if not edition.year == edition.starts_on.year == edition.ends_on.year or edition.ends_on < edition.starts_on:
        raise whole.fault("fault-edition-period", "ends_on")
    if not edition.theme and edition.confidence is not Confidence.UNCERTAIN:
        raise whole.fault("fault-edition-theme", "theme")
    rows = {row.id: row for row in four_ones}
    targets = {DayKind.LESSON: known.lessons, DayKind.QUIZ: known.topics, DayKind.TASK: rows, DayKind.CALL: {}}
    for position, entry in enumerate(entries):
        _must_lead_somewhere(entry, edition.days[position], targets)
        _must_fit(entry, edition, position)
    return edition


def _day(entry: Entry) -> DayPlan:
    entry.must_hold_only("on", "kind", "title", "text", "ref", "roles", "fixed")
    return DayPlan(
        on=entry.day("on"),
        kind=entry.choice("kind", DayKind),
        title=entry.text("title"),
        text=entry.text("text"),
        ref=entry.text_or_none("ref"),
        roles=entry.choices("roles", Role),
        is_fixed=entry.flag("fixed"),
    )


def _row(entry: Entry) -> FourOnesRow:
    entry.must_hold_only("id", "title", "subject", "filled_by", "evidence")
    return FourOnesRow(
        id=entry.text("id"),
        title=entry.text("title"),
        subject=entry.choice("subject", Subject),
        filled_by=entry.choice("filled_by", Filling),
        evidence=entry.text("evidence"),
    )


def _must_lead_somewhere(entry: Entry, plan: DayPlan, targets: Mapping[DayKind, Mapping[str, Any]]) -> None:
    """A lesson and a quiz need something to show; a task may stand alone, a call refers to nothing."""
    is_needed = plan.kind in (DayKind.LESSON, DayKind.QUIZ)
    if plan.ref is None:
        if is_needed:
            raise entry.fault("fault-missing-field", "ref", field="ref")
    elif plan.ref not in targets[plan.kind]:
        raise entry.fault("fault-unknown-ref", "ref", ref=plan.ref, kind=plan.kind.value)


def _must_fit(entry: Entry, edition: Edition, position: int) -> None:
    plan = edition.days[position]
    before = edition.days[position - 1].on if position else edition.starts_on
    if not edition.is_running(plan.on):
        raise entry.fault("fault-day-outside", "on", on=plan.on.isoformat())
    if plan.on < before:
        raise entry.fault("fault-day-order", "on", on=plan.on.isoformat())
    for other in edition.days[:position]:
        if other.on == plan.on and (not other.roles or not plan.roles or other.roles & plan.roles):
            raise entry.fault("fault-day-crowded", "on", on=plan.on.isoformat())
