"""监管人员 — a head looks after the office's people.

/officials → 任命 → name → office → street, grid → trade → until when → confirmed → a link to forward
           → one of them → 重新发链接, or 结束任职
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from domain.authority import Duty, OfficeRole, term_choices
from domain.contact import Official, StalePress
from domain.text import tidy
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.people import appointing, nominating
from outreach.people.appointing import OfficialLine
from outreach.people.nominating import MEANING as MEANING
from outreach.people.nominating import Nomination
from outreach.plans import planning


def _head(scene: Scene) -> Official:
    official = scene.as_official()
    official.must(Duty.APPOINT)
    return official


async def show_officials(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """Who holds which office today, within the head's own jurisdiction."""
    words, found = scene.words, await appointing.offices(scene.desk, _head(scene))
    pages = max(1, -(-len(found) // ROWS_A_PAGE))
    page = min(page, pages - 1)
    rows: list[tuple[Button, ...]] = [(_button(scene, "new", "n", style="primary"),)]
    for line in found[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE]:
        mark = words.label("officials.taken" if line.is_taken else "officials.waiting")
        role = words.label(f"office.{line.official.role.value}")
        rows.append((Button(short(f"{mark} {line.official.name} · {role}"), data("of", "o", line.official.id)),))
    if turning := pager(words, page, pages, "of", "l"):
        rows.append(turning)
    text = words("replies/officials/list", total=len(found), page=page, pages=pages)
    return show(turn, text, (*rows, (home_button(words),)))


async def press_officials(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; each deed asks again whether the appointment lies in the head's jurisdiction."""
    assert isinstance(turn.said, Press)
    said, desk, words, head, contact = turn.said, scene.desk, scene.words, _head(scene), scene.known.contact
    match said.verb:
        case "l":
            return await show_officials(turn, scene, said.number(2))
        case "n":
            await standing.expect(desk, contact.id, MEANING)
            return show(turn, words("replies/officials/name"), (_ways_out(scene),))
        case "o":
            return _one(turn, scene, head, await appointing.office(desk, head, said.number(2)))
        case "re":
            code = await appointing.issue_again(desk, contact, head, said.number(2))
            line = await appointing.office(desk, head, said.number(2))
            return _link(turn, scene, line.official, code, is_again=True)
        case "e":
            line = await appointing.office(desk, head, said.number(2))
            sure = _button(scene, "end_yes", "ee", line.official.id, style="danger")
            stay = _button(scene, "end_no", "o", line.official.id)
            return show(turn, words("replies/officials/end", official=line.official), ((sure,), (stay,)))
        case "ee":
            ended = await appointing.end(desk, contact, head, said.number(2))
            return show(turn, words("replies/officials/ended", official=ended), (_ways_out(scene),))
    return await _choose(turn, scene, head, said, Nomination.of(scene.meaning, scene.subject))


async def take_name(turn: Turn, scene: Scene) -> Reply:
    """The name of the person to appoint; typed once more it corrects the first."""
    _head(scene)
    name = tidy(turn.said.text, appointing.NAME_LIMIT) if isinstance(turn.said, Text) else ""
    if not name:
        return Reply((Say(scene.words("replies/officials/name"), (_ways_out(scene),)),))
    draft = Nomination(name)
    await nominating.keep(scene.desk, scene.known.contact, draft)
    roles = [Button(scene.words.label(f"office.{role.value}"), data("of", "r", role.value)) for role in OfficeRole]
    return await _step(turn, scene, "role", draft, _in_twos(roles))


async def _choose(turn: Turn, scene: Scene, head: Official, said: Press, draft: Nomination) -> Reply:
    """One more choice, then what is still open: place, trade, until when."""
    desk, contact = scene.desk, scene.known.contact
    match said.verb:
        case "r":
            draft = Nomination(draft.name, OfficeRole(said.words[2]).value)
        case "p":
            draft = replace(draft, place=said.number(2), by_grid=said.words[3] == "g")
            await nominating.place_of(desk, head, draft)
        case "i":
            trade = "" if said.words[2] == "-" else said.words[2]
            if trade and trade not in desk.catalogue.industries:
                raise StalePress
            draft = replace(draft, trade=trade)
        case "u":
            draft = replace(draft, until="" if said.words[2] == "-" else date.fromisoformat(said.words[2]).isoformat())
        case "ok":
            official, code = await nominating.make(desk, contact, head, draft)
            return _link(turn, scene, official, code)
        case verb if verb != "w":
            raise StalePress
    await nominating.keep(desk, contact, draft)
    if said.verb == "r" or (said.verb == "p" and not draft.by_grid):
        return await _places(turn, scene, head, draft)
    if said.verb in ("p", "w"):
        return await _trades(turn, scene, head, draft)
    return await (_terms(turn, scene, head, draft) if said.verb == "i" else _confirm(turn, scene, head, draft))


async def _places(turn: Turn, scene: Scene, head: Official, draft: Nomination) -> Reply:
    """The whole jurisdiction, a street of it, or a grid of the street; where there is one only, it is not asked."""
    street, grid = await nominating.place_of(scene.desk, head, draft)
    found = [] if grid else await planning.places(scene.desk, head, street)
    if len(found) < 2:
        return await _trades(turn, scene, head, draft)
    buttons = [
        Button(short(one.grid if street else one.street), data("of", "p", one.id, "g" if street else "s"))
        for one in found[:80]
    ]
    whole = _button(scene, "whole_street" if street else "whole_area", "w")
    return await _step(turn, scene, "place", draft, [(whole,), *_in_twos(buttons)])


async def _trades(turn: Turn, scene: Scene, head: Official, draft: Nomination) -> Reply:
    """An officer may answer for one trade; everybody else for all."""
    if draft.role != OfficeRole.OFFICER:
        return await _terms(turn, scene, head, draft)
    own, industries = head.jurisdiction.industries, scene.desk.catalogue.industries
    named = [Button(short(one.name), data("of", "i", id_)) for id_, one in industries.items() if not own or id_ in own]
    everything = _button(scene, "all_trades", "i", "-")
    return await _step(turn, scene, "trade", draft, [(everything,), *_in_twos(named)])


async def _terms(turn: Turn, scene: Scene, head: Official, draft: Nomination) -> Reply:
    """Until when: never longer than the head themselves."""
    label = scene.words.label
    ends = [day for day in term_choices(scene.desk.today) if head.until_on is None or day <= head.until_on]
    if head.until_on is not None and head.until_on not in ends:
        ends.append(head.until_on)
    days = [
        Button(label("officials.until", y=d.year, m=d.month, d=d.day), data("of", "u", f"{d:%Y%m%d}")) for d in ends
    ]
    rows = _in_twos(days)
    if head.until_on is None:
        rows.append((_button(scene, "no_end", "u", "-"),))
    return await _step(turn, scene, "term", draft, rows)


async def _confirm(turn: Turn, scene: Scene, head: Official, draft: Nomination) -> Reply:
    street, grid = await nominating.place_of(scene.desk, head, draft)
    trades = [draft.trade] if draft.trade else head.industries
    text = scene.words(
        "replies/officials/confirm", draft=draft, street=street, grid=grid, trades=_names(scene, trades),
        until_on=draft.until_on,
    )  # fmt: skip
    return show(turn, text, ((_button(scene, "confirm", "ok", style="success"),), _ways_out(scene)))


def _one(turn: Turn, scene: Scene, head: Official, line: OfficialLine) -> Reply:
    rows: list[tuple[Button, ...]] = []
    if not line.is_taken:
        rows.append((_button(scene, "again", "re", line.official.id),))
    if line.official.id != head.id:
        rows.append((_button(scene, "end", "e", line.official.id),))
    trades = _names(scene, line.official.industries)
    text = scene.words("replies/officials/one", official=line.official, is_taken=line.is_taken, trades=trades)
    return show(turn, text, (*rows, _ways_out(scene)))


def _link(turn: Turn, scene: Scene, official: Official, code: str, is_again: bool = False) -> Reply:
    """The link in a message of its own, so that it can be forwarded; it is shown once."""
    link = f"https://t.me/{scene.desk.office.bot_username}?start=o-{code}"
    made = show(
        turn, scene.words("replies/officials/appointed", official=official, is_again=is_again), (_ways_out(scene),)
    )
    copy = Button(scene.words.label("officials.copy"), copy=link)
    said = Say(scene.words("replies/officials/link", official=official, link=link), ((copy,),))
    return made + Reply((said,))


def _names(scene: Scene, trades: Sequence[str]) -> list[str]:
    industries = scene.desk.catalogue.industries
    return [industries[id_].name if id_ in industries else id_ for id_ in trades]


async def _step(turn: Turn, scene: Scene, step: str, draft: Nomination, rows: Sequence[tuple[Button, ...]]) -> Reply:
    text = scene.words("replies/officials/step", step=step, name=draft.name, role=draft.role)
    return show(turn, text, (*rows, _ways_out(scene)))


def _button(scene: Scene, key: str, *said: object, style: str = "") -> Button:
    return Button(scene.words.label(f"officials.{key}"), data("of", *said), style=style)


def _ways_out(scene: Scene) -> tuple[Button, ...]:
    return (_button(scene, "back", "l", 0), home_button(scene.words))


def _in_twos(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
