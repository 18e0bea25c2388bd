"""SQLite's write-ahead log: bounded, out of the way, empty where something was erased, gone after a clean stop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from outreach.storage import write_ahead
from outreach.storage.copying import copy_sqlite, count_sqlite, rows_of
from outreach.storage.database import open_engine
from outreach.storage.sharing import MUST_EMPTY, transaction
from outreach.storage.sqlite_build import has_sound_wal, sqlite
from tests.house.tree import ROOT

WORDS = "张三丰 13845617290"
# What Python itself was linked to, as on a machine for which the other build does not exist.
ELSEWHERE = """
import asyncio, sys
from sqlalchemy import text
from outreach.storage.database import journal_mode, open_engine
from outreach.storage.sqlite_build import sqlite
async def main():
    engine = open_engine(sys.argv[1])
    async with engine.begin() as link:
        await link.execute(text("INSERT INTO words VALUES ('elsewhere')"))
        print(sqlite.__name__, journal_mode(), (await link.execute(text("PRAGMA journal_mode"))).scalar_one(),
              (await link.execute(text("PRAGMA synchronous"))).scalar_one())
    await engine.dispose()
asyncio.run(main())
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


@pytest.fixture
async def engine(file: Path) -> AsyncIterator[AsyncEngine]:
    if not has_sound_wal():
        pytest.skip(f"SQLite {sqlite.sqlite_version} keeps no log")
    opened = open_engine(f"sqlite:///{file}")
    async with opened.begin() as link:
        await link.execute(text("CREATE TABLE words (word TEXT NOT NULL)"))
    yield opened
    await opened.dispose()


def beside(file: Path) -> dict[str, int]:
    """The size of each file that SQLite keeps, by the end of its name."""
    return {path.name.removeprefix(file.name): path.stat().st_size for path in file.parent.glob(f"{file.name}*")}


async def write(engine: AsyncEngine, word: str = WORDS, *, is_traceless: bool = False) -> None:
    async with transaction(engine) as session:
        await session.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        if is_traceless:
            session.info[MUST_EMPTY] = True


async def count(engine: AsyncEngine) -> int:
    async with transaction(engine) as session:
        return int((await session.execute(text("SELECT count(*) FROM words"))).scalar_one())


async def test_a_commit_is_one_flush_of_the_log_and_a_clean_stop_leaves_none(engine: AsyncEngine, file: Path) -> None:
    async with engine.connect() as link:
        said = [(await link.execute(text(f"PRAGMA {one}"))).scalar_one() for one in ("journal_mode", "synchronous")]
    assert said == ["wal", 1]
    await write(engine)
    assert WORDS.encode() in Path(f"{file}-wal").read_bytes()
    await engine.dispose()
    assert set(beside(file)) == {""}
    assert WORDS.encode() in file.read_bytes()


async def test_what_was_erased_has_left_the_log_when_that_is_told(engine: AsyncEngine, file: Path) -> None:
    await write(engine)
    async with transaction(engine) as session:
        await session.execute(text("DELETE FROM words"))
    assert WORDS.encode() in Path(f"{file}-wal").read_bytes()
    # Whoever shares the commit shares its end, too.
    await asyncio.gather(write(engine, "b"), write(engine, "c", is_traceless=True), write(engine, "d"))
    assert beside(file)["-wal"] == 0
    assert b"".join(path.read_bytes() for path in file.parent.iterdir()).count(WORDS.encode()) == 0
    assert await count(engine) == 3


async def test_while_somebody_reads_it_is_tried_again_after_the_next_commits(
    engine: AsyncEngine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(engine)
    with closing(sqlite.connect(file)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM words").fetchone() == (1,)
        async with transaction(engine) as session:
            await session.execute(text("DELETE FROM words"))
            session.info[MUST_EMPTY] = True
        assert WORDS.encode() in Path(f"{file}-wal").read_bytes()
        # Nobody waits for the reader, who sees what was there.
        assert reader.execute("SELECT count(*) FROM words").fetchone() == (1,)
    await asyncio.sleep(write_ahead.AGAIN_SECONDS)
    await write(engine, "b")
    assert beside(file)["-wal"] == 0
    assert WORDS.encode() not in file.read_bytes()
    # And what nobody asked for is gone after a minute.
    await write(engine)
    async with transaction(engine) as session:
        await session.execute(text("DELETE FROM words"))
    assert beside(file)["-wal"] > 0
    later = time.monotonic() + write_ahead.EMPTIED_EVERY_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    await write(engine, "c")
    assert beside(file)["-wal"] == 0


async def test_a_killed_process_leaves_a_log_and_the_next_one_empties_it(engine: AsyncEngine, file: Path) -> None:
    await write(engine)
    aside = file.with_name("killed.db")
    for tail in ("", "-wal"):
        aside.with_name(aside.name + tail).write_bytes(file.with_name(file.name + tail).read_bytes())
    again = open_engine(f"sqlite:///{aside}")
    assert await count(again) == 1
    assert beside(aside)["-wal"] == 0 and WORDS.encode() in aside.read_bytes()
    await again.dispose()


async def test_it_is_carried_over_beside_the_work_and_stays_bounded(
    engine: AsyncEngine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_ahead, "CARRIED_FROM", 20)
    monkeypatch.setattr(write_ahead, "MOST_PAGES", 200)
    for at in range(60):
        async with transaction(engine) as session:
            rows = [{"word": f"{at:04}" + "x" * 1000} for _ in range(40)]
            await session.execute(text("INSERT INTO words VALUES (:word)"), rows)
    assert await count(engine) == 2400
    # Without an end it would be ten times that.
    assert beside(file)["-wal"] < 3 * 200 * 4096
    assert file.stat().st_size > 2_000_000


async def test_a_log_that_cannot_be_carried_over_fails_no_commit(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise sqlite.OperationalError("database or disk is full")

    monkeypatch.setattr(write_ahead.LoggedConnection, "_look_after_log", full)
    await write(engine)
    assert await count(engine) == 1


async def test_a_copy_is_one_plain_file_and_looking_leaves_nothing_behind(engine: AsyncEngine, file: Path) -> None:
    await write(engine)
    copy = file.with_name("copy.db")
    copy_sqlite(file, copy)
    assert count_sqlite(copy) == {"words": 1} and set(beside(copy)) == {""}
    await engine.dispose()
    assert rows_of(file, "SELECT word FROM words") == [(WORDS,)]
    assert set(beside(file)) == {""}


async def test_what_is_committed_goes_with_a_file_that_is_moved_away(engine: AsyncEngine, file: Path) -> None:
    await write(engine)
    moved = file.rename(file.with_name("moved.db"))
    file.write_bytes(b"")
    with pytest.raises(Exception, match="was removed or replaced"):
        await count(engine)
    assert rows_of(moved, "SELECT word FROM words") == [(WORDS,)]
    assert beside(file)["-wal"] == 0


async def test_where_the_build_is_missing_the_other_journal_serves_and_back_again(
    engine: AsyncEngine, file: Path, tmp_path: Path
) -> None:
    await write(engine)
    await engine.dispose()
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "pysqlite3.py").write_text("raise ImportError('no such build for this machine')\n")
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, f"sqlite:///{file}"], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": f"{hidden}:{ROOT}", "PATH": ""},
    )  # fmt: skip
    name, chosen, mode, synchronous = done.stdout.split()
    assert name == "sqlite3" and mode == chosen.lower()
    assert (mode, synchronous) in {("truncate", "3"), ("wal", "1")}
    # What the other build wrote is converted again at the first connection.
    assert await count(engine) == 2
    async with engine.connect() as link:
        assert (await link.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
