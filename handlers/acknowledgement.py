"""已阅 — the button under a notice: pressed once, and the message says so from then on."""

from __future__ import annotations

from datetime import datetime

from handlers.turn import Button, Keys, Press, Reply, Rows, Scene, Turn
from handlers.turn import press as data
from outreach.broadcasts import acknowledging

# The notice of a preview or a test belongs to no broadcast.
TRIAL = 0


async def press(turn: Turn, scene: Scene) -> Reply:
    """`ak:<broadcast>` under the notice itself, `ak:<broadcast>:c` under a reminder of it."""
    assert isinstance(turn.said, Press)
    said, words = turn.said, scene.words
    id_ = said.number(1)
    if id_ == TRIAL:
        return Reply(toast=words.label("broadcast.only_a_preview"))
    itself = said.message_id if len(said.words) == 2 else None
    read = await acknowledging.acknowledge(scene.desk, scene.known.contact, id_, itself)
    if read.is_recalled:
        return Reply((Keys(),), toast=words.label("broadcast.was_recalled", number=read.number), alert=True)
    key = Button(_label(scene, read.at), data(*said.words))
    rows: Rows = ((key,),)
    return Reply((Keys(rows),), toast=words.label("broadcast.thanks" if read.is_first else "broadcast.read_before"))


def _label(scene: Scene, at: datetime) -> str:
    there = at.astimezone(scene.desk.office.zone)
    return scene.words.label("broadcast.acknowledged", m=there.month, d=there.day, H=there.hour, M=there.minute)
