"""An answer that is longer than a message of Telegram's comes in several: no word is lost, the buttons stand last."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.parting import TEXT_LIMIT, units
from handlers.adapter.speaking import speak
from handlers.turn import Button, Person, Press, Reply, Say, Text, Turn
from tests.conftest import MORNING, SetClock
from tests.stage import CAST, Stage, open_stage

WHO = "王芳"
LINE = "到场：李强（主要负责人）&amp;<b>周科</b>，说好周五以前换锁。"
ROWS = ((Button("◀ 回到文书", "home"),),)


def shown(messages: list[dict[str, object]]) -> str:
    return "".join(str(message["text"]).replace("\n", "") for message in messages)


async def told(stage: Stage, press: Press | None, text: str, *, edit: bool) -> None:
    person = Person(CAST[WHO], CAST[WHO], WHO, "zh-hans")
    turn = Turn(1, person, press or Text("?"), None, MORNING)
    await speak(stage.house.bot, turn, Reply((Say(text, ROWS, edit=edit),)), None)


@pytest.mark.parametrize("lines", [140, 400])
async def test_an_answer_that_is_too_long_comes_in_parts(
    sqlite_url: str, tmp_path: Path, clock: SetClock, lines: int
) -> None:
    text = "\n".join(f"{at}. {LINE}" for at in range(lines))
    assert units(text) > TEXT_LIMIT
    plain = shown([{"text": text.replace("&amp;", "&").replace("<b>", "").replace("</b>", "")}])
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        await stage.say(WHO, "/start")
        before = len(await stage.messages(WHO))
        await told(stage, None, text, edit=False)
        fresh = (await stage.messages(WHO))[before:]
        assert shown(fresh) == plain
        assert [bool(message.get("inline_keyboard")) for message in fresh] == [False] * (len(fresh) - 1) + [True]
        # A press turns its own message into the first part; the others follow below it.
        pressed = fresh[-1]["message_id"]
        assert isinstance(pressed, int)
        await told(stage, Press("q", ("home",), pressed), text, edit=True)
        again = [one for one in await stage.messages(WHO) if int(str(one["message_id"])) >= pressed]
        assert shown(again) == plain and not again[0].get("inline_keyboard") and again[-1].get("inline_keyboard")
