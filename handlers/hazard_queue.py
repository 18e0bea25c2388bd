"""隐患队列 — an official's queue: counts → a list → (narrowed, or by words) → a card → its steps → the next one."""

from __future__ import annotations

from domain.authority import Duty
from domain.contact import StalePress
from domain.visit import KINDS
from handlers import hazard, hazard_way, on_the_spot, queue_bulk, visit
from handlers.inspection_cards import short
from handlers.queue_codes import button, code, data_of, does_fit, fitting, read
from handlers.screen import ROWS_A_PAGE, home_button, show
from handlers.turn import Button, Command, Press, Reply, Rows, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards import narrowing, queueing
from outreach.hazards.narrowing import Side
from outreach.hazards.queueing import QueueLine
from outreach.hazards.sifting import Pile, Sift
from outreach.reports import looks
from outreach.visits import listing as going_on

WORDS = "hazard_queue.words"
# As they stand on the screen, two in a row; what waits longest for an official's own hand comes first.
PILES = (
    (Pile.VERIFIED, Pile.OVERDUE), (Pile.RECTIFIED, Pile.RECHECKED), (Pile.EXTENSION, Pile.SOON),
)  # fmt: skip


async def show_queue(turn: Turn, scene: Scene) -> Reply:
    """`/hazards`: an official's queue, or what `/hazards words` finds; anybody else's own hazards."""
    if scene.known.official is None:
        return await hazard.show_hazards(turn, scene)
    rest = turn.said.rest if isinstance(turn.said, Command) else ""
    if rest.strip():
        return await _list(turn, scene, Sift(words=fitting(rest)), 0)
    words, official = scene.words, scene.as_official()
    found = await queueing.counts(scene.desk, official)
    rows: list[tuple[Button, ...]] = [(_pile(scene, Pile.REPORTED, found.of[Pile.REPORTED]),)]
    waiting = await looks.count_new(scene.desk, official) if official.may(Duty.TRIAGE) else 0
    if official.may(Duty.TRIAGE):
        rows[0] = (Button(words.label("queue.reports", count=waiting), data("tr", "l", 0)), *rows[0])
    rows += [tuple(_pile(scene, pile, found.of[pile]) for pile in pair) for pair in PILES]
    find = button(words.label("queue.find"), "q", Sift())
    rows.append((_pile(scene, Pile.OPEN, found.of[Pile.OPEN]), find))
    if official.may(Duty.TRIAGE):
        count, late = found.mine
        mine = words.label("queue.mine_late" if late else "queue.mine", count=count, late=late)
        rows.insert(1, (button(mine, "l", Sift(follower_id=official.id), 0),))
    if scene.known.posts:
        rows.append((Button(words.label("queue.own"), data("hz", "l", 0)),))
    left = await going_on.count_left_open(scene.desk, official.jurisdiction) if official.role in KINDS else 0
    text = words(
        "replies/hazard_queue/queue", found=found, reports=waiting, of={pile.value: n for pile, n in found.of.items()},
        visits=left,
    )  # fmt: skip
    entries = (*visit.left_open_rows(scene, left), *on_the_spot.entry_rows(scene))
    return show(turn, text, (*rows, *entries, (home_button(words),)))


def _pile(scene: Scene, pile: Pile, count: int) -> Button:
    return button(scene.words.label(f"queue.count.{pile}", count=count), "l", Sift(pile), 0)


async def press_queue(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk: `hq:h`, and others that name their list as `handlers.queue_codes` writes it."""
    assert isinstance(turn.said, Press)
    said = turn.said
    scene.as_official()
    match said.words[1:]:
        case ("h",):
            return await show_queue(turn, scene)
        case ("l", named, _, *words):
            return await _list(turn, scene, await read(scene, named, ":".join(words)), said.number(3))
        case ("f", named, *words):
            return await _sides(turn, scene, await read(scene, named, ":".join(words)))
        case ("d", named, side, _, *words):
            sift = await read(scene, named, ":".join(words))
            return await _choices(turn, scene, sift, Side(side), said.number(4))
        case ("q", named, *words):
            return await _ask_words(turn, scene, await read(scene, named, ":".join(words)))
        case ("o", named, _, _, *words):
            sift = await read(scene, named, ":".join(words))
            return await _open(turn, scene, sift, said.number(3), said.number(4))
        case ("n", named, _, _, *words):
            return await _next(turn, scene, await read(scene, named, ":".join(words)), said.number(3), said.number(4))
        case ("b", named, *words):
            return await queue_bulk.offer(turn, scene, await read(scene, named, ":".join(words)))
        case ("bn", named, *words):
            return await queue_bulk.confirm_nudge(turn, scene, await read(scene, named, ":".join(words)))
        case ("bnn", named, _, *words):
            return await queue_bulk.nudge(turn, scene, await read(scene, named, ":".join(words)), said.number(3))
        case ("bt", named, *words):
            return await queue_bulk.confirm_over(turn, scene, await read(scene, named, ":".join(words)))
        case ("btt", named, _, *words):
            return await queue_bulk.take_over(turn, scene, await read(scene, named, ":".join(words)), said.number(3))
        case ("bu", _):
            return await queue_bulk.recall_nudge(turn, scene, said.number(2))
        case ("bv", _):
            return await queue_bulk.give_back(turn, scene, said.number(2))
    raise StalePress


async def take_words(turn: Turn, scene: Scene) -> Reply:
    """The number or the words to look for; they stay asked for, so that others can be tried."""
    scene.as_official()
    sift = await read(scene, scene.subject.partition(":")[2] or code(Sift()))
    if not isinstance(turn.said, Text) or not fitting(turn.said.text):
        return await _ask_words(turn, scene, sift)
    return await _list(turn, scene, await read(scene, code(sift), turn.said.text), 0)


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """Where an official stands in the queue, for an update that took effect before."""
    if isinstance(turn.said, Press):
        return await press_queue(turn, scene)
    return await take_words(turn, scene)


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    if isinstance(turn.said, Press):
        return turn.said.talk == "hq"
    return scene.meaning == WORDS and isinstance(turn.said, Text)


async def _list(turn: Turn, scene: Scene, sift: Sift, page: int) -> Reply:
    words, official = scene.words, scene.as_official()
    found = await queueing.pile_page(scene.desk, official, sift, page, ROWS_A_PAGE)
    start = found.number * ROWS_A_PAGE
    rows: list[tuple[Button, ...]] = [
        (_line(scene, sift, line, at, nth),) for nth, (at, line) in enumerate(enumerate(found.lines, start), 1)
    ]
    turning = []
    if found.number > 0:
        turning.append(button(words.label("menu.previous"), "l", sift, found.number - 1))
    if found.number + 1 < found.pages:
        turning.append(button(words.label("menu.next"), "l", sift, found.number + 1))
    if turning:
        rows.append(tuple(turning))
    tools = [button(words.label("queue.narrow"), "f", sift), button(words.label("queue.find"), "q", sift)]
    if official.may(Duty.TRIAGE) and found.total:
        rows.append((button(words.label("queue.bulk"), "b", sift),))
    rows.append(tuple(tools))
    if sift.words or sift.is_narrowed:
        rows.append((button(words.label("queue.all"), "l", Sift(sift.pile), 0),))
    rows.append((Button(words.label("queue.home"), data("hq", "h")), home_button(words)))
    text = words(
        "replies/hazard_queue/list", found=found, pile=sift.pile.value, words=sift.words, today=scene.desk.today,
        chosen=await _chosen(scene, sift),
    )  # fmt: skip
    return show(turn, text, tuple(rows))


def _line(scene: Scene, sift: Sift, line: QueueLine, at: int, nth: int) -> Button:
    said = data_of("o", sift, at, line.id)
    shown = f"{nth}. {line.enterprise or line.where} {line.what}"
    return Button(short(shown), said if does_fit(said) else data("hz", "o", line.id))


async def _chosen(scene: Scene, sift: Sift) -> list[str]:
    """What the list is narrowed to, in words."""
    words, known = scene.words, scene.desk.catalogue.industries
    named = [words.label(f"hazard.grade.{sift.grade}")] if sift.grade else []
    named += [words.label(f"hazard.source.{sift.source}")] if sift.source else []
    if sift.place is not None:
        named.append(" ".join(filter(None, sift.place)) or words.label("queue.nowhere"))
    if sift.trade:
        named.append(known[sift.trade].name)
    if sift.enterprise_id is not None:
        named.append(await narrowing.name_of(scene.desk, scene.as_official(), sift.enterprise_id))
    if sift.follower_id is not None:
        name = await narrowing.follower_name(scene.desk, scene.as_official(), sift.follower_id)
        named.append(words.label("queue.followed", name=name) if name else words.label("queue.unfollowed"))
    return [one for one in named if one]


async def _sides(turn: Turn, scene: Scene, sift: Sift) -> Reply:
    """By what the list can be narrowed."""
    words = scene.words
    buttons = [button(words.label(f"queue.side.{side}"), "d", sift, side.value, 0) for side in Side]
    rows: Rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    back = button(words.label("queue.back"), "l", sift, 0)
    text = words(
        "replies/hazard_queue/narrow", pile=sift.pile.value, chosen=await _chosen(scene, sift), words=sift.words
    )
    return show(turn, text, (*rows, (back, home_button(words))))


async def _choices(turn: Turn, scene: Scene, sift: Sift, side: Side, page: int) -> Reply:
    words, official = scene.words, scene.as_official()
    found = await narrowing.choices(scene.desk, official, sift, side)
    pages = -(-len(found) // ROWS_A_PAGE)
    page = max(0, min(page, pages - 1))
    rows: list[tuple[Button, ...]] = []
    for one in found[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE]:
        name = one.name
        if side in (Side.GRADE, Side.SOURCE):
            name = words.label(f"hazard.{side.name.lower()}.{name}")
        nameless = words.label("queue.unfollowed" if side is Side.FOLLOWER else "queue.nowhere")
        label = words.label("queue.choice", name=name or nameless, count=one.count)
        rows.append((button(short(label), "l", one.sift, 0),))
    turning = [
        button(words.label(f"menu.{label}"), "d", sift, side.value, to)
        for label, to, is_there in (("previous", page - 1, page > 0), ("next", page + 1, page + 1 < pages))
        if is_there
    ]
    if turning:
        rows.append(tuple(turning))
    any_ = button(words.label("queue.any"), "l", narrowing.without(sift, side), 0)
    rows.append((any_, button(words.label("queue.narrow"), "f", sift)))
    text = words("replies/hazard_queue/choose", side=side.value, count=len(found), pile=sift.pile.value)
    return show(turn, text, tuple(rows))


async def _ask_words(turn: Turn, scene: Scene, sift: Sift) -> Reply:
    await standing.expect(scene.desk, scene.known.contact.id, WORDS, f"queue:{code(sift)}")
    back = button(scene.words.label("queue.back"), "l", sift, 0)
    text = scene.words("replies/hazard_queue/find", pile=sift.pile.value)
    return show(turn, text, ((back, home_button(scene.words)),))


async def _next(turn: Turn, scene: Scene, sift: Sift, at: int, hazard_id: int) -> Reply:
    found = await queueing.next_after(scene.desk, scene.as_official(), sift, at, hazard_id)
    if found is not None:
        return await _open(turn, scene, sift, found[1], found[0])
    rows: Rows = ((Button(scene.words.label("queue.home"), data("hq", "h")), home_button(scene.words)),)
    return show(turn, scene.words("replies/hazard_queue/done", pile=sift.pile.value), rows)


async def _open(turn: Turn, scene: Scene, sift: Sift, at: int, hazard_id: int) -> Reply:
    if scene.meaning == WORDS:
        await standing.expect(scene.desk, scene.known.contact.id, "")
    reply = await hazard.show_card(turn, scene, hazard_id)
    return hazard_way.kept(scene.words, reply, hazard_way.Way(hazard_id, code(sift), at, sift.words))
