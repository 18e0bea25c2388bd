"""通知 — officials tell many at once: /notice → 写通知 → 发给谁 → 预览 → 确认 → 已阅 x/y → 提醒 → 撤回."""

from __future__ import annotations

from domain.authority import Duty
from domain.broadcast import BroadcastState
from domain.contact import StalePress
from handlers import broadcast_draft as draft
from handlers import broadcast_sending as sending
from handlers import broadcast_status as status
from handlers import broadcast_timing as timing
from handlers.inspection_cards import short
from handlers.screen import ROWS_A_PAGE, below, home_button, pager, show
from handlers.turn import Button, Document, Photo, Press, Reply, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.broadcasts import composing, tallying
from outreach.broadcasts.tallying import BroadcastLine

take_body = draft.take_body
take_more = draft.take_more
take_moment = timing.take_moment
take_count = sending.take_count
# After these a free message is waited for; every other button of this talk ends the waiting.
_ASKING = frozenset({"new", "body", "typ", "w", "ok", "who", "wp", "xl", "t"})
# The buttons of the card that shows the progress, and those under a draft.
_ON_A_CARD = frozenset({"ok", "v", "who", "xl", "ch", "rc"})
_ON_A_DRAFT = frozenset({"d", "to", "c", "s", "wh", "at", "dy", "ds", "ur", "p", "t"})


async def show_list(turn: Turn, scene: Scene, page: int = 0) -> Reply:
    """`/notice`: the official's drafts and the notices of their jurisdiction."""
    words = scene.words
    lines = await tallying.overview(scene.desk, scene.known.contact, scene.as_official())
    pages = max(1, -(-len(lines) // ROWS_A_PAGE))
    rows: list[tuple[Button, ...]] = []
    if scene.as_official().may(Duty.NOTICE):
        rows.append((Button(words.label("broadcast.new"), data("bc", "new"), style="primary"),))
    rows += [(_line(scene, line),) for line in lines[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE]]
    if turning := pager(words, page, pages, "bc", "l"):
        rows.append(turning)
    text = words("replies/broadcast/list", total=len(lines), page=page, pages=pages)
    return show(turn, text, (*rows, (home_button(words),)))


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether something that took effect before belonged to this talk: a press, or words written for a draft."""
    if scene.known.official is None:
        return False
    if isinstance(turn.said, Press):
        return turn.said.talk == "bc"
    return isinstance(turn.said, Text | Photo | Document) and scene.subject.startswith("broadcast:")


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """For what took effect before: where its notice stands now, else the list.

    A card that lives is shown again in its place; anything else there would leave the progress without a card.
    """
    said = turn.said
    if not isinstance(said, Press):
        return await _opened(turn, scene, int(scene.subject.split(":")[1]))
    if len(said.words) > 2 and said.verb in _ON_A_CARD:
        return await status.status(turn, scene, said)
    if len(said.words) > 2 and said.verb == "ry":
        return await status.recalled(turn, scene, said.number(2))
    if len(said.words) > 2 and said.verb in _ON_A_DRAFT:
        opened = await _opened(turn, scene, said.number(2))
        # What these ask for comes as messages of its own; the draft in its place would look as if nothing happened.
        return below(opened) if said.verb in ("p", "t") else opened
    return await show_list(turn, scene)


def _line(scene: Scene, line: BroadcastLine) -> Button:
    shown, figures = line.broadcast, line.tally
    opening = (shown.text.strip().split("\n")[0] or shown.media_name)[:20]
    label = scene.words.label(
        f"broadcast.line.{shown.state}", number=shown.number, opening=opening, read=figures.read, total=figures.total
    )
    verb = {BroadcastState.DRAFT: "d", BroadcastState.AWAITING: "a" if line.is_own else "w"}.get(shown.state, "v")
    return Button(short(label), data("bc", verb, shown.id))


async def press(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk; each deed asks again whether the broadcast is the presser's to touch."""
    assert isinstance(turn.said, Press)
    said, verb = turn.said, turn.said.verb
    scene.as_official()
    if scene.subject.startswith("broadcast:") and verb not in _ASKING:
        await standing.expect(scene.desk, scene.known.contact.id, "")
    if verb == "l":
        return await show_list(turn, scene, said.number(2))
    if verb == "new":
        return await draft.begin(turn, scene)
    id_ = said.number(2)
    match verb:
        case "d":
            return await _opened(turn, scene, id_)
        case "body":
            return await draft.ask_body(turn, scene, id_)
        case "to":
            return await draft.audience(turn, scene, id_)
        case "c":
            return await draft.choose(turn, scene, id_, said.words[3], said.number(4))
        case "s":
            return await draft.choose_value(turn, scene, id_, said.words[3], said.words[4])
        case "wh":
            return await timing.moments(turn, scene, id_)
        case "at":
            return await timing.choose_moment(turn, scene, id_, said.words[3])
        case "typ":
            return await timing.ask_moment(turn, scene, id_)
        case "dy":
            return await draft.days(turn, scene, id_)
        case "ds" | "ur":
            return await draft.change(turn, scene, said)
        case "no":
            return await draft.throw_away(turn, scene, id_)
        case "p":
            return await sending.preview(turn, scene, id_)
        case "t":
            return await sending.trial(turn, scene, id_, said.number(3))
        case "ok":
            return await sending.approve(turn, scene, said)
        case "ask":
            return await sending.submit(turn, scene, said)
        case "a":
            return await sending.waiting(turn, scene, id_)
        case "w":
            return await sending.review(turn, scene, id_)
        case "back":
            return await sending.give_back(turn, scene, id_)
    return await _follow(turn, scene, said, id_)


async def _follow(turn: Turn, scene: Scene, said: Press, id_: int) -> Reply:
    match said.verb:
        case "v":
            return await status.status(turn, scene, said)
        case "who" | "wp":
            return await status.people(turn, scene, said)
        case "xl":
            return await status.export(turn, scene, id_)
        case "ch":
            return await status.chase(turn, scene, said)
        case "rc":
            return await status.ask_recall(turn, scene, id_)
        case "ry":
            return await status.recall(turn, scene, id_)
        case "rn":
            return await status.keep(turn, scene)
    raise StalePress


async def _opened(turn: Turn, scene: Scene, id_: int) -> Reply:
    """The draft, or the question for its words while it has none."""
    opened = await composing.open_draft(scene.desk, scene.known.contact, scene.as_official(), id_)
    if opened.has_content:
        return await draft.card(turn, scene, opened)
    return await draft.ask_body(turn, scene, id_)
