"""三清单和数字 — an official: figures of a day and a street → the hazards behind each → all of it as one workbook."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.checklist import Grade
from domain.contact import Jurisdiction, StalePress
from domain.hazard import Source
from domain.hazard_figures import Cut, Figures, Measure, read_past_day
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards import counting
from outreach.ledgers import exporting
from outreach.paging import Page
from outreach.visits import counting as visit_counting

DAY = "ledger.day"
NONE = "-"
MOST_STREETS = 40
BEFORE_MIDNIGHT = timedelta(microseconds=1)


async def show_ledger(turn: Turn, scene: Scene) -> Reply:
    """`/ledger`: the figures of the jurisdiction as they stand now."""
    return await _figures(turn, scene, NONE, NONE)


async def press_ledger(turn: Turn, scene: Scene) -> Reply:
    """`lg:s:<day>:<street>`, `lg:w:<day>`, `lg:y`, `lg:x`, `lg:r:<measure>:<grade>:<source>:<day>:<street>:<page>`."""
    assert isinstance(turn.said, Press)
    said = turn.said
    scene.as_official()
    match said.words[1:]:
        case ("s", day, street):
            return await _figures(turn, scene, day, street)
        case ("w", day):
            return await _streets(turn, scene, day)
        case ("y",):
            return await _ask_day(turn, scene)
        case ("x",):
            enterprises, hazards = await exporting.order_ledgers(scene.desk, scene.known.contact, scene.as_official())
            text = scene.words("replies/ledger/ordered", enterprises=enterprises, hazards=hazards)
            return show(turn, text, ((_back(scene, NONE, NONE), home_button(scene.words)),))
        case ("r", _, _, _, _, _, _):
            return await _rows(turn, scene, said)
    raise StalePress


async def take_day(turn: Turn, scene: Scene) -> Reply:
    """A typed day."""
    if not isinstance(turn.said, Text):
        return await _ask_day(turn, scene)
    day = read_past_day(turn.said.text, scene.desk.today)
    return await _figures(turn, scene, f"{day:%Y%m%d}", NONE)


async def _figures(turn: Turn, scene: Scene, day: str, street: str) -> Reply:
    words, label, desk = scene.words, scene.words.label, scene.desk
    found, place = await _counted(scene, day, street)
    if scene.meaning == DAY:
        await standing.expect(desk, scene.known.contact.id, "")
    walks = await counting.walks(desk, place, found.at, found.since)
    visits = await visit_counting.visits(desk, place, found.at, found.since)
    sources = [(one.value, count) for one in Source if (count := found.count(Measure.FOUND, source=one))]
    text = words(
        "replies/ledger/figures", figures=found, walks=walks, visits=visits, sources=sources,
        street=place.street if street != NONE else "", measures={one.value: one for one in Measure},
        general=Grade.GENERAL, major=Grade.MAJOR,
    )  # fmt: skip

    def opens(name: str, count: int, measure: Measure, source: str = NONE) -> Button:
        shown = label("ledger.figure" if source == NONE else "ledger.source", name=name, count=count)
        return Button(shown, data("lg", "r", measure.value, NONE, source, day, street, 0))

    buttons = [
        opens(label(f"ledger.measure.{one.value}"), count, one) for one in Measure if (count := found.count(one))
    ]
    if len(sources) > 1:
        buttons += [opens(label(f"hazard.source.{one}"), count, Measure.FOUND, one) for one, count in sources]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    if street != NONE:
        rows.append((Button(label("ledger.whole"), data("lg", "s", day, NONE)),))
    elif len(await counting.streets(desk, place)) > 1:
        rows.append((Button(label("ledger.streets"), data("lg", "w", day)),))
    rows.append((Button(label("roundup.open"), data("wr", "l")),))
    rows.append((Button(label("ledger.day"), data("lg", "y")), Button(label("ledger.export"), data("lg", "x"))))
    return show(turn, text, (*rows, (home_button(words),)))


async def _rows(turn: Turn, scene: Scene, said: Press) -> Reply:
    """The hazards behind one figure; each opens as it is now."""
    _, _, measure, grade, source, day, street, _ = said.words
    cut = Cut(Measure(measure), Grade(grade) if grade != NONE else None, Source(source) if source != NONE else None)
    found, place = await _counted(scene, day, street)
    lines = found.rows(cut)
    pages = max(1, -(-len(lines) // ROWS_A_PAGE))
    number = min(said.number(7), pages - 1)
    page = Page(lines[number * ROWS_A_PAGE : (number + 1) * ROWS_A_PAGE], len(lines), number, pages)
    text = scene.words(
        "replies/ledger/rows", page=page, measure=measure, grade=cut.grade, source=cut.source, at=found.at,
        street=place.street if street != NONE else "",
    )  # fmt: skip
    rows: list[tuple[Button, ...]] = [
        (Button(short(f"{one.number} {' '.join(one.what.split())}"), data("hz", "o", one.id)),) for one in page.lines
    ]
    if grade == NONE and {one.grade for one in lines} == set(Grade):
        rows.append(
            tuple(
                Button(scene.words.label(f"hazard.grade.{one.value}"), data("lg", "r", measure, one.value, source, day,
                       street, 0))
                for one in Grade
            )
        )  # fmt: skip
    if turning := pager(scene.words, number, pages, *said.words[:7]):
        rows.append(turning)
    return show(turn, text, (*rows, (_back(scene, day, street), home_button(scene.words))))


async def _streets(turn: Turn, scene: Scene, day: str) -> Reply:
    """Each street with its figures; a press shows the street by itself."""
    found, place = await _counted(scene, day, NONE)
    streets = (await counting.streets(scene.desk, place))[:MOST_STREETS]
    lines = []
    for street in streets:
        part = Figures(found.at, found.on, found.since, [one for one in found.stood if one.street == street])
        lines.append((street, part.count(Measure.FOUND), part.count(Measure.OPEN)))
    buttons = [Button(short(street), data("lg", "s", day, at)) for at, street in enumerate(streets)]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    text = scene.words("replies/ledger/streets", lines=lines, at=found.at)
    return show(turn, text, (*rows, (_back(scene, day, NONE), home_button(scene.words))))


async def _ask_day(turn: Turn, scene: Scene) -> Reply:
    await standing.expect(scene.desk, scene.known.contact.id, DAY)
    today, label = scene.desk.today, scene.words.label
    month = today.replace(day=1) - timedelta(days=1)
    days = {
        "today": None, "yesterday": today - timedelta(days=1),
        "last_week": today - timedelta(days=today.weekday() + 1), "last_month": month,
        "last_year": date(today.year - 1, 12, 31),
    }  # fmt: skip
    buttons = [
        Button(label(f"ledger.{name}"), data("lg", "s", f"{day:%Y%m%d}" if day else NONE, NONE))
        for name, day in days.items()
    ]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return show(turn, scene.words("replies/ledger/day"), (*rows, (_back(scene, NONE, NONE),)))


async def _counted(scene: Scene, day: str, street: str) -> tuple[Figures, Jurisdiction]:
    """The figures of that day's end, of the whole jurisdiction or of the street of that place in the list."""
    desk, place = scene.desk, scene.as_official().jurisdiction
    if street != NONE:
        streets = await counting.streets(desk, place)
        place = Jurisdiction(streets[int(street)], place.grid, place.industries)
    at = desk.now if day == NONE else counting.end_of(desk, datetime.strptime(day, "%Y%m%d").date())  # noqa: DTZ007
    since = desk.office.almanac.start_of(desk.on(at).replace(day=1)) - BEFORE_MIDNIGHT
    return await counting.figures(desk, place, at, since), place


def _back(scene: Scene, day: str, street: str) -> Button:
    return Button(scene.words.label("ledger.back"), data("lg", "s", day, street))
