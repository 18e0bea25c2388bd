"""群里一题 — one question to a group, its answers counted; of people who are no contacts nothing but a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, func, select, update

from domain.contact import StalePress
from domain.question import Question
from domain.quiz import GROUP_QUESTIONS_A_DAY, Asked, GroupQuestionsSpent, QuestionsLacking, choose, shown_order
from outreach.desk import Desk
from outreach.editions import keep_questions, questions_of
from outreach.quizzes.revising import hold, remember
from outreach.storage.quizzes import GroupAnswerRecord, GroupQuestionRecord


@dataclass(frozen=True, slots=True)
class GroupQuestion:
    """A question as it stands in a group; it has position 1."""

    id: int
    chat_id: int
    asked: Asked
    edition_id: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a group's answers come to; `contacts` is how many of them were given by contacts."""

    answers: int
    right: int
    contacts: int


async def ask(desk: Desk, chat_id: int) -> GroupQuestion:
    """A question that this group has not had, or had longest ago. Raises QuestionsLacking, GroupQuestionsSpent."""
    had = {
        question_id: (last, count)
        for question_id, last, count in await desk.session.execute(
            select(
                GroupQuestionRecord.question_id,
                func.max(GroupQuestionRecord.id),
                func.count(case((GroupQuestionRecord.asked_at > desk.now - timedelta(days=1), 1))),
            )
            .where(GroupQuestionRecord.chat_id == chat_id)
            .group_by(GroupQuestionRecord.question_id)
        )
    }
    if sum(count for _, count in had.values()) >= GROUP_QUESTIONS_A_DAY:
        raise GroupQuestionsSpent(most=GROUP_QUESTIONS_A_DAY)
    everybody = [question for question in desk.catalogue.questions.values() if question.suits(None, frozenset())]
    if not everybody:
        raise QuestionsLacking
    fresh = [question for question in everybody if question.id not in had]
    seed = f"group:{chat_id}"
    question = choose(fresh, {}, desk.now, seed, 1)[0] if fresh else min(everybody, key=lambda one: had[one.id][0])
    kept = await keep_questions(desk, [question])
    row = GroupQuestionRecord(
        chat_id=chat_id, question_id=question.id, edition_id=kept[question.id], shown=[], asked_at=desk.now
    )
    desk.session.add(row)
    await desk.session.flush()
    row.shown = list(shown_order(question, f"{seed}:{row.id}"))
    await desk.note("GroupAsked", f"group_question:{row.id}", question=question.id)
    return _as_question(row)


async def last_asked(desk: Desk, chat_id: int) -> GroupQuestion | None:
    """The newest question of this group, for a command that comes a second time."""
    found = await desk.session.scalars(
        select(GroupQuestionRecord)
        .where(GroupQuestionRecord.chat_id == chat_id)
        .order_by(GroupQuestionRecord.id.desc())
        .limit(1)
    )
    row = found.first()
    return None if row is None else _as_question(row)


async def question_of(desk: Desk, group: GroupQuestion) -> Question | None:
    """The question as it was worded when the group was asked; None when neither that nor today's is there."""
    if group.edition_id is not None and (kept := await questions_of(desk, [group.edition_id])):
        return kept[group.edition_id]
    return desk.catalogue.questions.get(group.asked.question_id)


async def count(desk: Desk, group_question_id: int, places: tuple[int, ...], contact_id: int | None) -> None:
    """Count an answer: a contact's by name and once, a stranger's as a number only."""
    if contact_id is not None:
        await hold(desk, contact_id)
    row = await desk.session.get(GroupQuestionRecord, group_question_id, with_for_update=True)
    question = await question_of(desk, _as_question(row)) if row is not None else None
    if row is None or question is None or question.id not in desk.catalogue.questions:
        return
    is_right = question.is_right(_as_question(row).asked.as_written(places))
    if contact_id is None:
        # Telegram lets nobody answer a quiz poll twice, and an update that comes again has no second effect.
        if is_right:
            row.strangers_right += 1
        else:
            row.strangers_wrong += 1
        return
    mine = (GroupAnswerRecord.group_question_id == row.id) & (GroupAnswerRecord.contact_id == contact_id)
    if (await desk.session.scalars(select(GroupAnswerRecord.id).where(mine))).first() is not None:
        return
    desk.session.add(
        GroupAnswerRecord(group_question_id=row.id, contact_id=contact_id, is_right=is_right, answered_at=desk.now)
    )
    await remember(desk, contact_id, question.id, is_right)


async def tally(desk: Desk, group_question_id: int, chat_id: int) -> Tally:
    """How a group answered one of its own questions. Raises StalePress."""
    row = await desk.session.get(GroupQuestionRecord, group_question_id)
    if row is None or row.chat_id != chat_id:
        raise StalePress
    found = await desk.session.execute(
        select(func.count(), func.count(case((GroupAnswerRecord.is_right, 1)))).where(
            GroupAnswerRecord.group_question_id == row.id
        )
    )
    contacts, right = found.one()
    return Tally(contacts + row.strangers_right + row.strangers_wrong, right + row.strangers_right, contacts)


async def forget(desk: Desk, contact_id: int) -> None:
    """Whoever is erased becomes one of the strangers: the group's numbers stay as they were."""
    mine = select(GroupAnswerRecord).where(GroupAnswerRecord.contact_id == contact_id)
    for given in await desk.session.scalars(mine):
        column = "strangers_right" if given.is_right else "strangers_wrong"
        await desk.session.execute(
            update(GroupQuestionRecord)
            .where(GroupQuestionRecord.id == given.group_question_id)
            .values({column: getattr(GroupQuestionRecord, column) + 1})
        )
    await desk.session.execute(delete(GroupAnswerRecord).where(GroupAnswerRecord.contact_id == contact_id))


def _as_question(row: GroupQuestionRecord) -> GroupQuestion:
    return GroupQuestion(row.id, row.chat_id, Asked(1, row.question_id, tuple(row.shown)), row.edition_id)
