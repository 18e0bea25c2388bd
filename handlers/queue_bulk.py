"""一次办多条 — what may safely be done about a whole list: offered → counted and confirmed → done, and taken back."""

from __future__ import annotations

from domain.contact import StalePress
from handlers.queue_codes import button
from handlers.screen import home_button, show
from handlers.turn import Button, Reply, Rows, Scene, Turn
from handlers.turn import press as data
from outreach.hazards import nudging
from outreach.hazards.sifting import Pile, Sift
from outreach.hazards.viewing import Who


async def offer(turn: Turn, scene: Scene, sift: Sift) -> Reply:
    """What can be done about the list at once."""
    words, official = scene.words, scene.as_official()
    rows: list[tuple[Button, ...]] = []
    if sift.pile is Pile.OVERDUE:
        found = await nudging.overdue(scene.desk, official, sift)
        rows.append((button(words.label("queue.nudge", count=found.hazards), "bn", sift),))
    over = len(await nudging.to_take_over(scene.desk, official, sift))
    if over:
        rows.append((button(words.label("queue.take_over", count=over), "bt", sift),))
    text = words("replies/hazard_queue/bulk", pile=sift.pile.value, is_any=bool(rows))
    return show(turn, text, (*rows, *_back(scene, sift)))


async def confirm_nudge(turn: Turn, scene: Scene, sift: Sift) -> Reply:
    """How many are reminded of how much."""
    found = await nudging.overdue(scene.desk, scene.as_official(), sift)
    rows: Rows = ()
    if found.people:
        rows = ((button(scene.words.label("queue.nudge_yes", count=found.people), "bnn", sift, found.hazards),),)
    return show(turn, scene.words("replies/hazard_queue/nudge", found=found), (*rows, *_back(scene, sift)))


async def nudge(turn: Turn, scene: Scene, sift: Sift, count: int) -> Reply:
    """Remind them; when there are more or fewer by now, that is confirmed anew."""
    try:
        told = await nudging.nudge(scene.desk, _who(scene), sift, count)
    except StalePress:
        return await confirm_nudge(turn, scene, sift)
    rows = ((_undo(scene, "bu"),), *_back(scene, sift)) if told else _back(scene, sift)
    return show(turn, scene.words("replies/hazard_queue/nudged", told=told), rows)


async def confirm_over(turn: Turn, scene: Scene, sift: Sift) -> Reply:
    """How many are taken over."""
    count = len(await nudging.to_take_over(scene.desk, scene.as_official(), sift))
    rows: Rows = ()
    if count:
        rows = ((button(scene.words.label("queue.take_over_yes", count=count), "btt", sift, count),),)
    text = scene.words("replies/hazard_queue/take_over", count=count, most=nudging.MOST_TAKEN_OVER)
    return show(turn, text, (*rows, *_back(scene, sift)))


async def take_over(turn: Turn, scene: Scene, sift: Sift, count: int) -> Reply:
    """Follow them all; when there are more or fewer by now, that is confirmed anew."""
    try:
        done = await nudging.take_over(scene.desk, _who(scene), sift, count)
    except StalePress:
        return await confirm_over(turn, scene, sift)
    rows = ((_undo(scene, "bv"),), *_back(scene, sift))
    return show(turn, scene.words("replies/hazard_queue/taken_over", count=done), rows)


async def recall_nudge(turn: Turn, scene: Scene, stamp: int) -> Reply:
    """Take the reminder back."""
    count = await nudging.recall_nudge(scene.desk, _who(scene), stamp)
    return show(turn, scene.words("replies/hazard_queue/nudge_recalled", count=count), _back(scene, None))


async def give_back(turn: Turn, scene: Scene, stamp: int) -> Reply:
    """Give back what was taken over."""
    count = await nudging.give_back(scene.desk, _who(scene), stamp)
    return show(turn, scene.words("replies/hazard_queue/given_back", count=count), _back(scene, None))


def _undo(scene: Scene, verb: str) -> Button:
    return Button(scene.words.label("hazard.undo"), data("hq", verb, nudging.stamp_of(scene.desk.now)))


def _back(scene: Scene, sift: Sift | None) -> Rows:
    words = scene.words
    back = Button(words.label("queue.home"), data("hq", "h")) if sift is None else button(
        words.label("queue.back"), "l", sift, 0
    )  # fmt: skip
    return ((back, home_button(words)),)


def _who(scene: Scene) -> Who:
    return Who(scene.known.contact, scene.known.posts, scene.as_official())
