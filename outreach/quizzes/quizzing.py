"""测验 — beginning a set of questions or the question of the day, taking answers, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, func, select

from domain.contact import Contact, NotYours, Post, Role, StalePress
from domain.question import Question
from domain.quiz import QUESTIONS_A_SET, Asked, QuestionsLacking, choose, shown_order
from outreach.desk import Desk
from outreach.editions import keep_questions, questions_of
from outreach.quizzes.revising import hold, memories_of, remember
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.people import PostRecord
from outreach.storage.quizzes import MemoryRecord, QuizQuestionRecord, QuizRecord


@dataclass(frozen=True, slots=True)
class Quiz:
    """A set of questions, or with `daily_on` the one of that day, as far as it was answered."""

    id: int
    topic: str
    daily_on: date | None
    begun_at: datetime
    is_over: bool
    asked: tuple[Asked, ...]
    # As they were worded when they were drawn, by id.
    questions: Mapping[str, Question] = field(default_factory=dict)

    @property
    def next(self) -> Asked | None:
        """The first question without an answer; None once the quiz is over."""
        return None if self.is_over else next((one for one in self.asked if not one.is_answered), None)

    @property
    def right(self) -> int:
        return sum(one.is_right is True for one in self.asked)


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer came to. `is_counted` is False for a second answer and for one after the quiz was over."""

    quiz: Quiz
    asked: Asked
    is_counted: bool


async def suiting(desk: Desk, posts: tuple[Post, ...]) -> tuple[Question, ...]:
    """The questions that fit somebody with these posts: by role and trade, wider trades included."""
    who: list[tuple[Role | None, frozenset[str]]] = [
        (post.role, await _trades(desk, post.enterprise_id)) for post in posts
    ]
    who = who or [(None, frozenset())]
    bank = desk.catalogue.questions.values()
    return tuple(question for question in bank if any(question.suits(role, trades) for role, trades in who))


async def _trades(desk: Desk, enterprise_id: int) -> frozenset[str]:
    enterprise = await desk.session.get_one(EnterpriseRecord, enterprise_id)
    found: set[str] = set()
    waiting = [str(industry) for industry in enterprise.industries]
    while waiting:
        id_ = waiting.pop()
        industry = desk.catalogue.industries.get(id_)
        if id_ not in found and industry is not None and industry.parent is not None:
            waiting.append(industry.parent)
        found.add(id_)
    return frozenset(found)


async def begin(desk: Desk, contact: Contact, posts: tuple[Post, ...], topic: str = "") -> tuple[Quiz, bool]:
    """Begin a set on a topic (empty: a mixture), or go on with the one that is open; whether it is a new one.

    An open set on another topic is left as it is. Raises QuestionsLacking.
    """
    await hold(desk, contact.id)
    going = await open_set(desk, contact.id)
    if going is not None:
        if going.topic == topic:
            return going, False
        (await desk.session.get_one(QuizRecord, going.id)).left_at = desk.now
        await desk.session.flush()
    bank = [question for question in await suiting(desk, posts) if topic in ("", question.topic)]
    row = QuizRecord(contact_id=contact.id, topic=topic, begun_at=desk.now)
    return await _drawn(desk, row, bank, QUESTIONS_A_SET), True


async def begin_daily(desk: Desk, contact: Contact, posts: tuple[Post, ...]) -> Quiz:
    """The question of today: the same one however often it is asked for. Raises QuestionsLacking."""
    await hold(desk, contact.id)
    found = await desk.session.scalars(
        select(QuizRecord).where(QuizRecord.contact_id == contact.id, QuizRecord.daily_on == desk.today)
    )
    if (row := found.first()) is not None:
        quiz = await _read(desk, row)
        if quiz.is_over or _may_go_on(desk, quiz):
            return quiz
        row.left_at, row.daily_on = desk.now, None
        await desk.session.flush()
    row = QuizRecord(contact_id=contact.id, topic="", daily_on=desk.today, begun_at=desk.now)
    return await _drawn(desk, row, await suiting(desk, posts), 1)


async def _drawn(desk: Desk, row: QuizRecord, bank: list[Question] | tuple[Question, ...], count: int) -> Quiz:
    memories = await memories_of(desk, row.contact_id)
    if not bank:
        raise QuestionsLacking
    desk.session.add(row)
    await desk.session.flush()
    # The seed only spreads: what counts at an answer is the order that is written down here.
    seed = f"{row.contact_id}:{row.id}"
    drawn = choose(bank, memories, desk.now, seed, count)
    kept = await keep_questions(desk, drawn)
    for position, question in enumerate(drawn, start=1):
        desk.session.add(
            QuizQuestionRecord(
                quiz_id=row.id, position=position, question_id=question.id, edition_id=kept[question.id],
                shown=list(shown_order(question, seed)),
            )
        )  # fmt: skip
    await desk.session.flush()
    return await _read(desk, row)


async def open_set(desk: Desk, contact_id: int) -> Quiz | None:
    """The set of questions this person is in the middle of."""
    found = await desk.session.scalars(
        select(QuizRecord).where(
            QuizRecord.contact_id == contact_id,
            QuizRecord.daily_on.is_(None),
            QuizRecord.finished_at.is_(None),
            QuizRecord.left_at.is_(None),
        )
    )
    row = found.first()
    if row is None:
        return None
    quiz = await _read(desk, row)
    if _may_go_on(desk, quiz):
        return quiz
    row.left_at = desk.now
    await desk.session.flush()
    return None


def question_for(desk: Desk, quiz: Quiz, asked: Asked | None) -> Question | None:
    """The question as it was worded for this person; None once it has been taken out of the bank."""
    question = quiz.questions.get(asked.question_id) if asked is not None else None
    return question if question is not None and question.id in desk.catalogue.questions else None


def _may_go_on(desk: Desk, quiz: Quiz) -> bool:
    """Whether the next question is still in the bank, with as many options as were laid out for this person."""
    question = question_for(desk, quiz, quiz.next)
    return quiz.next is not None and question is not None and len(question.options) == len(quiz.next.shown)


async def quiz_of(desk: Desk, contact: Contact, quiz_id: int) -> Quiz:
    """One's own quiz, open or over. Raises NotYours, also when there is none."""
    row = await desk.session.get(QuizRecord, quiz_id)
    if row is None or row.contact_id != contact.id:
        raise NotYours
    return await _read(desk, row)


async def answer(desk: Desk, contact: Contact, quiz_id: int, position: int, places: tuple[int, ...]) -> Answered:
    """Take an answer, given as places on the screen; the first one counts. Raises NotYours or StalePress."""
    await hold(desk, contact.id)
    quiz = await quiz_of(desk, contact, quiz_id)
    asked = next((one for one in quiz.asked if one.position == position), None)
    question = question_for(desk, quiz, asked)
    if asked is None or question is None:
        raise StalePress
    if asked.is_answered or quiz.is_over:
        return Answered(quiz, asked, False)
    chosen = asked.as_written(places)
    is_right = question.is_right(chosen)
    row = (
        await desk.session.scalars(
            select(QuizQuestionRecord).where(
                QuizQuestionRecord.quiz_id == quiz_id, QuizQuestionRecord.position == position
            )
        )
    ).one()
    row.chosen, row.is_right, row.answered_at = sorted(chosen), is_right, desk.now
    await remember(desk, contact.id, question.id, is_right)
    if all(one.is_answered or one.position == position for one in quiz.asked):
        (await desk.session.get_one(QuizRecord, quiz_id)).finished_at = desk.now
        right = quiz.right + is_right
        await desk.note("QuizFinished", f"quiz:{quiz_id}", contact.id, right=right, questions=len(quiz.asked))
    await desk.session.flush()
    quiz = await quiz_of(desk, contact, quiz_id)
    return Answered(quiz, quiz.asked[position - 1], True)


async def latest(desk: Desk, contact_id: int) -> Quiz | None:
    """The last set this person finished."""
    found = await desk.session.scalars(
        select(QuizRecord)
        .where(QuizRecord.contact_id == contact_id, QuizRecord.finished_at.is_not(None))
        .order_by(QuizRecord.finished_at.desc(), QuizRecord.id.desc())
        .limit(1)
    )
    row = found.first()
    return None if row is None else await _read(desk, row)


async def wrong_and_due(desk: Desk, contact_id: int) -> int:
    """How many questions this person got wrong are waiting to be asked again."""
    due = select(MemoryRecord.question_id).where(
        MemoryRecord.contact_id == contact_id, MemoryRecord.due_at <= desk.now
    )  # fmt: skip
    bank = desk.catalogue.questions
    return sum(id_ in bank and not bank[id_].is_retired for id_ in await desk.session.scalars(due))


async def rank(desk: Desk, contact: Contact, posts: tuple[Post, ...]) -> tuple[int, int] | None:
    """Where the person stands by right answers of this month at their first enterprise, and of how many.

    Only for a bureau that switched ranks on in office.toml; None otherwise, and for somebody without a post.
    """
    if not desk.office.privacy.office.shows_rank or not posts:
        return None
    month = datetime.combine(desk.today.replace(day=1), datetime.min.time(), desk.office.zone)
    colleagues = select(PostRecord.contact_id).where(
        PostRecord.enterprise_id == posts[0].enterprise_id, PostRecord.until_at.is_(None)
    )
    found = await desk.session.execute(
        select(QuizRecord.contact_id, func.count())
        .join(QuizQuestionRecord, QuizQuestionRecord.quiz_id == QuizRecord.id)
        .where(
            QuizRecord.contact_id.in_(colleagues), QuizQuestionRecord.is_right.is_(True),
            QuizQuestionRecord.answered_at >= month,
        )
        .group_by(QuizRecord.contact_id)
    )  # fmt: skip
    right: Mapping[int, int] = {row[0]: row[1] for row in found}
    mine = right.get(contact.id, 0)
    return 1 + sum(count > mine for count in right.values()), len(right.keys() | {contact.id})


async def forget(desk: Desk, contact_id: int) -> None:
    """Take away every quiz, answer and memory of a person who is erased."""
    mine = select(QuizRecord.id).where(QuizRecord.contact_id == contact_id)
    await desk.session.execute(delete(QuizQuestionRecord).where(QuizQuestionRecord.quiz_id.in_(mine)))
    for record in (QuizRecord, MemoryRecord):
        await desk.session.execute(delete(record).where(record.contact_id == contact_id))


async def _read(desk: Desk, row: QuizRecord) -> Quiz:
    order = QuizQuestionRecord.position
    wanted = select(QuizQuestionRecord).where(QuizQuestionRecord.quiz_id == row.id).order_by(order)
    found = (await desk.session.scalars(wanted)).all()
    bank = desk.catalogue.questions
    kept = await questions_of(desk, [one.edition_id for one in found if one.edition_id is not None])
    pairs = [(one.question_id, kept.get(one.edition_id or 0) or bank.get(one.question_id)) for one in found]
    asked = tuple(
        Asked(
            one.position, one.question_id, tuple(one.shown),
            None if one.chosen is None else frozenset(one.chosen), one.is_right,
        )
        for one in found
    )  # fmt: skip
    is_over = row.finished_at is not None or row.left_at is not None
    questions = {id_: question for id_, question in pairs if question is not None}
    return Quiz(row.id, row.topic, row.daily_on, row.begun_at, is_over, asked, questions)
