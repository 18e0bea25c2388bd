"""A button that was shown a while ago means what it said then, or nothing: never another day, never other words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.composition import Content
from domain.refusal import Refusal
from handlers import menu
from handlers.turn import Person, Press, Turn
from outreach.broadcasts import composing
from outreach.desk import Office
from tests.conftest import SetClock
from tests.outreach import walking
from tests.stage import CAST, Stage, open_stage

WHO = "周科"


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        await stage.fill_register()
        await stage.enrol(WHO)
        await stage.entered("小刘", "云泊区好邻居餐饮店", "employee")
        await stage.say(WHO, "/notice")
        await stage.press(WHO, "✍️ 写通知")
        await stage.say(WHO, "明天停水，请备好消防用水")
        await stage.press(WHO, "✔️ 就发给他们")
        yield stage


async def button(stage: Stage, label: str) -> tuple[object, str]:
    """The newest button with that label, as it lies on the screen: its message and what pressing it says."""
    for message in reversed(await stage.messages(WHO)):
        for row in message.get("inline_keyboard") or []:  # type: ignore[attr-defined]
            for one in row:
                if one["text"].startswith(label):
                    return message["message_id"], one["data"]
    raise AssertionError(f"there is no [{label}]")


async def press(stage: Stage, message_id: object, data: str) -> None:
    await stage.post(f"people/{CAST[WHO]}/press", message_id=message_id, data=data)
    await stage.settle()


async def newest(stage: Stage) -> str:
    return str((await stage.messages(WHO))[-1]["text"])


async def test_an_old_confirmation_does_not_send_what_was_written_since(stage: Stage) -> None:
    await stage.press(WHO, "👀 预览并确认")
    old = await button(stage, "✅ 确认发给 1 人")
    await stage.press(WHO, "✏️ 改内容")  # on the draft above it
    await stage.say(WHO, "今天停电")
    await press(stage, *old)
    await stage.press(WHO, "✔️ 就发给他们")
    assert "通知草稿" in await newest(stage)
    await stage.press(WHO, "👀 预览并确认")
    await stage.press(WHO, "✅ 确认发给 1 人")
    assert "已阅" in await newest(stage)


async def test_a_moment_that_was_offered_yesterday_is_still_that_moment(stage: Stage, clock: SetClock) -> None:
    await stage.press(WHO, "🕒 什么时候发")
    afternoon, workday = await button(stage, "今天 14:00"), await button(stage, "下个工作日 9:00（6月2日）")
    clock.advance(hours=22)  # 07:30 of the second of June
    await press(stage, *afternoon)
    assert "什么时候发" in await newest(stage)
    await press(stage, *workday)
    assert "6月2日 09:00" in await newest(stage)


@pytest.mark.parametrize(
    "data",
    [
        "bc:at:1:999999999999999999", "bc:at:1:-1", "bc:at:1:workday", "bc:at:1", "bc:ok:1:1", "bc:ok:1:1:",
        "bc:s:1:street", "bc:s:1:posts:boss", "bc:c:1:name:0", "bc:c:1:street:9999", "bc:ds:1:9999", "bc:ur:1:7",
        "bc:t:1:0", "bc:who:1:all:0", "bc:wp:1:read:99999", "bc:l:99999", "bc::", "bc", ":", "pl:d:1:99999999",
        "pl:x:1:20260601:99", "pl:f:1:00000000", "pl:mm:1:nobody", "pl:r:1:hourly", "pl:t:1:0", "st:q:99", "st:h:99",
        "ak:999999999999999999", "ak:1:c:x", "ak:",
    ],
)  # fmt: skip
async def test_what_no_button_of_ours_ever_said_is_refused_in_words(office: Office, clock: SetClock, data: str) -> None:
    async with office.desk() as desk:
        who = await walking.official(desk, WHO, 901)
        draft = await composing.begin(desk, *who)
        await composing.compose(desk, *who, draft.id, Content("检查燃气软管"))
    said = Press("q", tuple(data.split(":")), 77, False)
    turn = Turn(1, Person(901, 901, WHO, "zh-hans"), said, 77, clock.now)
    async with office.desk() as desk:
        scene = await menu.scene_for(turn, desk)
        try:
            reply = await menu.answer(turn, scene)
        except Refusal as no:
            reply = await menu.refuse(turn, scene, no)
        assert reply.toast or reply.says
