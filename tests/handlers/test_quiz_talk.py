"""Polls on the wire: what is sent, lost, sent twice, answered after a restart, and asked of a group."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from content.catalogue import Catalogue
from content.texts import Texts
from domain.quiz import Asked, shown_order
from handlers import quiz_cards
from outreach.quizzes.quizzing import Quiz
from outreach.storage.people import ContactRecord
from outreach.storage.polls import PollRecord
from outreach.storage.quizzes import GroupQuestionRecord, MemoryRecord, QuizQuestionRecord
from tests.bank import with_bank
from tests.conftest import MORNING, SetClock
from tests.stage import CAST, Stage, open_sandbox, open_stage, stage_on

WHO = "小刘"
GROUP = {"id": -1001234, "type": "supergroup", "title": "好邻居员工群", "owner": CAST["王芳"]}
STRANGER = {"id": 900, "is_bot": False, "first_name": "路人"}


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        yield await ready(stage)


async def ready(stage: Stage) -> Stage:
    stage.house.office.catalogue = with_bank(stage.house.office.catalogue)
    return stage


async def join(stage: Stage, *who: str) -> None:
    await stage.fill_register()
    for name in who:
        await stage.enrol(name, "云泊区好邻居餐饮店", "employee" if name == WHO else "safety_officer")


async def begin(stage: Stage) -> None:
    await join(stage, WHO)
    await stage.say(WHO, "/quiz")
    await stage.press(WHO, "🎲 随便来")


async def polls(stage: Stage, who: str = WHO) -> list[dict[str, Any]]:
    return [message for message in await stage.messages(who) if message.get("poll")]


async def vote(stage: Stage, message: dict[str, Any], right: bool = True) -> int:
    """Answer this poll; the id of the update."""
    shown = [option["text"] for option in message["poll"]["options"]]
    question = next(
        one for one in stage.house.office.catalogue.questions.values() if one.stem in message["poll"]["question"]
    )
    places = [shown.index(question.options[at]) for at in question.correct]
    if not right:
        places = [next(at for at in range(len(shown)) if at not in places)]
    told = await stage.post(f"people/{CAST[WHO]}/vote", message_id=message["message_id"], options=places)
    await stage.settle()
    return int(told["update_id"])  # type: ignore[call-overload]


async def answered(stage: Stage) -> list[int]:
    async with stage.house.office.desk() as desk:
        rows = await desk.session.scalars(
            select(QuizQuestionRecord.position)
            .where(QuizQuestionRecord.is_right.is_not(None))
            .order_by(QuizQuestionRecord.position)
        )
        return list(rows)


async def last_words(stage: Stage, who: str = WHO) -> str:
    return str((await stage.messages(who))[-1].get("text") or "")


async def sent(stage: Stage, method: str) -> list[dict[str, Any]]:
    ledger = await stage.get("ledger")
    assert isinstance(ledger, list)
    return [call for call in ledger if call["method"] == method]


async def test_a_question_goes_out_as_a_quiz_that_names_the_law(stage: Stage) -> None:
    await begin(stage)
    for _ in range(5):
        await vote(stage, (await polls(stage))[-1])
    asked = await sent(stage, "sendPoll")
    assert len(asked) == 5
    explanations = [str(call["parameters"]["explanation"]) for call in asked]
    assert all("依据：" in one and len(one) <= 200 and one.count("\n") <= 2 for one in explanations)
    several = [call["parameters"] for call in asked if "油锅" in str(call["parameters"]["question"])]
    assert [bool(one["allows_multiple_answers"]) for one in several] == [True]
    assert all(str(call["parameters"]["is_anonymous"]).lower() == "false" for call in asked)
    assert "答对 5 题" in await last_words(stage)


async def test_a_poll_that_never_went_out_is_no_dead_end(stage: Stage) -> None:
    await begin(stage)
    await stage.post("faults", method="sendPoll", kind="500", times=2)
    update_id = await vote(stage, (await polls(stage))[-1])
    assert len(await polls(stage)) == 1 and await answered(stage) == [1]
    # A message brings it, and so does the update when Telegram sends it again.
    await stage.say(WHO, "然后呢")
    assert len(await polls(stage)) == 1
    await stage.post("redeliver", update_id=update_id)
    await stage.settle()
    assert len(await polls(stage)) == 2 and await answered(stage) == [1]
    await vote(stage, (await polls(stage))[-1])
    assert await answered(stage) == [1, 2]


@pytest.mark.parametrize("kind", ["accept-then-drop", "accept-then-502html", "accept-then-empty"])
async def test_a_poll_that_was_sent_but_not_remembered_leads_on(stage: Stage, kind: str) -> None:
    await begin(stage)
    await stage.post("faults", method="sendPoll", kind=kind, times=1)
    await vote(stage, (await polls(stage))[-1])
    orphan = (await polls(stage))[-1]
    assert len(await polls(stage)) == 2
    await vote(stage, orphan)
    assert await answered(stage) == [1]
    assert any("没有记上" in str(message.get("text")) for message in await stage.messages(WHO))
    await vote(stage, (await polls(stage))[-1])
    assert await answered(stage) == [1, 2]


async def test_the_same_vote_again_counts_once_and_says_where_they_stand(stage: Stage) -> None:
    await begin(stage)
    update_id = await vote(stage, (await polls(stage))[-1], right=False)
    for _ in range(3):
        await stage.post("redeliver", update_id=update_id)
        await stage.settle()
    assert await answered(stage) == [1] and len(await polls(stage)) == 2
    assert "第 2 题还等着您答" in await last_words(stage)
    async with stage.house.office.desk() as desk:
        memory = (await desk.session.scalars(select(MemoryRecord))).one()
        assert (memory.times_right, memory.times_wrong) == (0, 1)
    await stage.press(WHO, "↻ 重发这道题")
    assert len(await polls(stage)) == 3


async def test_the_last_vote_again_says_the_result_again(stage: Stage) -> None:
    await begin(stage)
    for _ in range(5):
        update_id = await vote(stage, (await polls(stage))[-1])
    await stage.post("redeliver", update_id=update_id)
    await stage.settle()
    texts = [str(message.get("text")) for message in await stage.messages(WHO)]
    assert sum("答对 5 题" in text for text in texts) == 2


async def test_one_question_in_two_polls_counts_once_and_a_late_one_is_only_noted(stage: Stage) -> None:
    await begin(stage)
    for _ in range(2):
        await stage.say(WHO, "/quiz")
    first, second, third = await polls(stage)
    await vote(stage, first, right=False)
    await vote(stage, second)
    assert await answered(stage) == [1] and "只算第一次" in await last_words(stage)
    while len(await answered(stage)) < 5:
        await vote(stage, (await polls(stage))[-1])
    assert "答对 4 题" in await last_words(stage)
    await vote(stage, third)
    assert "已经结束" in await last_words(stage)
    async with stage.house.office.desk() as desk:
        rights = await desk.session.scalars(select(QuizQuestionRecord.is_right))
        assert sorted(map(bool, rights)) == [False, True, True, True, True]


async def test_a_poll_left_open_is_answered_after_a_restart(sqlite_url: str, tmp_path: Path, clock: SetClock) -> None:
    async with open_sandbox() as port:
        async with stage_on(port, sqlite_url, tmp_path, clock) as before:
            await begin(await ready(before))
            await vote(before, (await polls(before))[-1])
            left_open = (await polls(before))[-1]
        clock.advance(days=3)
        async with stage_on(port, sqlite_url, tmp_path, clock) as after:
            await vote(await ready(after), left_open)
            assert await answered(after) == [1, 2]
            assert len(await polls(after)) == 3


async def test_forged_buttons_are_refused_in_words(stage: Stage) -> None:
    await begin(stage)
    message = (await stage.messages(WHO))[-2]
    for data in ("qz", "qz:b", "qz:b:nothing", "qz:go:999", "qz:r:x", "qz:h:0900", "qz:h", "qz:zz", "qz:g:1"):
        await stage.post("raw", update={"callback_query": {
            "id": f"forged-{data}", "from": {"id": CAST[WHO], "is_bot": False, "first_name": WHO}, "data": data,
            "chat_instance": "1", "message": {
                "message_id": message["message_id"], "date": 1, "text": "…",
                "chat": {"id": CAST[WHO], "type": "private", "first_name": WHO},
            }}})  # fmt: skip
        await stage.settle()
    assert stage.house.intake.quarantined == 0


async def in_group(stage: Stage, sender: dict[str, Any], text: str = "/quiz") -> int:
    told = await stage.post(
        "raw",
        update={"message": {"message_id": 5, "date": 1, "chat": GROUP, "from": sender, "text": text}},
    )
    await stage.settle()
    return int(told["update_id"])  # type: ignore[call-overload]


def user(who: str) -> dict[str, Any]:
    return {"id": CAST[who], "is_bot": False, "first_name": who}


async def group_calls(stage: Stage, method: str) -> list[dict[str, Any]]:
    return [
        call["parameters"]
        for call in await sent(stage, method)
        if str(call["parameters"].get("chat_id")) == str(GROUP["id"])
    ]


async def test_a_groups_admin_asks_and_everybody_is_counted(stage: Stage) -> None:
    await join(stage, "王芳", WHO)
    await in_group(stage, user(WHO))
    assert "群里的题由管理员来出" in (await group_calls(stage, "sendMessage"))[-1]["text"]
    update_id = await in_group(stage, user("王芳"))
    assert len(await group_calls(stage, "sendPoll")) == 1
    async with stage.house.office.desk() as desk:
        poll = (await desk.session.scalars(select(PollRecord))).one()
        group = (await desk.session.scalars(select(GroupQuestionRecord))).one()
        assert (poll.chat_id, poll.contact_id, poll.subject) == (GROUP["id"], None, f"group:{group.id}")
    question = stage.house.office.catalogue.questions[group.question_id]
    right = [group.shown.index(at) for at in sorted(question.correct)]
    wrong = [next(place for place in range(len(group.shown)) if place not in right)]
    before = await stage.get("ledger")
    for voter, chosen in ((user(WHO), right), (STRANGER, right), ({**STRANGER, "id": 901}, wrong)):
        told = await stage.post("raw", update={"poll_answer": {
            "poll_id": poll.poll_id, "user": voter, "option_ids": chosen,
            "option_persistent_ids": [str(place) for place in chosen],
        }})  # fmt: skip
        await stage.settle()
        await stage.post("redeliver", update_id=told["update_id"])
        await stage.settle()
    after = await stage.get("ledger")
    assert isinstance(before, list) and isinstance(after, list)
    # Whoever votes in a group is not written to: a stranger never spoke with the bot.
    assert [c["method"] for c in after[len(before) :] if c["method"].startswith("send")] == []
    await stage.post("raw", update={"callback_query": {
        "id": "numbers", "from": STRANGER, "data": f"qz:g:{group.id}", "chat_instance": "1",
        "message": {"message_id": 7, "date": 1, "text": "…", "chat": GROUP},
    }})  # fmt: skip
    await stage.settle()
    # The sandbox knows no such press, so it refuses the answer; what would have been shown is the same.
    refused = await stage.get("ledger?refused=1")
    assert isinstance(refused, list)
    assert "3 人答了，2 人答对（66%）" in str(refused[-1])
    async with stage.house.office.desk() as desk:
        await desk.session.refresh(group := await desk.session.get_one(GroupQuestionRecord, group.id))
        assert (group.strangers_right, group.strangers_wrong) == (1, 1)
        assert {row.person_id for row in await desk.session.scalars(select(ContactRecord))} == {1002, 1004}
    # The command once more from Telegram: the group has its question already.
    await stage.post("redeliver", update_id=update_id)
    await stage.settle()
    assert len(await group_calls(stage, "sendPoll")) == 1
    assert stage.house.intake.quarantined == 0


async def test_other_talk_in_a_group_is_sent_to_the_private_chat(stage: Stage) -> None:
    await join(stage, "王芳")
    await in_group(stage, user("王芳"), "/check")
    assert "私聊" in (await group_calls(stage, "sendMessage"))[-1]["text"]
    assert await group_calls(stage, "sendPoll") == []


def test_every_question_of_the_bank_fits_a_poll_and_five_wrong_ones_a_message(
    catalogue: Catalogue, texts: Texts
) -> None:
    words = texts.words("zh-CN")
    wordy = sorted(catalogue.questions.values(), key=lambda one: -len(one.stem + one.explanation + str(one.basis)))
    for question in wordy:
        asked = Asked(1, question.id, shown_order(question, question.id), frozenset(), False)
        poll = quiz_cards.poll(words, Quiz(1, "", None, MORNING, False, (asked,) * 5), asked, question)
        assert poll.question.endswith(question.stem) and len(poll.question) <= 300
        assert {poll.options[at] for at in poll.correct} == {question.options[at] for at in question.correct}
        assert len(poll.explanation) <= 200 and poll.explanation.count("\n") <= 2
        assert "依据" in poll.explanation or quiz_cards.basis(words, question)
    wrong = tuple(
        Asked(at, one.id, shown_order(one, "1"), frozenset(), False) for at, one in enumerate(wordy[:5], start=1)
    )
    quiz = Quiz(1, "", None, MORNING, True, wrong)
    assert len(quiz_cards.result(words, quiz, catalogue.questions, (), None).text) <= 4096
