"""自查计划 — an official: list → new, step by step (`plan_steps`) → one plan: how far it has come, who is late."""

from __future__ import annotations

from datetime import date

from domain.authority import Duty
from domain.contact import StalePress
from domain.plan import PlanState, Reminded, Rhythm
from handlers import plan_steps
from handlers.inspection_cards import short
from handlers.plan_steps import list_button
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Scene, Turn, press
from outreach import standing
from outreach.plans import planned, planning
from outreach.plans.planned import PlanLine


async def show_plans(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """The plans of the jurisdiction, each with how many have done it."""
    words = scene.words
    found = await planned.plans(scene.desk, scene.as_official(), page, ROWS_A_PAGE)
    new = (Button(words.label("plans.new"), press("pl", "n"), style="primary"),)
    may_set = scene.as_official().may(Duty.PLANS)
    rows = [(Button(short(_name(scene, line)), press("pl", "o", line.id)),) for line in found.lines]
    turning = pager(words, page, found.pages, "pl", "l")
    text = words("replies/plans/list", found=found, may_set=may_set)
    around = (*rows, *((turning,) if turning else ()), (home_button(words),))
    return show(turn, text, (new, *around) if may_set else around)


async def press_plans(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; each deed asks again whether the plan lies in the jurisdiction."""
    assert isinstance(turn.said, Press)
    said, desk, official, contact = turn.said, scene.desk, scene.as_official(), scene.known.contact
    if scene.meaning == plan_steps.DAY:
        # Whatever is pressed here, no date is waited for any more.
        await standing.expect(desk, contact.id, "")
    if said.verb == "l":
        return await show_plans(turn, scene, said.number(2))
    if said.verb == "n":
        return plan_steps.checklists(turn, scene)
    if said.verb == "c":
        return await plan_steps.trades(turn, scene, await planning.draft(desk, contact, official, said.words[2]))
    plan_id = said.number(2)
    match said.verb:
        case "i":
            industry = "" if said.words[3] == "-" else said.words[3]
            await planning.aim(desk, contact, official, plan_id, industry=industry)
            return await plan_steps.places(turn, scene, plan_id)
        case "w":
            by_grid = said.words[4] == "g"
            line = await planning.aim(desk, contact, official, plan_id, place_id=said.number(3), by_grid=by_grid)
            return (
                plan_steps.rhythms(turn, scene, line)
                if by_grid
                else await plan_steps.places(turn, scene, plan_id, line.street)
            )
        case "a":
            return plan_steps.rhythms(turn, scene, await planning.aim(desk, contact, official, plan_id))
        case "r":
            rhythm = Rhythm(said.words[3])
            line = await planning.pace(desk, contact, plan_id, rhythm=rhythm)
            if said.words[4:] == (plan_steps.KEEP,):
                return await plan_steps.confirm(turn, scene, plan_id)
            begin = plan_steps.dates if rhythm is Rhythm.RELATIVE else plan_steps.first_days
            return begin(turn, scene, line)
        case "d":
            line = await planning.look(desk, contact, plan_id)
            return plan_steps.days_around_it(turn, scene, line, date.fromisoformat(said.words[3]))
        case "ty":
            return await plan_steps.ask_day(turn, scene, await planning.look(desk, contact, plan_id))
        case "x":
            about_on = date.fromisoformat(said.words[3])
            line = await planning.around(desk, contact, plan_id, about_on, int(said.words[4]))
            return plan_steps.last_days(turn, scene, line)
        case "f":
            first = date.fromisoformat(said.words[3])
            return plan_steps.last_days(turn, scene, await planning.pace(desk, contact, plan_id, from_on=first))
        case "u":
            await planning.pace(desk, contact, plan_id, until_on=date.fromisoformat(said.words[3]))
            return await plan_steps.confirm(turn, scene, plan_id)
        case "m":
            return plan_steps.whom(turn, scene, await planning.look(desk, contact, plan_id))
        case "mm":
            await planning.remind(desk, contact, plan_id, Reminded(said.words[3]))
            return await plan_steps.confirm(turn, scene, plan_id)
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


def _card(turn: Turn, scene: Scene, line: PlanLine, toast: str = "") -> Reply:
    """One plan: what it asks, how far it has come, and what can be done with it."""
    words = scene.words
    rows: list[tuple[Button, ...]] = []
    if line.missed:
        label = words.label("plans.late", count=line.missed)
        rows.append((Button(label, press("pl", "t", line.id, 0), style="primary"),))
    end = Button(words.label("plans.end"), press("pl", "e", line.id))
    may_change = scene.as_official().may(Duty.PLANS)
    if may_change and line.state is PlanState.ACTIVE:
        rows.append((Button(words.label("plans.pause"), press("pl", "p", line.id)), end))
    elif may_change and line.state is PlanState.PAUSED:
        rows.append((Button(words.label("plans.go_on"), press("pl", "re", line.id)), end))
    rows.append((list_button(scene), home_button(words)))
    return show(turn, words("replies/plans/one", line=line), tuple(rows), toast=toast)


async def _late(turn: Turn, scene: Scene, plan_id: int, page: int) -> Reply:
    """Who has not done it, and whether a reminder can reach them."""
    words, official = scene.words, scene.as_official()
    line = await planned.plan(scene.desk, official, plan_id)
    found = await planned.late(scene.desk, official, plan_id, page, ROWS_A_PAGE)
    turning = pager(words, page, found.pages, "pl", "t", plan_id)
    back = Button(words.label("plans.back"), press("pl", "o", plan_id))
    text = words("replies/plans/late", line=line, found=found, today=scene.desk.today)
    return show(turn, text, (*((turning,) if turning else ()), (back, home_button(words))))


def _name(scene: Scene, line: PlanLine) -> str:
    mark = scene.words.label(f"plans.mark_{line.state.value}")
    # Before the first time there is nothing to be counted.
    return f"{mark} {line.checklist} {line.done}/{line.asked}" if line.asked else f"{mark} {line.checklist}"
