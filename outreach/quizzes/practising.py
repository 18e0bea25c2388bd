"""每天一题 — who wants the question of the day and when, and telling them that it is there."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import delete, select

from domain.notice import Notice, NoticeButton
from domain.quiz import DAILY_UNTIL, may_ask_daily, next_daily_at
from outreach.desk import Desk
from outreach.people.enrolling import as_contact
from outreach.storage.people import ContactRecord
from outreach.storage.quizzes import DailyQuestionRecord

# How many people one transaction serves; the rest follow in the next one.
BATCH = 500


async def hour_of(desk: Desk, contact_id: int) -> time | None:
    """The hour at which this person has their question of the day; None when they want none."""
    row = await desk.session.get(DailyQuestionRecord, contact_id)
    return None if row is None else _hour(row)


async def choose_hour(desk: Desk, contact_id: int, hour: time | None) -> None:
    """From now on a question a day at that hour, or none."""
    row = await desk.session.get(DailyQuestionRecord, contact_id, with_for_update=True)
    if hour is None:
        if row is not None:
            await desk.session.delete(row)
            await desk.note("DailyQuestionStopped", f"contact:{contact_id}", contact_id)
        return
    minute = hour.hour * 60 + hour.minute
    if row is not None and row.minute == minute:
        return
    await desk.session.execute(delete(DailyQuestionRecord).where(DailyQuestionRecord.contact_id == contact_id))
    await desk.put_once(
        DailyQuestionRecord, DailyQuestionRecord.contact_id, contact_id=contact_id, minute=minute,
        next_look_at=next_daily_at(desk.now, hour, desk.office.zone), chosen_at=desk.now,
    )  # fmt: skip
    await desk.note("DailyQuestionChosen", f"contact:{contact_id}", contact_id, at=f"{hour:%H:%M}")


async def ask_daily(desk: Desk) -> int:
    """Tell those whose hour has come that their question is there. How many rows were looked at.

    What was slept through is not made up for: a question that is late by a day is today's, and that comes at its
    own hour. The question itself is asked when they press the button: a poll sent from here whose fate is unknown
    could be answered without anybody knowing what it was.
    """
    found = await desk.session.execute(
        select(DailyQuestionRecord, ContactRecord)
        .join(ContactRecord, ContactRecord.id == DailyQuestionRecord.contact_id)
        .where(DailyQuestionRecord.next_look_at <= desk.now)
        .order_by(DailyQuestionRecord.next_look_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=DailyQuestionRecord)
    )
    rows = found.all()
    notices = []
    for row, person in rows:
        due_at = row.next_look_at
        row.next_look_at = next_daily_at(desk.now, _hour(row), desk.office.zone)
        if not person.is_reachable or not may_ask_daily(due_at, desk.now, desk.office.zone):
            continue
        button = NoticeButton("quiz.answer_now", "qz:d")
        notice = Notice(
            "daily_question", {}, f"daily_question:{person.id}:{desk.today:%Y%m%d}", ((button,),), is_push=True,
            expires_at=datetime.combine(desk.today, DAILY_UNTIL, desk.office.zone),
        )  # fmt: skip
        notices.append((as_contact(person), notice))
    await desk.tell_each(notices)
    return len(rows)


async def forget(desk: Desk, contact_id: int) -> None:
    """Nothing more is asked of a person who is erased."""
    await desk.session.execute(delete(DailyQuestionRecord).where(DailyQuestionRecord.contact_id == contact_id))


def _hour(row: DailyQuestionRecord) -> time:
    return time(row.minute // 60, row.minute % 60)
