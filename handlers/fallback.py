"""备用渠道 — an official gives an enterprise's group robot, or takes it away again.

企业名录 → an enterprise → 备用渠道 → 设置 → its address → a test message → kept, or not and why
"""

from __future__ import annotations

from domain.contact import StalePress
from domain.fallback import read_address
from handlers.screen import home_button, show
from handlers.turn import Button, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.fallback import addressing
from outreach.reports import drafts

MEANING = "fallback.address"


async def press_fallback(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; each deed asks whether the enterprise lies in the official's jurisdiction."""
    assert isinstance(turn.said, Press)
    said, official, words = turn.said, scene.as_official(), scene.words
    one = await addressing.fallback_of(scene.desk, official, said.number(2))
    match said.verb:
        case "e":
            return _one(turn, scene, one)
        case "n":
            await drafts.rest(scene.desk, turn.person.id)
            await standing.expect(scene.desk, scene.known.contact.id, MEANING, f"enterprise:{one.enterprise_id}")
            return show(turn, words("replies/fallback/ask", one=one), (_ways_out(scene, one.enterprise_id),))
        case "x":
            yes = Button(words.label("fallback.remove_yes"), data("fb", "xx", one.enterprise_id), style="danger")
            return show(turn, words("replies/fallback/remove", one=one), ((yes,), _ways_out(scene, one.enterprise_id)))
        case "xx":
            await addressing.remove(scene.desk, scene.known.contact, official, one.enterprise_id)
            return show(turn, words("replies/fallback/removed"), (_ways_out(scene, one.enterprise_id),))
    raise StalePress


async def take_address(turn: Turn, scene: Scene) -> Reply:
    """The address; what is none is asked for again. It is not said back: whoever has it can write into the group."""
    enterprise_id = int(scene.subject.partition(":")[2])
    address = read_address(turn.said.text if isinstance(turn.said, Text) else "")
    await addressing.propose(scene.desk, scene.known.contact, scene.as_official(), enterprise_id, address)
    await standing.expect(scene.desk, scene.known.contact.id, "")
    text = scene.words("replies/fallback/testing", service=address.service)
    return Reply((Say(text, (_ways_out(scene, enterprise_id),)),))


def _one(turn: Turn, scene: Scene, one: addressing.Fallback) -> Reply:
    label, id_ = scene.words.label, one.enterprise_id
    rows = [(Button(label("fallback.change" if one.service else "fallback.set"), data("fb", "n", id_)),)]
    if one.service or one.testing:
        rows.append((Button(label("fallback.remove"), data("fb", "x", id_)),))
    back = Button(label("fallback.back"), data("rg", "e", id_, 0))
    return show(turn, scene.words("replies/fallback/one", one=one), (*rows, (back, home_button(scene.words))))


def _ways_out(scene: Scene, enterprise_id: int) -> tuple[Button, ...]:
    return (Button(scene.words.label("fallback.look"), data("fb", "e", enterprise_id)), home_button(scene.words))
