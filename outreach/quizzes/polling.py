"""答题投票 — remembering what a poll is about, and finding it again when somebody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from outreach.desk import Desk, affected
from outreach.storage.polls import PollRecord

# As long as a conversation. The answers themselves are kept with the quiz.
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class SentPoll:
    """A poll as it was sent: in which chat, about what; `contact_id` is None in a group."""

    poll_id: str
    chat_id: int
    message_id: int
    contact_id: int | None
    subject: str


async def place_poll(
    desk: Desk, poll_id: str, chat_id: int, message_id: int, subject: str, contact_id: int | None
) -> None:
    """Remember a poll that was just sent."""
    await desk.put_once(
        PollRecord, PollRecord.poll_id, poll_id=poll_id, chat_id=chat_id, message_id=message_id, subject=subject,
        contact_id=contact_id, asked_at=desk.now,
    )  # fmt: skip


async def poll_of(desk: Desk, poll_id: str) -> SentPoll | None:
    """The poll, or None for one that was sent but not remembered (a kill in between) or is not ours."""
    row = await desk.session.get(PollRecord, poll_id)
    return None if row is None else SentPoll(row.poll_id, row.chat_id, row.message_id, row.contact_id, row.subject)


async def asked_at(desk: Desk, subject: str) -> datetime | None:
    """When the newest poll about this was sent, as far as is remembered; None when none is."""
    return (
        await desk.session.scalars(select(func.max(PollRecord.asked_at)).where(PollRecord.subject == subject))
    ).one()


async def forget_old(desk: Desk) -> int:
    """Drop polls that were asked more than 90 days ago; whoever answers one now is shown where they stand. How many."""
    return affected(await desk.session.execute(delete(PollRecord).where(PollRecord.asked_at < desk.now - KEPT_FOR)))
