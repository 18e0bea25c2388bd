"""A database whose file or log is taken away by hand: noticed before more is acknowledged, and nothing lost."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from outreach.storage.copying import rows_of
from outreach.storage.database import is_unusable, open_engine
from outreach.storage.sharing import transaction
from outreach.storage.sqlite_build import has_sound_wal, sqlite


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


@pytest.fixture
def log(file: Path) -> Path:
    return file.with_name("words.db-wal")


@pytest.fixture
async def engine(file: Path) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(f"sqlite:///{file}")
    async with opened.begin() as link:
        await link.execute(text("CREATE TABLE words (word TEXT NOT NULL)"))
    yield opened
    await opened.dispose()


@pytest.fixture
def logged() -> None:
    if not has_sound_wal():
        pytest.skip(f"SQLite {sqlite.sqlite_version} keeps no log")


async def write(engine: AsyncEngine, word: str) -> None:
    async with transaction(engine) as session:
        await session.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})


async def words(engine: AsyncEngine) -> list[str]:
    async with transaction(engine) as session:
        return list(await session.scalars(text("SELECT word FROM words ORDER BY rowid")))


async def refused(engine: AsyncEngine, what: str) -> None:
    with pytest.raises(OperationalError, match=what) as fault:
        await write(engine, "never acknowledged")
    assert is_unusable(fault.value)


@pytest.mark.usefixtures("logged")
async def test_a_log_that_was_removed_is_noticed_and_what_it_held_is_carried_over(
    engine: AsyncEngine, file: Path, log: Path
) -> None:
    await write(engine, "before")
    assert log.stat().st_size
    log.unlink()
    await refused(engine, "words.db-wal was removed or replaced")
    # A kill here would lose nothing: it stands in the file itself.
    shutil.copy(file, file.with_name("copy.db"))
    assert rows_of(file.with_name("copy.db"), "SELECT word FROM words") == [("before",)]
    await write(engine, "after")
    assert await words(engine) == ["before", "after"]
    await engine.dispose()
    assert rows_of(file, "SELECT word FROM words") == [("before",), ("after",)]


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("with_index", [False, True])
async def test_an_older_log_in_its_place_is_not_read(
    engine: AsyncEngine, file: Path, log: Path, with_index: bool
) -> None:
    await write(engine, "before")
    shutil.copy(log, log.with_suffix(".old"))
    await write(engine, "later")
    log.with_suffix(".old").replace(log)
    if with_index:
        file.with_name("words.db-shm").unlink()
    await refused(engine, "words.db-wal was removed or replaced")
    assert await words(engine) == ["before", "later"]
    await engine.dispose()
    assert rows_of(file, "PRAGMA integrity_check") == [("ok",)]
    assert rows_of(file, "SELECT word FROM words") == [("before",), ("later",)]


@pytest.mark.usefixtures("logged")
async def test_while_somebody_reads_what_was_removed_nothing_is_begun(
    engine: AsyncEngine, file: Path, log: Path
) -> None:
    await write(engine, "before")
    with closing(sqlite.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM words").fetchall()
        await write(engine, "later")
        log.unlink()
        for _ in range(3):
            await refused(engine, "words.db-wal was removed or replaced")
    await refused(engine, "words.db-wal was removed or replaced")
    assert await words(engine) == ["before", "later"]


async def test_no_empty_database_takes_the_place_of_one_that_was_removed(engine: AsyncEngine, file: Path) -> None:
    await write(engine, "before")
    kept = file.rename(file.with_name("kept.db"))
    await refused(engine, "words.db was removed or replaced")
    for _ in range(2):
        await refused(engine, "words.db was removed")
        assert not file.exists()
    kept.rename(file)
    assert await words(engine) == ["before"]


async def test_what_was_asked_wrongly_is_no_fault_of_the_database(engine: AsyncEngine) -> None:
    with pytest.raises(OperationalError, match="no such table") as fault:
        async with transaction(engine) as session:
            await session.execute(text("SELECT * FROM nowhere"))
    assert not is_unusable(fault.value) and not is_unusable(KeyError("x")) and not is_unusable(None)
