"""Native polls and quizzes: limits, votes, closing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from telegram.error import BadRequest

OFFICER = 1002
QUIZ = {
    "question": "动火作业前应当做什么?",
    "options": ["办理审批", "直接开始", "清理可燃物"],
    "type": "quiz",
    "allows_multiple_answers": True,
    "correct_option_ids": [0, 2],
    "explanation": "先审批,\n再清理。",
}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"question": ""}, "poll question must be non-empty"),
        ({"question": "长" * 301}, "poll question length must not exceed 300"),
        ({"options": []}, "poll must have at least 1 option"),
        ({"options": ["a"] * 13}, "poll can't have more than 12 options"),
        ({"options": ["a", ""]}, "poll options must be non-empty"),
        ({"options": ["a", "长" * 101]}, "poll options length must not exceed 100"),
        ({"correct_option_ids": [3]}, "wrong correct option ID specified"),
        ({"correct_option_ids": None}, "wrong correct option ID specified"),
        ({"allows_multiple_answers": False}, "wrong correct option ID specified"),
        ({"explanation": "长" * 201}, "message is too long"),
        ({"explanation": "a\nb\nc\nd"}, "message is too long"),
        ({"open_period": 4}, "wrong poll open period specified"),
        ({"type": "exam"}, "unsupported poll type specified"),
    ],
)
async def test_polls_that_telegram_refuses(sandbox: Any, change: dict[str, Any], complaint: str) -> None:
    await sandbox.started()
    asked = {key: value for key, value in {**QUIZ, **change}.items() if value is not None}
    status, body = await sandbox.call("sendPoll", chat_id=OFFICER, **asked)
    assert (status, body["description"]) == (400, f"Bad Request: {complaint}")


async def test_a_quiz_is_answered_once_and_both_updates_come(sandbox: Any) -> None:
    await sandbox.started()
    sent = await sandbox.bot.send_poll(OFFICER, is_anonymous=False, **QUIZ)
    assert [option.text for option in sent.poll.options] == QUIZ["options"]
    await sandbox.act(OFFICER, "vote", message_id=sent.message_id, options=[0, 2])
    poll, answer = await sandbox.bot.get_updates()
    assert [option.voter_count for option in poll.poll.options] == [1, 0, 1]
    assert (answer.poll_answer.poll_id, answer.poll_answer.option_ids) == (sent.poll.id, (0, 2))
    assert answer.poll_answer.user.id == OFFICER
    again = await sandbox.refused(OFFICER, "vote", message_id=sent.message_id, options=[1])
    assert again == (409, "this vote cannot be changed")
    shown = (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["messages"][-1]["poll"]
    assert (shown["chosen"], shown["correct_option_ids"], shown["explanation"]) == ([0, 2], [0, 2], "先审批,\n再清理。")


async def test_the_right_answers_stay_hidden_until_one_votes(sandbox: Any) -> None:
    await sandbox.started()
    await sandbox.bot.send_poll(OFFICER, **QUIZ)
    shown = (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["messages"][-1]["poll"]
    assert "correct_option_ids" not in shown
    assert "explanation" not in shown


async def test_a_shuffled_poll_is_answered_by_the_place_shown(sandbox: Any) -> None:
    await sandbox.started()
    options = [f"选项{number}" for number in range(10)]
    sent = await sandbox.bot.send_poll(OFFICER, "选一个", options, shuffle_options=True, is_anonymous=False)
    shown = (await sandbox.ask("GET", "state"))["chats"][str(OFFICER)]["messages"][-1]["poll"]
    texts = [option["text"] for option in shown["options"]]
    assert texts != options
    assert sorted(texts) == options
    await sandbox.act(OFFICER, "vote", message_id=sent.message_id, options=[3])
    answer = (await sandbox.bot.get_updates())[-1].poll_answer
    assert options[answer.option_ids[0]] == texts[3]
    await sandbox.act(OFFICER, "vote", message_id=sent.message_id, options=[])
    assert (await sandbox.drained())[-1]["poll_answer"]["option_ids"] == []


async def test_stopping_a_poll(sandbox: Any) -> None:
    told = await sandbox.said()
    sent = await sandbox.bot.send_poll(OFFICER, "几点开会", ["九点", "十点"])
    assert (await sandbox.bot.stop_poll(OFFICER, sent.message_id)).is_closed
    with pytest.raises(BadRequest, match="Poll has already been closed"):
        await sandbox.bot.stop_poll(OFFICER, sent.message_id)
    with pytest.raises(BadRequest, match="Message is not a poll"):
        await sandbox.bot.stop_poll(OFFICER, told.message_id)
    with pytest.raises(BadRequest, match="Message with poll to stop not found"):
        await sandbox.bot.stop_poll(OFFICER, 99)
    assert (await sandbox.refused(OFFICER, "vote", message_id=sent.message_id, options=[0]))[0] == 409
    assert (await sandbox.drained())[-1]["poll"]["is_closed"]


async def test_a_poll_closes_by_itself_even_after_a_restart(run: Any, tmp_path: Path) -> None:
    async with run(tmp_path) as sandbox:
        await sandbox.started()
        await sandbox.bot.send_poll(OFFICER, open_period=5, **QUIZ)
        started_at = sandbox.clock.at
    async with run(tmp_path) as sandbox:
        assert sandbox.clock.at == started_at
        assert await sandbox.drained() == []
        [timer] = sandbox.exchange.timers.values()
        assert 0 < timer.when() - asyncio.get_running_loop().time() <= 5
        timer._run()
        timer.cancel()
        assert (await sandbox.drained())[-1]["poll"]["is_closed"]
