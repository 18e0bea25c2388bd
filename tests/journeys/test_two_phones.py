"""两部手机 — one hazard on two phones: B reports it put right, A's card changes by itself, also through a kill."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from outreach.storage.sqlite_build import sqlite
from tests import pictures
from tests.conftest import Figure
from tests.journeys.processes import Player, Town

SHOP = "云泊区好邻居餐饮店"


def card(of: Player, *parts: str) -> dict[str, Any] | None:
    """The message that shows all this, if there is one; there is never a second card of one hazard."""
    found = [one for one in of.messages() if all(part in (one.get("text") or "") for part in ("YH", *parts))]
    assert len(found) <= 1, [one["text"] for one in found]
    return found[0] if found else None


@pytest.mark.slow
def test_the_other_phone_follows(tmp_path: Path, figure: Figure) -> None:
    town = Town(tmp_path, "webhook")
    zhou, wang = Player(town, 1001), Player(town, 1002)
    try:
        town.command("migrate")
        town.command("demo-load")
        town.start_bot()
        for player, code in (
            (zhou, town.command("official", "add", "--name", "周科", "--code-only")),
            (wang, town.command("invite", "--credit-code", _code(tmp_path), "--token-only")),
        ):
            player.opens(code)
            player.presses("同意并继续")
            player.presses("单独同意，开始使用")
        wang.shares_phone()
        wang.reads("登记好了")
        wang.says("/report")
        wang.says("后厨后门上了锁，推不开")
        wang.presses("👤 实名交")
        zhou.presses("📥 去处理")
        zhou.presses("✅ 属实，一般隐患")
        zhou.presses("📋 派单，督促整改")
        zhou.presses("📋 派单，定期限")
        zhou.presses(" 天）")
        town.until(lambda: card(zhou, "待整改"))
        shown = card(zhou, "待整改")

        wang.says("/hazards")
        wang.presses("YH")
        wang.presses("📷 发整改后照片")
        wang.reads("最多 5 张")
        wang.sends_photos(("after.jpg", pictures.named("after")))
        wang.reads("收到 1 张")
        wang.presses("✅ 整改完成，请复查")
        pressed = time.monotonic()
        town.until(lambda: card(zhou, "待复查", "整改报告人：王芳"))
        followed = time.monotonic() - pressed
        figure(f"two phones: the other one's card followed {followed:.2f} s after the press, by real processes")
        assert card(zhou, "待复查")["message_id"] == shown["message_id"]  # type: ignore[index]

        # The bot dies the moment 周科 has pressed; once it is back, 王芳's card has followed too.
        town.until(lambda: any("复查合格" in key["text"] for key in _keys(zhou)))
        zhou.presses("✅ 复查合格，销号")
        town.kill_bot()
        town.start_bot()
        town.until(lambda: card(zhou, "已销号"))
        town.until(lambda: card(wang, "已销号"))
    finally:
        town.close()


def _code(folder: Path) -> str:
    with sqlite.connect(folder / "data" / "anshao.db") as connection:
        return str(connection.execute("SELECT credit_code FROM enterprises WHERE name = ?", (SHOP,)).fetchone()[0])


def _keys(of: Player) -> list[dict[str, Any]]:
    return [key for one in of.messages() for row in one.get("inline_keyboard") or [] for key in row]
