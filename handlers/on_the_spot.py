"""现场发现 — an enterprise → what was found there, in words and photos → general or major → ordered with a day."""

from __future__ import annotations

from domain.contact import StalePress
from domain.hazard import ON_SITE, PHOTOS_A_ROUND, WORDS_LIMIT, HazardState, Source, sources_on_site
from domain.rectification import StepKey
from domain.text import fitting
from handlers.inspection_cards import must_be_a_photo, short
from handlers.screen import ROWS_A_PAGE, below, home_button, pager, show, unless_full, unless_too_long
from handlers.turn import Button, Document, Photo, Press, Reply, Rows, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards import on_site
from outreach.hazards.viewing import Who
from outreach.register import listing, owning
from outreach.visits import filling, viewing, visiting

NAME, NEW, MORE = "on_the_spot.name", "on_the_spot.new", "on_the_spot.more"
PHOTO_LIMIT_BYTES = 20_000_000
NAME_LIMIT = 50


def entry_rows(scene: Scene, enterprise_id: int | None = None) -> Rows:
    """The button that leads here, for those who may open hazards on the spot; for one enterprise or to choose one."""
    official = scene.known.official
    if official is None or official.role not in ON_SITE:
        return ()
    source = sources_on_site(official.role)[0].value
    to = data("os", "c", 0) if enterprise_id is None else data("os", "n", enterprise_id, source)
    visit = data("ov", "l", 0) if enterprise_id is None else data("ov", "n", enterprise_id)
    label = scene.words.label
    return ((Button(label("on_the_spot.begin"), to), Button(label("visit.begin"), visit)),)


async def press_on_the_spot(turn: Turn, scene: Scene) -> Reply:
    """`os:c:<page>`, `os:n:<enterprise>:<source>`, `os:v:<visit>`, `os:o:<hazard>`."""
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.words[1:]:
        case ("c", _):
            return await _choose(turn, scene, said.number(2))
        case ("n", _, source):
            return await _ask(turn, scene, said.number(2), source)
        case ("v", _):
            return await ask_in_visit(turn, scene, said.number(2))
        case ("o", _):
            return await _found(turn, scene, said.number(2))
    raise StalePress


async def take_name(turn: Turn, scene: Scene) -> Reply:
    """A part of the name of the enterprise that is looked for."""
    if not isinstance(turn.said, Text):
        return await _choose(turn, scene, 0)
    return await _choose(turn, scene, 0, turn.said.text.strip()[:NAME_LIMIT])


async def take_new(turn: Turn, scene: Scene) -> Reply:
    """The first words or the first photo: with these it is written down and has its number."""
    enterprise_id, source, *visit = scene.subject.split(":")
    said = turn.said
    assert isinstance(said, (Text, Photo, Document))
    if not isinstance(said, Text):
        must_be_a_photo(said, PHOTO_LIMIT_BYTES)
    words, aside = said.text if isinstance(said, Text) else said.caption, Reply()
    if not isinstance(said, Text):
        with unless_too_long(scene.words) as heard:
            fitting(words, WORDS_LIMIT)
        aside, words = heard.reply, "" if heard.reply.says else words
    if visit:
        row = await filling.find(scene.desk, _who(scene), int(visit[0]), words)
    else:
        chosen = on_site.source_of(scene.as_official(), source)
        row = await on_site.open_on_site(scene.desk, _who(scene), int(enterprise_id), chosen, words)
    if not isinstance(said, Text):
        await on_site.add_photo(scene.desk, _who(scene), row.id, said.file_id, said.file_unique_id)
    return aside + await _found(turn, scene, row.id)


async def take_more(turn: Turn, scene: Scene) -> Reply:
    """Another photo of the place, or more words about it."""
    hazard_id, said = int(scene.subject.split(":")[1]), turn.said
    assert isinstance(said, (Text, Photo, Document))
    if isinstance(said, Text):
        await on_site.describe(scene.desk, _who(scene), hazard_id, said.text)
        return await _found(turn, scene, hazard_id)
    must_be_a_photo(said, PHOTO_LIMIT_BYTES)
    with unless_full(scene.words) as full:
        await on_site.add_photo(scene.desk, _who(scene), hazard_id, said.file_id, said.file_unique_id)
    with unless_too_long(scene.words) as aside:
        if said.caption:
            await on_site.describe(scene.desk, _who(scene), hazard_id, said.caption)
    return aside.reply + full.over(await _found(turn, scene, hazard_id))


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    if isinstance(turn.said, Press):
        return turn.said.talk == "os"
    return scene.meaning in (NAME, NEW, MORE) and isinstance(turn.said, (Text, Photo, Document))


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """Where the person stands, for an update that took effect before."""
    if isinstance(turn.said, Press):
        return await press_on_the_spot(turn, scene)
    if scene.meaning == NAME:
        return await take_name(turn, scene)
    first, second, *visit = scene.subject.split(":")
    if scene.meaning == MORE:
        return await _found(turn, scene, int(second))
    return await (ask_in_visit(turn, scene, int(visit[0])) if visit else _ask(turn, scene, int(first), second))


def _who(scene: Scene) -> Who:
    return Who(scene.known.contact, scene.known.posts, scene.known.official)


async def _choose(turn: Turn, scene: Scene, page: int, named: str = "") -> Reply:
    official = scene.as_official()
    source = sources_on_site(official.role)[0].value
    await standing.expect(scene.desk, scene.known.contact.id, NAME)
    found = await listing.enterprises(scene.desk, official.jurisdiction, page, ROWS_A_PAGE, named)
    rows = [(Button(short(line.name), data("os", "n", line.id, source)),) for line in found.lines]
    turning = pager(scene.words, found.number, found.pages, "os", "c") if not named else ()
    text = scene.words("replies/hazard/on_the_spot_choose", found=found, named=named)
    return show(turn, text, (*rows, *((turning,) if turning else ()), (home_button(scene.words),)))


async def _ask(turn: Turn, scene: Scene, enterprise_id: int, source: str) -> Reply:
    official = scene.as_official()
    chosen = on_site.source_of(official, source)
    enterprise = await on_site.enterprise_there(scene.desk, official, enterprise_id)
    await standing.expect(scene.desk, scene.known.contact.id, NEW, f"{enterprise.id}:{chosen.value}")
    missing = (await owning.owners_of(scene.desk, enterprise)).missing
    text = scene.words("replies/hazard/on_the_spot_ask", enterprise=enterprise.name, source=chosen, missing=missing)
    others = tuple(
        Button(_source_label(scene, one), data("os", "n", enterprise.id, one.value))
        for one in sources_on_site(official.role)
        if one is not chosen
    )
    other_place = Button(scene.words.label("on_the_spot.other_place"), data("os", "c", 0))
    return show(turn, text, (others, (other_place,), (home_button(scene.words),)))


async def ask_in_visit(turn: Turn, scene: Scene, visit_id: int) -> Reply:
    """The same within a visit, below its card, which stays where it is. Raises what `visiting.written` raises."""
    row, official = await visiting.written(scene.desk, _who(scene), visit_id)
    view = await viewing.view_of(scene.desk, row)
    source = filling.source_of(view, official)
    subject = f"{view.enterprise_id}:{source.value}:{view.id}"
    await standing.expect(scene.desk, scene.known.contact.id, NEW, subject)
    enterprise = await on_site.enterprise_there(scene.desk, official, view.enterprise_id)
    missing = (await owning.owners_of(scene.desk, enterprise)).missing
    text = scene.words("replies/hazard/on_the_spot_ask", enterprise=enterprise.name, source=source, missing=missing)
    return below(show(turn, text, ((_to_visit(scene, view.id),),)))


async def show_found(turn: Turn, scene: Scene, hazard_id: int) -> Reply:
    """What was found at an item of a visit, below the visit's card."""
    return below(await _found(turn, scene, hazard_id))


def _to_visit(scene: Scene, visit_id: int) -> Button:
    return Button(scene.words.label("visit.back"), data("ov", "o", visit_id))


def _source_label(scene: Scene, source: Source) -> str:
    return scene.words.label("on_the_spot.as", source=scene.words.label(f"hazard.source.{source.value}"))


async def _found(turn: Turn, scene: Scene, hazard_id: int) -> Reply:
    view, photos = await on_site.look(scene.desk, _who(scene), hazard_id)
    await standing.expect(scene.desk, scene.known.contact.id, MORE, f"spot:{view.id}")
    label, is_new = scene.words.label, view.version == 1
    text = scene.words(
        "replies/hazard/on_the_spot_found", view=view, count=photos, most=PHOTOS_A_ROUND, is_new=is_new,
    )  # fmt: skip
    rows: list[tuple[Button, ...]] = []
    if view.state is HazardState.VERIFIED and is_new and view.what:
        order = data("hz", "s", view.id, view.version, StepKey.ORDER.value)
        major = data("hz", "g", view.id, view.version, StepKey.REGRADE.value, "major")
        rows.append((Button(label("on_the_spot.general"), order, style="primary"),))
        rows.append((Button(label("on_the_spot.major"), major),))
    rows.append((Button(label("hazard.open"), data("hz", "o", view.id)),))
    visit_id = await viewing.visit_of(scene.desk, view.id)
    if visit_id is not None:
        rows.append((Button(label("on_the_spot.again"), data("os", "v", visit_id)), _to_visit(scene, visit_id)))
    elif view.enterprise_id is not None and view.hazard.source in sources_on_site(scene.as_official().role):
        again = data("os", "n", view.enterprise_id, view.hazard.source.value)
        rows.append((Button(label("on_the_spot.again"), again),))
    rows.append((home_button(scene.words),))
    if isinstance(turn.said, Press):
        return show(turn, text, tuple(rows))
    return Reply((Say(text, tuple(rows), card=True),))
