"""自查计划与提醒 — what officials asked for, each time at each enterprise, and of what each contact is reminded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import ContactKey, EnterpriseKey, Key, Line, Record, Word, partial_index

LOOKED_AT = text("next_look_at IS NOT NULL")
WAITING = text("state = 'waiting'")
OPEN = text("state = 'open'")


class PlanRecord(Record):
    """自查计划. Empty `industry`, `street` and `grid` mean all; `next_look_at` is None unless the plan is active.

    `about_on` and `about_days` are of a plan around a date: so many days after it, before it below nought.
    `reminded` says whom it reminds at each enterprise.
    `asked_on` is the latest day at which it asked; a day is asked at most once, also when the clock goes back.
    """

    __tablename__ = "plans"
    __table_args__ = (partial_index("ix_plans_looked_at", "next_look_at", where=LOOKED_AT),)

    id: Mapped[Key]
    contact_id: Mapped[ContactKey]
    state: Mapped[Word]
    checklist_id: Mapped[Word]
    industry: Mapped[Word] = mapped_column(default="")
    street: Mapped[Line] = mapped_column(default="")
    grid: Mapped[Line] = mapped_column(default="")
    rhythm: Mapped[Word] = mapped_column(default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    about_on: Mapped[date | None]
    about_days: Mapped[int] = mapped_column(default=0, server_default="0")
    reminded: Mapped[Word] = mapped_column(default="responsible", server_default="responsible")
    asked_on: Mapped[date | None]
    next_look_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OccurrenceRecord(Record):
    """计划的一次: one enterprise is asked once for one day of a plan."""

    __tablename__ = "occurrences"
    __table_args__ = (
        UniqueConstraint("plan_id", "enterprise_id", "occurs_on"),
        partial_index(
            "ix_occurrences_open",
            "enterprise_id",
            "plan_id",
            where=OPEN,
        ),
        # What a plan still asks, however long it has been asking.
        partial_index("ix_occurrences_asked", "plan_id", "occurs_on", where=OPEN),
    )

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(index=True)
    enterprise_id: Mapped[EnterpriseKey]
    occurs_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[Word] = mapped_column(default="open")
    inspection_id: Mapped[int | None]
    settled_at: Mapped[datetime | None]


class ReminderRecord(Record):
    """提醒: of what (`about`, such as `occurrence:17`) one contact is to be reminded, for one day, once.

    State: waiting, told (in the delivery of that key) or skipped with a reason. `due_at` is when it should be said,
    `next_look_at` when it is looked at again: later in quiet hours and on days off.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("about", "contact_id", "occurs_on"),
        partial_index("ix_reminders_waiting", "next_look_at", where=WAITING),
        # All that waits for one person, whatever they have been told in years.
        partial_index("ix_reminders_waiting_for", "contact_id", "next_look_at", where=WAITING),
    )

    id: Mapped[Key]
    about: Mapped[Word]
    contact_id: Mapped[ContactKey]
    occurs_on: Mapped[date]
    due_at: Mapped[datetime]
    next_look_at: Mapped[datetime]
    state: Mapped[Word] = mapped_column(default="waiting")
    reason: Mapped[Word] = mapped_column(default="")
    delivery_key: Mapped[str] = mapped_column(String(128), default="")
    settled_at: Mapped[datetime | None]


class WishRecord(Record):
    """提醒设置: one row per contact who changed anything; the others have the defaults of the rule book.

    Quiet hours are minutes of the day.
    """

    __tablename__ = "wishes"

    contact_id: Mapped[ContactKey] = mapped_column(primary_key=True)
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    budget: Mapped[int]
    daily_hour: Mapped[int]
    is_bundled: Mapped[bool] = mapped_column(default=False)
    stopped_at: Mapped[datetime | None]
