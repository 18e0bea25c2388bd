"""答题不断 — a quiz through SIGKILLs between its questions: every answer counts once, and the set comes to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from content.catalogue import Catalogue
from outreach.storage.sqlite_build import sqlite
from tests.journeys.processes import Player, Town

PERSON = 1004


@pytest.mark.torture
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_a_quiz_survives_a_kill_between_its_questions(mode: str, tmp_path: Path) -> None:
    town = Town(tmp_path, mode)
    worker = Player(town, PERSON)
    bank = {question.stem: question for question in Catalogue.shipped().questions.values()}

    def polls() -> list[dict[str, Any]]:
        return [message for message in worker.messages() if message.get("poll")]

    def what_next() -> dict[str, Any] | None:
        """The result, or the newest poll while it has no answer."""
        last = worker.last()
        if "这一组答对" in (last.get("text") or ""):
            return last
        newest = polls()[-1]
        return None if newest["poll"]["chosen"] else newest

    def answer(message: dict[str, Any], wrong: bool = False) -> None:
        question = next(one for stem, one in bank.items() if stem in message["poll"]["question"])
        shown = [option["text"] for option in message["poll"]["options"]]
        right = [shown.index(question.options[at]) for at in question.correct]
        chosen = [next(at for at in range(len(shown)) if at not in right)] if wrong else right
        town.post(f"people/{PERSON}/vote", message_id=message["message_id"], options=chosen)

    try:
        town.command("migrate")
        town.start_bot()
        worker.says("/start")
        worker.presses("开始使用")
        worker.presses("同意并继续")
        worker.presses("单独同意，开始使用")
        worker.says("/quiz")
        worker.presses("随便来")
        town.until(polls)
        town.until(lambda: town.get("pending")["count"] == 0)

        # Killed while a poll stands open; it is answered while nobody is there.
        town.kill_bot()
        answer(polls()[-1], wrong=True)
        town.start_bot()
        # Killed the moment an answer is given: wherever that hits, the next question is reached.
        for _ in range(3):
            answer(town.until(what_next))
            town.kill_bot()
            town.start_bot()
        while "poll" in (message := town.until(what_next)):
            answer(message)
        assert "这一组答对 4 题，共 5 题" in message["text"]
    finally:
        town.close()
    answers = _answers(tmp_path / "data" / "anshao.db")
    assert sorted(answers) == [1, 2, 3, 4, 5] and [answers[at] for at in range(1, 6)] == [0, 1, 1, 1, 1]


def _answers(path: Path) -> dict[int, int]:
    with sqlite.connect(path) as connection:
        rows = connection.execute("SELECT position, is_right, chosen FROM quiz_questions").fetchall()
        counts = connection.execute("SELECT sum(times_right + times_wrong) FROM memories").fetchone()
    assert counts == (5,) and all(json.loads(chosen) for _, _, chosen in rows)
    return {position: is_right for position, is_right, _ in rows}
