"""督办文书 — the list → a paper → look at it, change words → propose, release after a confirmation → call it back."""

from __future__ import annotations

import asyncio
from datetime import datetime, time

from content.papers.letter import letter_pdf, letter_word
from domain.contact import StalePress
from domain.ladder import PaperState, Rung
from handlers import ladder_replies
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Document, File, Photo, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.hazards import blacklisting, ladder_following, ladder_papers, ladder_reading, ladder_releasing
from outreach.hazards.ladder_reading import PaperView
from outreach.hazards.ladder_releasing import PARTS
from outreach.hazards.viewing import Who

WORDS = "ladder.words"
HOURS = (time(9, 30), time(14, 30))


async def show_papers(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """What waits for a release, for an answer, or came to nothing."""
    words = scene.words
    found = await ladder_reading.papers(scene.desk, who(scene), page, ROWS_A_PAGE)
    rows = [
        (Button(short(words.label(
            "ladder.line", state=words.label(f"ladder.sign.{line.state}"), rung=words.label(f"ladder.rung.{line.rung}"),
            name=line.number or line.enterprise,
        )), data("ld", "o", line.id)),)
        for line in found.lines
    ]  # fmt: skip
    turning = pager(words, found.number, found.pages, "ld", "l")
    official, today = scene.known.official, scene.desk.today
    year = today.replace(month=1, day=1)
    counted = await blacklisting.counted(scene.desk, official, year, today) if official is not None else None
    text = words("replies/ladder/list", found=found, is_official=official is not None, counted=counted)
    return show(turn, text, (*rows, *((turning,) if turning else ()), (home_button(words),)))


async def press_ladder(turn: Turn, scene: Scene) -> Reply:
    """The buttons of a paper. Each deed asks again whether the paper concerns whoever presses, and where it stands."""
    assert isinstance(turn.said, Press)
    said, desk, me = turn.said, scene.desk, who(scene)
    if said.verb == "l":
        return await show_papers(turn, scene, said.number(2))
    paper_id = said.number(2)
    match said.verb:
        case "o":
            return await card(turn, scene, paper_id)
        case "w":
            return await _files(scene, paper_id)
        case "e":
            return await _choose_part(turn, scene, paper_id)
        case "t":
            return await _ask_words(turn, scene, paper_id, said.number(3), PARTS[said.number(4)])
        case "m":
            return await _ask_day(turn, scene, paper_id)
        case "d":
            # The moment itself: its place among the next days is another one tomorrow.
            held = {_stamp(at): at for at in _meetings(scene)}.get(said.words[4])
            if held is None:
                raise StalePress
            await ladder_releasing.set_meeting(desk, me, paper_id, said.number(3), held)
        case "p":
            await ladder_releasing.propose(desk, me, paper_id, said.number(3))
        case "r":
            return await _confirm(turn, scene, paper_id, said.number(3), "release")
        case "rr":
            await ladder_releasing.release(desk, me, paper_id, said.number(3))
        case "u":
            await ladder_releasing.recall(desk, me, paper_id, said.number(3))
        case "x":
            return await _confirm(turn, scene, paper_id, said.number(3), "drop")
        case "xx":
            await ladder_releasing.drop(desk, me, paper_id, said.number(3))
        case _:
            reply = await ladder_replies.press_reply(turn, scene, said)
            if reply is not None:
                return reply
    return await card(turn, scene, paper_id)


async def take_words(turn: Turn, scene: Scene) -> Reply:
    """Other words for a part of a paper."""
    _, paper_id, version, part = scene.subject.split(":")
    if not isinstance(turn.said, Text):
        return Reply((Say(scene.words("replies/ladder/words_only")),))
    await ladder_releasing.change(scene.desk, who(scene), int(paper_id), int(version), part, turn.said.text)
    return await card(turn, scene, int(paper_id))


async def take_said(turn: Turn, scene: Scene) -> Reply:
    """Words that were asked for about what came of a paper."""
    reply = await ladder_replies.take_said(turn, scene)
    return reply if reply is not None else await card(turn, scene, int(scene.subject.split(":")[1]))


async def card(turn: Turn, scene: Scene, paper_id: int) -> Reply:
    """One paper with what this person may do about it now."""
    if scene.meaning in (WORDS, ladder_replies.ANSWER, ladder_replies.SAID):
        await standing.expect(scene.desk, scene.known.contact.id, "")
    row, paper, view = await ladder_reading.look(scene.desk, who(scene), paper_id)
    more = await ladder_following.after(scene.desk, who(scene), row, paper)
    rows: list[tuple[Button, ...]] = []
    words = scene.words

    def button(key: str, verb: str, *more: object, style: str = "") -> Button:
        return Button(words.label(f"ladder.{key}"), data("ld", verb, view.id, *more), style=style)

    rows.append((button("look", "w"),))
    if view.is_official and view.state is PaperState.DRAFT:
        rows.append((button("change", "e"),))
        if view.rung is Rung.INTERVIEW:
            rows.append((button("meet", "m"),))
        if view.may_release:
            rows.append((button("release", "r", view.version, style="primary"),))
        elif view.needs_second and not view.proposed_by:
            rows.append((button("propose", "p", view.version, style="primary"),))
        rows.append((button("drop", "x", view.version),))
    if view.may_recall:
        rows.append((button("recall", "u", view.version, style="danger"),))
    rows += ladder_replies.rows(scene, view, more)
    hazard = Button(words.label("hazard.open"), data("hz", "o", view.hazard_id))
    rows.append((hazard, Button(words.label("ladder.list"), data("ld", "l", 0))))
    return show(turn, words("replies/ladder/card", view=view, more=more), (*rows, (home_button(words),)))


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """Where a paper stands, for an update that took effect before."""
    if isinstance(turn.said, Press):
        return await (show_papers(turn, scene) if turn.said.verb == "l" else card(turn, scene, turn.said.number(2)))
    paper_id = int(scene.subject.split(":")[1])
    if scene.meaning == ladder_replies.ANSWER:
        return await ladder_replies.ask_answer(turn, scene, paper_id)
    return await card(turn, scene, paper_id)


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    if isinstance(turn.said, Press):
        return turn.said.talk == "ld"
    mine = (WORDS, ladder_replies.ANSWER, ladder_replies.SAID)
    return scene.meaning in mine and isinstance(turn.said, Text | Photo | Document)


def who(scene: Scene) -> Who:
    """Whoever speaks, as the deeds of hazards know them."""
    return Who(scene.known.contact, scene.known.posts, scene.known.official)


async def _files(scene: Scene, paper_id: int) -> Reply:
    """The paper as it reads now, to look at and, in Word, to work on."""
    row, paper, view = await ladder_reading.look(scene.desk, who(scene), paper_id)
    letter = await ladder_papers.letter_of(scene.desk, row, paper)
    at = paper.released_at or scene.desk.now
    # About 100 ms each; in a thread, so that nobody else's answer waits for them.
    pdf = await asyncio.to_thread(letter_pdf, letter, at)
    names = [ladder_papers.file_name(scene.words, letter, kind) for kind in ("pdf", "docx")]
    back = ((Button(scene.words.label("ladder.back"), data("ld", "o", view.id)),),)
    files = [File(names[0], pdf, scene.words("replies/ladder/file", is_draft=not letter.number))]
    if view.is_official:
        word = await asyncio.to_thread(letter_word, letter, at)
        files.append(File(names[1], word, scene.words("replies/ladder/file_word", is_draft=not letter.number)))
    files[-1] = File(files[-1].name, files[-1].data, files[-1].caption, rows=back)
    return Reply(tuple(files))


async def _choose_part(turn: Turn, scene: Scene, paper_id: int) -> Reply:
    _, _, view = await ladder_reading.look(scene.desk, who(scene), paper_id)
    parts = [part for part in PARTS if part != "meet_place" or view.rung is Rung.INTERVIEW]
    rows = [
        (Button(scene.words.label(f"ladder.part_{p}"), data("ld", "t", view.id, view.version, PARTS.index(p))),)
        for p in parts
    ]
    text = scene.words("replies/ladder/choose_part", view=view)
    return show(turn, text, (*rows, _back(scene, view)))


async def _ask_words(turn: Turn, scene: Scene, paper_id: int, version: int, part: str) -> Reply:
    row, paper, view = await ladder_reading.look(scene.desk, who(scene), paper_id)
    if view.version != version or view.state is not PaperState.DRAFT or not view.is_official:
        raise StalePress
    await standing.expect(scene.desk, scene.known.contact.id, WORDS, f"ladder:{view.id}:{version}:{part}")
    now = await ladder_papers.part_now(scene.desk, row, paper, part)
    return show(turn, scene.words("replies/ladder/ask_words", view=view, part=part, now=now), (_back(scene, view),))


async def _ask_day(turn: Turn, scene: Scene, paper_id: int) -> Reply:
    _, _, view = await ladder_reading.look(scene.desk, who(scene), paper_id)
    words = scene.words
    buttons = []
    for moment in _meetings(scene):
        label = words.label("ladder.meeting", m=moment.month, d=moment.day, hour=moment.hour, minute=moment.minute)
        buttons.append(Button(label, data("ld", "d", view.id, view.version, _stamp(moment))))
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return show(turn, words("replies/ladder/ask_day", view=view), (*rows, _back(scene, view)))


def _meetings(scene: Scene) -> tuple[datetime, ...]:
    """When an interview may be held: mornings and afternoons of the next workdays."""
    almanac, within = scene.desk.office.almanac, scene.desk.catalogue.ladder.meet_within
    days = [almanac.workdays_after(scene.desk.today, count) for count in range(1, within + 1)]
    return tuple(almanac.at(day, hour) for day in days for hour in HOURS)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M}"


async def _confirm(turn: Turn, scene: Scene, paper_id: int, version: int, what: str) -> Reply:
    row, paper, view = await ladder_reading.look(scene.desk, who(scene), paper_id)
    if view.version != version or view.state is not PaperState.DRAFT or not view.is_official:
        raise StalePress
    if what == "release":
        await ladder_releasing.must_be_releasable(scene.desk, who(scene), row, paper)
        await ladder_papers.must_be_complete_but_for_its_signer(scene.desk, row, paper)
    verb = "rr" if what == "release" else "xx"
    yes = Button(scene.words.label(f"ladder.{what}_yes"), data("ld", verb, view.id, version), style="danger")
    text = scene.words("replies/ladder/confirm", view=view, what=what)
    return show(turn, text, ((yes,), _back(scene, view)))


def _back(scene: Scene, view: PaperView) -> tuple[Button, ...]:
    return (Button(scene.words.label("ladder.back"), data("ld", "o", view.id)),)
