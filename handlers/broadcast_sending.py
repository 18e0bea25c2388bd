"""通知发布 — preview as it arrives → count and list → confirmed, if need be by a second official typing the count."""

from __future__ import annotations

import asyncio

from content.workbooks import ListSheet, write_lists
from domain.broadcast import NAMES_IN_CHAT, CountMistyped, must_have_second, read_count
from domain.phone import spoken_phone
from handlers.broadcast_draft import facts_of
from handlers.broadcast_status import card_rows
from handlers.screen import back_rows, home_button, show
from handlers.turn import Album, Button, File, Press, Reply, Rows, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.broadcasts import broadcasting, bulletins, composing, parting, tallying
from outreach.broadcasts.audiences import Reach

COUNT = "broadcast.count"
_VACANT_SHOWN = 10


def messages(scene: Scene, broadcast: bulletins.Broadcast) -> tuple[Say | File | Album, ...]:
    """The notice exactly as its recipients get it; its button says that this one is a preview."""
    key: Rows = ((Button(scene.words.label("broadcast.acknowledge"), data("ak", 0)),),)
    parts = parting.parts_of(scene.desk, broadcast, scene.words.locale)
    said: list[Say | File | Album] = []
    for at, part in enumerate(parts, 1):
        rows = key if at == len(parts) else ()
        if part.kind == "album":
            said.append(Album(part.files, part.text))
        elif part.kind:
            name, is_photo = broadcast.media_name or "photo", part.kind == "photo"
            said.append(File(name, part.files[0], part.text, as_photo=is_photo, rows=rows))
        else:
            said.append(Say(part.text, rows))
    return tuple(said)


async def preview(turn: Turn, scene: Scene, id_: int) -> Reply:
    """The message, the list of those who get it, and the question whether to send it."""
    desk, words = scene.desk, scene.words
    draft, reach = await composing.ready(desk, scene.known.contact, scene.as_official(), id_)
    if must_have_second(reach.count, draft.is_urgent):
        go = Button(words.label("broadcast.submit"), data("bc", "ask", id_), style="primary")
    else:
        label = words.label("broadcast.confirm", count=reach.count)
        go = Button(label, data("bc", "ok", id_, reach.count, draft.fingerprint), style="primary")
    trial = Button(words.label("broadcast.trial"), data("bc", "t", id_, int(desk.now.timestamp())))
    change = Button(words.label("broadcast.change"), data("bc", "d", id_))
    return Reply((
        *messages(scene, draft),
        *await _list_file(scene, draft, reach),
        Say(await _question(scene, draft, reach, is_second=False), ((go,), (trial, change), (home_button(words),))),
    ))  # fmt: skip


async def _question(scene: Scene, draft: bulletins.Broadcast, reach: Reach, *, is_second: bool) -> str:
    facts = await facts_of(scene, draft)
    names = [(one.contact.name, one.enterprise_name, one.role) for one in reach.recipients]
    return scene.words(
        "replies/broadcast/confirm",
        **facts,
        names=names if len(names) <= NAMES_IN_CHAT else [],
        vacant=[name for _, name in reach.vacancies[:_VACANT_SHOWN]],
        is_second=is_second,
    )


async def _list_file(scene: Scene, draft: bulletins.Broadcast, reach: Reach) -> tuple[File, ...]:
    """The list as a workbook when it is too long for a message."""
    if reach.count <= NAMES_IN_CHAT:
        return ()
    label = scene.words.label
    rows = [
        (one.contact.name, spoken_phone(one.contact.phone or ""), one.enterprise_name, label(f"role.{one.role}"))
        for one in reach.recipients
    ]
    heads = [label(f"broadcast.column.{column}") for column in ("name", "phone", "enterprise", "role")]
    sheets = [ListSheet(label("broadcast.sheet.audience"), heads, (12, 18, 36, 14), rows)]
    if reach.vacancies:
        vacant = [(name,) for _, name in reach.vacancies]
        sheets.append(ListSheet(label("broadcast.sheet.vacant"), heads[2:3], (36,), vacant))
    made = await asyncio.to_thread(write_lists, sheets)
    await tallying.note_export(scene.desk, scene.known.contact, draft, reach.count)
    caption = scene.words("replies/broadcast/list_file", number=draft.number, count=reach.count)
    return (File(f"{draft.number}.xlsx", made, caption),)


async def trial(turn: Turn, scene: Scene, id_: int, asked: int) -> Reply:
    """Send it to oneself first, through the same pipe as to everybody else."""
    draft, _ = await composing.ready(scene.desk, scene.known.contact, scene.as_official(), id_)
    await composing.try_out(scene.desk, scene.known.contact, draft, asked)
    return Reply(toast=scene.words.label("broadcast.trial_sent"))


async def approve(turn: Turn, scene: Scene, said: Press) -> Reply:
    """The author lets it go. The confirmation becomes the card that shows the progress."""
    card = (turn.person.chat_id, said.message_id)
    sent = await broadcasting.approve(
        scene.desk, scene.known.contact, scene.as_official(), said.number(2), said.number(3), card, seen=said.words[4]
    )
    figures = await tallying.tally(scene.desk, sent.id)
    text, rows = tallying.card(scene.desk, scene.words, sent, figures)
    return show(turn, text, card_rows(scene, rows), toast=scene.words.label("broadcast.approved"))


async def submit(turn: Turn, scene: Scene, said: Press) -> Reply:
    """Ask a second official; the question becomes the card that will show the progress."""
    card = (turn.person.chat_id, said.message_id)
    asked = await broadcasting.submit(scene.desk, scene.known.contact, scene.as_official(), said.number(2), card)
    rows: Rows = ((Button(scene.words.label("broadcast.withdraw"), data("bc", "back", asked.id)),),)
    return show(turn, scene.words("replies/broadcast/submitted", broadcast=asked), rows)


async def waiting(turn: Turn, scene: Scene, id_: int) -> Reply:
    """The author looks at what still waits for the second official."""
    asked = await broadcasting.awaiting(scene.desk, scene.known.contact, scene.as_official(), id_)
    rows: Rows = ((Button(scene.words.label("broadcast.withdraw"), data("bc", "back", id_)), home_button(scene.words)),)
    return show(turn, scene.words("replies/broadcast/submitted", broadcast=asked), rows)


async def review(turn: Turn, scene: Scene, id_: int) -> Reply:
    """The second official sees the message and the list, and is asked to type the count."""
    desk, words, contact = scene.desk, scene.words, scene.known.contact
    asked, reach = await broadcasting.review(desk, contact, scene.as_official(), id_)
    await standing.expect(desk, contact.id, COUNT, f"broadcast:{id_}:{asked.fingerprint}")
    rows: Rows = ((Button(words.label("broadcast.give_back"), data("bc", "back", id_)), home_button(words)),)
    return Reply((
        *messages(scene, asked),
        *await _list_file(scene, asked, reach),
        Say(await _question(scene, asked, reach, is_second=True), rows),
    ))  # fmt: skip


async def take_count(turn: Turn, scene: Scene) -> Reply:
    """The count, typed: the second official agrees. Anything else is asked again."""
    typed = turn.said.text if isinstance(turn.said, Text) else ""
    _, number, seen = (*scene.subject.split(":"), "")[:3]
    id_, count = int(number), read_count(typed)
    if count is None:
        raise CountMistyped(count=0)
    desk, contact = scene.desk, scene.known.contact
    sent = await broadcasting.approve(desk, contact, scene.as_official(), id_, count, seen=seen)
    await standing.expect(desk, contact.id, "")
    look = Button(scene.words.label("broadcast.look"), data("bc", "v", id_))
    text = scene.words("replies/broadcast/seconded", broadcast=sent)
    return Reply((Say(text, ((look, home_button(scene.words)),)),))


async def give_back(turn: Turn, scene: Scene, id_: int) -> Reply:
    """The second official does not agree, or the author changes their mind: a draft again."""
    returned = await broadcasting.give_back(scene.desk, scene.known.contact, scene.as_official(), id_)
    is_own = returned.author_id == scene.known.contact.id
    await standing.expect(scene.desk, scene.known.contact.id, "")
    rows: Rows = back_rows(scene.words)
    if is_own:
        rows = ((Button(scene.words.label("broadcast.draft"), data("bc", "d", id_)), home_button(scene.words)),)
    return show(turn, scene.words("replies/broadcast/given_back", broadcast=returned, is_own=is_own), rows)
