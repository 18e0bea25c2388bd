"""自查 — enterprise → checklist → item after item (verdict, and for a fail a word and a photo) → summary → submit."""

from __future__ import annotations

from contextlib import suppress

from domain.checklist import Verdict
from domain.contact import NotEnrolled, NotYours, StalePress
from domain.inspection import TooManyPhotos
from domain.text import fitting
from handlers import inspection_cards as cards
from handlers.screen import back_rows, home_button, show, too_many, unless_too_long
from handlers.turn import Button, Caller, Document, Photo, Press, Reply, Scene, Text, Turn, press
from outreach import reading, standing
from outreach.desk import Desk
from outreach.inspections import inspecting, walking
from outreach.inspections.inspecting import Open

VERDICTS = {"p": Verdict.PASS, "f": Verdict.FAIL, "a": Verdict.ABSENT}
NOTE_LIMIT = 500
SKIP_LIMIT = 255
# Of these the number is that of an enterprise.
BEGINNING = ("new", "e", "c")
SKIP_REASONS = ("1", "2", "3")
PHOTO_LIMIT_BYTES = 20_000_000


async def choose(turn: Turn, scene: Scene) -> Reply:
    """Which enterprise, then which checklist; an unfinished walk is offered first."""
    caller = scene.known
    posts = inspecting.must_be_walker(caller.posts)
    going = await reading.open_walks(scene.desk, caller.contact, caller.posts)
    enterprises = {post.enterprise_id: post.enterprise_name for post in posts}
    if len(enterprises) == 1 and not going:
        return await _checklists(turn, scene, next(iter(enterprises)))
    rows = [
        (Button(cards.short(f"▶ {line.checklist_title} {line.answered}/{line.total}"), press("in", "go", line.id)),)
        for line in going
    ]
    rows += [(Button(cards.short(name), press("in", "e", id)),) for id, name in list(enterprises.items())[:20]]
    text = scene.words("replies/inspection/choose_enterprise", going=len(going), enterprises=len(enterprises))
    return show(turn, text, (*rows, (home_button(scene.words),)))


async def _checklists(turn: Turn, scene: Scene, enterprise_id: int) -> Reply:
    post = scene.known.post_at(enterprise_id)
    if post is None:
        raise NotEnrolled
    fitting = await reading.checklists_at(scene.desk, post)
    rows = [(Button(cards.short(c.title), press("in", "c", enterprise_id, c.id), style="primary"),) for c in fitting]
    text = scene.words("replies/inspection/choose_checklist", enterprise=post.enterprise_name, checklists=fitting)
    return show(turn, text, (*rows, (home_button(scene.words),)))


def foresee(said: Press, desk: Desk) -> None:
    """Say that the walk which a press of this talk names will be read."""
    with suppress(ValueError):
        if said.verb not in BEGINNING:
            desk.foresee(*walking.asked(said.number(2)))


async def press_inspection(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk. Every one names its inspection and item, so an old one still means the same."""
    assert isinstance(turn.said, Press)
    said, caller, desk = turn.said, scene.known, scene.desk
    if said.verb == "new":
        return await choose(turn, scene)
    if said.verb == "e":
        inspecting.must_be_walker(caller.posts)
        return await _checklists(turn, scene, said.number(2))
    who = (desk, caller.contact, caller.posts)
    if said.verb == "c":
        opened = await inspecting.begin(*who, said.number(2), said.words[3])
        return await _go_on(turn, scene, caller, opened)
    inspection_id = said.number(2)
    match said.verb:
        case "go":
            return await _go_on(turn, scene, caller, await inspecting.open_walk(*who, inspection_id))
        case "at":
            return await _stand_at(turn, scene, caller, await inspecting.open_walk(*who, inspection_id), said.number(3))
        case "v":
            verdict = VERDICTS[said.words[4]]
            opened = await inspecting.judge(*who, inspection_id, said.number(3), verdict)
            return await _after(turn, scene, caller, opened, said.number(3))
        case "h":
            opened = await inspecting.open_walk(*who, inspection_id)
            return cards.item(turn, scene.words, opened, said.number(3), open_part=said.words[4])
        case "n":
            opened = await inspecting.describe(*who, inspection_id, said.number(3), "")
            return await _after(turn, scene, caller, opened, said.number(3))
        case "d":
            return await _photos_done(turn, scene, caller, inspection_id, said.number(3))
        case "s":
            return await _skip_photo(turn, scene, caller, said, inspection_id)
        case "sum":
            opened = await inspecting.open_walk(*who, inspection_id)
            await standing.expect(desk, caller.contact.id, "", f"inspection:{opened.id}")
            return cards.summary(turn, scene.words, opened, desk.today)
        case "save":
            opened = await inspecting.open_walk(*who, inspection_id)
            await standing.expect(desk, caller.contact.id, "")
            go_on = Button(scene.words.label("inspection.go_on"), press("in", "go", opened.id), style="primary")
            text = scene.words("replies/inspection/saved", walk=opened.walk, enterprise=opened.enterprise_name)
            return show(turn, text, ((go_on,), (home_button(scene.words),)))
        case "x":
            opened = await inspecting.open_walk(*who, inspection_id)
            return cards.confirm_discard(turn, scene.words, opened)
        case "xx":
            opened = await inspecting.discard(*who, inspection_id)
            await standing.expect(desk, caller.contact.id, "")
            return show(turn, scene.words("replies/inspection/discarded", walk=opened.walk), back_rows(scene.words))
        case "ok":
            return await _submit(turn, scene, caller, inspection_id)
    raise StalePress


async def _submit(turn: Turn, scene: Scene, caller: Caller, inspection_id: int) -> Reply:
    number = await inspecting.submit(scene.desk, caller.contact, caller.posts, inspection_id)
    await standing.expect(scene.desk, caller.contact.id, "")
    return _submitted(turn, scene, number)


async def show_submitted(turn: Turn, scene: Scene) -> Reply | None:
    """The number again, for a press of the submit button that took effect before; None for anything else."""
    said = turn.said
    if not isinstance(said, Press) or said.words[:2] != ("in", "ok"):
        return None
    try:
        record = await reading.record_of(scene.desk, scene.known.posts, None, said.number(2))
    except (NotYours, ValueError):
        return None
    return _submitted(turn, scene, record.number or "")


def _submitted(turn: Turn, scene: Scene, number: str) -> Reply:
    # Who filled in for a shop has no records of their own; what they found is on their list.
    is_own = any(post.id for post in scene.known.posts)
    text = scene.words("replies/inspection/submitted", number=number, is_own=is_own)
    if not is_own:
        return show(turn, text, back_rows(scene.words))
    mine = Button(scene.words.label("menu.my"), press("my", "l", 0))
    return show(turn, text, ((mine, home_button(scene.words)),))


async def _photos_done(turn: Turn, scene: Scene, caller: Caller, inspection_id: int, number: int) -> Reply:
    who = (scene.desk, caller.contact, caller.posts)
    fails = {at: answer for at, _, answer in (await inspecting.open_walk(*who, inspection_id)).walk.fails()}
    if number in fails and not fails[number].photos and not fails[number].is_photo_settled:
        # What the button counted could not be kept: the card that says so has none, and offers to do without.
        return await _stand_at(turn, scene, caller, await inspecting.open_walk(*who, inspection_id), number)
    return await _after(turn, scene, caller, await inspecting.settle_photos(*who, inspection_id, number), number)


async def _skip_photo(turn: Turn, scene: Scene, caller: Caller, said: Press, inspection_id: int) -> Reply:
    number, choice = said.number(3), said.words[4] if len(said.words) > 4 else ""
    who = (scene.desk, caller.contact, caller.posts)
    if choice == "?":
        opened = await inspecting.open_walk(*who, inspection_id)
        return cards.skip_reasons(turn, scene.words, opened, number, SKIP_REASONS)
    if choice == "w":
        opened = await inspecting.open_walk(*who, inspection_id)
        await standing.expect(scene.desk, caller.contact.id, "inspection.skip", f"inspection:{opened.id}:{number}")
        return cards.ask_skip_reason(turn, scene.words, opened, number)
    if choice not in SKIP_REASONS:
        raise StalePress
    reason = scene.words.label(f"inspection.skip_{choice}")
    return await _after(
        turn, scene, caller, await inspecting.settle_photos(*who, inspection_id, number, reason), number
    )


async def _go_on(turn: Turn, scene: Scene, caller: Caller, opened: Open) -> Reply:
    """The card of the next thing to do, and what the next free message will mean."""
    step = opened.walk.next_step()
    if step.kind == "summary":
        await standing.expect(scene.desk, caller.contact.id, "", f"inspection:{opened.id}")
        return cards.summary(turn, scene.words, opened, scene.desk.today)
    return await _stand_at(turn, scene, caller, opened, step.number)


async def _after(turn: Turn, scene: Scene, caller: Caller, opened: Open, number: int) -> Reply:
    """Stay at this item while it wants a word or a photo; otherwise go to the next thing to do."""
    step = opened.walk.step_at(number)
    if step.kind != "item":
        return await _stand_at(turn, scene, caller, opened, number)
    return await _go_on(turn, scene, caller, opened)


async def _stand_at(turn: Turn, scene: Scene, caller: Caller, opened: Open, number: int) -> Reply:
    if not 1 <= number <= opened.walk.total:
        raise StalePress
    step = opened.walk.step_at(number)
    meaning = "" if step.kind == "item" else f"inspection.{step.kind}"
    await standing.expect(scene.desk, caller.contact.id, meaning, f"inspection:{opened.id}:{number}")
    if step.kind == "note":
        return cards.ask_note(turn, scene.words, opened, number)
    if step.kind == "photo":
        return cards.ask_photo(turn, scene.words, opened, number)
    return cards.item(turn, scene.words, opened, number)


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """Where the walk stands, as a fresh card: after a redelivered update or a message that fits nothing."""
    caller = scene.known
    opened = await inspecting.open_walk(scene.desk, caller.contact, caller.posts, int(scene.subject.split(":")[1]))
    return await _go_on(turn, scene, caller, opened)


def _place(scene: Scene) -> tuple[int, int]:
    """The inspection and item that a free message is about."""
    _, inspection_id, number = scene.subject.split(":")
    return int(inspection_id), int(number)


async def take_note(turn: Turn, scene: Scene) -> Reply:
    """What is wrong, in the person's words; a photo may come with it as its caption, or before it."""
    caller, (inspection_id, number) = scene.known, _place(scene)
    who = (scene.desk, caller.contact, caller.posts)
    if isinstance(turn.said, Text):
        opened = await inspecting.describe(*who, inspection_id, number, fitting(turn.said.text, NOTE_LIMIT))
        return await _after(turn, scene, caller, opened, number)
    opened = await _add_photo(turn, scene, caller, inspection_id, number)
    with unless_too_long(scene.words) as aside:
        if isinstance(turn.said, (Photo, Document)) and turn.said.caption:
            opened = await inspecting.describe(*who, inspection_id, number, fitting(turn.said.caption, NOTE_LIMIT))
    return aside.reply + await _after(turn, scene, caller, opened, number)


async def take_photo(turn: Turn, scene: Scene) -> Reply:
    """A photo of what is wrong; words that come instead are kept with the note."""
    caller, (inspection_id, number) = scene.known, _place(scene)
    who = (scene.desk, caller.contact, caller.posts)
    if isinstance(turn.said, Text):
        opened = await inspecting.open_walk(*who, inspection_id)
        item = opened.walk.checklist.items[number - 1]
        earlier = opened.walk.answers[item.id].note
        note = fitting(turn.said.text, NOTE_LIMIT, earlier)
        opened = await inspecting.describe(*who, inspection_id, number, note)
        return cards.ask_photo(turn, scene.words, opened, number)
    opened = await _add_photo(turn, scene, caller, inspection_id, number)
    return await _after(turn, scene, caller, opened, number)


async def _add_photo(turn: Turn, scene: Scene, caller: Caller, inspection_id: int, number: int) -> Open:
    said = turn.said
    assert isinstance(said, (Photo, Document))
    cards.must_be_a_photo(said, PHOTO_LIMIT_BYTES)
    album = said.album if isinstance(said, Photo) else None
    return await inspecting.photograph(
        scene.desk, caller.contact, caller.posts, inspection_id, number, said.file_id, said.file_unique_id, album
    )


async def is_spare(turn: Turn, scene: Scene) -> bool:
    """Whether this is a photo of an album whose first five have filled an item."""
    said = turn.said
    if not isinstance(said, Photo) or not said.album or not scene.subject.startswith("inspection:"):
        return False
    return await reading.has_album(scene.desk, scene.known.contact, said.album)


async def pass_over(turn: Turn, scene: Scene) -> Reply:
    """A photo too many of an album: where the walk stands, with a word about it."""
    return too_many(scene.words, TooManyPhotos()).over(await show_again(turn, scene))


async def take_skip_reason(turn: Turn, scene: Scene) -> Reply:
    """Why there is no photo, in the person's own words; a photo after all is welcome too."""
    caller, (inspection_id, number) = scene.known, _place(scene)
    if not isinstance(turn.said, Text):
        return await take_photo(turn, scene)
    opened = await inspecting.settle_photos(
        scene.desk, caller.contact, caller.posts, inspection_id, number, fitting(turn.said.text, SKIP_LIMIT)
    )
    return await _after(turn, scene, caller, opened, number)
