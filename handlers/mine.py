"""我的记录 — /my → what is open (its next step, whose it is) and what was submitted → one of them → its PDF again."""

from __future__ import annotations

from domain.contact import NotEnrolled, StalePress
from domain.notice import Notice
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Press, Reply, Scene, Turn, press
from outreach import open_matters, reading
from outreach.hazards import listing
from outreach.inspections import inspecting


async def show_mine(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """What is open first, with whose step it is; then, for whoever inspects, what was submitted, newest first."""
    caller, words, desk = scene.known, scene.words, scene.desk
    walks = any(post.role in inspecting.WALKERS for post in caller.posts)
    if not caller.posts and caller.official is None:
        raise NotEnrolled
    going = await reading.open_walks(desk, caller.contact, caller.posts) if page == 0 else ()
    waiting = await open_matters.open_matters(desk, caller.contact, caller.posts) if page == 0 else None
    done = await reading.submitted(desk, caller.posts, page, ROWS_A_PAGE)
    rows = [
        (Button(short(f"▶ {line.checklist_title} {line.answered}/{line.total}"), press("in", "go", line.id)),)
        for line in going
    ]
    begun = {(line.enterprise_name, line.checklist_title) for line in going}
    rows += [
        (Button(short(words.label(one.item.button.label, **dict(one.item.button.facts))), one.item.button.press),)
        for one in (waiting.lines if waiting else ())
        if one.item.button is not None and (one.item.enterprise, one.item.title) not in begun
    ]
    if page == 0 and (count := await listing.count_own(desk, caller.posts)):
        rows.append((Button(words.label("mine.hazards", count=count), press("hz", "l", 0)),))
    rows += [
        (Button(short(f"{line.number} {line.checklist_title}"), press("my", "o", line.id)),) for line in done.lines
    ]
    text = words("replies/mine/list", going=going, waiting=waiting, done=done, walks=walks)
    turning = pager(words, page, done.pages, "my", "l")
    # What the law asks again and again has a list of its own.
    year = ((Button(words.label("yearly.open"), press("yr", "l", 0)),),) if walks else ()
    return show(turn, text, (*rows, *((turning,) if turning else ()), *year, (home_button(words),)))


async def _finding(turn: Turn, scene: Scene, finding_id: int) -> Reply:
    """What is wrong, how it is put right, and the inspection that shows it."""
    words = scene.words
    view = await open_matters.finding_of(scene.desk, scene.known.posts, finding_id)
    rows: list[tuple[Button, ...]] = []
    if view.hazard_id is not None:
        rows.append((Button(words.label("mine.prove"), press("hz", "o", view.hazard_id), style="primary"),))
    if view.checklist_id and not view.is_put_right:
        again = press("in", "c", view.enterprise_id, view.checklist_id)
        rows.append((Button(words.label("mine.check_again"), again),))
    rows.append((Button(words.label("mine.back"), press("my", "l", 0)), home_button(words)))
    return show(turn, words("replies/mine/finding", view=view, line=view.line), tuple(rows))


async def press_mine(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk."""
    assert isinstance(turn.said, Press)
    said, caller, words = turn.said, scene.known, scene.words
    if said.verb == "l":
        return await show_mine(turn, scene, max(said.number(2), 0))
    if said.verb == "f":
        return await _finding(turn, scene, said.number(2))
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
