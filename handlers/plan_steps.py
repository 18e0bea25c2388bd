"""新的自查计划 — checklist, trade, place, how often, first day or a date to ask around, last day, whom, confirm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from domain.plan import LONGEST_FOR, ONE_DAY, Reminded, Rhythm, days_around, end_choices, month_end, read_about
from handlers.inspection_cards import short
from handlers.screen import home_button, show
from handlers.turn import Button, Reply, Rows, Scene, Text, Turn, press
from outreach import standing
from outreach.plans import planning
from outreach.plans.planned import PlanLine
from outreach.reports import drafts

DAY = "plans.day"
# Behind another rhythm: it changes nothing else, so nothing is asked again.
KEEP = "k"
# Holidays that are offered at once.
HOLIDAYS = 8


def checklists(turn: Turn, scene: Scene) -> Reply:
    lists = planning.checklists(scene.desk, scene.as_official())
    rows = [(Button(short(one.title), press("pl", "c", one.id)),) for one in lists]
    return _step(turn, scene, "checklist", rows)


async def trades(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    """Which trade; a checklist for one trade only needs no question."""
    official = scene.as_official()
    industries = await planning.trades(scene.desk, scene.known.contact, official, line.id)
    if len(industries) == 1:
        return await places(turn, scene, line.id)
    names = scene.desk.catalogue.industries
    buttons = [Button(short(names[id_].name), press("pl", "i", line.id, id_)) for id_ in industries]
    everyone = Button(scene.words.label("plans.all_trades"), press("pl", "i", line.id, "-"))
    first = [] if official.jurisdiction.industries else [(everyone,)]
    return _step(turn, scene, "trade", [*first, *_in_twos(buttons)], line)


async def places(turn: Turn, scene: Scene, plan_id: int, street: str = "") -> Reply:
    """The whole jurisdiction, or a street of it, or a grid of the street; where there is one only, it is not asked."""
    words, official = scene.words, scene.as_official()
    line = await planning.aim(scene.desk, scene.known.contact, official, plan_id)
    street = street or official.jurisdiction.street
    found = [] if official.jurisdiction.grid else await planning.places(scene.desk, official, street)
    if len(found) < 2:
        return rhythms(turn, scene, line)
    buttons = [
        Button(short(one.grid if street else one.street), press("pl", "w", plan_id, one.id, "g" if street else "s"))
        for one in found[:80]
    ]
    whole = Button(words.label("plans.whole_street" if street else "plans.whole_area"), press("pl", "a", plan_id))
    return _step(turn, scene, "place", [(whole,), *_in_twos(buttons)], line)


def rhythms(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    buttons = [Button(scene.words.label(f"plans.{one.value}"), press("pl", "r", line.id, one.value)) for one in Rhythm]
    return _step(turn, scene, "rhythm", _in_twos(buttons), line)


def first_days(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    today = scene.desk.today
    monday = today + timedelta(days=7 - today.weekday())
    days = sorted({today, today + ONE_DAY, monday, month_end(today) + ONE_DAY})
    return _step(turn, scene, "first_day", _days(scene, line, "f", days), line)


def dates(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    """The date around which a plan asks: the holidays to come, or one to be typed."""
    calendar, today = scene.desk.catalogue.calendar, scene.desk.today
    ahead = [one for one in calendar.holidays if today < one.from_on <= today + LONGEST_FOR][:HOLIDAYS]
    buttons = [
        Button(
            _label(scene, "plans.holiday", one.from_on, name=one.name), press("pl", "d", line.id, _data(one.from_on))
        )
        for one in ahead
    ]
    typed = Button(scene.words.label("plans.other_day"), press("pl", "ty", line.id))
    return _step(turn, scene, "date", [*_in_twos(buttons), (typed,)], line)


async def ask_day(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    """The date is to be typed."""
    await drafts.rest(scene.desk, turn.person.id)
    await standing.expect(scene.desk, scene.known.contact.id, DAY, f"plan:{line.id}")
    return _step(turn, scene, "typed_day", [], line)


async def take_day(turn: Turn, scene: Scene) -> Reply:
    """The date that was typed; another may be typed until a button is pressed. It changes nothing by itself."""
    line = await planning.look(scene.desk, scene.known.contact, int(scene.subject.partition(":")[2]))
    typed = turn.said.text if isinstance(turn.said, Text) else ""
    return days_around_it(turn, scene, line, read_about(typed, scene.desk.today))


def days_around_it(turn: Turn, scene: Scene, line: PlanLine, about_on: date) -> Reply:
    """How many days before or after it; each button says which workday that is."""
    calendar = scene.desk.catalogue.calendar
    buttons = []
    for number, day in days_around(about_on, scene.desk.today, calendar).items():
        side = "before" if number < 0 else "after" if number else "on"
        label = _label(scene, f"plans.around_{side}_day", day, n=abs(number))
        buttons.append(Button(label, press("pl", "x", line.id, _data(about_on), number)))
    holiday = calendar.holiday_from(about_on)
    facts = {"about_on": about_on, "holiday": holiday}
    return _step(turn, scene, "days_around", _in_twos(buttons), line, **facts)


def last_days(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    calendar = scene.desk.catalogue.calendar
    ends = end_choices(line.from_on, scene.desk.today + LONGEST_FOR, line.about_on, calendar)
    return _step(turn, scene, "last_day", _days(scene, line, "u", ends), line)


def _days(scene: Scene, line: PlanLine, verb: str, days: Sequence[date]) -> list[tuple[Button, ...]]:
    return _in_twos([Button(_label(scene, "plans.day", day), press("pl", verb, line.id, _data(day))) for day in days])


def _label(scene: Scene, key: str, day: date, **facts: object) -> str:
    """The words of a button that names a day; its year where that is not this one."""
    weekday = scene.words.label(f"plans.weekday_{day.weekday()}")
    year = "" if day.year == scene.desk.today.year else scene.words.label("plans.year", y=day.year)
    return scene.words.label(key, m=f"{year}{day.month}", d=day.day, weekday=weekday, **facts)


def _data(day: date) -> str:
    return f"{day:%Y%m%d}"


async def confirm(turn: Turn, scene: Scene, plan_id: int) -> Reply:
    """What was chosen, how many it asks and whom nobody can remind, before anybody is asked."""
    line, asked, without = await planning.reach(scene.desk, scene.known.contact, plan_id)
    words = scene.words
    sure = Button(words.label("plans.confirm", count=asked), press("pl", "ok", plan_id), style="primary")
    text = words("replies/plans/confirm", line=line, asked=asked, without=without)
    change = Button(words.label("plans.change_whom"), press("pl", "m", plan_id))
    rows: Rows = ((change,), (list_button(scene), home_button(words)))
    if line.rhythm is Rhythm.DAILY:
        # All that was chosen stays: only the days off are left out.
        workdays = press("pl", "r", plan_id, Rhythm.WORKDAYS.value, KEEP)
        rows = ((Button(words.label("plans.workdays_only"), workdays),), *rows)
    return show(turn, text, ((sure,), *rows) if asked else rows)


def whom(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    """Who is reminded at each enterprise."""
    rows = [
        (Button(scene.words.label(f"plans.whom.{one.value}"), press("pl", "mm", line.id, one.value)),)
        for one in Reminded
    ]
    return _step(turn, scene, "whom", rows, line)


def _step(
    turn: Turn, scene: Scene, step: str, rows: Sequence[tuple[Button, ...]], line: PlanLine | None = None,
    **facts: object,
) -> Reply:  # fmt: skip
    text = scene.words("replies/plans/step", step=step, line=line, **facts)
    return show(turn, text, (*rows, (list_button(scene), home_button(scene.words))))


def _in_twos(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def list_button(scene: Scene) -> Button:
    return Button(scene.words.label("plans.list"), press("pl", "l", 0))
