"""Nobody is told before the disk has it: the log is flushed beside the work, once for all who wait, never in vain."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from outreach.storage import write_ahead
from outreach.storage.copying import rows_of
from outreach.storage.database import open_engine
from outreach.storage.sharing import transaction
from outreach.storage.sqlite_build import has_sound_wal, sqlite


class Disk:
    """What a loss of power would leave: the files as they were when the log was flushed last."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.flushes = 0
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.fault: OSError | None = None
        self.kept: dict[str, bytes] = {}

    def flush(self, _: int) -> None:
        # What is written while the disk is busy may be on it afterwards, and may not.
        kept = {tail: self.file.with_name(self.file.name + tail).read_bytes() for tail in ("", "-wal")}
        assert self.goes_on.wait(10)
        if self.fault is not None:
            raise self.fault
        self.flushes += 1
        self.kept = kept

    def words(self) -> set[str]:
        """What whoever comes back after a loss of power finds."""
        lost = self.file.with_name("lost.db")
        for tail, content in self.kept.items():
            lost.with_name(lost.name + tail).write_bytes(content)
        found = {str(word) for (word,) in rows_of(lost, "SELECT word FROM words")}
        for path in lost.parent.glob("lost.db*"):
            path.unlink()
        return found


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    if not has_sound_wal():
        pytest.skip(f"SQLite {sqlite.sqlite_version} keeps no log")
    made = Disk(tmp_path / "words.db")
    monkeypatch.setattr(write_ahead, "_flush", made.flush)
    return made


@pytest.fixture
async def engine(disk: Disk) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(f"sqlite:///{disk.file}")
    async with opened.begin() as link:
        await link.execute(text("CREATE TABLE words (word TEXT NOT NULL UNIQUE)"))
    yield opened
    await opened.dispose()


async def write(engine: AsyncEngine, word: str) -> None:
    async with transaction(engine) as session:
        await session.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})


async def read(engine: AsyncEngine) -> set[str]:
    async with transaction(engine) as session:
        return set(await session.scalars(text("SELECT word FROM words")))


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.001)


async def test_whoever_is_told_is_on_the_disk(engine: AsyncEngine, disk: Disk) -> None:
    async def tell(at: int) -> None:
        await asyncio.sleep(at % 7 / 1000)
        if at % 5:
            await write(engine, f"{at:03}")
        else:
            # Those who do without sharing a commit.
            async with engine.begin() as link:
                await link.execute(text("INSERT INTO words VALUES (:word)"), {"word": f"{at:03}"})
        assert f"{at:03}" in disk.words()

    await asyncio.gather(*(tell(at) for at in range(120)))
    assert len(await read(engine)) == 120


async def test_while_the_disk_is_busy_the_next_ones_write_and_share_the_flush_after_it(
    engine: AsyncEngine, disk: Disk
) -> None:
    before = disk.flushes
    disk.goes_on.clear()
    first = asyncio.create_task(write(engine, "a"))
    await until(lambda: rows_of(disk.file, "SELECT word FROM words WHERE word = 'a'"))
    others = [asyncio.create_task(write(engine, word)) for word in "bcd"]
    await until(lambda: len(rows_of(disk.file, "SELECT word FROM words")) == 4)
    # Whoever only reads may have read what is not on the disk yet.
    reader = asyncio.create_task(read(engine))
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in (first, *others, reader))
    disk.goes_on.set()
    await asyncio.gather(first, *others)
    assert await reader == set("abcd")
    assert disk.words() == set("abcd")
    assert disk.flushes == before + 2


async def test_who_only_reads_flushes_nothing(engine: AsyncEngine, disk: Disk) -> None:
    await write(engine, "a")
    before = disk.flushes
    assert await read(engine) == {"a"}
    async with engine.begin() as link:
        await link.execute(text("SELECT 1"))
    assert disk.flushes == before
    await write(engine, "b")
    assert disk.flushes == before + 1


async def test_a_table_that_is_made_is_on_the_disk_though_no_row_was_changed(engine: AsyncEngine, disk: Disk) -> None:
    await write(engine, "a")
    before = disk.flushes
    async with transaction(engine) as session:
        await session.execute(text("CREATE TABLE more (word TEXT)"))
    assert disk.flushes == before + 1
    # What was undone was changed too, and leaves nothing to be flushed.
    with pytest.raises(ZeroDivisionError):
        async with transaction(engine) as session:
            await session.execute(text("INSERT INTO words VALUES ('b')"))
            raise ZeroDivisionError
    assert await read(engine) == await read(engine) == disk.words() == {"a"}
    assert disk.flushes == before + 1


async def test_a_flush_that_fails_fails_for_all_who_wait_and_for_the_next_and_then_the_log_is_read_anew(
    engine: AsyncEngine, disk: Disk
) -> None:
    await write(engine, "a")
    disk.goes_on.clear()
    disk.fault = OSError(5, "Input/output error")
    first = asyncio.create_task(write(engine, "b"))
    await until(lambda: len(rows_of(disk.file, "SELECT word FROM words")) == 2)
    second = asyncio.create_task(write(engine, "c"))
    await until(lambda: len(rows_of(disk.file, "SELECT word FROM words")) == 3)
    disk.goes_on.set()
    done = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(one) for one in done] == [OperationalError, OperationalError]
    # The disk says yes again; the connection that it has deceived is believed no more.
    disk.fault = None
    with pytest.raises(OperationalError):
        await write(engine, "d")
    # What was in doubt has been carried over by whoever read the log anew, and flushed with the database itself.
    assert await read(engine) == set("abc")
    assert rows_of(disk.file, "SELECT count(*) FROM words") == [(3,)]
    assert disk.file.with_name("words.db-wal").stat().st_size == 0
    await write(engine, "d")
    assert disk.words() == set("abcd")


async def test_a_flush_that_fails_is_told_to_whoever_commits_by_himself(engine: AsyncEngine, disk: Disk) -> None:
    disk.fault = OSError(5, "Input/output error")
    with pytest.raises(OperationalError):
        async with engine.begin() as link:
            await link.execute(text("INSERT INTO words VALUES ('a')"))
    disk.fault = None
    with pytest.raises(OperationalError):
        await write(engine, "b")
    await write(engine, "b")
    assert "b" in disk.words()


async def test_closing_waits_for_the_disk_and_tells_those_who_wait(engine: AsyncEngine, disk: Disk) -> None:
    disk.goes_on.clear()
    last = asyncio.create_task(write(engine, "a"))
    await until(lambda: rows_of(disk.file, "SELECT word FROM words"))
    # It was handed back: what is still in use is closed by nobody.
    await until(lambda: not engine.pool.checkedout())  # type: ignore[attr-defined]
    closing = asyncio.create_task(engine.dispose())
    await asyncio.sleep(0.05)
    assert not last.done()
    disk.goes_on.set()
    await asyncio.gather(last, closing)
    assert rows_of(disk.file, "SELECT word FROM words") == [("a",)]


async def test_what_is_carried_over_in_the_middle_is_not_flushed_once_more(
    engine: AsyncEngine, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = disk.flushes
    with monkeypatch.context() as patched:
        patched.setattr(write_ahead, "MOST_PAGES", 1)
        await write(engine, "a")
    assert disk.flushes == before
    # In the file itself, which SQLite has flushed; the log is left out.
    alone = disk.file.with_name("alone.db")
    alone.write_bytes(disk.file.read_bytes())
    assert rows_of(alone, "SELECT word FROM words") == [("a",)]
