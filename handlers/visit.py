"""官方检查 — an enterprise → which kind → a card: the procedure, parts of a list, hazards, colleagues → the record."""

from __future__ import annotations

from domain.authority import OfficeRole
from domain.checklist import Verdict
from domain.contact import StalePress
from domain.visit import PartHeld, VisitKind, VisitOver, kinds_of
from handlers import hazard, home, on_the_spot
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Rows, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards.carding import Rows as NoticeRows
from outreach.hazards.viewing import Who
from outreach.register import listing
from outreach.visits import asking_along, carding, filling, finishing, placing, viewing, visiting
from outreach.visits import listing as going_on

NAME = "visit.name"
NAME_LIMIT = 50
MOST_GOING = 5
LETTERS = {"p": Verdict.PASS, "f": Verdict.FAIL, "a": Verdict.ABSENT}


async def press_visit(turn: Turn, scene: Scene) -> Reply:
    """The buttons of a visit; each deed asks again whether it lies in the jurisdiction and the presser takes part.

    `ov:l:<page>`, `ov:u:<page>`, `ov:n:<enterprise>`, `ov:b:<enterprise>:<kind>`; all others name the visit.
    """
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.words[1:]:
        case ("l", _):
            return await _choose(turn, scene, said.number(2))
        case ("u", _):
            return await _left_open(turn, scene, said.number(2))
        case ("n", _):
            return await _kinds(turn, scene, said.number(2))
        case ("b", _, kind):
            row = await visiting.begin(scene.desk, _who(scene), said.number(2), VisitKind(kind))
            return await _screen(turn, scene, row.id, carding.CARD)
    try:
        return await _pressed(turn, scene, said, said.number(2))
    except (PartHeld, VisitOver) as refusal:
        # Refused with the visit as it stands now: nothing was done yet that would have to be undone.
        toast = scene.words.plain(refusal.moment, **refusal.facts)[:200]
        screen = carding.part_screen(said.number(3)) if isinstance(refusal, PartHeld) else carding.CARD
        return await _screen(turn, scene, said.number(2), screen, toast=toast)


async def _pressed(turn: Turn, scene: Scene, said: Press, visit_id: int) -> Reply:
    desk, who = scene.desk, _who(scene)
    match said.words[1:]:
        case ("o", _):
            return await _screen(turn, scene, visit_id, carding.CARD)
        case ("s", _) | ("y", _) | ("c", _) | ("a", _) | ("f", _):
            return await _screen(turn, scene, visit_id, said.verb)
        case ("p", _, _):
            return await _screen(turn, scene, visit_id, carding.part_screen(said.number(3)))
        case ("i", _, _, _):
            return await _screen(turn, scene, visit_id, carding.item_screen(said.number(3), said.number(4)))
        case ("k", _, step):
            await filling.tick(desk, who, visit_id, step)
            return await _screen(turn, scene, visit_id, carding.STEPS)
        case ("t", _, _, _):
            return await _take(turn, scene, visit_id, said.number(3), said.number(4))
        case ("v", _, _, _, letter):
            return await _answer(turn, scene, visit_id, said.number(3), said.number(4), LETTERS[letter])
        case ("w", _, _, _):
            row = await filling.find_at(desk, who, visit_id, said.number(3), said.number(4), scene.words)
            return await on_the_spot.show_found(turn, scene, row.id)
        case ("z", _):
            return await on_the_spot.ask_in_visit(turn, scene, visit_id)
        case ("g", _, _):
            await placing.let_go(desk, visit_id, scene.known.contact.id)
            return await hazard.show_card(turn, scene, said.number(3))
        case ("cc", _, checklist):
            await visiting.choose_list(desk, who, visit_id, checklist)
        case ("aa", _, _):
            await asking_along.ask_along(desk, who, visit_id, said.number(3))
        case ("j", _):
            await visiting.join(desk, who, visit_id)
        case ("q", _):
            await visiting.leave(desk, who, visit_id)
        case ("x", _):
            await visiting.discard(desk, who, visit_id)
        case ("e", _):
            await finishing.finish(desk, who, visit_id)
        case ("m", _):
            return await _confirm_closing(turn, scene, visit_id)
        case ("mm", _):
            await finishing.close_unfinished(desk, who, visit_id)
        case ("r", _):
            await finishing.record_again(desk, who, visit_id)
        case ("h", _):
            await placing.let_go(desk, visit_id, scene.known.contact.id)
            return await home.home(turn, scene)
        case _:
            raise StalePress
    return await _screen(turn, scene, visit_id, carding.CARD)


async def _take(turn: Turn, scene: Scene, visit_id: int, number: int, turn_seen: int) -> Reply:
    """Take a part and go on at the first item that nobody answered."""
    await filling.take(scene.desk, _who(scene), visit_id, number, turn_seen)
    part = (await viewing.look(scene.desk, _who(scene), visit_id)).part(number)
    first = part.first_open()
    screen = carding.part_screen(number) if first is None else carding.item_screen(number, first)
    return await _screen(turn, scene, visit_id, screen)


async def _answer(turn: Turn, scene: Scene, visit_id: int, number: int, at: int, verdict: Verdict) -> Reply:
    """Answer, and go on to the next item; what is not in order is stayed with, so that it can become a hazard."""
    part = await filling.answer(scene.desk, _who(scene), visit_id, number, at, verdict)
    if verdict is Verdict.FAIL:
        return await _screen(turn, scene, visit_id, carding.item_screen(number, at))
    following = [next_ for next_ in range(at + 1, len(part.items)) if part.items[next_].id not in part.answers]
    onward = following[0] if following else part.first_open()
    screen = carding.part_screen(number) if onward is None else carding.item_screen(number, onward)
    return await _screen(turn, scene, visit_id, screen)


async def take_name(turn: Turn, scene: Scene) -> Reply:
    """A part of the name of the enterprise that is looked for."""
    if not isinstance(turn.said, Text):
        return await _choose(turn, scene, 0)
    return await _choose(turn, scene, 0, turn.said.text.strip()[:NAME_LIMIT])


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    if isinstance(turn.said, Press):
        return turn.said.talk == "ov"
    return scene.meaning == NAME and isinstance(turn.said, Text)


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """Where the person stands with a visit, for an update that took effect before."""
    if not isinstance(turn.said, Press):
        return await take_name(turn, scene)
    # Begun already: whoever begins again joins it, which they have. What was found is found once, and whoever was
    # asked for words or a photo of it is waited for still.
    if turn.said.verb in ("b", "l", "u", "n", "w", "z", "g"):
        return await press_visit(turn, scene)
    visit_id = turn.said.number(2)
    screen = await placing.screen_of(scene.desk, visit_id, scene.known.contact.id)
    return await _screen(turn, scene, visit_id, screen)


def _who(scene: Scene) -> Who:
    return Who(scene.known.contact, scene.known.posts, scene.known.official)


async def _screen(turn: Turn, scene: Scene, visit_id: int, screen: str, *, toast: str = "") -> Reply:
    """A screen of the visit, in the message that was pressed; from now on that message follows the visit."""
    assert isinstance(turn.said, Press)
    if scene.meaning:
        await standing.expect(scene.desk, scene.known.contact.id, "")
    message_id = None if turn.said.has_media else turn.said.message_id
    if message_id is not None and message_id == scene.card:
        await standing.let_go_of_card(scene.desk, scene.known.contact.id)
    text, rows = await carding.show_screen(scene.desk, scene.words, _who(scene), visit_id, screen, message_id)
    return show(turn, text, _buttons(scene, rows), toast=toast)


def _buttons(scene: Scene, rows: NoticeRows) -> Rows:
    label = scene.words.label
    return tuple(tuple(Button(short(label(one.label, **dict(one.facts))), one.press) for one in line) for line in rows)


async def _choose(turn: Turn, scene: Scene, page: int, named: str = "") -> Reply:
    official = scene.as_official()
    kinds_of(official.role)
    await standing.expect(scene.desk, scene.known.contact.id, NAME)
    going = [] if named else await going_on.going(scene.desk, official.jurisdiction, MOST_GOING)
    left = 0 if named else await going_on.count_left_open(scene.desk, official.jurisdiction)
    found = await listing.enterprises(scene.desk, official.jurisdiction, page, ROWS_A_PAGE, named)
    rows = [(Button(short(line.name), data("ov", "n", line.id)),) for line in found.lines]
    turning = pager(scene.words, found.number, found.pages, "ov", "l") if not named else ()
    text = scene.words("replies/visit/choose", found=found, named=named, going=going)
    return show(
        turn, text,
        (*_going(scene, going), *left_open_rows(scene, left), *rows, *((turning,) if turning else ()),
         (home_button(scene.words),)),
    )  # fmt: skip


def left_open_rows(scene: Scene, count: int) -> Rows:
    """The way to the visits that nobody finished, while there are any."""
    return ((Button(scene.words.label("visit.left_open", count=count), data("ov", "u", 0)),),) if count else ()


async def _left_open(turn: Turn, scene: Scene, page: int) -> Reply:
    """Since when each of them has gone on, and whose it is; a press opens it."""
    official, words = scene.as_official(), scene.words
    kinds_of(official.role)
    found = await going_on.left_open(scene.desk, official.jurisdiction, page, ROWS_A_PAGE)
    rows = [
        (
            Button(
                short(words.label("visit.days", enterprise=line.enterprise, days=line.days)), data("ov", "o", line.id)
            ),
        )
        for line in found.lines
    ]
    turning = pager(words, found.number, found.pages, "ov", "u")
    back = (Button(words.label("visit.other_place"), data("ov", "l", 0)), home_button(words))
    text = words("replies/visit/left_open", found=found, is_head=official.role is OfficeRole.HEAD)
    return show(turn, text, (*rows, *((turning,) if turning else ()), back))


async def _confirm_closing(turn: Turn, scene: Scene, visit_id: int) -> Reply:
    _, view, _ = await finishing.closable(scene.desk, _who(scene), visit_id)
    yes = Button(scene.words.label("visit.close_yes"), data("ov", "mm", view.id), style="danger")
    back = Button(scene.words.label("visit.back"), data("ov", "o", view.id))
    await placing.let_go(scene.desk, visit_id, scene.known.contact.id)
    return show(turn, scene.words("replies/visit/close", view=view), ((yes,), (back,)))


async def _kinds(turn: Turn, scene: Scene, enterprise_id: int) -> Reply:
    official = scene.as_official()
    kinds = kinds_of(official.role)
    enterprise = await viewing.overseen(scene.desk, official, enterprise_id)
    going = await going_on.going(scene.desk, official.jurisdiction, MOST_GOING, enterprise.id)
    label = scene.words.label
    rows = [(Button(label(f"visit.kind.{kind.value}"), data("ov", "b", enterprise.id, kind.value)),) for kind in kinds]
    other = (Button(label("visit.other_place"), data("ov", "l", 0)),)
    text = scene.words("replies/visit/kinds", enterprise=enterprise.name, going=going)
    return show(turn, text, (*_going(scene, going), *rows, other, (home_button(scene.words),)))


def _going(scene: Scene, going: list[going_on.Going]) -> Rows:
    label = scene.words.label
    return tuple(
        (
            Button(
                short(label("visit.going", kind=label(f"visit.kind.{one.kind.value}"), enterprise=one.enterprise)),
                data("ov", "o", one.id),
            ),
        )
        for one in going
    )
