"""回图 — a card asked for twice goes up once; a refused id costs the person nothing; nothing of a report stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.conftest import SetClock
from tests.stage import open_stage

CARD = "[💨 闻到燃气味]"


async def shown(stage: Any, method: str) -> list[str]:
    """How each file of that kind was sent: `upload`, or the id."""
    ledger = await stage.get("ledger")
    name = method.removeprefix("send").lower()
    sent = [call["parameters"][name] for call in ledger if call["method"] == method]
    return [one if isinstance(one, str) else "upload" for one in sent]


async def ids(stage: Any) -> list[str]:
    async with stage.house.office.desk() as desk:
        return list((await desk.session.execute(text("SELECT file_id FROM uploads"))).scalars())


async def test_a_card_asked_for_again_is_sent_by_its_id(sqlite_url: str, tmp_path: Path, clock: SetClock) -> None:
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        for deed in ("/cards", CARD, "[🖼 看图]", "[🖼 看图]"):
            await stage.act("小刘", deed)
        assert await shown(stage, "sendPhoto") == ["upload", *await ids(stage)]
        async with stage.house.office.desk() as desk:
            await desk.session.execute(text("UPDATE uploads SET file_id = 'AgACgone'"))
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        # Another life, which knows only what was written down.
        for deed in ("/cards", CARD, "[🖼 看图]"):
            await stage.act("小刘", deed)
        assert await shown(stage, "sendPhoto") == ["upload"]
        assert len(await ids(stage)) == 1 and "AgACgone" not in await ids(stage)


async def test_nothing_of_an_anonymous_report_is_remembered(sqlite_url: str, tmp_path: Path, clock: SetClock) -> None:
    """A1: neither the reporter's photos nor what officials are shown of them leaves an id."""
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        await stage.fill_register()
        await stage.enrol("周科")
        await stage.entered("小刘", "云泊区好邻居餐饮店", "employee")
        for deed in ("/report", "后门锁死了", "📷 a.jpg, b.jpg", "[🙈 匿名交]", "[🙈 还是匿名交]"):
            await stage.act("小刘", deed)
        await stage.act("周科", "[📥 去处理]")
        await stage.act("周科", "[🖼 看照片（2 张）]")
        assert await shown(stage, "sendPhoto") == ["upload"] * 2
        assert await ids(stage) == []
