"""A question to a group: contacts counted once each, strangers only as a number."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from domain.contact import StalePress
from domain.quiz import GROUP_QUESTIONS_A_DAY, GroupQuestionsSpent, QuestionsLacking
from outreach.desk import Office
from outreach.quizzes import asking, revising
from outreach.storage.quizzes import GroupQuestionRecord
from outreach.storage.records import Record
from tests.bank import QUESTIONS, question, with_bank
from tests.conftest import SetClock
from tests.outreach.walking import person

GROUP = -1001


@pytest.fixture
def office(office: Office) -> Office:
    office.catalogue = with_bank(office.catalogue)
    return office


async def ask(office: Office, chat_id: int = GROUP) -> asking.GroupQuestion:
    async with office.desk() as desk:
        return await asking.ask(desk, chat_id)


async def vote(office: Office, group: asking.GroupQuestion, right: bool, contact_id: int | None = None) -> None:
    correct = office.catalogue.questions[group.asked.question_id].correct
    places = group.asked.places_of(correct) if right else group.asked.places_of({max(set(group.asked.shown) - correct)})
    async with office.desk() as desk:
        await asking.count(desk, group.id, places, contact_id)


async def test_contacts_count_once_and_strangers_leave_nothing_but_a_number(office: Office) -> None:
    group = await ask(office)
    async with office.desk() as desk:
        who = await person(desk, "小刘", 1004)
    await vote(office, group, False, who.id)
    await vote(office, group, True, who.id)
    before = await cells(office)
    for right in (True, True, False):
        await vote(office, group, right)
    changed = {where for where, value in (await cells(office)).items() if before.get(where) != value}
    assert changed == {f"group_questions.{group.id}.strangers_right", f"group_questions.{group.id}.strangers_wrong"}
    async with office.desk() as desk:
        tally = await asking.tally(desk, group.id, GROUP)
        assert tally == asking.Tally(answers=4, right=2, contacts=1)
        # It was wrong, so it returns to them in private.
        assert (await revising.memories_of(desk, who.id))[group.asked.question_id].due_at == desk.now


async def cells(office: Office) -> dict[str, str]:
    async with office.desk() as desk:
        return {
            f"{table.name}.{'.'.join(str(row[key.name]) for key in table.primary_key)}.{column}": str(value)
            for table in Record.metadata.tables.values()
            for row in (await desk.session.execute(select(table))).mappings()
            for column, value in row.items()
        }


async def test_votes_at_once_are_all_counted(office: Office) -> None:
    group = await ask(office)
    await asyncio.gather(*(vote(office, group, number % 3 > 0) for number in range(12)))
    async with office.desk() as desk:
        assert await asking.tally(desk, group.id, GROUP) == asking.Tally(12, 8, 0)


async def test_a_group_gets_other_questions_until_all_were_asked_and_has_a_daily_limit(
    office: Office, clock: SetClock
) -> None:
    asked = []
    for _ in range(GROUP_QUESTIONS_A_DAY):
        asked.append((await ask(office)).asked.question_id)
        clock.advance(minutes=1)
    assert len(set(asked[:6])) == 6 and asked[6:12] == asked[:6]
    with pytest.raises(GroupQuestionsSpent):
        await ask(office)
    await ask(office, -1002)
    clock.advance(days=1)
    await ask(office)


async def test_a_group_is_asked_what_suits_everybody(office: Office) -> None:
    office.catalogue = with_bank(office.catalogue, [question("only-shops", trades=["catering"])])
    with pytest.raises(QuestionsLacking):
        await ask(office)


async def test_another_group_does_not_see_the_numbers(office: Office) -> None:
    group = await ask(office)
    async with office.desk() as desk:
        for id_, chat_id in ((group.id, -1002), (999, GROUP)):
            with pytest.raises(StalePress):
                await asking.tally(desk, id_, chat_id)
        await asking.count(desk, 999, (0,), None)
    office.catalogue = with_bank(office.catalogue, QUESTIONS[:0])
    await vote_blindly(office, group)


async def vote_blindly(office: Office, group: asking.GroupQuestion) -> None:
    """A question that left the bank is counted no more, and is no fault."""
    async with office.desk() as desk:
        await asking.count(desk, group.id, (0,), None)
        row = await desk.session.get_one(GroupQuestionRecord, group.id)
        assert (row.strangers_right, row.strangers_wrong) == (0, 0)
