"""测验 — quizzes and their questions, what each person got wrong before, the question of the day, groups."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import ContactKey, Key, Prose, Record, Word, partial_index

OPEN_SET = text("finished_at IS NULL AND left_at IS NULL AND daily_on IS NULL")


class QuizRecord(Record):
    """测验(一组). At most one set is open per person; `daily_on` marks the one question of that day instead."""

    __tablename__ = "quizzes"
    __table_args__ = (
        partial_index("ix_quizzes_open", "contact_id", unique=True, where=OPEN_SET),
        UniqueConstraint("contact_id", "daily_on"),
    )

    id: Mapped[Key]
    contact_id: Mapped[ContactKey]
    # A topic of the bank; empty for a mixture.
    topic: Mapped[Word] = mapped_column(default="")
    daily_on: Mapped[date | None]
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    # Another topic was begun before this set was done.
    left_at: Mapped[datetime | None]


class QuestionEditionRecord(Record):
    """题的一个版本: kept whole, so that an answer is judged and read by the wording it was given to."""

    __tablename__ = "question_editions"

    id: Mapped[Key]
    question_id: Mapped[Word]
    # Of the body, which holds the id.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[Prose]
    kept_at: Mapped[datetime]


class QuizQuestionRecord(Record):
    """One question of a quiz. `shown` is the order of its options for this person: an answer is read by it alone."""

    __tablename__ = "quiz_questions"
    __table_args__ = (UniqueConstraint("quiz_id", "position"),)

    id: Mapped[Key]
    quiz_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int]
    question_id: Mapped[Word]
    # Null for what was asked before wordings were kept; then today's wording stands in.
    edition_id: Mapped[int | None]
    shown: Mapped[list[Any]] = mapped_column(JSON(none_as_null=True))
    # Positions as written; null until answered.
    chosen: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    is_right: Mapped[bool | None]
    answered_at: Mapped[datetime | None]


class MemoryRecord(Record):
    """记忆: one person and one question they answered; `card` is the state of spaced repetition once it was wrong."""

    __tablename__ = "memories"
    __table_args__ = (UniqueConstraint("contact_id", "question_id"),)

    id: Mapped[Key]
    contact_id: Mapped[ContactKey]
    question_id: Mapped[Word]
    answered_at: Mapped[datetime]
    was_right: Mapped[bool]
    times_right: Mapped[int] = mapped_column(default=0)
    times_wrong: Mapped[int] = mapped_column(default=0)
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    due_at: Mapped[datetime | None]


class DailyQuestionRecord(Record):
    """每天一题: who wants it and at which minute of the day; no row, no question."""

    __tablename__ = "daily_questions"

    contact_id: Mapped[ContactKey] = mapped_column(primary_key=True)
    minute: Mapped[int]
    next_look_at: Mapped[datetime] = mapped_column(index=True)
    chosen_at: Mapped[datetime]


class GroupQuestionRecord(Record):
    """群里的题. People who are no contacts are two numbers here and nothing else."""

    __tablename__ = "group_questions"

    id: Mapped[Key]
    chat_id: Mapped[int] = mapped_column(index=True)
    question_id: Mapped[Word]
    edition_id: Mapped[int | None]
    shown: Mapped[list[Any]] = mapped_column(JSON(none_as_null=True))
    asked_at: Mapped[datetime]
    strangers_right: Mapped[int] = mapped_column(default=0)
    strangers_wrong: Mapped[int] = mapped_column(default=0)


class GroupAnswerRecord(Record):
    """A contact's answer to a question in a group."""

    __tablename__ = "group_answers"
    __table_args__ = (UniqueConstraint("group_question_id", "contact_id"),)

    id: Mapped[Key]
    group_question_id: Mapped[int] = mapped_column(index=True)
    contact_id: Mapped[ContactKey]
    is_right: Mapped[bool]
    answered_at: Mapped[datetime]
