"""地点码 — 报隐患 → enterprise → place → a poster with its code for the wall; or the code is taken out of use."""

from __future__ import annotations

import asyncio

from content.papers import place_poster
from domain.contact import NotYours, StalePress
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, File, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import placing, standing
from outreach.register import listing
from outreach.reports import drafts

NAME = "places.name"
LARGEST = 2**31 - 1


async def press_places(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; each deed asks again whether the caller keeps that enterprise's places."""
    assert isinstance(turn.said, Press)
    said, desk, words = turn.said, scene.desk, scene.words
    caller, number = scene.known, said.number(2)
    if number > LARGEST:
        raise StalePress
    who = (desk, caller.posts, caller.official)
    match said.verb:
        case "l":
            return await _enterprises(turn, scene, number)
        case "e":
            return await _places(turn, scene, number)
        case "n":
            name = await placing.must_keep(*who, number)
            await drafts.rest(desk, turn.person.id)
            await standing.expect(desk, caller.contact.id, NAME, f"enterprise:{number}")
            back = (Button(words.label("places.back"), data("pq", "e", number)), home_button(words))
            return show(turn, words("replies/places/name", enterprise=name), (back,))
        case "w":
            made = await placing.make_place(desk, caller.contact, caller.posts, caller.official, number, "")
            return await _poster(scene, made)
        case "p":
            return await _poster(scene, await placing.place(*who, number))
        case "x":
            closed = await placing.close_place(desk, caller.contact, caller.posts, caller.official, number)
            back = (Button(words.label("places.back"), data("pq", "e", closed.enterprise_id)), home_button(words))
            return show(turn, words("replies/places/closed", place=closed), (back,))
    raise StalePress


async def take_name(turn: Turn, scene: Scene) -> Reply:
    """The name of a new place."""
    if not isinstance(turn.said, Text):
        return Reply((Say(scene.words("replies/places/name_only")),))
    caller, enterprise_id = scene.known, int(scene.subject.partition(":")[2])
    made = await placing.make_place(
        scene.desk, caller.contact, caller.posts, caller.official, enterprise_id, turn.said.text
    )
    await standing.expect(scene.desk, caller.contact.id, "")
    return await _poster(scene, made)


async def _enterprises(turn: Turn, scene: Scene, page: int) -> Reply:
    words, caller = scene.words, scene.known
    own = {post.enterprise_id: post.enterprise_name for post in caller.posts if post.role in placing.MAKERS}
    rows = [(Button(short(name), data("pq", "e", id)),) for id, name in own.items()]
    turning: tuple[Button, ...] = ()
    if caller.official is not None:
        found = await listing.enterprises(scene.desk, caller.official.jurisdiction, page, ROWS_A_PAGE)
        rows += [(Button(short(line.name), data("pq", "e", line.id)),) for line in found.lines if line.id not in own]
        turning = pager(words, found.number, found.pages, "pq", "l")
    if not rows:
        raise NotYours
    if len(rows) == 1 and not turning:
        return await _places(turn, scene, next(iter(own)) if own else found.lines[0].id)
    text = words("replies/places/enterprises")
    return show(turn, text, (*rows, *((turning,) if turning else ()), (home_button(words),)))


async def _places(turn: Turn, scene: Scene, enterprise_id: int) -> Reply:
    words, caller = scene.words, scene.known
    name = await placing.must_keep(scene.desk, caller.posts, caller.official, enterprise_id)
    places = await placing.places_of(scene.desk, caller.posts, caller.official, enterprise_id)
    rows: list[tuple[Button, ...]] = []
    for place in places[:20]:
        label = place.name or words.label("places.whole")
        close = Button(words.label("places.close"), data("pq", "x", place.id))
        rows.append((Button(short(f"🖨 {label}"), data("pq", "p", place.id)), close))
    new = [Button(words.label("places.new"), data("pq", "n", enterprise_id))]
    if not any(place.name == "" for place in places):
        new.insert(0, Button(words.label("places.make_whole"), data("pq", "w", enterprise_id)))
    text = words("replies/places/list", enterprise=name, count=len(places))
    return show(turn, text, (*rows, tuple(new), (home_button(words),)))


async def _poster(scene: Scene, place: placing.Place) -> Reply:
    words = scene.words
    # About 100 ms; in a thread, so that nobody else's answer waits for it.
    pdf = await asyncio.to_thread(place_poster, place.enterprise_name, place.name, place.link, scene.desk.now)
    name = words.label("places.file", enterprise=place.enterprise_name, place=place.name)
    keys = (
        Button(words.label("places.copy"), copy=place.link),
        Button(words.label("places.open"), url=place.link),
    )
    back = (Button(words.label("places.back"), data("pq", "e", place.enterprise_id)), home_button(words))
    caption = words("replies/places/poster", place=place)
    return Reply((File(name, pdf, caption, rows=(keys, back), is_kept=True),))
