"""通知进度 — how far it has come: the live card → who has read it, who has not, who was not reached → 提醒 → 撤回."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from content.workbooks import ListSheet, write_lists
from domain.authority import Duty
from domain.notice import NoticeButton
from domain.phone import spoken_phone
from handlers.screen import home_button, pager, show
from handlers.turn import Button, File, Press, Reply, Rows, Say, Scene, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.broadcasts import acknowledging, broadcasting, tallying
from outreach.broadcasts.elsewhere import Elsewhere, unreached_elsewhere

LINES_A_PAGE = 15
_COLUMNS = (
    ("name", 12), ("phone", 18), ("enterprise", 36), ("role", 14), ("part", 12), ("reason", 26), ("sent_at", 20),
    ("read_at", 20), ("forwarded", 24),
)  # fmt: skip


def card_rows(scene: Scene, rows: Sequence[Sequence[NoticeButton]]) -> Rows:
    """The card's buttons as a reply has them."""
    return tuple(tuple(Button(scene.words.label(one.label), one.press) for one in row) for row in rows)


async def status(turn: Turn, scene: Scene, said: Press) -> Reply:
    """The card; the author's newest one is the one that lives."""
    official = scene.as_official()
    shown, figures = await tallying.status(scene.desk, official, said.number(2))
    await broadcasting.place_card(scene.desk, scene.known.contact, shown.id, (turn.person.chat_id, said.message_id))
    if scene.card == said.message_id:
        # It is the card of this notice from now on, and no other conversation may take it away.
        await standing.let_go_of_card(scene.desk, scene.known.contact.id)
    text, rows = tallying.card(scene.desk, scene.words, shown, figures, may_act=official.may(Duty.NOTICE))
    return show(turn, text, card_rows(scene, rows))


async def people(turn: Turn, scene: Scene, said: Press) -> Reply:
    """One part of the recipients by name; in a message of its own, because the card stays where it is."""
    words, id_, page = scene.words, said.number(2), said.number(4)
    part = tallying.Part(said.words[3])
    official = scene.as_official()
    shown, figures = await tallying.status(scene.desk, official, id_)
    lines = [line for line in await tallying.recipients(scene.desk, official, id_) if line.part is part]
    vacant = await tallying.vacancies(scene.desk, shown) if part is tallying.Part.UNREACHED else ()
    others: tuple[Elsewhere, ...] = ()
    if part is tallying.Part.UNREACHED:
        others = await unreached_elsewhere(scene.desk, id_, shown.audience)
    pages = max(1, -(-len(lines) // LINES_A_PAGE))
    text = words(
        "replies/broadcast/people",
        broadcast=shown,
        tally=figures,
        part=part.value,
        lines=[
            {"line": line, "phone": spoken_phone(line.phone) if line.phone else ""}
            for line in lines[page * LINES_A_PAGE : (page + 1) * LINES_A_PAGE]
        ],
        page=page,
        pages=pages,
        total=len(lines),
        vacant=vacant[:LINES_A_PAGE] if page == 0 else (),
        vacant_total=len(vacant),
        others=others[:LINES_A_PAGE] if page == 0 else (),
        others_total=len(others),
    )
    turning = pager(words, page, pages, "bc", "wp", id_, part.value)
    export = Button(words.label("broadcast.export"), data("bc", "xl", id_))
    rows: Rows = (*((turning,) if turning else ()), (export, home_button(words)))
    return Reply((Say(text, rows, edit=said.verb == "wp"),))


async def export(turn: Turn, scene: Scene, id_: int) -> Reply:
    """Everybody with what became of their message, as a workbook, and the enterprises with nobody to tell."""
    official, label = scene.as_official(), scene.words.label
    shown, figures = await tallying.status(scene.desk, official, id_)
    lines = await tallying.recipients(scene.desk, official, id_)
    rows = [
        (
            line.name, spoken_phone(line.phone) if line.phone else "", line.enterprise, label(f"role.{line.role}"),
            label(f"broadcast.outcome.{line.part}"),
            label(f"broadcast.reason.{line.reason}") if line.reason else "",
            _moment(scene, line.sent_at), _moment(scene, line.acknowledged_at),
            label(f"broadcast.forwarded.{line.forwarded}") if line.forwarded else "",
        )
        for line in lines
    ]  # fmt: skip
    heads = [label(f"broadcast.column.{column}") for column, _ in _COLUMNS]
    sheets = [ListSheet(label("broadcast.sheet.recipients"), heads, [width for _, width in _COLUMNS], rows)]
    if vacant := await tallying.vacancies(scene.desk, shown):
        title, head = label("broadcast.sheet.vacant"), label("broadcast.column.enterprise")
        sheets.append(ListSheet(title, (head,), (36,), [(name,) for name in vacant]))
    if others := await unreached_elsewhere(scene.desk, id_, shown.audience):
        heads = [label(f"broadcast.column.{column}") for column in ("enterprise", "name", "forwarded")]
        found = [
            (one.enterprise, " ".join(one.people),
             label(f"broadcast.forwarded.{one.forwarded}") if one.forwarded else "")
            for one in others
        ]  # fmt: skip
        sheets.append(ListSheet(label("broadcast.sheet.elsewhere"), heads, (36, 24, 24), found))
    made = await asyncio.to_thread(write_lists, sheets)
    await tallying.note_export(scene.desk, scene.known.contact, shown, len(lines))
    caption = scene.words("replies/broadcast/status_file", broadcast=shown, tally=figures, at=scene.desk.now)
    return Reply((File(f"{shown.number}.xlsx", made, caption),))


def _moment(scene: Scene, at: datetime | None) -> str:
    return at.astimezone(scene.desk.office.zone).strftime("%Y-%m-%d %H:%M") if at else ""


async def chase(turn: Turn, scene: Scene, said: Press) -> Reply:
    """Remind those who have not pressed 已阅."""
    id_ = said.number(2)
    count = await acknowledging.chase(scene.desk, scene.known.contact, scene.as_official(), id_, said.number(3))
    return Reply((Say(scene.words("replies/broadcast/chased", count=count)),))


async def ask_recall(turn: Turn, scene: Scene, id_: int) -> Reply:
    """What taking it back does, before it is done."""
    words = scene.words
    shown, figures = await tallying.status(scene.desk, scene.as_official(), id_)
    yes = Button(words.label("broadcast.recall_yes"), data("bc", "ry", id_), style="danger")
    no = Button(words.label("broadcast.recall_no"), data("bc", "rn", id_))
    return Reply((Say(words("replies/broadcast/ask_recall", broadcast=shown, tally=figures), ((yes,), (no,))),))


async def recall(turn: Turn, scene: Scene, id_: int) -> Reply:
    """Take it back."""
    await broadcasting.recall(scene.desk, scene.known.contact, scene.as_official(), id_)
    return await recalled(turn, scene, id_)


async def recalled(turn: Turn, scene: Scene, id_: int) -> Reply:
    """That it was taken back; the card shows how far the messages are."""
    gone, _ = await tallying.status(scene.desk, scene.as_official(), id_)
    return show(turn, scene.words("replies/broadcast/recalled", broadcast=gone), ((home_button(scene.words),),))


async def keep(turn: Turn, scene: Scene) -> Reply:
    """Not taken back after all."""
    return show(turn, scene.words("replies/broadcast/kept"), ((home_button(scene.words),),))
