"""自查计划 — an official: list → new: checklist, trade, place, rhythm, first day, last day, confirm → who is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from domain.authority import Duty
from domain.contact import NotAnOfficial, Official, StalePress
from domain.plan import ONE_DAY, PlanState, Rhythm, end_choices, month_end
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Rows, Scene, Turn, press
from outreach import planned, planning
from outreach.planned import PlanLine


def _official(scene: Scene) -> Official:
    if scene.known.official is None:
        raise NotAnOfficial
    return scene.known.official


async def show_plans(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """The plans of the jurisdiction, each with how many have done it."""
    words = scene.words
    found = await planned.plans(scene.desk, _official(scene), page, ROWS_A_PAGE)
    new = (Button(words.label("plans.new"), press("pl", "n"), style="primary"),)
    may_set = _official(scene).may(Duty.PLANS)
    rows = [(Button(short(_name(scene, line)), press("pl", "o", line.id)),) for line in found.lines]
    turning = pager(words, page, found.pages, "pl", "l")
    text = words("replies/plans/list", found=found, may_set=may_set)
    around = (*rows, *((turning,) if turning else ()), (home_button(words),))
    return show(turn, text, (new, *around) if may_set else around)


async def press_plans(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; each deed asks again whether the plan lies in the jurisdiction."""
    assert isinstance(turn.said, Press)
    said, desk, official, contact = turn.said, scene.desk, _official(scene), scene.known.contact
    if said.verb == "l":
        return await show_plans(turn, scene, said.number(2))
    if said.verb == "n":
        return _checklists(turn, scene)
    if said.verb == "c":
        return await _trades(turn, scene, await planning.draft(desk, contact, official, said.words[2]))
    plan_id = said.number(2)
    match said.verb:
        case "i":
            industry = "" if said.words[3] == "-" else said.words[3]
            await planning.aim(desk, contact, official, plan_id, industry=industry)
            return await _places(turn, scene, plan_id)
        case "w":
            by_grid = said.words[4] == "g"
            line = await planning.aim(desk, contact, official, plan_id, place_id=said.number(3), by_grid=by_grid)
            return _rhythms(turn, scene, line) if by_grid else await _places(turn, scene, plan_id, line.street)
        case "a":
            return _rhythms(turn, scene, await planning.aim(desk, contact, official, plan_id))
        case "r":
            return _first_days(turn, scene, await planning.pace(desk, contact, plan_id, rhythm=Rhythm(said.words[3])))
        case "f":
            first = date.fromisoformat(said.words[3])
            return _last_days(turn, scene, await planning.pace(desk, contact, plan_id, from_on=first))
        case "u":
            await planning.pace(desk, contact, plan_id, until_on=date.fromisoformat(said.words[3]))
            return await _confirm(turn, scene, plan_id)
        case "ok":
            line = await planning.confirm(desk, contact, official, plan_id)
            return _card(turn, scene, line, scene.words.label("plans.set"))
        case "o":
            return _card(turn, scene, await planned.plan(desk, official, plan_id))
        case "t":
            return await _late(turn, scene, plan_id, said.number(3))
        case "p":
            return _card(turn, scene, await planning.pause(desk, contact, official, plan_id))
        case "re":
            return _card(turn, scene, await planning.go_on(desk, contact, official, plan_id))
        case "e":
            line = await planned.plan(desk, official, plan_id)
            sure = Button(scene.words.label("plans.end_yes"), press("pl", "ee", plan_id), style="danger")
            stay = Button(scene.words.label("plans.end_no"), press("pl", "o", plan_id))
            return show(turn, scene.words("replies/plans/end", line=line), ((sure,), (stay, home_button(scene.words))))
        case "ee":
            return _card(turn, scene, await planning.end(desk, contact, official, plan_id))
    raise StalePress


def _checklists(turn: Turn, scene: Scene) -> Reply:
    lists = planning.checklists(scene.desk, _official(scene))
    rows = [(Button(short(one.title), press("pl", "c", one.id)),) for one in lists]
    return _step(turn, scene, "checklist", rows)


async def _trades(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    """Which trade; a checklist for one trade only needs no question."""
    official = _official(scene)
    industries = await planning.trades(scene.desk, scene.known.contact, official, line.id)
    if len(industries) == 1:
        return await _places(turn, scene, line.id)
    names = scene.desk.catalogue.industries
    buttons = [Button(short(names[id_].name), press("pl", "i", line.id, id_)) for id_ in industries]
    everyone = Button(scene.words.label("plans.all_trades"), press("pl", "i", line.id, "-"))
    first = [] if official.jurisdiction.industries else [(everyone,)]
    return _step(turn, scene, "trade", [*first, *_in_twos(buttons)], line)


async def _places(turn: Turn, scene: Scene, plan_id: int, street: str = "") -> Reply:
    """The whole jurisdiction, or a street of it, or a grid of the street; where there is one only, it is not asked."""
    words, official = scene.words, _official(scene)
    line = await planning.aim(scene.desk, scene.known.contact, official, plan_id)
    street = street or official.jurisdiction.street
    found = [] if official.jurisdiction.grid else await planning.places(scene.desk, official, street)
    if len(found) < 2:
        return _rhythms(turn, scene, line)
    buttons = [
        Button(short(one.grid if street else one.street), press("pl", "w", plan_id, one.id, "g" if street else "s"))
        for one in found[:80]
    ]
    whole = Button(words.label("plans.whole_street" if street else "plans.whole_area"), press("pl", "a", plan_id))
    return _step(turn, scene, "place", [(whole,), *_in_twos(buttons)], line)


def _rhythms(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    buttons = [Button(scene.words.label(f"plans.{one.value}"), press("pl", "r", line.id, one.value)) for one in Rhythm]
    return _step(turn, scene, "rhythm", _in_twos(buttons), line)


def _first_days(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    today = scene.desk.today
    monday = today + timedelta(days=7 - today.weekday())
    days = sorted({today, today + ONE_DAY, monday, month_end(today) + ONE_DAY})
    return _step(turn, scene, "first_day", _days(scene, line, "f", days), line)


def _last_days(turn: Turn, scene: Scene, line: PlanLine) -> Reply:
    return _step(turn, scene, "last_day", _days(scene, line, "u", end_choices(line.from_on)), line)


def _days(scene: Scene, line: PlanLine, verb: str, days: Sequence[date]) -> list[tuple[Button, ...]]:
    def label(day: date) -> str:
        weekday = scene.words.label(f"plans.weekday_{day.weekday()}")
        return scene.words.label("plans.day", m=day.month, d=day.day, weekday=weekday)

    return _in_twos([Button(label(day), press("pl", verb, line.id, f"{day:%Y%m%d}")) for day in days])


async def _confirm(turn: Turn, scene: Scene, plan_id: int) -> Reply:
    """What was chosen, how many it asks and whom nobody can remind, before anybody is asked."""
    line, asked, without = await planning.reach(scene.desk, scene.known.contact, plan_id)
    words = scene.words
    sure = Button(words.label("plans.confirm", count=asked), press("pl", "ok", plan_id), style="primary")
    text = words("replies/plans/confirm", line=line, asked=asked, without=without)
    rows: Rows = ((_list_button(scene), home_button(words)),)
    return show(turn, text, ((sure,), *rows) if asked else rows)


def _card(turn: Turn, scene: Scene, line: PlanLine, toast: str = "") -> Reply:
    """One plan: what it asks, how far it has come, and what can be done with it."""
    words = scene.words
    rows: list[tuple[Button, ...]] = []
    if line.missed:
        label = words.label("plans.late", count=line.missed)
        rows.append((Button(label, press("pl", "t", line.id, 0), style="primary"),))
    end = Button(words.label("plans.end"), press("pl", "e", line.id))
    may_change = _official(scene).may(Duty.PLANS)
    if may_change and line.state is PlanState.ACTIVE:
        rows.append((Button(words.label("plans.pause"), press("pl", "p", line.id)), end))
    elif may_change and line.state is PlanState.PAUSED:
        rows.append((Button(words.label("plans.go_on"), press("pl", "re", line.id)), end))
    rows.append((_list_button(scene), home_button(words)))
    return show(turn, words("replies/plans/one", line=line), tuple(rows), toast=toast)


async def _late(turn: Turn, scene: Scene, plan_id: int, page: int) -> Reply:
    """Who has not done it, and whether a reminder can reach them."""
    words, official = scene.words, _official(scene)
    line = await planned.plan(scene.desk, official, plan_id)
    found = await planned.late(scene.desk, official, plan_id, page, ROWS_A_PAGE)
    turning = pager(words, page, found.pages, "pl", "t", plan_id)
    back = Button(words.label("plans.back"), press("pl", "o", plan_id))
    text = words("replies/plans/late", line=line, found=found, today=scene.desk.today)
    return show(turn, text, (*((turning,) if turning else ()), (back, home_button(words))))


def _step(
    turn: Turn, scene: Scene, step: str, rows: Sequence[tuple[Button, ...]], line: PlanLine | None = None
) -> Reply:
    text = scene.words("replies/plans/step", step=step, line=line)
    return show(turn, text, (*rows, (_list_button(scene), home_button(scene.words))))


def _name(scene: Scene, line: PlanLine) -> str:
    mark = scene.words.label(f"plans.mark_{line.state.value}")
    return f"{mark} {line.checklist} {line.done}/{line.asked}"


def _in_twos(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def _list_button(scene: Scene) -> Button:
    return Button(scene.words.label("plans.list"), press("pl", "l", 0))
