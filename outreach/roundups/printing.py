"""出报告 — a report as PDF and as Word, worded from its frozen figures; what was released is printed as it was then."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from content.papers.roundup import RoundupPaper, roundup_pdf, roundup_word
from content.texts import Words
from domain.hazard_figures import Measure
from domain.roundup import AskState
from outreach.desk import Desk, Office
from outreach.roundups.viewing import RoundupView, view_of
from outreach.storage.roundups import RoundupRecord

HOME_LOCALE = "zh-CN"  # papers are for the file, in the language of the office
PDF, WORD = "pdf", "docx"
FEN = 100
SHOWN = (
    Measure.NEW, Measure.NEWLY_CLOSED, Measure.FOUND, Measure.OPEN, Measure.CLOSED, Measure.OVERDUE,
    Measure.HANDED_OVER,
)  # fmt: skip


def paper_of(desk: Desk, view: RoundupView) -> RoundupPaper:
    """The report as it is printed now."""
    words = desk.office.texts.words(HOME_LOCALE)
    figures = view.figures
    numbers = [
        (
            words.label(f"roundup.measure.{one.value}"),
            str(figures["counts"][one.value]),
            str(figures["major"][one.value]),
        )
        for one in SHOWN
    ]
    none = words.label("roundup.none")
    numbers += [
        (words.label("roundup.closure"), _percent(figures["closure"], none), "—"),
        (words.label("roundup.on_time"), _percent(figures["on_time"], none), "—"),
        (words.label("roundup.cost"), f"{figures['cost'] / FEN:,.2f}", "—"),
    ]
    return RoundupPaper(
        title=words.label(f"roundup.title_{view.kind.value}"),
        number=view.number,
        place=said_place(desk, view, words),
        since=view.since,
        as_of=view.as_of,
        sentences=sentences(view, words),
        numbers=tuple(numbers),
        overdue=tuple(
            (one["number"], one["enterprise"] or none, one["what"], date.fromisoformat(one["due_on"]), one["days"])
            for one in figures["overdue"]
        ),
        carried=tuple(
            (one.ask.unit, one.ask.what, one.ask.due_on, words.label(f"roundup.state.{_state(view, one.ask)}"))
            for one in view.carried
        ),
        asks=tuple((one.ask.unit, one.ask.what, one.ask.due_on) for one in view.next_steps),
        remark=view.words,
        released_as=view.released_as,
        released_on=desk.on(view.released_at) if view.released_at else None,
    )


def sentences(view: RoundupView, words: Words) -> tuple[str, ...]:
    """What the figures say, in sentences."""
    told = words.plain("replies/roundup/sentences", view=view, figures=view.figures, counts=view.figures["counts"])
    return tuple(line.strip() for line in told.splitlines() if line.strip())


def said_place(desk: Desk, view: RoundupView, words: Words) -> str:
    """The jurisdiction in words."""
    names = [desk.catalogue.industries[id_].name for id_ in view.trades if id_ in desk.catalogue.industries]
    return " ".join((view.place.street or words.label("roundup.everywhere"), view.place.grid, *names)).strip()


def kept(paper: RoundupPaper) -> str:
    """The report as it is kept once it is released."""
    return json.dumps(asdict(paper), ensure_ascii=False, default=lambda value: value.isoformat())


def unkept(body: str) -> RoundupPaper:
    """The report that was kept."""
    held: dict[str, Any] = json.loads(body)
    day, at = date.fromisoformat, datetime.fromisoformat
    return RoundupPaper(**held | {
        "since": at(held["since"]), "as_of": at(held["as_of"]), "released_on": day(held["released_on"]),
        "sentences": tuple(held["sentences"]), "numbers": tuple((a, b, c) for a, b, c in held["numbers"]),
        "overdue": tuple((a, b, c, day(d), e) for a, b, c, d, e in held["overdue"]),
        "carried": tuple((a, b, day(c), d) for a, b, c, d in held["carried"]),
        "asks": tuple((a, b, day(c)) for a, b, c in held["asks"]),
    })  # fmt: skip


async def make_roundup(office: Office, roundup_id: int, kind: str) -> tuple[str, bytes]:
    """The name and the bytes of a report's file, `pdf` or `docx`."""
    async with office.desk() as desk:
        row = await desk.session.get_one(RoundupRecord, roundup_id)
        paper = unkept(row.body) if row.body else paper_of(desk, await view_of(desk, row))
    made = await asyncio.to_thread(roundup_word if kind == WORD else roundup_pdf, paper)
    return f"{paper.title} {paper.number}.{kind}", made


def _state(view: RoundupView, ask: Any) -> str:
    if ask.state is AskState.DONE:
        return "done"
    return "late" if ask.is_late(view.drafted_on) else "open"


def _percent(value: float | None, none: str) -> str:
    return none if value is None else f"{value}%"
