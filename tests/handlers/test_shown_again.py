"""An update that took effect before a stop is answered with what it asked for; the card that lives stays in place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import SetClock
from tests.stage import CAST, Stage, open_stage

WHO = "周科"


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        await stage.fill_register()
        await stage.enrol(WHO)
        await stage.entered("小刘", "云泊区好邻居餐饮店", "employee")
        yield stage


async def again(stage: Stage, update_id: object) -> dict[str, object]:
    """Let Telegram bring the same update once more; the newest message since."""
    await stage.post("redeliver", update_id=update_id)
    await stage.settle()
    return (await stage.messages(WHO))[-1]


async def said(stage: Stage, text: str) -> object:
    told = await stage.post(f"people/{CAST[WHO]}/text", text=text)
    await stage.settle()
    return told["update_id"]


async def pressed(stage: Stage, label: str) -> object:
    for message in reversed(await stage.messages(WHO)):
        for row in message.get("inline_keyboard") or []:  # type: ignore[attr-defined]
            for button in row:
                if button["text"] == label:
                    told = await stage.post(
                        f"people/{CAST[WHO]}/press", message_id=message["message_id"], data=button["data"]
                    )
                    await stage.settle()
                    return told["update_id"]
    raise AssertionError(f"there is no [{label}]")


@pytest.mark.parametrize("command", ["/quiz", "/notice", "/reports", "/register", "/campaign", "/officials"])
async def test_a_command_that_only_looks_is_answered_with_what_it_asked_for(stage: Stage, command: str) -> None:
    update_id = await said(stage, command)
    first = (await stage.messages(WHO))[-1]
    second = await again(stage, update_id)
    assert (second["text"], second["inline_keyboard"]) == (first["text"], first["inline_keyboard"])
    assert second["message_id"] != first["message_id"]


async def written(stage: Stage) -> object:
    await said(stage, "/notice")
    await pressed(stage, "✍️ 写通知")
    return await said(stage, "明天停水，请备好消防用水")


async def test_whoever_wrote_a_notice_into_a_stop_is_shown_their_draft(stage: Stage) -> None:
    shown = await again(stage, await written(stage))
    assert "通知草稿" in str(shown["text"]) and "明天停水" in str(shown["text"])


async def test_a_preview_that_was_asked_for_before_a_stop_leaves_the_draft_below(stage: Stage) -> None:
    await written(stage)
    await pressed(stage, "✔️ 就发给他们")
    before = len(await stage.messages(WHO))
    shown = await again(stage, await pressed(stage, "👀 预览并确认"))
    assert "通知草稿" in str(shown["text"]) and len(await stage.messages(WHO)) == before + 3


@pytest.mark.parametrize("label", ["🔔 提醒还没按的", "⏳ 谁还没按", "📄 Excel 名单", "↩️ 撤回"])
async def test_the_card_with_the_progress_stays_when_one_of_its_buttons_comes_again(stage: Stage, label: str) -> None:
    await written(stage)
    await pressed(stage, "✔️ 就发给他们")
    await pressed(stage, "👀 预览并确认")
    await pressed(stage, "✅ 确认发给 1 人")
    update_id = await pressed(stage, label)
    count = len(await stage.messages(WHO))
    await again(stage, update_id)
    messages = await stage.messages(WHO)
    assert len(messages) == count
    assert [message for message in messages if "📣 已发完" in str(message.get("text"))]
