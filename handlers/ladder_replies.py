"""督办文书之后 — an answer in words and photos, an objection and its decision, the record of an interview, the list."""

from __future__ import annotations

from domain.contact import StalePress
from handlers.inspection_cards import must_be_a_photo
from handlers.screen import show, unless_full, unless_too_long
from handlers.turn import Button, Document, File, Photo, Press, Reply, Rows, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards import blacklisting, interviewing, ladder_answering, ladder_following, ladder_reading
from outreach.hazards.ladder_following import After
from outreach.hazards.ladder_reading import PaperView
from outreach.hazards.viewing import Who

ANSWER, SAID = "ladder.answer", "ladder.said"
PHOTO_LIMIT_BYTES = 20_000_000
# What words may be asked for: against a paper, for a decision about that, of an interview, and as a ground.
ASKED = ("object", "uphold", "decline", "attendees", "minutes", "ground0", "ground1", "ground2")


def rows(scene: Scene, view: PaperView, more: After) -> Rows:
    """The buttons of a card for what comes after its release."""
    found: list[tuple[Button, ...]] = []

    def add(key: str, verb: str, *words: object, style: str = "") -> None:
        label = scene.words.label(f"ladder.{key}", count=more.photos) if key == "pictures" else scene.words.label(
            f"ladder.{key}"
        )  # fmt: skip
        found.append((Button(label, data("ld", verb, view.id, *words), style=style),))

    if more.may_answer:
        add("answer", "a", style="primary")
    if more.pictures:
        add("pictures", "ap")
    if more.may_judge:
        if view.outcome == "said":
            add("accept", "y", view.version, style="primary")
        add("decline", "n", view.version)
    if more.may_object:
        add("object", "q", 0)
    if more.may_decide:
        add("uphold", "q", 1)
        add("turn_down", "q", 2)
    if more.may_record:
        add("came", "q", 3, style="primary")
        add("absent", "ia")
    if more.may_propose:
        add("list_propose", "k")
    if more.listing is not None and more.is_head:
        if more.listing.state == "proposed" and not more.listing.is_own_proposal:
            add("list_approve", "ka", more.listing.version, style="danger")
            add("list_decline", "kd", more.listing.version)
        elif more.listing.state == "listed" and not more.listing.is_over:
            add("list_remove", "kr", more.listing.version)
    return tuple(found)


async def press_reply(turn: Turn, scene: Scene, said: Press) -> Reply | None:
    """A press that belongs here; None once its deed is done and the card is to be shown."""
    desk, who, paper_id = scene.desk, _who(scene), said.number(2)
    match said.verb:
        case "a":
            return await ask_answer(turn, scene, paper_id)
        case "an":
            return await ask_answer(turn, scene, paper_id, is_anew=True)
        case "ah":
            await ladder_answering.hand_in(desk, who, paper_id, said.number(3))
        case "ap":
            return await _pictures(scene, paper_id)
        case "y" | "n":
            await ladder_answering.judge(desk, who, paper_id, said.number(3), is_enough=said.verb == "y")
        case "q":
            return await _ask(turn, scene, paper_id, ASKED[said.number(3)])
        case "ia":
            return await _sure(turn, scene, paper_id, "absent", "iy")
        case "iy":
            await interviewing.nobody_came(desk, who, paper_id)
        case "is":
            await interviewing.close(desk, who, paper_id)
        case "k":
            return await _ask_term(turn, scene, paper_id)
        case "ka":
            return await _sure(turn, scene, paper_id, "list_approve", "ky", said.number(3))
        case "ky" | "kd":
            await blacklisting.decide(desk, who, paper_id, said.number(3), is_listed=said.verb == "ky")
        case "kr":
            await blacklisting.remove(desk, who, paper_id, said.number(3))
        case _:
            raise StalePress
    return None


async def take_answer(turn: Turn, scene: Scene) -> Reply:
    """Words or a photo of an answer."""
    paper_id, said = int(scene.subject.split(":")[1]), turn.said
    if isinstance(said, Text):
        is_anew = scene.subject.endswith(":anew")
        await ladder_answering.say(scene.desk, _who(scene), paper_id, said.text, is_anew=is_anew)
        return await ask_answer(turn, scene, paper_id)
    assert isinstance(said, (Photo, Document))
    must_be_a_photo(said, PHOTO_LIMIT_BYTES)
    with unless_full(scene.words) as full:
        await ladder_answering.add_photo(scene.desk, _who(scene), paper_id, said.file_id, said.file_unique_id)
    with unless_too_long(scene.words) as aside:
        if said.caption:
            await ladder_answering.say(scene.desk, _who(scene), paper_id, said.caption)
    return aside.reply + full.over(await ask_answer(turn, scene, paper_id))


async def take_said(turn: Turn, scene: Scene) -> Reply | None:
    """The words that were asked for; None once the card is to be shown."""
    if not isinstance(turn.said, Text):
        return Reply((Say(scene.words("replies/ladder/words_only")),))
    desk, who, words = scene.desk, _who(scene), turn.said.text
    _, number, asked = scene.subject.split(":")
    paper_id = int(number)
    match asked:
        case "object":
            await ladder_answering.object_to(desk, who, paper_id, words)
        case "uphold" | "decline":
            await ladder_answering.decide(desk, who, paper_id, is_upheld=asked == "uphold", words=words)
        case "attendees":
            await interviewing.write(desk, who, paper_id, "attendees", words)
            return await _ask(turn, scene, paper_id, "minutes")
        case "minutes":
            row = await interviewing.write(desk, who, paper_id, "minutes", words)
            await standing.expect(desk, who.contact.id, "")
            keep = Button(scene.words.label("ladder.record_keep"), data("ld", "is", paper_id), style="primary")
            again = Button(scene.words.label("ladder.record_again"), data("ld", "q", paper_id, 3))
            text = scene.words("replies/ladder/record", attendees=row.attendees, minutes=row.minutes)
            return show(turn, text, ((keep,), (again,), (_back(scene, paper_id),)))
        case _:
            await blacklisting.propose(desk, who, paper_id, int(asked.removeprefix("ground")), words)
    return None


async def ask_answer(turn: Turn, scene: Scene, paper_id: int, *, is_anew: bool = False) -> Reply:
    """What the answer says so far; it is handed in by a press, or its words are written anew."""
    row, paper = await ladder_answering.own_paper(scene.desk, _who(scene), paper_id)
    _, _, view = await ladder_reading.look(scene.desk, _who(scene), paper_id)
    more = await ladder_following.after(scene.desk, _who(scene), row, paper)
    if not more.may_answer:
        raise StalePress
    is_anew = is_anew and bool(view.answer)
    subject = f"ladder:{paper_id}:anew" if is_anew else f"ladder:{paper_id}"
    await standing.expect(scene.desk, scene.known.contact.id, ANSWER, subject)
    found: list[tuple[Button, ...]] = []
    if view.answer or more.photos:
        label = scene.words.label("ladder.hand_in")
        found.append((Button(label, data("ld", "ah", paper_id, view.version), style="primary"),))
    if view.answer and not is_anew:
        found.append((Button(scene.words.label("ladder.anew"), data("ld", "an", paper_id)),))
    text = scene.words("replies/ladder/ask_answer", view=view, photos=more.photos, is_anew=is_anew)
    return show(turn, text, (*found, (_back(scene, paper_id),)), card=not isinstance(turn.said, Press))


async def _ask(turn: Turn, scene: Scene, paper_id: int, asked: str) -> Reply:
    _, _, view = await ladder_reading.look(scene.desk, _who(scene), paper_id)
    await standing.expect(scene.desk, scene.known.contact.id, SAID, f"ladder:{paper_id}:{asked}")
    text = scene.words("replies/ladder/ask_said", view=view, asked=asked.rstrip("012"))
    return show(turn, text, ((_back(scene, paper_id),),))


async def _ask_term(turn: Turn, scene: Scene, paper_id: int) -> Reply:
    _, _, view = await ladder_reading.look(scene.desk, _who(scene), paper_id)
    found = [
        (Button(scene.words.label("ladder.days", days=days), data("ld", "q", paper_id, ASKED.index(f"ground{at}"))),)
        for at, days in enumerate(blacklisting.TERMS)
    ]
    return show(turn, scene.words("replies/ladder/ask_term", view=view), (*found, (_back(scene, paper_id),)))


async def _sure(turn: Turn, scene: Scene, paper_id: int, what: str, verb: str, *more: object) -> Reply:
    _, _, view = await ladder_reading.look(scene.desk, _who(scene), paper_id)
    yes = Button(scene.words.label(f"ladder.{what}_yes"), data("ld", verb, paper_id, *more), style="danger")
    return show(turn, scene.words("replies/ladder/sure", view=view, what=what), ((yes,), (_back(scene, paper_id),)))


async def _pictures(scene: Scene, paper_id: int) -> Reply:
    row, paper, view = await ladder_reading.look(scene.desk, _who(scene), paper_id)
    more = await ladder_following.after(scene.desk, _who(scene), row, paper)
    store, caption = scene.desk.office.photos, scene.words("replies/ladder/picture", view=view)
    return Reply(tuple(
        File(f"{view.hazard}-{at}.jpg", store.path(sha), caption, as_photo=True)
        for at, sha in enumerate(more.pictures, start=1)
    ))  # fmt: skip


def _back(scene: Scene, paper_id: int) -> Button:
    return Button(scene.words.label("ladder.back"), data("ld", "o", paper_id))


def _who(scene: Scene) -> Who:
    return Who(scene.known.contact, scene.known.posts, scene.known.official)
