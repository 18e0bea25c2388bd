"""A photo whose words are too long is kept, and the words are asked for again; no word is cut in silence."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from outreach.storage.hazards import HazardPhotoRecord, HazardRecord
from tests.conftest import SetClock
from tests.stage import Stage, open_stage


async def found(stage: Stage) -> tuple[str, int]:
    async with stage.house.office.desk() as desk:
        row = (await desk.session.scalars(select(HazardRecord))).one()
        photos = (await desk.session.scalars(select(HazardPhotoRecord.id))).all()
        return row.what, len(photos)


async def test_a_photo_with_too_long_a_caption(sqlite_url: str, tmp_path: Path, clock: SetClock) -> None:
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        await stage.fill_register()
        await stage.enrol("周科")
        for deed in ("/register 好邻居", "[云泊区好邻居餐饮店]", "[➕ 现场发现隐患]"):
            await stage.act("周科", deed)
        await stage.news("周科")
        await stage.act("周科", "📷 kitchen · " + "长" * 501)
        lines = "\n".join(await stage.news("周科"))
        assert "最多写 500 个字，您写了 501 个，没有收。" in lines and "还没有说是什么问题" in lines
        assert await found(stage) == ("", 1)
        await stage.act("周科", "后门锁着")
        await stage.act("周科", "📷 wires · " + "长" * 500)
        lines = "\n".join(await stage.news("周科"))
        assert "前面收下的 4 个字还在，加上这一条共 505 个，最多 500 个" in lines
        assert await found(stage) == ("后门锁着", 2)


async def test_a_report_takes_the_photo_and_not_half_the_words(
    sqlite_url: str, tmp_path: Path, clock: SetClock
) -> None:
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        await stage.fill_register()
        await stage.enrol("小刘", "云泊区好邻居餐饮店", "safety_officer")
        await stage.act("小刘", "/report")
        await stage.act("小刘", "长" * 1400)
        await stage.news("小刘")
        await stage.act("小刘", "📷 kitchen · " + "短" * 150)
        lines = "\n".join(await stage.news("小刘"))
        assert "前面收下的 1400 个字还在，加上这一条共 1551 个，最多 1500 个" in lines and "1 张" in lines
