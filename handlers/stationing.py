"""驻企结对 — an enterprise → who is stationed there → another official, until when; or the pair is ended."""

from __future__ import annotations

from datetime import date

from domain.authority import term_choices
from domain.contact import StalePress
from handlers.inspection_cards import short
from handlers.screen import home_button, page_of, pager, show
from handlers.turn import Button, Press, Reply, Scene, Turn
from handlers.turn import press as data
from outreach.pairs import liaising
from outreach.pairs.liaising import Station


async def press_stationing(turn: Turn, scene: Scene) -> Reply:
    """`sn:o:<enterprise>`, `sn:k:…`, `sn:u:…:<official>`, `sn:y:…:<official>:<day>`, `sn:q:…`, `sn:qq:…:<pair>`."""
    assert isinstance(turn.said, Press)
    said, desk, setter = turn.said, scene.desk, scene.as_official()
    match said.words[1:]:
        case ("o", _):
            return _one(turn, scene, await liaising.station(desk, setter, said.number(2)))
        case ("k", _, *more):
            return await _choose(turn, scene, said.number(2), said.number(3) if more else 0)
        case ("u", _, _):
            return await _until(turn, scene, said.number(2), said.number(3))
        case ("y", _, _, day):
            until_on = None if day == "-" else date.fromisoformat(day)
            made = await liaising.set_pair(
                desk, scene.known.contact, setter, said.number(2), said.number(3), until_on
            )  # fmt: skip
            return _one(turn, scene, made)
        case ("q", _):
            return _confirm(turn, scene, await liaising.station(desk, setter, said.number(2)))
        case ("qq", _, _):
            ended = await liaising.end_pair(desk, scene.known.contact, setter, said.number(2), said.number(3))
            return _one(turn, scene, ended)
    raise StalePress


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    return isinstance(turn.said, Press) and turn.said.talk == "sn"


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """What stands now, for a press that took effect before."""
    assert isinstance(turn.said, Press)
    return _one(turn, scene, await liaising.station(scene.desk, scene.as_official(), turn.said.number(2)))


def _one(turn: Turn, scene: Scene, found: Station) -> Reply:
    label, id_ = scene.words.label, found.enterprise_id
    rows: list[tuple[Button, ...]] = []
    if found.pair is None:
        rows.append((Button(label("liaison.name"), data("sn", "k", id_), style="primary"),))
    else:
        change, end = Button(label("liaison.change"), data("sn", "k", id_)), Button(
            label("liaison.end"), data("sn", "q", id_)
        )  # fmt: skip
        rows.append((change, end))
        if found.pair.official_id == scene.as_official().id:
            rows.append((Button(label("liaison.write"), data("lz", "w", id_)),))
    rows.append((Button(label("liaison.enterprise"), data("rg", "e", id_, 0)), home_button(scene.words)))
    return show(turn, scene.words("replies/liaison/station", found=found), tuple(rows))


async def _choose(turn: Turn, scene: Scene, enterprise_id: int, page: int) -> Reply:
    setter = scene.as_official()
    fit = await liaising.fit_for(scene.desk, setter, enterprise_id)
    found = await liaising.station(scene.desk, setter, enterprise_id)
    rows: list[tuple[Button, ...]] = []
    shown = page_of(fit, page)
    for one in shown.lines:
        name = f"{one.name} · {scene.words.label(f'office.{one.role.value}')}"
        rows.append((Button(short(name), data("sn", "u", enterprise_id, one.id)),))
    if turning := pager(scene.words, shown.number, shown.pages, "sn", "k", enterprise_id):
        rows.append(turning)
    text = scene.words("replies/liaison/who", found=found, is_any=bool(fit))
    return show(turn, text, (*rows, (_back(scene, enterprise_id), home_button(scene.words))))


async def _until(turn: Turn, scene: Scene, enterprise_id: int, official_id: int) -> Reply:
    setter, label = scene.as_official(), scene.words.label
    fit = await liaising.fit_for(scene.desk, setter, enterprise_id)
    one = next((one for one in fit if one.id == official_id), None)
    if one is None:
        raise StalePress
    found = await liaising.station(scene.desk, setter, enterprise_id)
    days = [day for day in term_choices(scene.desk.today) if one.until_on is None or day <= one.until_on]
    buttons = [
        Button(
            label("officials.until", y=day.year, m=day.month, d=day.day),
            data("sn", "y", enterprise_id, one.id, f"{day:%Y%m%d}"),
        )
        for day in days
    ]
    rows: list[tuple[Button, ...]] = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    rows.append((Button(label("officials.no_end"), data("sn", "y", enterprise_id, one.id, "-")),))
    text = scene.words("replies/liaison/until", found=found, official=one, today=scene.desk.today)
    return show(turn, text, (*rows, (_back(scene, enterprise_id), home_button(scene.words))))


def _confirm(turn: Turn, scene: Scene, found: Station) -> Reply:
    if found.pair is None:
        return _one(turn, scene, found)
    sure = Button(
        scene.words.label("liaison.end_yes"), data("sn", "qq", found.enterprise_id, found.pair.id), style="danger"
    )
    text = scene.words("replies/liaison/end", found=found)
    return show(turn, text, ((sure,), (_back(scene, found.enterprise_id), home_button(scene.words))))


def _back(scene: Scene, enterprise_id: int) -> Button:
    return Button(scene.words.label("liaison.back"), data("sn", "o", enterprise_id))
