"""责任单位 — an official names the enterprise that has to put a hazard right: a part of its name, then a press."""

from __future__ import annotations

from domain.rectification import StepKey
from domain.text import tidy
from handlers import hazard_asking as asking
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, show
from handlers.turn import Button, Press, Reply, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards.portraying import HazardView
from outreach.register import listing

UNIT = StepKey.UNIT.value
# Of a name that is looked for; nobody's is longer.
PART_LIMIT = 50


async def ask_unit(turn: Turn, scene: Scene, view: HazardView) -> Reply:
    """Which one? What is typed is a part of its name, and those that have it are offered, as often as it takes."""
    named = tidy(turn.said.text, PART_LIMIT) if isinstance(turn.said, Text) else ""
    await standing.expect(scene.desk, scene.known.contact.id, asking.WORDS, f"hazard:{view.id}:{view.version}:{UNIT}::")
    official = scene.as_official()
    found = await listing.enterprises(scene.desk, official.jurisdiction, 0, ROWS_A_PAGE, named) if named else None
    rows = [
        (Button(short(line.name), data("hz", "n", view.id, view.version, UNIT, line.id)),)
        for line in (found.lines if found else ())
        if line.id != view.enterprise_id
    ]
    text = scene.words(
        "replies/hazard/ask_unit", number=view.number, what=view.what, where=view.where, named=named, found=found
    )
    back = Button(scene.words.label("hazard.back"), data("hz", "o", view.id))
    return show(turn, text, (*rows, (back,)), card=not isinstance(turn.said, Press))
