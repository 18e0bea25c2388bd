"""埋雷 — mistakes that a hasty hand could make in the product, planted so that the oracles must find each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import wiring
from bot.intake import Intake
from bot.poller import Poller
from domain.contact import NotYours
from handlers import menu
from handlers.adapter.speaking import speak
from handlers.turn import Reply
from outreach import receiving
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Gateway
from outreach.desk import Desk
from outreach.inspections import inspecting
from outreach.photographing import Photographer
from outreach.storage.inspections import PhotoRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True)
class Bug:
    """plant: puts the mistake in; step: where it shows; caught_by: the oracles that may be the ones to find it."""

    plant: Callable[[Patch], None]
    step: str
    caught_by: frozenset[str]


BUGS: dict[str, Bug] = {}


class Keep(Protocol):
    """Puts a mistake on the list, by its own name or another."""

    def __call__(self, plant: Callable[[Patch], None], name: str = "") -> Callable[[Patch], None]: ...


def bug(step: str, *caught_by: str) -> Keep:
    def keep(plant: Callable[[Patch], None], name: str = "") -> Callable[[Patch], None]:
        BUGS[name or plant.__name__] = Bug(plant, step, frozenset(caught_by))
        return plant

    return keep


def bugs_of(*scenarios: str) -> dict[str, Bug]:
    """The mistakes that show in these stories."""
    return {name: bug for name, bug in BUGS.items() if bug.step.partition(":")[0] in scenarios}


@bug("answer:note", "effect_goes_with_id", "verdicts_as_pressed")
def the_id_is_committed_before_the_effect(patch: Patch) -> None:
    apply, first_time = Intake._apply, receiving.is_first_time
    was_first: dict[int, bool] = {}

    async def hasty(self: Intake, turn: Any, *rest: Any) -> Any:
        async with self._office.desk() as apart:
            was_first[turn.update_id] = await first_time(apart, turn.update_id)
        return await apply(self, turn, *rest)

    async def is_first_time(_: Desk, update_id: int, **__: object) -> bool:
        return was_first[update_id]

    patch.setattr(Intake, "_apply", hasty)
    patch.setattr(receiving, "is_first_time", is_first_time)


@bug("answer:note", "acknowledged_is_durable")
def the_offset_moves_before_the_commit(patch: Patch) -> None:
    take = Poller._take

    async def hasty(self: Poller, updates: list[Any]) -> bool:
        self._offset = updates[-1]["update_id"] + 1
        await self._ask()
        return await take(self, updates)

    patch.setattr(Poller, "_take", hasty)


@bug("answer:pass", "said_after_commit")
def the_reply_is_said_before_the_commit(patch: Patch) -> None:
    bots: list[Any] = []
    apply, answer = Intake._apply, menu.answer

    async def remembering(self: Intake, *rest: Any) -> Any:
        bots.append(self._bot)
        return await apply(self, *rest)

    async def hasty(turn: Any, scene: Any) -> Reply:
        reply = await answer(turn, scene)
        await speak(bots[-1], turn, reply, None)
        return reply

    patch.setattr(Intake, "_apply", remembering)
    patch.setattr(menu, "answer", hasty)


@bug("submission:submit", "said_after_commit", "sent_at_most_once", "claimed_before_sent")
def the_notice_is_sent_before_the_commit(patch: Patch) -> None:
    gateways: list[Gateway] = []
    tell = Desk.tell

    class Remembered(Gateway):
        def __init__(self, *rest: Any) -> None:
            super().__init__(*rest)
            gateways.append(self)

    async def hasty(self: Desk, contact: Any, notice: Any, *rest: Any, **more: Any) -> bool:
        told = await tell(self, contact, notice, *rest, **more)
        text = self.office.texts.words(contact.locale)(f"notices/{notice.kind}", **notice.facts)
        row = await self.session.get_one(ContactRecord, contact.id)
        await gateways[-1].send(row.chat_id or 0, text, "[]", None)
        sent = update(DeliveryRecord).where(DeliveryRecord.key == notice.key)
        await self.session.execute(sent.values(state="sent", settled_at=self.now))
        return told

    patch.setattr(wiring, "Gateway", Remembered)
    patch.setattr(Desk, "tell", hasty)


@bug("submission:submit", "one_submission", "nothing_is_quarantined", "journal_once")
def a_record_may_be_submitted_twice(patch: Patch) -> None:
    forget_nothing(patch)

    def must_be_open(held: Any, contact: Any) -> Any:
        if held is None or held.contact_id != contact.id:
            raise NotYours
        return held

    patch.setattr(inspecting, "must_be_open", must_be_open)


@bug("answer:note", "verdicts_as_pressed", "same_in_the_end")
def every_delivery_counts_as_the_first(patch: Patch) -> None:
    forget_nothing(patch)


def forget_nothing(patch: Patch) -> None:
    first_time = receiving.is_first_time

    async def is_first_time(desk: Desk, update_id: int, **_: object) -> bool:
        await first_time(desk, update_id)
        return True

    patch.setattr(receiving, "is_first_time", is_first_time)


@bug("answer:album", "effect_goes_with_id", "photos_as_sent")
def the_photo_row_is_added_after_the_commit(patch: Patch) -> None:
    late: list[PhotoRecord] = []
    apply, add = Intake._apply, AsyncSession.add

    def adding(self: AsyncSession, record: Any, *rest: Any) -> None:
        if isinstance(record, PhotoRecord) and record not in late:
            late.append(record)
        else:
            add(self, record, *rest)

    async def hasty(self: Intake, *rest: Any) -> Any:
        late.clear()
        done = await apply(self, *rest)
        async with self._office.desk() as desk:
            for record in late:
                desk.session.add(record)
        return done

    patch.setattr(AsyncSession, "add", adding)
    patch.setattr(Intake, "_apply", hasty)


@bug("answer:album", "photos_as_sent")
def the_photo_counts_as_stored_before_it_is(patch: Patch) -> None:
    async def hasty(self: Photographer, photo: Any) -> None:
        picture = await self._picture(photo)
        await self._keep(photo, picture)
        self._office.photos.save(picture)

    patch.setattr(Photographer, "_settle", hasty)


@bug("submission:submit", "notices_are_settled")
def a_notice_counts_as_sent_before_it_is(patch: Patch) -> None:
    async def hasty(self: Pump, run: list[Any]) -> bool:
        for claim in run:
            await self.claims.settle([(claim, Outcome(Kind.SENT))], self._clock())
            await self._send(claim)
        return True

    patch.setattr(Pump, "_send_in_order", hasty)


@bug("submission:submit", "sent_at_most_once")
def what_a_dead_process_held_is_sent_again(patch: Patch) -> None:
    async def hasty(self: Claims, now: Any, *, sole: bool = False) -> int:
        async with AsyncSession(self._engine) as session, session.begin():
            stale = update(DeliveryRecord).where(DeliveryRecord.state == "claimed")
            await session.execute(stale.values(state="queued", claimed_by=None, lease_until=None))
        return 0

    patch.setattr(Claims, "rescue", hasty)


@bug("answer:fail", "nobody_is_left_in_silence", "what_is_shown_is_current")
def what_came_before_is_not_answered_again(patch: Patch) -> None:
    async def silent(turn: Any, scene: Any) -> Reply:
        return Reply()

    patch.setattr(menu, "where_now", silent)
