"""上传一次 — a file goes up once for all, by its id from then on; another bot and a refused id upload anew."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain.contact import Contact
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump
from outreach.delivery.telegram.gateway import Attachment, Gateway
from outreach.delivery.uploads import Uploads
from outreach.desk import Office
from outreach.privacy import erasing
from outreach.storage.uploads import UploadRecord
from tests.conftest import SetClock
from tests.outreach.mailing import Mailing, open_mailing

PAPER = Attachment("record.pdf", b"%PDF-1.4 the same for all", is_kept=True)


async def paper(recipe: str) -> Attachment:
    return PAPER


@pytest.fixture
async def mailing(office: Office) -> AsyncIterator[Mailing]:
    async with open_mailing(office) as opened:
        yield opened


def pump_of(mailing: Mailing, bot_id: int = 123456) -> Pump:
    office = mailing.office
    return Pump(
        office.engine, Gateway(mailing.bot), paper, office.notice_bell, office.clock, owner="one",
        pacer=Pacer(1000, per_chat=False), uploads=Uploads(office.engine, bot_id, office.clock),
    )  # fmt: skip


async def told(mailing: Mailing, people: list[Contact], key: str, pump: Pump) -> list[str]:
    """Tell each of them with the paper. How each got it: `upload`, or the id."""
    before = len(await mailing.calls("sendDocument"))
    for one in people:
        await mailing.tell(one, f"{key} {one.id}", attachment="inspection:1")
    while await pump.turn():
        pass
    calls = (await mailing.calls("sendDocument"))[before:]
    assert len({call["chat_id"] for call in calls}) == len(calls) == len(people)
    sent = [call["parameters"]["document"] for call in calls]  # type: ignore[index]
    return [one if isinstance(one, str) else "upload" for one in sent]


async def kept(office: Office) -> list[tuple[int, str, str]]:
    async with office.desk() as desk:
        rows = await desk.session.scalars(select(UploadRecord).order_by(UploadRecord.bot_id))
        return [(row.bot_id, row.kind, row.file_id) for row in rows]


async def test_of_many_at_once_the_first_uploads_and_the_others_wait_for_its_id(mailing: Mailing) -> None:
    people = await mailing.crowd(20)
    how = await told(mailing, people, "first", pump_of(mailing))
    assert how.count("upload") == 1
    (file_id,) = set(how) - {"upload"}
    assert await kept(mailing.office) == [(123456, "document", file_id)]
    # After a restart it is known.
    assert set(await told(mailing, people, "later", pump_of(mailing))) == {file_id}


async def test_another_bot_never_uses_the_id(mailing: Mailing) -> None:
    people = await mailing.crowd(2)
    await told(mailing, people, "first", pump_of(mailing))
    assert (await told(mailing, people, "other", pump_of(mailing, 654321))).count("upload") == 1
    assert [row[0] for row in await kept(mailing.office)] == [123456, 654321]


async def test_an_id_that_telegram_refuses_is_forgotten_and_the_file_goes_in_the_same_try(mailing: Mailing) -> None:
    people = await mailing.crowd(6)
    await told(mailing, people, "first", pump_of(mailing))
    async with mailing.office.desk() as desk:
        await desk.session.execute(text("UPDATE uploads SET file_id = 'BQACgone'"))
    how = await told(mailing, people, "again", pump_of(mailing))
    assert how.count("upload") == 1 and "BQACgone" not in how
    for one in people:
        row = await mailing.row(f"again {one.id}")
        assert (row.state, row.attempts) == ("sent", 1)
    ((_, _, file_id),) = await kept(mailing.office)
    assert file_id in how


async def test_a_first_that_fails_leaves_the_upload_to_the_next(mailing: Mailing, clock: SetClock) -> None:
    people = await mailing.crowd(3)
    await mailing.fault("timeout", method="sendDocument", times=1)
    for one in people:
        await mailing.tell(one, f"x {one.id}", attachment="inspection:1")
    pump = pump_of(mailing)
    while await pump.turn():
        pass
    states = sorted([(await mailing.state(f"x {one.id}"))[0] for one in people])
    assert states == ["sent", "sent", "unknown"]
    assert len(await kept(mailing.office)) == 1


async def test_whoever_is_erased_leaves_no_id_of_a_paper(mailing: Mailing) -> None:
    people = await mailing.crowd(2)
    await told(mailing, people, "first", pump_of(mailing))
    async with mailing.office.desk() as desk:
        await erasing.erase(desk, people[0].id)
    assert await kept(mailing.office) == []


def test_only_what_is_everybodys_or_an_inspection_record_is_kept() -> None:
    """A1: neither what a report holds nor what a person has sent, nor a list with names, ever has its id remembered."""
    opting = {
        path.as_posix()
        for folder in ("handlers", "outreach", "console", "bot")
        for path in Path(folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "is_kept"
    }
    assert opting == {
        "handlers/campaign.py", "handlers/hotline.py", "handlers/places.py", "handlers/register.py",
        "outreach/papering.py",
    }  # fmt: skip
