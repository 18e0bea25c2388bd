"""隐患卡所问 — what a step asks for before it is taken: a grade, a clause, a day or a reason; pressed if possible."""

from __future__ import annotations

from datetime import date

from domain.checklist import Grade
from domain.contact import StalePress
from domain.hazard import DayUnfit
from domain.rectification import StepKey, terms
from handlers.inspection_cards import short
from handlers.screen import show
from handlers.turn import Button, Press, Reply, Scene, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards.portraying import HazardView

WORDS = "hazard.words"
GRADES = {"general": Grade.GENERAL, "major": Grade.MAJOR}
WITH_WORDS = frozenset({
    StepKey.RETURN, StepKey.CLAUSE, StepKey.LIST, StepKey.REFUSE_TIME, StepKey.HAND_OVER, StepKey.COST,
})  # fmt: skip
# How many reasons are offered for a press.
PRESETS = {
    StepKey.RETURN: 2, StepKey.SEND_BACK: 2, StepKey.ASK_TIME: 2, StepKey.REFUSE_TIME: 2, StepKey.REOPEN: 1,
}  # fmt: skip
MOST_CLAUSES = 3


def ask_grade(turn: Turn, scene: Scene, view: HazardView, key: StepKey) -> Reply:
    """一般 or 重大; of a hazard that has a grade only the other one makes sense."""
    offered = [grade for grade in GRADES if key is StepKey.VERIFY or grade != view.grade]
    rows = [
        (Button(scene.words.label(f"hazard.{g}"), data("hz", "g", view.id, view.version, key.value, g)),)
        for g in offered
    ]
    text = scene.words("replies/hazard/ask_grade", number=view.number, what=view.what)
    return show(turn, text, (*rows, (_cancel(scene, view),)))


def ask_day(turn: Turn, scene: Scene, view: HazardView, key: StepKey) -> Reply:
    """Until when: days that suggest themselves."""
    words, rows = scene.words, []
    for day in _days(scene, view, key):
        label = words.label("hazard.today") if day == scene.desk.today else words.label(
            "hazard.term", day=words.label("format.day").format(y=day.year, m=day.month, d=day.day),
            days=(day - scene.desk.today).days,
        )  # fmt: skip
        rows.append((Button(label, data("hz", "d", view.id, view.version, key.value, day.isoformat())),))
    text = words("replies/hazard/ask_day", number=view.number, what=view.what, step=key.value)
    return show(turn, text, (*rows, (_cancel(scene, view),)))


def day_in(scene: Scene, said: Press) -> date:
    """The day that a button names: pressed tomorrow, it still means what was read. Whether it suits is for the step
    to judge. Raises DayUnfit for one that is over.
    """
    day = date.fromisoformat(said.words[5])
    if day < scene.desk.today:
        raise DayUnfit
    return day


def _days(scene: Scene, view: HazardView, key: StepKey) -> tuple[date, ...]:
    calendar, grade = scene.desk.catalogue.calendar, view.grade
    if key is not StepKey.ASK_TIME or view.due_on is None:
        return terms(grade, scene.desk.today, calendar)
    base = max(view.due_on, scene.desk.today)
    return tuple(day for day in terms(grade, base, calendar) if day > base)


async def ask_words(
    turn: Turn, scene: Scene, view: HazardView, key: StepKey, *, day: date | None = None, part: str = ""
) -> Reply:
    """A reason, a number or a clause: pressed if it is one that comes up again and again, else typed."""
    words = scene.words
    subject = f"hazard:{view.id}:{view.version}:{key.value}:{day or ''}:{part}"
    await standing.expect(scene.desk, scene.known.contact.id, WORDS, subject)
    if part == "major" or key is StepKey.CLAUSE:
        found = scene.desk.catalogue.clause_finder.find(view.what, MOST_CLAUSES)
        clauses = [one.clause for one in found]
        rows = [
            (Button(short(f"{at + 1}. {clause.title}"), data("hz", "c", view.id, view.version, key.value, at)),)
            for at, clause in enumerate(clauses)
        ]
        text = words("replies/hazard/ask_clause", number=view.number, what=view.what, clauses=clauses)
        return show(turn, text, (*rows, (_cancel(scene, view),)))
    rows = [
        (Button(
            words.label(f"hazard.preset_{key.value}_{at}"),
            data("hz", "p", view.id, view.version, key.value, at, day.isoformat() if day else ""),
        ),)
        for at in range(1, PRESETS.get(key, 0) + 1)
    ]  # fmt: skip
    text = words("replies/hazard/ask_words", number=view.number, step=key.value, part=part, has_presets=bool(rows))
    return show(turn, text, (*rows, (_cancel(scene, view),)))


def clause_at(scene: Scene, view: HazardView, at: int) -> str:
    """The title of the clause behind the button of that place. Raises StalePress."""
    found = scene.desk.catalogue.clause_finder.find(view.what, MOST_CLAUSES)
    if at >= len(found):
        raise StalePress
    return str(found[at].clause.label)


def preset(scene: Scene, said: Press) -> tuple[str, date | None]:
    """The reason behind a button, with the day that was chosen before it. Raises StalePress."""
    key, at = StepKey(said.words[4]), said.number(5)
    if not 1 <= at <= PRESETS.get(key, 0):
        raise StalePress
    day = said.words[6] if len(said.words) > 6 else ""
    return scene.words.label(f"hazard.preset_{key.value}_{at}"), date.fromisoformat(day) if day else None


def awaited(scene: Scene) -> tuple[int, int, StepKey, date | None, str]:
    """What the awaited words belong to: hazard, version, step, the day chosen before, and which part of the plan."""
    _, hazard_id, version, key, day, part = scene.subject.split(":")
    return int(hazard_id), int(version), StepKey(key), date.fromisoformat(day) if day else None, part


def _cancel(scene: Scene, view: HazardView) -> Button:
    return Button(scene.words.label("hazard.cancel"), data("hz", "o", view.id))
