"""联合检查 — two officials fill in one visit on two phones: what one presses stands on the card of the other."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.journeys.processes import Player, Town

SHOP = "云泊区好邻居餐饮店"


@pytest.mark.slow
def test_the_other_officials_card_follows(tmp_path: Path, figure: Figure) -> None:
    town = Town(tmp_path, "webhook")
    zhou, li = Player(town, 1001), Player(town, 1003)
    followed: list[float] = []

    def presses(by: Player, label: str, other: Player, *parts: str) -> None:
        """One presses, and the other's card shows it in the message that it was in."""
        message_id = other.reads(SHOP, "联合检查 ·", "检查表：")["message_id"]
        by.presses(label)
        pressed = time.monotonic()
        town.until(lambda: _is_shown(other, message_id, *parts))
        followed.append(time.monotonic() - pressed)

    try:
        town.command("migrate")
        town.command("demo-load")
        town.start_bot()
        for player, name in ((zhou, "周科"), (li, "李强")):
            player.opens(town.command("official", "add", "--name", name, "--code-only"))
            player.presses("同意并继续")
            player.presses("单独同意，开始使用")
            player.reads("要做什么")
        zhou.says("/register 好邻居")
        zhou.presses(SHOP)
        # The menu, further up, has a button of the same name.
        zhou.reads("名录上的人")
        for label in ("🔎 官方检查", "联合检查", "👥 谁参加", "李强", "📝 选一张检查表", "餐饮场所安全自查表"):
            zhou.presses(label)
        li.reads("联合检查 ·", "检查表：")
        zhou.presses("燃气 0/5")
        presses(zhou, "🙋 我来查这一部分", li, "燃气 0/5 周科")
        presses(zhou, "✅ 符合", li, "燃气 1/5 周科")
        presses(zhou, "❌ 不符合", li, "燃气 2/5 周科 ❌ 1")
        zhou.presses("◀ 回到检查")
        zhou.reads("联合检查 ·", "燃气 2/5 周科")
        li.presses("逃生出口 0/5")
        presses(li, "🙋 我来查这一部分", zhou, "逃生出口 0/5 李强")
        presses(li, "❌ 不符合", zhou, "逃生出口 1/5 李强 ❌ 1")
        presses(li, "🗂 记成隐患", zhou, "查出的隐患：1 条")
    finally:
        town.close()
    figure(f"two officials in one visit: the other one's card followed {min(followed):.2f} to {max(followed):.2f} s "
           f"after each of {len(followed)} presses, by real processes")  # fmt: skip


def _is_shown(of: Player, message_id: int, *parts: str) -> bool:
    shown = next(one for one in of.messages() if one["message_id"] == message_id)
    return all(part in (shown.get("text") or "") for part in parts)
