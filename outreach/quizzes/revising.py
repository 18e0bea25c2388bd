"""记忆 — what a person answered before, and when a question they got wrong returns (spaced repetition, FSRS)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any, cast

from fsrs import Card, Rating, Scheduler
from sqlalchemy import select

from domain.quiz import Memory
from outreach.desk import Desk
from outreach.storage.people import ContactRecord
from outreach.storage.quizzes import MemoryRecord

# A wrong answer returns in the next set; answered rightly then, after some days, then after ever more of them.
# Without fuzz, so that the same answers always lead to the same days.
AT_ONCE = (timedelta(0),)
SCHEDULER = Scheduler(learning_steps=AT_ONCE, relearning_steps=AT_ONCE, maximum_interval=365, enable_fuzzing=False)


async def hold(desk: Desk, contact_id: int) -> None:
    """Let no other transaction quiz this person meanwhile: two devices, or two processes on PostgreSQL."""
    await desk.session.execute(select(ContactRecord.id).where(ContactRecord.id == contact_id).with_for_update())


async def memories_of(desk: Desk, contact_id: int) -> Mapping[str, Memory]:
    """Everything this person has answered, by question."""
    found = await desk.session.scalars(select(MemoryRecord).where(MemoryRecord.contact_id == contact_id))
    return {row.question_id: Memory(row.answered_at, row.was_right, row.due_at) for row in found}


async def remember(desk: Desk, contact_id: int, question_id: str, is_right: bool) -> None:
    """One more answer. Only what was wrong at least once is repeated; the caller holds the contact."""
    row = (
        await desk.session.scalars(
            select(MemoryRecord).where(MemoryRecord.contact_id == contact_id, MemoryRecord.question_id == question_id)
        )
    ).first()
    if row is None:
        row = MemoryRecord(contact_id=contact_id, question_id=question_id, times_right=0, times_wrong=0)
        desk.session.add(row)
    row.answered_at, row.was_right = desk.now, is_right
    row.times_right += is_right
    row.times_wrong += not is_right
    if row.card is None and is_right:
        return
    now = desk.now.astimezone(UTC)
    card = Card.from_dict(cast(Any, row.card)) if row.card else Card(card_id=1, due=now)
    card, _ = SCHEDULER.review_card(card, Rating.Good if is_right else Rating.Again, now)
    row.card, row.due_at = dict(card.to_dict()), card.due
