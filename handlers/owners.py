"""无主责任 — enterprises without an owner → one of them, or many at once → an official → counted, confirmed, done."""

from __future__ import annotations

from datetime import datetime

from domain.authority import Duty
from domain.contact import Official, StalePress
from domain.ownership import OwnerKind
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, page_of, pager, show
from handlers.turn import Button, Press, Reply, Rows, Scene, Turn
from handlers.turn import press as data
from outreach.hazards.nudging import stamp_of
from outreach.register import unowned

KINDS: dict[str, OwnerKind | None] = {"x": None, "a": OwnerKind.AREA, "t": OwnerKind.TRADE}
LETTERS = {kind: letter for letter, kind in KINDS.items()}


def entry_row(scene: Scene, count: int) -> tuple[Button, ...]:
    """The button that leads here, with how many enterprises miss an owner."""
    return (Button(scene.words.label("owners.open", count=count), data("ow", "l", "x", 0)),)


async def press_owners(turn: Turn, scene: Scene) -> Reply:
    """`ow:l:<kind>:<page>`, `ow:e:<enterprise>` and what follows; each deed asks for the jurisdiction again."""
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.words[1:]:
        case ("l", kind, _):
            return await _list(turn, scene, KINDS[kind], said.number(3))
        case ("e", _):
            return await _one(turn, scene, said.number(2))
        case ("k", _, kind, *more):
            return await _choose(turn, scene, said.number(2), _kind(kind), said.number(4) if more else 0)
        case ("s", _, kind, _):
            await unowned.name_owner(
                scene.desk, scene.known.contact, scene.as_official(), said.number(2), _kind(kind),
                said.number(4) or None,
            )  # fmt: skip
            return await _one(turn, scene, said.number(2))
        case ("m", kind, *more):
            return await _choose_for_all(turn, scene, _kind(kind), said.number(3) if more else 0)
        case ("c", kind, _):
            return await _confirm(turn, scene, _kind(kind), said.number(3))
        case ("y", kind, _, _):
            return await _name_for_all(turn, scene, _kind(kind), said.number(3), said.number(4))
        case ("u", _):
            count = await unowned.take_back(scene.desk, scene.known.contact, scene.as_official(), said.number(2))
            return show(turn, scene.words("replies/owners/taken_back", count=count), (_ways_out(scene),))
    raise StalePress


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    return isinstance(turn.said, Press) and turn.said.talk == "ow"


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """What stands now, for a press that took effect before."""
    assert isinstance(turn.said, Press)
    if turn.said.verb == "s":
        return await _one(turn, scene, turn.said.number(2))
    if turn.said.verb == "y" and (named := await _named(turn, scene)):
        return named
    return await (_list(turn, scene, None, 0) if turn.said.verb in ("y", "u") else press_owners(turn, scene))


def _kind(letter: str) -> OwnerKind:
    kind = KINDS[letter]
    if kind is None:
        raise StalePress
    return kind


async def _list(turn: Turn, scene: Scene, kind: OwnerKind | None, page: int) -> Reply:
    words, official = scene.words, scene.as_official()
    gaps = await unowned.gaps(scene.desk, official)
    found = await unowned.unowned(scene.desk, official, kind, page, ROWS_A_PAGE)
    rows: list[tuple[Button, ...]] = []
    if gaps.any:
        counts = [(None, gaps.any), *gaps.by_kind.items()]
        kinds = [
            Button(
                words.label("owners.chosen" if one is kind else "owners.choose", name=_label(scene, one), count=count),
                data("ow", "l", LETTERS[one], 0),
            )
            for one, count in counts
        ]
        rows.append(tuple(kinds))
    rows += [(Button(short(line.name), data("ow", "e", line.id)),) for line in found.lines]
    if turning := pager(words, found.number, found.pages, "ow", "l", LETTERS[kind]):
        rows.append(turning)
    if official.may(Duty.APPOINT):
        rows += [
            (Button(words.label("owners.many", kind=_label(scene, one), count=count), data("ow", "m", LETTERS[one])),)
            for one, count in gaps.by_kind.items()
            if count and kind in (None, one)
        ]
        if gaps.any:
            rows.append((Button(words.label("owners.appoint"), data("of", "n")),))
    text = words("replies/owners/list", gaps=gaps, found=found, kind=kind, appoints=official.may(Duty.APPOINT))
    return show(turn, text, (*rows, (Button(words.label("owners.register"), data("rg", "l")), home_button(words))))


async def _one(turn: Turn, scene: Scene, enterprise_id: int) -> Reply:
    official, words = scene.as_official(), scene.words
    found = await unowned.look(scene.desk, official, enterprise_id)
    rows: Rows = ()
    if official.may(Duty.APPOINT):
        rows = tuple(
            (
                Button(
                    words.label("owners.change" if found.owners.of(kind) else "owners.name", kind=_label(scene, kind)),
                    data("ow", "k", found.id, LETTERS[kind]), style="" if found.owners.of(kind) else "primary",
                ),
            )
            for kind in OwnerKind
        )  # fmt: skip
    back = (Button(words.label("owners.enterprise"), data("rg", "e", found.id, 0)),)
    return show(turn, words("replies/owners/one", found=found), (*rows, back, _ways_out(scene)))


async def _choose(turn: Turn, scene: Scene, enterprise_id: int, kind: OwnerKind, page: int) -> Reply:
    head, words = scene.as_official(), scene.words
    fit = await unowned.fit_for(scene.desk, head, enterprise_id)
    found = await unowned.look(scene.desk, head, enterprise_id)
    letter, shown = LETTERS[kind], page_of(fit, page)
    rows: list[tuple[Button, ...]] = [
        (Button(short(_said(scene, one.name, one.role.value)), data("ow", "s", found.id, letter, one.id)),)
        for one in shown.lines
    ]
    if turning := pager(words, shown.number, shown.pages, "ow", "k", found.id, letter):
        rows.append(turning)
    if kind in found.owners.named:
        rows.append((Button(words.label("owners.by_office"), data("ow", "s", found.id, letter, 0)),))
    rows.append((Button(words.label("owners.back_to_one"), data("ow", "e", found.id)), home_button(words)))
    text = words("replies/owners/choose", found=found, kind=kind, is_any=bool(fit))
    return show(turn, text, tuple(rows))


async def _choose_for_all(turn: Turn, scene: Scene, kind: OwnerKind, page: int) -> Reply:
    words, fit = scene.words, await unowned.fit_for_all(scene.desk, scene.as_official(), kind)
    shown = page_of(fit, page)
    rows: list[tuple[Button, ...]] = [
        (
            Button(
                short(words.label("owners.for_many", name=_said(scene, one.name, one.role.value), count=count)),
                data("ow", "c", LETTERS[kind], one.id),
            ),
        )
        for one, count in shown.lines
    ]
    if turning := pager(words, shown.number, shown.pages, "ow", "m", LETTERS[kind]):
        rows.append(turning)
    rows.append((Button(words.label("owners.appoint"), data("of", "n")),))
    text = words("replies/owners/choose_for_all", kind=kind, is_any=bool(fit))
    return show(turn, text, (*rows, _ways_out(scene)))


async def _confirm(turn: Turn, scene: Scene, kind: OwnerKind, official_id: int) -> Reply:
    fit = await unowned.fit_for_all(scene.desk, scene.as_official(), kind)
    chosen = next(((one, count) for one, count in fit if one.id == official_id), None)
    if chosen is None:
        return await _list(turn, scene, kind, 0)
    one, count = chosen
    yes = Button(
        scene.words.label("owners.sure", count=count), data("ow", "y", LETTERS[kind], one.id, count), style="primary"
    )
    text = scene.words(
        "replies/owners/confirm", official=one, kind=kind, count=count, most=unowned.MOST_AT_ONCE,
    )  # fmt: skip
    return show(turn, text, ((yes,), _ways_out(scene)))


async def _name_for_all(turn: Turn, scene: Scene, kind: OwnerKind, official_id: int, count: int) -> Reply:
    """When there are more or fewer by now, that is confirmed anew; pressed twice it can be taken back still."""
    try:
        one = await unowned.name_for_all(
            scene.desk, scene.known.contact, scene.as_official(), kind, official_id, count
        )  # fmt: skip
    except StalePress:
        return await _named(turn, scene) or await _confirm(turn, scene, kind, official_id)
    return _take_back(turn, scene, kind, one, count, scene.desk.now)


async def _named(turn: Turn, scene: Scene) -> Reply | None:
    """What the same press has named a moment ago."""
    assert isinstance(turn.said, Press)
    kind, official_id, count = _kind(turn.said.words[2]), turn.said.number(3), turn.said.number(4)
    lately = await unowned.named_lately(scene.desk, scene.as_official(), kind, official_id, count)
    return None if lately is None else _take_back(turn, scene, kind, lately[0], count, lately[1])


def _take_back(turn: Turn, scene: Scene, kind: OwnerKind, one: Official, count: int, at: datetime) -> Reply:
    """Who was named for how many, and the way to take it back."""
    undo = Button(scene.words.label("hazard.undo"), data("ow", "u", stamp_of(at)))
    text = scene.words("replies/owners/named", official=one, kind=kind, count=count)
    return show(turn, text, ((undo,), _ways_out(scene)))


def _label(scene: Scene, kind: OwnerKind | None) -> str:
    return scene.words.label(f"owners.kind.{kind.value if kind else 'any'}")


def _said(scene: Scene, name: str, role: str) -> str:
    return f"{name} · {scene.words.label(f'office.{role}')}"


def _ways_out(scene: Scene) -> tuple[Button, ...]:
    return (Button(scene.words.label("owners.back"), data("ow", "l", "x", 0)), home_button(scene.words))
