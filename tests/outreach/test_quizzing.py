"""Sets of five on a real database: one open at a time, one answer per question, wrong ones return."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain.contact import Contact, NotYours, Post, Role, StalePress
from domain.quiz import QuestionsLacking
from outreach.desk import Office
from outreach.people import enrolling
from outreach.quizzes import quizzing, revising
from outreach.quizzes.quizzing import Quiz
from outreach.storage.people import JournalRecord
from outreach.storage.quizzes import MemoryRecord, QuestionEditionRecord, QuizRecord
from tests.bank import QUESTIONS, question, with_bank
from tests.conftest import SetClock
from tests.outreach.walking import enterprise, person


@pytest.fixture
def office(office: Office) -> Office:
    office.catalogue = with_bank(office.catalogue)
    return office


async def contact(office: Office, name: str = "小刘", number: int = 1004) -> Contact:
    async with office.desk() as desk:
        return await person(desk, name, number)


async def begin(office: Office, who: Contact, topic: str = "", posts: tuple[Post, ...] = ()) -> Quiz:
    async with office.desk() as desk:
        return (await quizzing.begin(desk, who, posts, topic))[0]


async def give(office: Office, who: Contact, quiz: Quiz, position: int, right: bool) -> quizzing.Answered:
    asked = quiz.asked[position - 1]
    correct = office.catalogue.questions[asked.question_id].correct
    places = asked.places_of(correct) if right else asked.places_of({max(set(asked.shown) - correct)})
    async with office.desk() as desk:
        return await quizzing.answer(desk, who, quiz.id, position, places)


async def finish(office: Office, who: Contact, quiz: Quiz, *wrong: int) -> Quiz:
    for asked in quiz.asked:
        quiz = (await give(office, who, quiz, asked.position, asked.position not in wrong)).quiz
    return quiz


async def test_a_set_ends_after_five_and_says_what_was_wrong(office: Office) -> None:
    who = await contact(office)
    quiz = await begin(office, who)
    assert len(quiz.asked) == 5 and not quiz.is_over
    assert quiz.next is not None and quiz.next.position == 1
    quiz = await finish(office, who, quiz, 2, 4)
    assert quiz.is_over and quiz.next is None and quiz.right == 3
    async with office.desk() as desk:
        happened = await desk.session.scalars(
            select(JournalRecord.facts).where(JournalRecord.happened == "QuizFinished")
        )
        assert list(happened) == ['{"right": 3, "questions": 5}']


async def test_the_same_press_twice_is_one_set_and_another_topic_leaves_it(office: Office) -> None:
    who = await contact(office)
    first = await begin(office, who)
    await give(office, who, first, 1, True)
    again = await begin(office, who)
    assert again.id == first.id and again.next is not None and again.next.position == 2
    other = await begin(office, who, "power")
    assert other.id != first.id and len(other.asked) == 3
    given = await give(office, who, first, 2, True)
    assert not given.is_counted and not given.asked.is_answered


async def test_two_devices_begin_at_once_and_share_one_set(office: Office) -> None:
    who = await contact(office)
    quizzes = await asyncio.gather(*(begin(office, who) for _ in range(4)))
    assert len({quiz.id for quiz in quizzes}) == 1


async def test_two_answers_to_one_question_at_once_count_once(office: Office) -> None:
    who = await contact(office)
    quiz = await begin(office, who)
    given = await asyncio.gather(*(give(office, who, quiz, 1, right) for right in (True, False, True, False)))
    assert sorted(one.is_counted for one in given) == [False, False, False, True]
    assert len({one.asked.is_right for one in given}) == 1
    async with office.desk() as desk:
        counted = select(func.sum(MemoryRecord.times_right + MemoryRecord.times_wrong))
        assert (await desk.session.execute(counted)).scalar_one() == 1


async def test_nobody_answers_for_somebody_else(office: Office) -> None:
    mine, other = await contact(office), await contact(office, "王芳", 1002)
    quiz = await begin(office, mine)
    async with office.desk() as desk:
        for quiz_id in (quiz.id, 999):
            with pytest.raises(NotYours):
                await quizzing.answer(desk, other, quiz_id, 1, (0,))
            with pytest.raises(NotYours):
                await quizzing.quiz_of(desk, other, quiz_id)
        with pytest.raises(StalePress):
            await quizzing.answer(desk, mine, quiz.id, 6, (0,))


async def test_the_order_that_was_written_down_decides(office: Office) -> None:
    """Even when the code that lays options out has changed since the poll was sent."""
    who = await contact(office)
    quiz = await begin(office, who)
    asked = next(one for one in quiz.asked if len(one.shown) == 4)
    assert {one.shown for one in quiz.asked if len(one.shown) == 4} != {(0, 1, 2, 3)}
    given = await give(office, who, quiz, asked.position, True)
    assert given.asked.is_right and given.asked.chosen == office.catalogue.questions[asked.question_id].correct


async def test_wrong_answers_return_in_the_next_set_and_then_after_days(office: Office, clock: SetClock) -> None:
    who = await contact(office)
    quiz = await finish(office, who, await begin(office, who), 2, 5)
    wrong = {quiz.asked[1].question_id, quiz.asked[4].question_id}
    clock.advance(minutes=1)
    second = await begin(office, who)
    assert {one.question_id for one in second.asked[:2]} == wrong
    async with office.desk() as desk:
        assert await quizzing.wrong_and_due(desk, who.id) == 2
    await finish(office, who, second)
    async with office.desk() as desk:
        assert await quizzing.wrong_and_due(desk, who.id) == 0
        due = {id: memory.due_at for id, memory in (await revising.memories_of(desk, who.id)).items() if memory.due_at}
    assert set(due) == wrong and all(at is not None and at >= clock.now + timedelta(days=1) for at in due.values())
    first_gap = max(due.values()) - clock.now  # type: ignore[type-var, operator]
    clock.advance(days=30)
    third = await begin(office, who)
    assert {one.question_id for one in third.asked[:2]} == wrong
    await finish(office, who, third)
    async with office.desk() as desk:
        later = await revising.memories_of(desk, who.id)
    # Answered rightly after a month, it stays away longer than before.
    gap = min(m.due_at - clock.now for id, m in later.items() if id in wrong and m.due_at)
    assert gap > first_gap


async def test_a_wrong_answer_on_another_topic_waits_for_its_topic(office: Office) -> None:
    who = await contact(office)
    await finish(office, who, await begin(office, who, "fire"), 1)
    quiz = await begin(office, who, "power")
    assert all(one.question_id.startswith("power") for one in quiz.asked)


async def test_questions_fit_the_role_and_the_trade(office: Office) -> None:
    special = (
        question("for-catering", trades=["catering"]), question("for-warehouses", trades=["hazchem"]),
        question("for-principals", roles=[Role.PRINCIPAL]), question("for-all"),
    )  # fmt: skip
    office.catalogue = with_bank(office.catalogue, special)
    who = await contact(office)
    async with office.desk() as desk:
        shop = await enterprise(desk)
        assert [one.id for one in await quizzing.suiting(desk, ())] == ["for-all"]
        for role, fitting in (
            (Role.EMPLOYEE, ["for-catering", "for-all"]),
            (Role.PRINCIPAL, ["for-catering", "for-principals", "for-all"]),
        ):
            await enrolling.give_post(desk, who, shop, role, "test")
            posts = await enrolling.posts_of(desk, who.id)
            assert [one.id for one in await quizzing.suiting(desk, posts)] == fitting
        with pytest.raises(QuestionsLacking):
            await quizzing.begin(desk, who, (), "power")


async def test_the_question_of_the_day_is_one_a_day_beside_an_open_set(office: Office, clock: SetClock) -> None:
    who = await contact(office)
    going = await begin(office, who)
    async with office.desk() as desk:
        first = await quizzing.begin_daily(desk, who, ())
        again = await quizzing.begin_daily(desk, who, ())
        assert first == again and len(first.asked) == 1
        assert (await quizzing.open_set(desk, who.id)) == going
    await finish(office, who, first)
    async with office.desk() as desk:
        assert (await quizzing.begin_daily(desk, who, ())).is_over
    clock.advance(days=1)
    async with office.desk() as desk:
        tomorrow = await quizzing.begin_daily(desk, who, ())
        assert tomorrow.id != first.id and not tomorrow.is_over


async def test_a_question_that_left_the_bank_ends_the_set_without_a_fault(office: Office) -> None:
    who = await contact(office)
    quiz = await begin(office, who)
    async with office.desk() as desk:
        daily = await quizzing.begin_daily(desk, who, ())
    gone = {quiz.asked[0].question_id, daily.asked[0].question_id}
    office.catalogue = with_bank(office.catalogue, [one for one in QUESTIONS if one.id not in gone])
    async with office.desk() as desk:
        assert await quizzing.open_set(desk, who.id) is None
        with pytest.raises(StalePress):
            await quizzing.answer(desk, who, quiz.id, 1, (0,))
        fresh, is_new = await quizzing.begin(desk, who, ())
        assert is_new and not gone & {one.question_id for one in fresh.asked}
        assert (await quizzing.begin_daily(desk, who, ())).asked[0].question_id not in gone


async def test_no_rank_unless_the_bureau_wants_one(office: Office) -> None:
    me, colleague = await contact(office), await contact(office, "王芳", 1002)
    async with office.desk() as desk:
        shop = await enterprise(desk)
        for who in (me, colleague):
            await enrolling.give_post(desk, who, shop, Role.EMPLOYEE, "test")
        posts = await enrolling.posts_of(desk, me.id)
    await finish(office, me, await begin(office, me), 1, 2)
    await finish(office, colleague, await begin(office, colleague))
    async with office.desk() as desk:
        assert await quizzing.rank(desk, me, posts) is None
        card = office.privacy.office
        office.privacy = replace(office.privacy, office=replace(card, shows_rank=True))
        assert await quizzing.rank(desk, me, posts) == (2, 2)
        assert await quizzing.rank(desk, me, ()) is None
        assert len((await desk.session.scalars(select(QuizRecord))).all()) == 2


async def test_a_retired_question_is_not_drawn_and_waits_for_nobody_but_its_results_can_be_read(
    office: Office, clock: SetClock
) -> None:
    who = await contact(office)
    quiz = await finish(office, who, await begin(office, who), 1)
    wrong = quiz.asked[0].question_id
    bank = dict(office.catalogue.questions)
    bank[wrong] = replace(bank[wrong], is_retired=True)
    office.catalogue = replace(office.catalogue, questions=bank)
    clock.advance(days=2)
    async with office.desk() as desk:
        assert await quizzing.wrong_and_due(desk, who.id) == 0
        assert (await quizzing.quiz_of(desk, who, quiz.id)).asked[0].question_id == wrong
        assert desk.catalogue.questions[wrong].stem
    again = await begin(office, who)
    assert wrong not in {asked.question_id for asked in again.asked}


async def test_an_answer_is_judged_and_read_by_the_wording_it_was_given_to(office: Office) -> None:
    who = await contact(office)
    quiz = await begin(office, who, "power")
    asked = quiz.asked[0]
    old = office.catalogue.questions[asked.question_id]
    other = frozenset(range(len(old.options))) - old.correct
    changed = replace(old, stem="换了一个问法？", options=tuple(reversed(old.options)), correct=frozenset({min(other)}))
    bank = dict(office.catalogue.questions) | {old.id: changed}
    office.catalogue = replace(office.catalogue, questions=bank)
    async with office.desk() as desk:
        given = await quizzing.answer(desk, who, quiz.id, 1, asked.places_of(old.correct))
    assert given.is_counted and given.asked.is_right
    del bank[old.id]
    async with office.desk() as desk:
        assert (await quizzing.quiz_of(desk, who, quiz.id)).questions[old.id] == old


async def test_a_wording_is_kept_once_however_often_it_is_asked(office: Office) -> None:
    for number, name in enumerate(("小刘", "王芳"), start=1004):
        await begin(office, await contact(office, name, number), "power")
    async with office.desk() as desk:
        kept = (await desk.session.scalars(select(QuestionEditionRecord.question_id))).all()
    assert sorted(kept) == sorted(set(kept)) and len(kept) == 3
