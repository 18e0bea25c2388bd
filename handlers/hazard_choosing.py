"""隐患卡所选 — which other hazard this one is merged into, and which official sees to it from now on."""

from __future__ import annotations

from dataclasses import replace

from domain.contact import NotYours
from domain.rectification import StepKey
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, show
from handlers.turn import Button, Reply, Rows, Scene, Turn
from handlers.turn import press as data
from outreach.hazards import merging, minding
from outreach.hazards.portraying import HazardView
from outreach.hazards.viewing import held

# The same wherever somebody backs out.
MERGE, FOLLOW = StepKey.MERGE.value, StepKey.FOLLOW.value


async def suggest(scene: Scene, hazard_id: int, text: str, rows: Rows) -> tuple[str, Rows]:
    """A card's words and buttons with what it may be the same as, for an official who can still merge it."""
    official = scene.known.official
    found = await merging.likely(scene.desk, official, hazard_id) if official is not None else ()
    if not found:
        return text, rows
    label = scene.words.label("hazard.step_merge_likely", count=len(found))
    plain = scene.words.label("hazard.step_merge")
    shown = tuple(tuple(replace(one, label=label) if one.label == plain else one for one in line) for line in rows)
    return f"{text}\n\n{scene.words('replies/hazard/twins', twins=found)}", shown


async def ask_into(turn: Turn, scene: Scene, view: HazardView) -> Reply:
    """The hazards of the same place, the likest first."""
    words, row = scene.words, await held(scene.desk, view.id)
    found = await merging.twins(scene.desk, scene.as_official(), row, ROWS_A_PAGE)
    rows = [
        (Button(
            short(words.label("hazard.twin", number=twin.number, percent=twin.percent)),
            data("hz", "m", view.id, view.version, MERGE, twin.id),
        ),)
        for twin in found
    ]  # fmt: skip
    text = words("replies/hazard/ask_into", number=view.number, what=view.what, twins=found)
    return show(turn, text, (*rows, (_back(scene, view),)))


async def confirm_into(turn: Turn, scene: Scene, view: HazardView, into_id: int) -> Reply:
    """Both, one below the other. Raises NotYours for one that is not of the same place."""
    row = await held(scene.desk, view.id)
    found = await merging.twins(scene.desk, scene.as_official(), row, merging.MOST_COMPARED)
    into = next((twin for twin in found if twin.id == into_id), None)
    if into is None:
        raise NotYours
    yes = Button(
        scene.words.label("hazard.merge_yes"), data("hz", "mm", view.id, view.version, MERGE, into_id), style="primary"
    )
    text = scene.words("replies/hazard/confirm_into", view=view, into=into)
    return show(turn, text, ((yes,), (_back(scene, view),)))


async def ask_follower(turn: Turn, scene: Scene, view: HazardView) -> Reply:
    """Oneself, or another official who serves and whom it concerns."""
    words, official = scene.words, scene.as_official()
    row = await held(scene.desk, view.id)
    others = await minding.followers_to_choose(scene.desk, row, official.id)
    start = (view.id, view.version, FOLLOW)
    rows = [(Button(words.label("hazard.follow_me"), data("hz", "f", *start, 0)),)] if (
        row.follower_id != official.id
    ) else []  # fmt: skip
    rows += [(Button(short(one.name), data("hz", "f", *start, one.id)),) for one in others if one.id != row.follower_id]
    text = words("replies/hazard/ask_follower", number=view.number, what=view.what, follower=view.follower)
    return show(turn, text, (*rows, (_back(scene, view),)))


def _back(scene: Scene, view: HazardView) -> Button:
    return Button(scene.words.label("hazard.back"), data("hz", "o", view.id))
