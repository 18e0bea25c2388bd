"""六月 — a street office runs its June: notices with 已阅, a quiz through a kill, a hazard reported, plans, 四个一."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.settings import read_settings
from bot.wiring import open_office
from content.catalogue import Catalogue
from domain.contact import Role
from outreach.people import enrolling, inviting
from outreach.storage.enterprises import EnterpriseRecord
from scheduler import sweeps
from tests import pictures
from tests.conftest import SetClock
from tests.journeys.processes import TOKEN, Player, Town
from tests.stage import Stage, open_stage

RESTAURANT = "云泊区好邻居餐饮店"
OTHER = "云泊听涛酒楼有限公司"
STREET = "望潮街道"
ZHOU, WANG, LIU, ZHAO = 1001, 1002, 1004, 1005


@pytest.mark.torture
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_june_by_real_processes(mode: str, tmp_path: Path) -> None:
    began = time.monotonic()
    town = Town(tmp_path, mode)
    # What an official sends waits for the morning: it is about ten o'clock wherever this is run.
    town.environment["ANSHAO_TIMEZONE"] = _where_it_is_ten()
    zhou, wang, liu = Player(town, ZHOU), Player(town, WANG), Player(town, LIU)
    try:
        town.command("migrate")
        town.command("demo-load")
        code = town.command("official", "add", "--name", "周科", "--street", STREET, "--code-only")
        links = asyncio.run(_invite_and_enter_zhao(town))
        town.start_bot()
        zhou.opens(code)
        zhou.presses("同意并继续")
        zhou.presses("单独同意，开始使用")
        zhou.reads("周科，欢迎")
        wang.opens(links[Role.SAFETY_OFFICER])
        wang.presses("同意并继续")
        wang.presses("单独同意，开始使用")
        wang.reads("分享我的手机号")
        wang.shares_phone()
        wang.reads("登记好了", RESTAURANT)
        liu.opens(links[Role.EMPLOYEE])
        liu.presses("同意并继续")
        liu.presses("单独同意，开始使用")
        liu.presses("请企业确认")
        wang.presses("同意加入")
        liu.reads(RESTAURANT, "员工")

        _tell_the_restaurants(town, zhou, wang, liu)
        _take_one_back(town, zhou, wang)
        _quiz_through_a_kill(town, liu)
        _report_and_hear_back(town, zhou, liu)
        assert town.get("pending")["count"] == 0
    finally:
        assert town.close() == 0
    print(f"\n{mode}: {time.monotonic() - began:.1f} s")


def _where_it_is_ten() -> str:
    """A time zone in which it is ten in the morning; the names of these zones count westwards."""
    ahead = (10 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


async def _invite_and_enter_zhao(town: Town) -> dict[Role, str]:
    """Links for the restaurant's people. 赵敏 has blocked the bot, so nothing can be done for her in the chat."""
    settings = read_settings(
        bot_token=TOKEN, bot_api_url=town.base, data_dir=Path(town.environment["ANSHAO_DATA_DIR"]), _env_file=None
    )
    async with open_office(settings) as office, office.desk() as desk:
        where = (await desk.session.scalars(select(EnterpriseRecord.id).where(EnterpriseRecord.name == OTHER))).one()
        contact = await enrolling.agree(desk, ZHAO, ZHAO, "赵敏", "zh-CN", 1)
        await enrolling.give_post(desk, contact, where, Role.SAFETY_OFFICER, "test")
        own = (await desk.session.scalars(select(EnterpriseRecord.id).where(EnterpriseRecord.name == RESTAURANT))).one()
        return {role: await inviting.invite(desk, own, role, None) for role in (Role.SAFETY_OFFICER, Role.EMPLOYEE)}


def _write(zhou: Player, words: str) -> None:
    zhou.says("/notice")
    zhou.presses("写通知")
    zhou.reads("要通知的内容")
    zhou.says(words)
    zhou.reads("发给谁", "3 人")


def _tell_the_restaurants(town: Town, zhou: Player, wang: Player, liu: Player) -> None:
    """To 餐饮 with a count; 已阅 2/3, one out of reach and why; those who have not pressed are reminded."""
    _write(zhou, "各餐饮单位：6 月 3 日前检查燃气软管，过期的马上换。")
    zhou.presses("🏭 行业")
    zhou.presses("餐饮")
    zhou.reads("发给谁", "餐饮", "3 人")
    zhou.presses("就发给他们")
    zhou.reads("通知草稿", "检查燃气软管")
    zhou.presses("预览并确认")
    zhou.reads("确认发送吗", "王芳", "赵敏", "小刘")
    zhou.presses("确认发给 3 人")
    wang.reads("检查燃气软管", "看完请按")
    zhou.reads("已发完", "没按已阅 2 人", "收不到 1 人")
    wang.presses("✅ 已阅")
    zhou.reads("已阅 1/3")
    zhou.presses("谁收不到")
    zhou.reads("收不到 1 人", "赵敏", "停用了机器人")
    zhou.presses("提醒还没按的")
    zhou.reads("已提醒 1 个")
    liu.reads("还有一条通知您没按")
    liu.presses("✅ 已阅")
    zhou.reads("已阅 2/3")


def _take_one_back(town: Town, zhou: Player, wang: Player) -> None:
    _write(zhou, "明天上午停水，请备好消防用水。")
    zhou.presses("就发给他们")
    zhou.reads("通知草稿", "明天上午停水")
    zhou.presses("预览并确认")
    zhou.presses("确认发给 3 人")
    wang.reads("明天上午停水")
    zhou.reads("已发完", "明天上午停水")
    zhou.presses("↩️ 撤回")
    zhou.presses("确认撤回")
    wang.reads("这条通知已撤回")
    zhou.reads("已撤回", "2 人的消息已改成")
    assert not any("明天上午停水" in (message.get("text") or "") for message in wang.messages())


def _quiz_through_a_kill(town: Town, liu: Player) -> None:
    """Five questions; killed while one stands open, it is answered while nobody is there, and counts."""
    bank = list(Catalogue.shipped().questions.values())

    def standing() -> dict[str, Any] | None:
        """The result, or the newest poll while it has no answer."""
        last = liu.last()
        if "这一组答对" in (last.get("text") or ""):
            return last
        polls = [message for message in liu.messages() if message.get("poll")]
        return polls[-1] if polls and not polls[-1]["poll"]["chosen"] else None

    def answer(message: dict[str, Any]) -> None:
        question = next(one for one in bank if one.stem in message["poll"]["question"])
        shown = [option["text"] for option in message["poll"]["options"]]
        right = [shown.index(question.options[at]) for at in question.correct]
        town.post(f"people/{LIU}/vote", message_id=message["message_id"], options=right)

    liu.says("/quiz")
    liu.presses("随便来")
    answer(town.until(standing))
    second = town.until(standing)
    town.until(lambda: town.get("pending")["count"] == 0)
    town.kill_bot()
    answer(second)
    town.start_bot()
    while "poll" in (message := town.until(standing)):
        answer(message)
    assert "这一组答对 5 题，共 5 题" in message["text"]


def _report_and_hear_back(town: Town, zhou: Player, liu: Player) -> None:
    liu.says("/report")
    liu.reads("看到了什么")
    liu.says("后门的安全出口锁死了")
    liu.reads("还没有交", "安全出口锁死")
    liu.sends_photos(("door.jpg", pictures.named("door")))
    liu.reads("还没有交", "照片：1 张")
    liu.presses("🙈 匿名交")
    liu.presses("还是匿名交")
    liu.reads("收到了，编号")
    zhou.reads("新的隐患举报", "匿名", "安全出口锁死")
    shown = " ".join(str(message.get("text")) for message in zhou.messages() if "举报" in (message.get("text") or ""))
    assert "小刘" not in shown
    zhou.presses("去处理")
    zhou.presses("属实，一般隐患")
    zhou.reads("已确认属实")
    liu.reads("您的举报", "属实", "一般")


def _shanghai(words: str) -> datetime:
    return datetime.strptime(f"2026-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


async def test_june_by_the_clock(sqlite_url: str, tmp_path: Path, clock: SetClock) -> None:
    """A weekly plan: one reminder in working hours, none at night, one digest after three days; 四个一 1/70."""
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        await stage.fill_register()
        await stage.enrol("周科", street=STREET)
        await stage.enrol("王芳", RESTAURANT, "safety_officer")
        await stage.say("周科", "/campaign")
        assert "完成 0/70 格（23 家企业）" in _newest(await stage.news("周科"))
        await stage.say("周科", "/plans")
        for label in ("➕ 新计划", "餐饮场所安全自查表", "整个街道", "每周一次", "6月2日 周二", "6月30日 周二"):
            await stage.press("周科", label)
        await stage.press("周科", "✅ 定下来，通知 3 家")
        await stage.news("王芳")

        heard: list[str] = []
        for day in ("06-02", "06-03"):
            for hour in ("00:10", "06:59", "07:59", "09:01", "12:00", "18:00", "21:30", "23:50"):
                heard += await _hears(stage, clock, f"{day} {hour}")
        asked = [line for line in heard if "该做自查了" in line]
        assert len(asked) == 1 and asked[0].startswith("06-02 09:01"), heard
        # From Wednesday night until the Friday of the next week nobody looked.
        after = [
            line
            for hour in ("02:00", "10:00", "10:01", "15:00", "22:00")
            for line in await _hears(stage, clock, f"06-12 {hour}")
        ]
        plans = [line for line in after if "自查" in line]
        assert len({line[:11] for line in plans}) == 1 and plans[0].startswith("06-12 10:00"), after

        # The inspection that was done anyway fills its cell.
        await stage.say("王芳", "/check")
        await stage.press("王芳", "餐饮场所安全自查表")
        for _ in range(21):
            await stage.press("王芳", "✅ 符合")
        await stage.press("王芳", "📤 提交")
        await stage.say("周科", "/campaign")
        assert "完成 1/70 格（23 家企业）" in _newest(await stage.news("周科"))


async def _hears(stage: Stage, clock: SetClock, at: str) -> list[str]:
    """What 王芳 hears at that hour, each line with when."""
    clock.set(_shanghai(at).astimezone(UTC))
    await sweeps.ask_daily_questions(stage.house.office)
    await sweeps.remind(stage.house.office)
    await stage.settle()
    return [f"{at} {line}" for line in await stage.news("王芳") if line.strip()]


def _newest(lines: list[str]) -> str:
    return "\n".join(lines[-30:])
