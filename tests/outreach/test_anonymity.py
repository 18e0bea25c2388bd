"""匿名 — whoever has the database, its photos and its backups but not the route key finds no byte of the reporter."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.intake import Taken
from domain.files import FileUnavailable
from outreach import receiving
from outreach.desk import Office
from outreach.photographing import MOST_LOOKS, WAITS
from outreach.reports.evidencing import EvidencePhotographer
from outreach.storage.base import Record
from outreach.storage.intake import QuarantineRecord
from outreach.storage.people import ContactRecord, JournalRecord, StandingRecord
from outreach.storage.reports import LetterRecord, ReportPhotoRecord, ReportRecord
from outreach.storage.sqlite_build import sqlite
from outreach.upkeep import backing_up
from sandbox.cast import Person, load_cast
from sandbox.server import create_app
from tests.conftest import SetClock
from tests.outreach.reported import report, street
from tests.outreach.test_photographing import Files
from tests.outreach.walking import jpeg
from tests.stage import CAST, Stage, stage_on

# Numbers that nothing else in the house is likely to hold.
PERSON = 7_345_612_908
CONTACT = 5_612_907_734_001
NAME = "覃佩珊"
USERNAME = "qin_peishan_7345"
PHONE = "+8613845617290"


def varint(number: int) -> bytes:
    out = [number & 0x7F]
    while number := number >> 7:
        out.insert(0, number & 0x7F | 0x80)
    return bytes(out)


def spellings(secret: object) -> Iterator[tuple[str, bytes]]:
    """A value as a database, a log or a clever colleague may have written it down."""
    words = str(secret).encode()
    yield "plain", words
    for codec in ("utf-16-le", "utf-16-be", "gb18030"):
        yield codec, str(secret).encode(codec)
    for pad in range(3):
        # What does not depend on its neighbours when it stands at each of the three offsets.
        encoded = base64.b64encode(b"\0" * pad + words)
        yield f"base64+{pad}", encoded[(0, 4, 4)[pad] : -4]
    yield "hex of text", words.hex().encode()
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, words).digest()
        yield name, digest
        yield f"{name} hex", digest.hex().encode()
    if isinstance(secret, int):
        for size in (4, 5, 6, 8):
            if secret < 1 << 8 * size:
                yield f"big endian {size}", secret.to_bytes(size, "big")
                yield f"little endian {size}", secret.to_bytes(size, "little")
        yield "varint", varint(secret)
        yield "hex", f"{secret:x}".encode()
        yield "HEX", f"{secret:X}".encode()


def found(data: bytes, secrets: dict[str, object]) -> list[str]:
    return [
        f"{what} as {how}"
        for what, secret in secrets.items()
        for how, spelled in spellings(secret)
        if len(spelled) >= 4 and spelled in data
    ]


def on_disk(database: Path, *tails: str) -> bytes:
    """The database as it lies there, with its log and what else SQLite keeps beside it."""
    beside = [database.with_name(database.name + tail) for tail in tails or ("", "-wal", "-shm", "-journal")]
    return b"".join(file.read_bytes() for file in beside if file.exists())


def without_contacts(database: Path, scratch: Path) -> bytes:
    """The database as a file, all but the contacts table: that knows the person, as everybody who ever agreed.

    The log beside it, of which nothing may lie elsewhere, is looked through as it is.
    """
    for tail in ("", "-wal"):
        scratch.with_name(scratch.name + tail).unlink(missing_ok=True)
        if (log := database.with_name(database.name + tail)).exists():
            shutil.copy(log, scratch.with_name(scratch.name + tail))
    connection = sqlite.connect(scratch)
    connection.execute("PRAGMA foreign_keys=OFF")
    for table in ("contacts", "standings", "posts"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("DELETE FROM journal WHERE happened IN ('ConsentGiven', 'PostTaken')")
    connection.commit()
    connection.execute("VACUUM")
    connection.close()
    return scratch.read_bytes() + on_disk(database, "-wal", "-shm", "-journal")


def test_the_scan_would_find_each_spelling() -> None:
    names = [name for name, _ in spellings(PERSON)]
    assert len(names) >= 20
    for name, spelled in spellings(PERSON):
        assert f"person as {name}" in found(b"x" * 99 + spelled + b"y" * 99, {"person": PERSON})


@pytest.fixture
async def stage(
    sqlite_url: str, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    """The house and a sandbox in which the reporter has ids that can be looked for; they agreed long ago."""
    cast = load_cast()
    known = Person(PERSON, NAME, username=USERNAME, phone=PHONE)
    monkeypatch.setitem(CAST, NAME, PERSON)
    runner = web.AppRunner(
        create_app(replace(cast, people=(*cast.people, known))), access_log=None, shutdown_timeout=0.1
    )
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with stage_on(runner.addresses[0][1], sqlite_url, tmp_path / "data", clock) as made:
            await made.enrol("周科")
            async with made.house.office.desk() as desk:
                desk.session.add(
                    ContactRecord(
                        id=CONTACT, person_id=PERSON, chat_id=PERSON, name=NAME, phone=PHONE, locale="zh-CN",
                        consent_version=1, consented_at=desk.now,
                    )
                )  # fmt: skip
            yield made
    finally:
        await runner.cleanup()


async def test_the_whole_flow_leaves_no_byte_of_the_reporter(stage: Stage, sqlite_url: str, tmp_path: Path) -> None:
    office, database = stage.house.office, Path(sqlite_url.removeprefix("sqlite:///"))
    secrets: dict[str, object] = {"contact": CONTACT, "person": PERSON, "name": NAME, "user name": USERNAME}
    secrets |= {"phone": PHONE, "number": PHONE[1:]}
    async with office.desk() as desk:
        desk.leave_no_trace()  # it was long ago
    assert len(found(on_disk(database), secrets)) >= len(secrets)  # the contacts table does know them
    before = await tables(office)
    await stage.say(NAME, "/report")
    await stage.say(NAME, "后门锁着")
    await stage.act(NAME, "📷 door-1.jpg, door-2.jpg")
    secrets |= await sent_files(stage)
    assert found(without_contacts(database, tmp_path / "copy.db"), secrets) == []
    assert "后门锁着".encode() not in on_disk(database)
    await stage.press(NAME, "🙈 匿名交")
    assert found(without_contacts(database, tmp_path / "copy.db"), secrets) == []
    await stage.press("周科", "📥 去处理")
    await stage.press("周科", "💬 问举报人")
    await stage.say("周科", "哪个后门？")
    await stage.press(NAME, "✏️ 回答")
    await stage.say(NAME, "靠路的那个")
    await stage.act(NAME, "📷 door-3.jpg")
    await stage.press(NAME, "📤 交补充")
    await stage.press("周科", "📥 去处理")
    await stage.press("周科", "✅ 属实，一般隐患")
    talk = str(await stage.get(f"people/{PERSON}/talk"))
    assert "属实" in talk and "哪个后门" in talk
    secrets |= await sent_files(stage)
    assert len(secrets) == 6 + 2 * 3
    # No row that belongs to the contact has changed, not even by a time.
    assert await tables(office) == before
    made = await backing_up.back_up(office, tmp_path / "backups")
    data = tmp_path / "data"
    kept = b"".join(file.read_bytes() for file in data.rglob("*") if file.is_file() and file.name != "route.key")
    assert "后门锁着".encode() in on_disk(database) and len(kept) > 10_000
    assert found(without_contacts(database, tmp_path / "copy.db") + kept, secrets) == []
    key = (data / "route.key").read_bytes()
    assert (data / "route.key").stat().st_mode & 0o077 == 0
    assert key not in on_disk(database) + made.file.read_bytes() + kept


async def tables(office: Office) -> dict[str, list[object]]:
    """The rows of every table that is keyed by a contact, of this contact."""
    kept: dict[str, list[object]] = {}
    async with office.desk() as desk:
        for table in Record.metadata.sorted_tables:
            column = table.c.get("contact_id", table.c.id if table.name == "contacts" else None)
            if column is not None:
                kept[table.name] = list(await desk.session.execute(select(table).where(column == CONTACT)))
    return kept


async def sent_files(stage: Stage) -> dict[str, object]:
    """Telegram's two ids of each photo that the reporter sent, as the updates named them."""
    messages = [m for m in await stage.messages(NAME) if m["kind"] == "photo" and m["from"] == "person"]
    names: dict[str, object] = {}
    for at, message in enumerate(messages):
        names[f"file {at}"] = file_id = str(dict(message["file"])["file_id"])  # type: ignore[call-overload]
        async with stage.session.get(f"{stage.base}/sandbox/files/{file_id}") as response:
            # As the sandbox makes it: from the content.
            names[f"unique {at}"] = f"AQAD{hashlib.sha256(await response.read()).hexdigest()[:12]}"
    return names


async def test_ids_of_telegram_stand_nowhere(office: Office) -> None:
    """On both databases: every cell of every table, after report, photos and a letter; contacts aside."""
    there = await street(office)
    await report(office, there.liu, PERSON, shop=there.shop, photos=2)
    cells = await every_cell(office)
    assert found(cells, {"person": PERSON, "file": f"file-{PERSON}-0", "unique": f"unique-{PERSON}-0"}) == []
    photographer = EvidencePhotographer(office, Files(jpeg()))
    while await photographer.turn():
        pass
    async with office.desk() as desk:
        photos = (await desk.session.scalars(select(ReportPhotoRecord))).all()
        assert [(p.state, p.file_id, p.next_look_at.minute) for p in photos] == [("stored", "", 0)] * 2
        # Two of the same picture: random bytes in each keep their names apart.
        assert photos[0].sha256 != photos[1].sha256
    for photo in photos:
        path = office.photos.path(photo.sha256 or "")
        assert path.stat().st_mtime % 3600 == 0
        assert hashlib.sha256(path.read_bytes()).hexdigest() == photo.sha256


async def every_cell(office: Office) -> bytes:
    cells = []
    async with office.desk() as desk:
        for table in Record.metadata.sorted_tables:
            if table.name != "contacts":
                for row in await desk.session.execute(select(table)):
                    cells.append("\0".join(map(str, row)))
    return "\n".join(cells).encode()


async def test_a_photo_that_cannot_be_had_is_said_by_letter_and_the_report_stands(
    office: Office, clock: SetClock
) -> None:
    there = await street(office)
    made = await report(office, there.liu, shop=there.shop, photos=1)
    photographer = EvidencePhotographer(office, Files(FileUnavailable()))
    for wait in WAITS:
        await photographer.turn()
        clock.advance(seconds=wait.total_seconds() + 1)
    assert len(WAITS) + 1 == MOST_LOOKS
    await photographer.turn()
    async with office.desk() as desk:
        photo = (await desk.session.scalars(select(ReportPhotoRecord))).one()
        assert (photo.state, photo.failure, photo.file_id) == ("failed", "FileUnavailable", "")
        kinds = sorted(await desk.session.scalars(select(LetterRecord.kind)))
        assert kinds == ["report_photo_failed", "report_receipt"]
        assert (await desk.session.get_one(ReportRecord, made.id)).state == "new"


async def test_an_update_of_the_flow_that_fails_is_kept_sealed_and_can_be_replayed(stage: Stage) -> None:
    office = stage.house.office
    await stage.say(NAME, "/report")
    broken = {
        "update_id": 4_000_001,
        "message": {
            "message_id": "x", "date": 0, "chat": {"id": PERSON, "type": "private"}, "text": "后门锁着",
            "from": {"id": PERSON, "is_bot": False, "first_name": NAME},
        },
    }  # fmt: skip
    assert await stage.house.intake.take(broken) is Taken.ACKNOWLEDGE
    async with office.desk() as desk:
        row = (await desk.session.scalars(select(QuarantineRecord))).one()
        assert row.update_id is None and row.at.minute == 0
        assert found(f"{row.body} {row.fault}".encode(), {"person": PERSON, "name": NAME, "words": "后门锁着"}) == []
        assert await receiving.quarantined(desk) == [(row.reference, broken)]
        await receiving.release(desk, row.reference)
        assert await receiving.is_first_time(desk, 4_000_001)


async def test_the_standing_of_a_contact_is_theirs_again_after_a_report(stage: Stage, clock: SetClock) -> None:
    async with stage.house.office.desk() as desk:
        desk.session.add(StandingRecord(contact_id=CONTACT, meaning="invitations.part", subject="", asked_at=desk.now))
    clock.advance(minutes=5)
    await stage.say(NAME, "/report")
    await stage.say(NAME, "后门锁着")
    assert "后门锁着" in str((await stage.messages(NAME))[-1]["text"])
    await stage.say(NAME, "/cancel")
    async with stage.house.office.desk() as desk:
        standing = await desk.session.get_one(StandingRecord, CONTACT)
        assert (standing.meaning, standing.card_message_id) == ("invitations.part", None)
        assert (
            await desk.session.scalars(select(JournalRecord).where(JournalRecord.contact_id == CONTACT))
        ).all() == []


async def test_somebody_who_has_blocked_the_bot_is_not_written_to_for_ever(stage: Stage, clock: SetClock) -> None:
    await stage.say(NAME, "/report")
    await stage.say(NAME, "后门锁着")
    await stage.press(NAME, "🙈 匿名交")
    await stage.post(f"people/{PERSON}/block")
    await stage.settle()
    await stage.press("周科", "📥 去处理")
    await stage.press("周科", "✅ 属实，一般隐患")
    async with stage.house.office.desk() as desk:
        letters = {letter.kind: letter for letter in await desk.session.scalars(select(LetterRecord))}
        assert (letters["report_confirmed"].state, letters["report_confirmed"].reason) == ("refused", "blocked")
        assert (letters["report_receipt"].state, letters["report_receipt"].due_at) == ("sent", None)


async def test_a_step_that_comes_again_is_answered_and_not_done_again(stage: Stage) -> None:
    await stage.say(NAME, "/report")
    said = await stage.post(f"people/{PERSON}/text", text="后门锁着")
    await stage.settle()
    await stage.post("redeliver", update_id=said["update_id"])
    await stage.settle()
    assert str((await stage.messages(NAME))[-1]["text"]).count("后门锁着") == 1
    message = (await stage.messages(NAME))[-1]
    data = message["inline_keyboard"][0][0]["data"]  # type: ignore[index]
    pressed = await stage.post(f"people/{PERSON}/press", message_id=message["message_id"], data=data)
    await stage.settle()
    await stage.post("redeliver", update_id=pressed["update_id"])
    await stage.settle()
    async with stage.house.office.desk() as desk:
        assert len((await desk.session.scalars(select(ReportRecord))).all()) == 1
    assert "回执" in str((await stage.messages(NAME))[-1]["text"])
