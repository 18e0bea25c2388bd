"""电话和应急卡 — whom to call and what to do in the first minutes, in any state, for anybody.

/hotline → 应急卡 → one card → as a picture, the next, or back; /hotline → 怎么举报 → part by part.
Nothing here moves the person from where they stand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from content.catalogue import Catalogue
from content.papers import card_picture
from domain.contact import StalePress
from domain.emergency import EmergencyCard
from domain.hotline import GuidePart, Hotline
from handlers.screen import home_button, show
from handlers.turn import Button, File, Press, Reply, Rows, Scene, Turn
from handlers.turn import press as data
from outreach.register import locating

CARDS_PER_ROW = 2


async def numbers(turn: Turn, scene: Scene) -> Reply:
    """The numbers, urgent ones first, and that 12350 is not for a fire that burns now."""
    hotlines = hotlines_in(scene.desk.catalogue, await _streets(scene))
    text = scene.words(
        "replies/hotline/numbers",
        urgent=[hotline for hotline in hotlines if hotline.urgent],
        others=[hotline for hotline in hotlines if not hotline.urgent],
        local=[hotline for hotline in hotlines if hotline.jurisdiction is not None],
        is_underway=_is_underway(scene),
    )
    rows = (
        (Button(scene.words.label("hotline.cards"), data("hl", "c")),),
        (Button(scene.words.label("hotline.guide"), data("hl", "g")),),
        (home_button(scene.words),),
    )
    return show(turn, text, rows)


async def cards(turn: Turn, scene: Scene) -> Reply:
    """All emergency cards, to pick one."""
    keys = [_open(card) for card in scene.desk.catalogue.cards.values()]
    rows = [tuple(keys[at : at + CARDS_PER_ROW]) for at in range(0, len(keys), CARDS_PER_ROW)]
    text = scene.words("replies/hotline/cards", is_underway=_is_underway(scene))
    return show(turn, text, (*rows, (_numbers(scene), home_button(scene.words))))


async def press(turn: Turn, scene: Scene) -> Reply:
    """`hl:n` the numbers, `hl:c` the cards, `hl:k:<id>` one card, `hl:p:<id>` it as a picture,
    `hl:g` and `hl:g:<id>` how to report.

    Raises StalePress for a card or a part that is no more.
    """
    assert isinstance(turn.said, Press)
    match turn.said.words[1:]:
        case ("n",):
            return await numbers(turn, scene)
        case ("c",):
            return await cards(turn, scene)
        case ("k", card_id):
            return await _card(turn, scene, card_id)
        case ("p", card_id):
            return await _picture(scene, card_id)
        case ("g", *asked) if len(asked) < 2:
            return await _guide(turn, scene, "".join(asked))
    raise StalePress


def hotlines_in(catalogue: Catalogue, streets: Iterable[str]) -> tuple[Hotline, ...]:
    """The numbers that hold in these streets; a local entry replaces the national one of the same number."""
    found = dict.fromkeys(hotline for street in (None, *streets) for hotline in catalogue.hotlines_for(street))
    replaced = {hotline.number for hotline in found if hotline.jurisdiction is not None}
    return tuple(h for h in found if h.jurisdiction is not None or h.number not in replaced)


def guide_in(catalogue: Catalogue, streets: Iterable[str]) -> tuple[GuidePart, ...]:
    """How to report in these streets, in file order; a local part stands where the national one of its id did."""
    here = set(streets)
    local = {part.id: part for part in catalogue.guide if part.jurisdiction in here}
    national = {part.id: part for part in catalogue.guide if part.jurisdiction is None}
    return tuple((national | local).values())


async def _guide(turn: Turn, scene: Scene, part_id: str) -> Reply:
    """One part, by default the first, and the others to pick from."""
    parts = guide_in(scene.desk.catalogue, await _streets(scene))
    part = next((one for one in parts if one.id == (part_id or parts[0].id)), None)
    if part is None:
        raise StalePress
    keys = [Button(f"{'● ' if one is part else ''}{one.icon} {one.title}", data("hl", "g", one.id)) for one in parts]
    rows = [tuple(keys[at : at + CARDS_PER_ROW]) for at in range(0, len(keys), CARDS_PER_ROW)]
    text = scene.words("replies/hotline/guide", part=part, is_underway=_is_underway(scene))
    return show(turn, text, (*rows, (_numbers(scene), home_button(scene.words))))


async def _card(turn: Turn, scene: Scene, card_id: str) -> Reply:
    card, call = await _known(scene, card_id)
    every = list(scene.desk.catalogue.cards.values())
    at = every.index(card)
    text = scene.words("replies/hotline/card", card=card, call=call, is_underway=_is_underway(scene))
    rows: Rows = (
        (Button(scene.words.label("hotline.picture"), data("hl", "p", card.id)),),
        (_open(every[at - 1], "← "), _open(every[(at + 1) % len(every)], "→ ")),
        (Button(scene.words.label("hotline.all_cards"), data("hl", "c")), _numbers(scene)),
        (home_button(scene.words),),
    )
    # Never the live card of the conversation: what the person was doing keeps its message and its buttons.
    return show(turn, text, rows)


async def _picture(scene: Scene, card_id: str) -> Reply:
    """The card as a picture in large type, to forward or to hang up, also for somebody who reads little."""
    card, call = await _known(scene, card_id)
    png = await asyncio.to_thread(card_picture, card, call, scene.desk.catalogue.folder)
    caption = scene.words("replies/hotline/picture", card=card)
    return Reply((File(f"{card.id}.png", png, caption, as_photo=True, is_kept=True),))


async def _known(scene: Scene, card_id: str) -> tuple[EmergencyCard, tuple[tuple[str, str], ...]]:
    """The card, and the numbers to call with the names they have in the caller's streets."""
    card = scene.desk.catalogue.cards.get(card_id)
    if card is None:
        raise StalePress
    names = {h.number: h.name for h in hotlines_in(scene.desk.catalogue, await _streets(scene))}
    return card, tuple((number, names.get(number, "")) for number in card.call)


async def _streets(scene: Scene) -> tuple[str, ...]:
    if scene.caller is None:
        return ()
    streets = await locating.streets_of(scene.desk, scene.caller.contact.id)
    official = scene.caller.official
    return (*streets, official.jurisdiction.street) if official and official.jurisdiction.street else streets


def _open(card: EmergencyCard, arrow: str = "") -> Button:
    return Button(f"{arrow}{card.icon} {card.title}", data("hl", "k", card.id))


def _numbers(scene: Scene) -> Button:
    return Button(scene.words.label("hotline.numbers"), data("hl", "n"))


def _is_underway(scene: Scene) -> bool:
    return bool(scene.meaning or scene.subject)
