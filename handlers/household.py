"""家里查一查 — anybody walks the list for households; what was answered rides in the buttons, so nothing is stored.

/family → one thing after another, good or to mend or not there → what to mend today → once more.
"""

from __future__ import annotations

from domain.checklist import Checklist, ForWhom, Verdict
from domain.contact import StalePress
from handlers.screen import home_button, show
from handlers.turn import Button, Press, Reply, Rows, Scene, Turn
from handlers.turn import press as data

LETTERS = {"p": Verdict.PASS, "f": Verdict.FAIL, "a": Verdict.ABSENT}
STYLES = {"p": "success", "f": "danger", "a": ""}
TODAY_DAYS = 1


async def begin(turn: Turn, scene: Scene) -> Reply:
    """What it is, and that nothing of it is kept; the person stays where they stand."""
    checklist, words = _list(scene), scene.words
    is_underway = bool(scene.meaning or scene.subject)
    text = words("replies/household/intro", checklist=checklist, is_underway=is_underway)
    start = Button(words.label("household.start"), _at(checklist, ""), style="primary")
    return show(turn, text, ((start,), (home_button(words),)))


async def press(turn: Turn, scene: Scene) -> Reply:
    """`hh:s` from the start, `hh:v:<version>:<answers>` what comes after these answers, a letter each.

    Raises StalePress for answers to a list that has been changed since.
    """
    assert isinstance(turn.said, Press)
    match turn.said.words[1:]:
        case ("s",):
            return await begin(turn, scene)
        case ("v", version, answers):
            checklist = _list(scene)
            is_whole = set(answers) <= LETTERS.keys() and len(answers) <= len(checklist.items)
            if is_whole and version == str(checklist.version):
                return _after(turn, scene, checklist, answers)
    raise StalePress


def _after(turn: Turn, scene: Scene, checklist: Checklist, answers: str) -> Reply:
    words, at = scene.words, len(answers)
    back: Rows = ((Button(words.label("household.back"), _at(checklist, answers[:-1])),),) if answers else ()
    if at == len(checklist.items):
        return _result(turn, scene, checklist, answers, back)
    item = checklist.items[at]
    section = next(one.title for one in checklist.sections if item in one.items)
    keys = {
        letter: Button(
            words.label(f"household.{verdict.value}"), _at(checklist, answers + letter), style=STYLES[letter]
        )
        for letter, verdict in LETTERS.items()
    }
    text = words("replies/household/item", item=item, section=section, number=at + 1, total=len(checklist.items))
    return show(turn, text, ((keys["p"], keys["f"]), (keys["a"],), *back, (home_button(words),)))


def _result(turn: Turn, scene: Scene, checklist: Checklist, answers: str, back: Rows) -> Reply:
    words = scene.words
    wrong = [item for item, letter in zip(checklist.items, answers, strict=True) if LETTERS[letter] is Verdict.FAIL]
    text = words(
        "replies/household/result",
        today=[item for item in wrong if item.due_days <= TODAY_DAYS],
        later=[item for item in wrong if item.due_days > TODAY_DAYS],
        passes=answers.count("p"),
        total=len(answers),
    )
    rows = (
        (Button(words.label("household.again"), data("hh", "s")),),
        (Button(words.label("hotline.cards"), data("hl", "c")),),
        *back,
        (home_button(words),),
    )
    return show(turn, text, rows)


def _list(scene: Scene) -> Checklist:
    """The list for households. Raises StalePress where a bureau has taken it away."""
    for checklist in scene.desk.catalogue.checklists.values():
        if checklist.audience is ForWhom.HOUSEHOLD:
            return checklist
    raise StalePress


def _at(checklist: Checklist, answers: str) -> str:
    return data("hh", "v", checklist.version, answers)
