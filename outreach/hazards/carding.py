"""隐患卡 — one card a person, with only the next steps that this person may take; which message shows it is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select, update

from content.texts import Words
from domain.checklist import Grade
from domain.contact import Contact
from domain.hazard import Actor, HazardState, Party
from domain.notice import NoticeButton
from domain.rectification import UNDO_FOR, Step, StepKey, can_be_had, steps_for
from outreach.desk import Desk
from outreach.hazards.measures import measures_of
from outreach.hazards.merging import joined
from outreach.hazards.portraying import HazardView, last_step, view_of
from outreach.hazards.resembling import alike
from outreach.hazards.sifting import PILE_OF
from outreach.hazards.viewing import Who, actor_for, actor_of, held, may_undo
from outreach.storage.hazards import HazardCardRecord, HazardRecord
from outreach.storage.straight import Straight

Rows = tuple[tuple[NoticeButton, ...], ...]
# Each in a row of its own, where a thumb finds it; what is needed less often stands two in a row below.
FOREMOST = frozenset({
    StepKey.VERIFY, StepKey.ORDER, StepKey.GRANT_TIME, StepKey.RECTIFY, StepKey.RECHECK, StepKey.CLOSE,
})  # fmt: skip
# After its minute the button that takes a step back is gone from the card.
UNDO_GONE_FOR = UNDO_FOR + timedelta(seconds=1)
_SHOWN = Straight(
    select(HazardCardRecord.message_id, HazardCardRecord.left_message_id).where(
        HazardCardRecord.hazard_id == bindparam("hazard_id"), HazardCardRecord.contact_id == bindparam("contact_id")
    )
)
_CALL = Straight(
    update(cast(Table, HazardCardRecord.__table__))
    .where(HazardCardRecord.hazard_id == bindparam("hazard"), HazardCardRecord.contact_id != bindparam("but"))
    .values(next_look_at=bindparam("now"), shown=0)
)


async def card(desk: Desk, words: Words, row: HazardRecord, actor: Actor) -> tuple[str, Rows]:
    """The words and buttons of a hazard's card, for one person."""
    view = await view_of(desk, row)
    steps = tuple(step for step in steps_for(view.hazard, actor) if can_be_had(step, view.hazard))
    led = await desk.session.get(HazardRecord, row.merged_into) if row.state == HazardState.MERGED else None
    used = await alike(desk, row) if Party.OFFICIAL in actor.parties and view.state.is_open else ()
    measures = await measures_of(desk, row.id, in_force=True)
    text = words(
        "replies/hazard/card", view=view, today=desk.today, is_official=Party.OFFICIAL in actor.parties,
        is_fixer=Party.FIXER in actor.parties, steps=[step.key.value for step in steps],
        led=led.number if led is not None else "", joined=await joined(desk, row), alike=used,
        measures=measures,
    )  # fmt: skip
    rows = _rows(desk, view, steps, actor)
    if Party.OFFICIAL in actor.parties and (measures or view.grade is Grade.MAJOR):
        rows = (*rows[:-1], (NoticeButton("measure.open", f"me:l:{row.id}"),), *rows[-1:])
    if led is not None and Party.OFFICIAL in actor.parties:
        rows = ((NoticeButton("hazard.led", f"hz:o:{led.id}", (("number", led.number),)),), *rows)
    return text, rows


def _rows(desk: Desk, view: HazardView, steps: tuple[Step, ...], actor: Actor) -> Rows:
    rows: list[tuple[NoticeButton, ...]] = [(_button(view, step),) for step in steps if _is_foremost(view, step)]
    fewer = [_button(view, step) for step in steps if not _is_foremost(view, step)]
    rows += [tuple(fewer[at : at + 2]) for at in range(0, len(fewer), 2)]
    if actor.contact_id is not None and may_undo(desk, view.last, actor.contact_id):
        rows.append((NoticeButton("hazard.undo", f"hz:u:{view.id}:{view.version}"),))
    onward = _onward(view, actor) if Party.OFFICIAL in actor.parties else ()
    if view.before or view.after:
        count = len(view.before) + len(view.after)
        rows.append((NoticeButton("hazard.photos", f"hz:ph:{view.id}", (("count", count),)),))
    leave = (NoticeButton("hazard.history", f"hz:h:{view.id}"), NoticeButton("menu.home", "home"))
    return (*rows, *onward, leave)


def _onward(view: HazardView, actor: Actor) -> Rows:
    """The way to the queue, and after a step of one's own to the next hazard that waits for the same one."""
    buttons = [NoticeButton("queue.home", "hq:h")]
    former = json.loads(view.last.before).get("state") if view.last.step != StepKey.UNDO else None
    if view.last.contact_id == actor.contact_id and former in PILE_OF:
        pile = PILE_OF[HazardState(former)]
        buttons.append(NoticeButton(f"queue.next_of.{pile}", f"hq:n:{pile}--:0:{view.id}"))
    return (tuple(buttons),)


def _is_foremost(view: HazardView, step: Step) -> bool:
    # Nothing goes on before it is known whose it is; afterwards it is seldom somebody else's.
    return step.key in FOREMOST or (step.key is StepKey.UNIT and not view.hazard.has_unit)


def _button(view: HazardView, step: Step) -> NoticeButton:
    key = step.key.value
    if step.key is StepKey.RECTIFY and not view.hazard.photos:
        key = "rectify_photo"
    elif step.key is StepKey.UNIT and view.hazard.has_unit:
        key = "unit_again"
    elif step.key is StepKey.RECHECK and view.grade is Grade.GENERAL:
        key = "recheck_close"
    return NoticeButton(f"hazard.step_{key}", f"hz:s:{view.id}:{view.version}:{step.key.value}")


async def place_card(desk: Desk, row: HazardRecord, contact_id: int, message_id: int) -> None:
    """From now on that message shows the card to that contact; an older one becomes a pointer to it."""
    key: dict[str, object] = {"hazard_id": row.id, "contact_id": contact_id}
    (found,) = await desk.ask((_SHOWN, key))
    shown, left = found[0] if found else (None, None)
    if shown not in (None, message_id):
        left = shown
    look_at = None
    if left is not None:
        look_at, desk.has_cards = desk.now, True
    elif may_undo(desk, await last_step(desk, row), contact_id):
        look_at = desk.now + UNDO_GONE_FOR
    held = {"message_id": message_id, "delivery_key": None, "left_message_id": left, "next_look_at": look_at}
    await desk.put(HazardCardRecord, key, {"shown": row.version, **held})


async def hand_card(desk: Desk, row: HazardRecord, contact_id: int, delivery_key: str) -> None:
    """A notice on its way carries the card to that contact; which message it becomes is known once it is sent."""
    held: dict[str, object] = {"delivery_key": delivery_key, "next_look_at": desk.now, "shown": row.version}
    await desk.put(HazardCardRecord, {"hazard_id": row.id, "contact_id": contact_id}, held)


async def call_for_cards(desk: Desk, hazard_id: int, but: int | None) -> None:
    """Every card of a hazard is to be shown anew, but for that contact's, who sees it in the answer to their press."""
    # Nobody is number 0.
    await desk.write((_CALL, {"hazard": hazard_id, "but": but or 0, "now": desk.now}))
    desk.has_cards = True


async def show_card(desk: Desk, words: Words, who: Who, hazard_id: int, message_id: int | None) -> tuple[str, Rows]:
    """The card for somebody who asks for it; `message_id` is the message that shows it from now on, if known.

    Raises NotYours.
    """
    row = await held(desk, hazard_id)
    actor = await actor_for(desk, row, who)
    if message_id is not None:
        await place_card(desk, row, who.contact.id, message_id)
    return await card(desk, words, row, actor)


async def card_for(desk: Desk, row: HazardRecord, contact: Contact) -> tuple[str, Rows] | None:
    """The card as a contact sees it who does not speak just now; None for who may not see it any more."""
    actor = await actor_of(desk, row, contact)
    return None if actor is None else await card(desk, desk.office.texts.words(contact.locale), row, actor)
