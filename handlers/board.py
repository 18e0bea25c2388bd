"""公示栏 — an enterprise: the month's hazards as they would hang there → asked for → its principal agrees → A3."""

from __future__ import annotations

from domain.contact import RESPONSIBLE, NotEnrolled, StalePress
from handlers.inspection_cards import short
from handlers.screen import home_button, show
from handlers.turn import Button, Press, Reply, Scene, Turn
from handlers.turn import press as data
from outreach.hazards import boarding


async def press_board(turn: Turn, scene: Scene) -> Reply:
    """`bd:e`, `bd:o:<enterprise>:<months ago>`, `bd:p:<enterprise>:<months ago>`, `bd:ok:<board>`."""
    assert isinstance(turn.said, Press)
    said, desk, caller = turn.said, scene.desk, scene.known
    match said.words[1:]:
        case ("e",):
            return await _choose(turn, scene)
        case ("o", _, _):
            return await _look(turn, scene, said.number(2), said.number(3))
        case ("p", _, _):
            who = (desk, caller.contact, caller.posts)
            is_printed = await boarding.ask_for_board(*who, said.number(2), said.number(3))
            text = scene.words("replies/board/asked", is_printed=is_printed)
            return show(turn, text, ((_list(scene), home_button(scene.words)),))
        case ("ok", _):
            await boarding.agree(desk, caller.contact, caller.posts, said.number(2))
            return show(turn, scene.words("replies/board/asked", is_printed=True), ((home_button(scene.words),),))
    raise StalePress


async def _choose(turn: Turn, scene: Scene) -> Reply:
    """Which enterprise, for somebody who answers for several."""
    own = {post.enterprise_id: post.enterprise_name for post in scene.known.posts if post.role in RESPONSIBLE}
    if not own:
        raise NotEnrolled
    if len(own) == 1:
        return await _look(turn, scene, next(iter(own)), 0)
    rows = [(Button(short(name), data("bd", "o", id_, 0)),) for id_, name in own.items()]
    return show(turn, scene.words("replies/board/choose"), (*rows, (_list(scene), home_button(scene.words))))


async def _look(turn: Turn, scene: Scene, enterprise_id: int, months_ago: int) -> Reply:
    shown = await boarding.board(scene.desk, scene.known.posts, enterprise_id, months_ago)
    label = scene.words.label
    other = Button(label("board.before"), data("bd", "o", enterprise_id, 1))
    if months_ago:
        other = Button(label("board.now"), data("bd", "o", enterprise_id, 0))
    go = label("board.print" if shown.is_principal else "board.ask")
    rows = ((Button(go, data("bd", "p", enterprise_id, months_ago), style="primary"),), (other,))
    return show(turn, scene.words("replies/board/look", board=shown, paper=shown.paper),
                (*rows, (_list(scene), home_button(scene.words))))  # fmt: skip


def _list(scene: Scene) -> Button:
    return Button(scene.words.label("hazard.list"), data("hz", "l", 0))
