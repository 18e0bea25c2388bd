"""恢复后暂停 — after a restore nothing is sent until an official of the whole area has decided.

首页 → what may have been sent since the backup, broadcast by broadcast → 再发一次, or 不再发 → 恢复发送
"""

from __future__ import annotations

from domain.contact import Contact, Official, StalePress
from domain.hold import EVERYTHING, FALLBACKS, LETTERS, Held, HeldGroup
from handlers.inspection_cards import short
from handlers.screen import home_button, show
from handlers.turn import Button, Press, Reply, Scene, Turn
from handlers.turn import press as data
from outreach.upkeep import releasing

GROUPS_SHOWN = 12


async def press_hold(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; the count in a button is what was shown, and the deed compares it."""
    assert isinstance(turn.said, Press)
    said, official = turn.said, scene.as_official()
    by = scene.known.contact, official
    held = await releasing.look(scene.desk, official)
    match said.verb:
        case "l":
            return _list(turn, scene, held)
        case "o":
            return _group(turn, scene, held, said.words[2])
        case "a" | "u":
            return _sure(turn, scene, said.verb, said.words[2], said.number(3))
        case "ay" | "uy":
            which, count = said.words[2], said.number(3)
            left = await releasing.decide(scene.desk, by, which, count, again=said.verb == "ay")
            if which == EVERYTHING:
                return await _released(turn, scene, by, 0)
            return _list(turn, scene, left)
        case "ry":
            return await _released(turn, scene, by, said.number(2))
    raise StalePress


def _list(turn: Turn, scene: Scene, held: Held) -> Reply:
    rows: list[tuple[Button, ...]] = []
    for group in held.groups[:GROUPS_SHOWN]:
        rows.append((Button(short(_named(scene, group)), data("hd", "o", group.which)),))
    if held.count:
        rows.append((_button(scene, "all_again", "a", EVERYTHING, held.count),))
        rows.append((_button(scene, "all_left", "u", EVERYTHING, held.count),))
    else:
        rows.append((_button(scene, "release", "ry", 0, style="success"),))
    text = scene.words("replies/hold/list", held=held, more=len(held.groups) - GROUPS_SHOWN)
    return show(turn, text, (*rows, (home_button(scene.words),)))


def _named(scene: Scene, group: HeldGroup) -> str:
    label = scene.words.label
    if group.number:
        return label("hold.broadcast", number=group.number, count=group.count, opening=group.opening)
    key = group.which if group.which in (LETTERS, FALLBACKS) else "notices"
    return label(f"hold.{key}", count=group.count)


def _group(turn: Turn, scene: Scene, held: Held, which: str) -> Reply:
    group = next((one for one in held.groups if one.which == which), None)
    if group is None:
        return _list(turn, scene, held)
    rows = (
        (_button(scene, "again", "a", which, group.count),),
        (_button(scene, "left", "u", which, group.count),),
        _ways_out(scene),
    )
    return show(turn, scene.words("replies/hold/group", held=held, group=group), rows)


def _sure(turn: Turn, scene: Scene, verb: str, which: str, count: int) -> Reply:
    key = "again_yes" if verb == "a" else "left_yes"
    yes = Button(scene.words.label(f"hold.{key}", count=count), data("hd", f"{verb}y", which, count), style="danger")
    rows = ((yes,), _ways_out(scene))
    text = scene.words("replies/hold/sure", verb=verb, count=count, is_all=which == EVERYTHING)
    return show(turn, text, rows)


async def _released(turn: Turn, scene: Scene, by: tuple[Contact, Official], count: int) -> Reply:
    await releasing.release(scene.desk, by, count)
    return show(turn, scene.words("replies/hold/released"), ((home_button(scene.words),),))


def _button(scene: Scene, key: str, *said: object, style: str = "") -> Button:
    count = said[-1]
    return Button(scene.words.label(f"hold.{key}", count=count), data("hd", *said), style=style)


def _ways_out(scene: Scene) -> tuple[Button, ...]:
    return (Button(scene.words.label("hold.back"), data("hd", "l")), home_button(scene.words))
