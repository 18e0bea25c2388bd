"""监管措施 — a hazard's card → the measures that were noted → one more, by its document, or one is lifted."""

from __future__ import annotations

from domain.contact import NotYours, StalePress
from domain.measure import MeasureKind
from handlers.screen import home_button, show
from handlers.turn import Button, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards import measuring
from outreach.hazards.measures import measures_of
from outreach.hazards.viewing import Who

WORDS = "measure.words"


async def press_measure(turn: Turn, scene: Scene) -> Reply:
    """`me:l:<hazard>`, `me:k:<hazard>:<kind>`, `me:x:<hazard>:<measure>`, `me:xx:<hazard>:<measure>`."""
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.words[1:]:
        case ("l", _):
            return await _list(turn, scene, said.number(2))
        case ("k", _, kind):
            return await _ask(turn, scene, said.number(2), MeasureKind(kind))
        case ("x", _, _):
            return await _confirm(turn, scene, said.number(2), said.number(3))
        case ("xx", _, _):
            await measuring.lift(scene.desk, _who(scene), said.number(2), said.number(3))
            return await _list(turn, scene, said.number(2))
    raise StalePress


async def take_words(turn: Turn, scene: Scene) -> Reply:
    """The document's number in the first line, its words below."""
    if not isinstance(turn.said, Text):
        return Reply((Say(scene.words("replies/hazard/words_only")),))
    _, hazard_id, kind = scene.subject.split(":")
    await measuring.set_measure(scene.desk, _who(scene), int(hazard_id), MeasureKind(kind), turn.said.text)
    return await _list(turn, scene, int(hazard_id))


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    return isinstance(turn.said, Press) and turn.said.talk == "me"


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """What was noted, for a press that took effect before."""
    assert isinstance(turn.said, Press)
    return await _list(turn, scene, turn.said.number(2))


def _who(scene: Scene) -> Who:
    return Who(scene.known.contact, scene.known.posts, scene.known.official)


async def _list(turn: Turn, scene: Scene, hazard_id: int) -> Reply:
    row, _ = await measuring.overseen(scene.desk, _who(scene), hazard_id)
    await standing.expect(scene.desk, scene.known.contact.id, "")
    found, label = await measures_of(scene.desk, row.id), scene.words.label
    standing_ones = [one for one in found if one.lifted_at is None]
    rows = [
        (Button(label("measure.lift", kind=label(f"measure.kind.{one.kind.value}")), data("me", "x", row.id, one.id)),)
        for one in standing_ones
    ]
    kinds = [kind for kind in MeasureKind if kind not in {one.kind for one in standing_ones}]
    rows += [(Button(label(f"measure.kind.{kind.value}"), data("me", "k", row.id, kind.value)),) for kind in kinds]
    rows.append((Button(label("hazard.back"), data("hz", "o", row.id)),))
    text = scene.words("replies/hazard/measures", number=row.number, measures=found)
    return show(turn, text, (*rows, (home_button(scene.words),)))


async def _ask(turn: Turn, scene: Scene, hazard_id: int, kind: MeasureKind) -> Reply:
    row, _ = await measuring.overseen(scene.desk, _who(scene), hazard_id)
    await standing.expect(scene.desk, scene.known.contact.id, WORDS, f"measure:{row.id}:{kind.value}")
    text = scene.words("replies/hazard/measure_ask", number=row.number, kind=kind)
    return show(turn, text, ((_back(scene, row.id),),))


async def _confirm(turn: Turn, scene: Scene, hazard_id: int, measure_id: int) -> Reply:
    row, _ = await measuring.overseen(scene.desk, _who(scene), hazard_id)
    one = next((one for one in await measures_of(scene.desk, row.id) if one.id == measure_id), None)
    if one is None:
        raise NotYours
    yes = Button(scene.words.label("measure.lift_yes"), data("me", "xx", row.id, one.id), style="danger")
    text = scene.words("replies/hazard/measure_lift", number=row.number, one=one)
    return show(turn, text, ((yes,), (_back(scene, row.id),)))


def _back(scene: Scene, hazard_id: int) -> Button:
    return Button(scene.words.label("measure.back"), data("me", "l", hazard_id))
