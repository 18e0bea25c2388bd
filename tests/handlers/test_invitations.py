"""A forged invitation button is refused in words; it opens nothing, breaks nothing and issues nothing."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from bot.intake import Taken
from outreach.storage.people import InvitationRecord
from tests.conftest import SetClock
from tests.stage import CAST, Stage, open_stage

LONG = "9" * 40
FORGED = (
    *("iv", "iv:", "iv:l", "iv:l:x", "iv:l:-1", f"iv:l:{LONG}", "iv:s:1", "iv:c::", "iv:f::0", "iv:f:a:b:0"),
    *("iv:e:0", "iv:e:-1", "iv:e:4711", f"iv:e:{LONG}", "iv:e:2147483648", "iv:e:９", "iv:q:1:boss"),
    *("iv:q:4711:principal", f"iv:q:{LONG}:employee", "iv:y:principal:all:x", "iv:y:principal:none:1"),
    *("iv:y:boss:all:1", "iv:f:%:0", "iv:f:\N{FIRE}:0", "iv:e:1 OR 1=1"),
)
UPDATES = count(900_000)


async def _press(stage: Stage, who: str, data: str) -> None:
    person = {"id": CAST[who], "is_bot": False, "first_name": who, "language_code": "zh-hans"}
    chat = {"id": CAST[who], "type": "private", "first_name": who}
    message = {"message_id": 1, "date": 1780000000, "chat": chat, "text": "x"}
    query = {"id": "1", "from": person, "message": message, "chat_instance": "1", "data": data}
    taken = await stage.house.intake.take({"update_id": next(UPDATES), "callback_query": query})
    assert taken is Taken.ACKNOWLEDGE


async def _issued(stage: Stage) -> int:
    async with stage.house.office.desk() as desk:
        return (await desk.session.scalars(select(func.count()).select_from(InvitationRecord))).one()


async def test_forged_buttons_break_nothing(database_url: str, tmp_path: Path, clock: SetClock) -> None:
    async with open_stage(database_url, tmp_path, clock) as stage:
        await stage.fill_register()
        await stage.enrol("周科")
        before = await _issued(stage)
        for data in FORGED:
            await _press(stage, "周科", data)
            assert stage.house.intake.quarantined == 0, data
        assert await _issued(stage) == before


async def test_buttons_of_an_official_are_nothing_in_other_hands(
    sqlite_url: str, tmp_path: Path, clock: SetClock
) -> None:
    async with open_stage(sqlite_url, tmp_path, clock) as stage:
        await stage.fill_register()
        await stage.enrol("王芳", "云泊区好邻居餐饮店", "safety_officer")
        before = await _issued(stage)
        presses = ["iv:s", "iv:find", "iv:c:principal:all", "iv:y:principal:all:1", "iv:q:1:principal"]
        presses += [f"iv:q:{enterprise}:employee" for enterprise in range(2, 52)]
        for data in presses:
            await _press(stage, "王芳", data)
        await stage.settle()
        assert stage.house.intake.quarantined == 0
        assert await _issued(stage) == before
