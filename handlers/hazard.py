"""隐患卡 — a card → its next step → (a day, a word, a photo) → the card again, for everybody whom it concerns."""

from __future__ import annotations

from domain.authority import Duty
from domain.contact import RESPONSIBLE, StalePress
from domain.hazard import PHOTOS_A_ROUND, StepStale
from domain.rectification import StepKey
from handlers import hazard_asking as asking
from handlers import hazard_choosing, hazard_unit, hazard_way, on_the_spot
from handlers.hazard_asking import ask_day, ask_grade, ask_words, day_in, preset
from handlers.inspection_cards import must_be_a_photo, short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show, unless_full, unless_too_long
from handlers.turn import Button, Document, File, Photo, Press, Reply, Rows, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards import carding, listing, pairing, photographing, rectifying, viewing
from outreach.hazards.portraying import PLAN_PARTS, HazardView
from outreach.hazards.rectifying import Said
from outreach.hazards.viewing import Who

PHOTO = "hazard.photo"
PHOTO_LIMIT_BYTES = 20_000_000
DOORS = (PHOTO, asking.WORDS, on_the_spot.NEW, on_the_spot.MORE)


async def show_hazards(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """What the caller's enterprises have to put right."""
    words = scene.words
    if not any(post.role in RESPONSIBLE for post in scene.known.posts):
        scene.as_official().must(Duty.FINDINGS)
    found = await listing.own_hazards(scene.desk, scene.known.posts, page, ROWS_A_PAGE)
    rows = [(Button(short(f"{line.number} {line.what}"), data("hz", "o", line.id)),) for line in found.lines]
    if any(post.role in RESPONSIBLE for post in scene.known.posts):
        rows.append((Button(words.label("board.open"), data("bd", "e")),))
    turning = pager(words, found.number, found.pages, "hz", "l")
    text = words("replies/hazard/list", found=found)
    turners = (turning,) if turning else ()
    return show(turn, text, (*rows, *turners, *on_the_spot.entry_rows(scene), (home_button(words),)))


async def press_hazard(turn: Turn, scene: Scene) -> Reply:
    """The buttons of a card. Each deed asks again whether the hazard concerns whoever presses, and where it stands."""
    turn, way = hazard_way.parted(turn)
    return hazard_way.kept(scene.words, await _pressed(turn, scene), way)


async def _pressed(turn: Turn, scene: Scene) -> Reply:
    assert isinstance(turn.said, Press)
    said = turn.said
    if said.verb == "l":
        return await show_hazards(turn, scene, said.number(2))
    hazard_id = said.number(2)
    try:
        match said.verb:
            case "o":
                return await _card(turn, scene, hazard_id)
            case "h":
                return await _history(turn, scene, hazard_id)
            case "ph":
                return await _photos(scene, hazard_id)
            case "ps":
                return await _ask_photo(turn, scene, hazard_id)
            case "u":
                await rectifying.undo(scene.desk, _who(scene), hazard_id, said.number(3))
                return await _card(turn, scene, hazard_id)
            case "s" | "g" | "d" | "p" | "c" | "m" | "mm" | "f" | "n":
                return await _step(turn, scene, said, hazard_id, said.number(3), StepKey(said.words[4]))
    except StepStale as refusal:
        # Refused with the card as it stands now: nothing was done yet that would have to be undone.
        toast = scene.words.plain(refusal.moment, **refusal.facts)[:200]
        return await _card(turn, scene, hazard_id, toast=toast)
    raise StalePress


async def _step(turn: Turn, scene: Scene, said: Press, hazard_id: int, version: int, key: StepKey) -> Reply:
    """Go one screen further in what a step needs, or take it."""
    view = await viewing.look_to_step(scene.desk, _who(scene), hazard_id, version, key)
    match said.verb, key:
        case "s", StepKey.VERIFY | StepKey.REGRADE:
            return ask_grade(turn, scene, view, key)
        case "g", StepKey.VERIFY | StepKey.REGRADE:
            if said.words[5] == "major":
                return await ask_words(turn, scene, view, key, part="major")
            if key is StepKey.REGRADE:
                return await ask_words(turn, scene, view, key, part="general")
            return await _take(turn, scene, hazard_id, version, key, Said(grade=asking.GRADES["general"]))
        case "c", StepKey.VERIFY | StepKey.REGRADE | StepKey.CLAUSE:
            clause = asking.clause_at(scene, view, said.number(5))
            return await _take(turn, scene, hazard_id, version, key, Said(clause, grade=asking.GRADES["major"]))
        case "s", StepKey.ORDER | StepKey.ASK_TIME | StepKey.SEND_BACK | StepKey.REOPEN:
            return ask_day(turn, scene, view, key)
        case "d", StepKey.ORDER:
            return await _take(turn, scene, hazard_id, version, key, Said(day=day_in(scene, said)))
        case "d", StepKey.ASK_TIME | StepKey.SEND_BACK | StepKey.REOPEN:
            return await ask_words(turn, scene, view, key, day=day_in(scene, said))
        case "p", _:
            words, day = preset(scene, said)
            return await _take(turn, scene, hazard_id, version, key, Said(words, day))
        case "s", StepKey.RECTIFY if not view.hazard.photos:
            return await _ask_photo(turn, scene, hazard_id)
        case "s", StepKey.PLAN:
            missing = view.hazard.plan_missing
            return await ask_words(turn, scene, view, key, part=missing[0] if missing else PLAN_PARTS[0])
        case "s", StepKey.MERGE:
            return await hazard_choosing.ask_into(turn, scene, view)
        case "m", StepKey.MERGE:
            return await hazard_choosing.confirm_into(turn, scene, view, said.number(5))
        case "mm", StepKey.MERGE:
            return await _take(turn, scene, hazard_id, version, key, Said(into=said.number(5)))
        case "s", StepKey.FOLLOW:
            return await hazard_choosing.ask_follower(turn, scene, view)
        case "f", StepKey.FOLLOW:
            return await _take(turn, scene, hazard_id, version, key, Said(follower=said.number(5) or None))
        case "s", StepKey.UNIT:
            return await hazard_unit.ask_unit(turn, scene, view)
        case "n", StepKey.UNIT:
            return await _take(turn, scene, hazard_id, version, key, Said(unit=said.number(5)))
        case "s", _ if key in asking.WITH_WORDS:
            return await ask_words(turn, scene, view, key)
        case "s", StepKey.GRANT_TIME | StepKey.RECTIFY | StepKey.RECHECK | StepKey.CLOSE:
            return await _take(turn, scene, hazard_id, version, key, Said())
    raise StalePress


async def _take(turn: Turn, scene: Scene, hazard_id: int, version: int, key: StepKey, said: Said) -> Reply:
    await rectifying.take(scene.desk, _who(scene), hazard_id, version, key, said)
    if key is StepKey.PLAN:
        view = await _seen(scene, hazard_id)
        if view.hazard.plan_missing:
            return await ask_words(turn, scene, view, key, part=view.hazard.plan_missing[0])
    if said.is_typed:
        # The card follows as a notice, so that it is known which message shows it.
        await standing.expect(scene.desk, scene.known.contact.id, "")
        return Reply()
    return await _card(turn, scene, hazard_id)


async def take_words(turn: Turn, scene: Scene) -> Reply:
    """The words that a step waits for."""
    if not isinstance(turn.said, Text):
        return Reply((Say(scene.words("replies/hazard/words_only")),))
    hazard_id, version, key, day, part = asking.awaited(scene)
    try:
        if key is StepKey.UNIT:
            view = await viewing.look_to_step(scene.desk, _who(scene), hazard_id, version, key)
            return await hazard_unit.ask_unit(turn, scene, view)
        return await _take(
            turn, scene, hazard_id, version, key,
            Said(turn.said.text, day, asking.GRADES.get(part), part=part, is_typed=True),
        )  # fmt: skip
    except StepStale as refusal:
        await standing.expect(scene.desk, scene.known.contact.id, "")
        return Reply((Say(scene.words(refusal.moment, **refusal.facts), (_open(scene, hazard_id),)),))


async def take_photo(turn: Turn, scene: Scene) -> Reply:
    """A photo of how it looks now, or a word about what was done."""
    hazard_id = int(scene.subject.split(":")[1])
    who, said = _who(scene), turn.said
    if isinstance(said, Text):
        await photographing.say_what_was_done(scene.desk, who, hazard_id, said.text)
        return await _ask_photo(turn, scene, hazard_id)
    assert isinstance(said, (Photo, Document))
    must_be_a_photo(said, PHOTO_LIMIT_BYTES)
    with unless_full(scene.words) as full:
        await photographing.add_photo(scene.desk, who, hazard_id, said.file_id, said.file_unique_id)
    with unless_too_long(scene.words) as aside:
        if said.caption:
            await photographing.say_what_was_done(scene.desk, who, hazard_id, said.caption)
    return aside.reply + full.over(await _ask_photo(turn, scene, hazard_id))


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """Where the person stands with a hazard, for an update that took effect before."""
    if isinstance(turn.said, Press):
        return await (_card(turn, scene, turn.said.number(2)) if turn.said.verb != "l" else show_hazards(turn, scene))
    hazard_id = int(scene.subject.split(":")[1])
    if scene.meaning == PHOTO:
        return await _ask_photo(turn, scene, hazard_id)
    view = await _seen(scene, hazard_id)
    return Reply((Say(scene.words("replies/hazard/moved", number=view.number), (_open(scene, hazard_id),)),))


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    if isinstance(turn.said, Press):
        return turn.said.talk == "hz"
    return scene.subject.startswith("hazard:") and isinstance(turn.said, (Text, Photo, Document))


def _who(scene: Scene) -> Who:
    return Who(scene.known.contact, scene.known.posts, scene.known.official)


async def _seen(scene: Scene, hazard_id: int) -> HazardView:
    """The hazard, if the caller may look at it. Raises NotYours."""
    return await viewing.look(scene.desk, _who(scene), hazard_id)


async def show_card(turn: Turn, scene: Scene, hazard_id: int) -> Reply:
    """The card of a hazard, for whoever it concerns. Raises NotYours."""
    return await _card(turn, scene, hazard_id)


async def _card(turn: Turn, scene: Scene, hazard_id: int, *, toast: str = "") -> Reply:
    """The card; the message that shows it is known when a button was pressed."""
    if scene.meaning in DOORS:
        await standing.expect(scene.desk, scene.known.contact.id, "")
    assert isinstance(turn.said, Press)
    message_id = None if turn.said.has_media else turn.said.message_id
    if message_id is not None and message_id == scene.card:
        # From now on that message is the hazard's, and no newer card of another talk takes it away.
        await standing.let_go_of_card(scene.desk, scene.known.contact.id)
    text, rows = await carding.show_card(scene.desk, scene.words, _who(scene), hazard_id, message_id)
    text, shown = await hazard_choosing.suggest(scene, hazard_id, text, _buttons(scene, rows))
    return show(turn, text, shown, toast=toast)


def _open(scene: Scene, hazard_id: int) -> tuple[Button, ...]:
    return (Button(scene.words.label("hazard.open"), data("hz", "o", hazard_id)),)


def _buttons(scene: Scene, rows: carding.Rows) -> Rows:
    return tuple(
        tuple(Button(scene.words.label(one.label, **dict(one.facts)), one.press) for one in line) for line in rows
    )


async def _ask_photo(turn: Turn, scene: Scene, hazard_id: int) -> Reply:
    view = await photographing.look(scene.desk, _who(scene), hazard_id)
    await standing.expect(scene.desk, scene.known.contact.id, PHOTO, f"hazard:{view.id}")
    text = scene.words(
        "replies/hazard/ask_photo", view=view, count=view.hazard.photos, most=PHOTOS_A_ROUND,
    )  # fmt: skip
    rows: list[tuple[Button, ...]] = []
    if view.hazard.photos and view.state == "ordered":
        done = scene.words.label("hazard.step_rectify")
        rows.append((Button(done, data("hz", "s", view.id, view.version, StepKey.RECTIFY.value), style="primary"),))
    rows.append((Button(scene.words.label("hazard.back"), data("hz", "o", view.id)),))
    return show(turn, text, tuple(rows), card=not isinstance(turn.said, Press))


async def _history(turn: Turn, scene: Scene, hazard_id: int) -> Reply:
    found = await listing.history(scene.desk, _who(scene), hazard_id)
    text = scene.words("replies/hazard/history", found=found)
    rows: Rows = ((Button(scene.words.label("hazard.back"), data("hz", "o", hazard_id)),),)
    if scene.known.official is not None and scene.known.official.may(Duty.TRIAGE):
        rows = ((Button(scene.words.label("measure.open"), data("me", "l", hazard_id)),), *rows)
    return show(turn, text, rows)


async def _photos(scene: Scene, hazard_id: int) -> Reply:
    view = await _seen(scene, hazard_id)
    store = scene.desk.office.photos
    found: list[File] = []
    if (pair := await pairing.pair_of(scene.desk, scene.words, view)) is not None:
        caption = scene.words("replies/hazard/pair", number=view.number)
        found.append(File(f"{view.number}-pair.jpg", pair, caption, as_photo=True))
    for kind, shas in (("before", view.before), ("after", view.after)):
        for at, sha in enumerate(shas, start=1):
            caption = scene.words("replies/hazard/photo", number=view.number, kind=kind, at=at, of=len(shas))
            found.append(File(f"{view.number}-{kind}-{at}.jpg", store.path(sha), caption, as_photo=True))
    return Reply(tuple(found))
