"""我的记录 — /my → open walks and submitted records → one record → its PDF again."""

from __future__ import annotations

from domain.contact import NotEnrolled, StalePress
from domain.notice import Notice
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Scene, Turn, press
from outreach import inspecting, reading


async def show_mine(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """What is open first, then what was submitted, newest first."""
    caller, words = scene.known, scene.words
    if not caller.posts:
        raise NotEnrolled
    inspecting.must_be_walker(caller.posts)
    going = await reading.open_walks(scene.desk, caller.contact, caller.posts) if page == 0 else ()
    done = await reading.submitted(scene.desk, caller.posts, page, ROWS_A_PAGE)
    rows = [
        (Button(short(f"▶ {line.checklist_title} {line.answered}/{line.total}"), press("in", "go", line.id)),)
        for line in going
    ]
    rows += [
        (Button(short(f"{line.number} {line.checklist_title}"), press("my", "o", line.id)),) for line in done.lines
    ]
    text = words("replies/mine/list", going=going, done=done)
    turning = pager(words, page, done.pages, "my", "l")
    return show(turn, text, (*rows, *((turning,) if turning else ()), (home_button(words),)))


async def press_mine(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk."""
    assert isinstance(turn.said, Press)
    said, caller, words = turn.said, scene.known, scene.words
    if said.verb == "l":
        return await show_mine(turn, scene, max(said.number(2), 0))
    line = await reading.record_of(scene.desk, caller.posts, caller.official, said.number(2))
    if said.verb == "o":
        pdf = Button(words.label("mine.pdf"), press("my", "pdf", line.id), style="primary")
        back = Button(words.label("mine.back"), press("my", "l", 0))
        return show(turn, words("replies/mine/record", line=line), ((pdf,), (back, home_button(words))))
    if said.verb == "pdf":
        # A notice and not a reply: making the paper takes a moment and must survive a restart.
        await scene.desk.tell(
            caller.contact,
            Notice("inspection_again", {"number": line.number}, f"again:{line.id}:{turn.update_id}",
                   attachment=f"inspection:{line.id}"),
        )  # fmt: skip
        return Reply(toast=words.label("mine.pdf_coming"))
    raise StalePress
