"""Transactions that share a commit on SQLite: together on the disk, apart in what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from outreach.storage.database import open_engine
from outreach.storage.sharing import transaction


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = open_engine(f"sqlite:///{tmp_path / 'shared.db'}")
    async with opened.begin() as connection:
        await connection.execute(text("CREATE TABLE words (word TEXT NOT NULL UNIQUE)"))
    yield opened
    await opened.dispose()


async def write(engine: AsyncEngine, word: str) -> None:
    async with transaction(engine) as session:
        await session.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})


async def written(engine: AsyncEngine) -> list[str]:
    async with transaction(engine) as session:
        return list(await session.scalars(text("SELECT word FROM words ORDER BY word")))


def counted(engine: AsyncEngine) -> list[object]:
    commits: list[object] = []
    event.listen(engine.sync_engine, "commit", commits.append)
    return commits


async def test_what_comes_while_one_writes_shares_its_commit(engine: AsyncEngine) -> None:
    commits = counted(engine)
    await asyncio.gather(*(write(engine, f"{n:02}") for n in range(20)))
    assert len(commits) == 1
    assert await written(engine) == [f"{n:02}" for n in range(20)]


async def test_a_fault_undoes_its_own_work_only(engine: AsyncEngine) -> None:
    words = ["a", "b", "b", "c", None, "d"]
    done = await asyncio.gather(*(write(engine, word) for word in words), return_exceptions=True)  # type: ignore[arg-type]
    assert [isinstance(one, Exception) for one in done] == [False, False, True, False, True, False]
    assert await written(engine) == ["a", "b", "c", "d"]


async def test_when_the_first_fails_the_others_begin_anew(engine: AsyncEngine) -> None:
    done = await asyncio.gather(write(engine, None), write(engine, "a"), return_exceptions=True)  # type: ignore[arg-type]
    assert isinstance(done[0], Exception) and done[1] is None
    assert await written(engine) == ["a"]


async def test_a_commit_that_fails_fails_for_everybody_in_it(engine: AsyncEngine) -> None:
    def fail(_: object) -> None:
        raise OSError("no room")

    event.listen(engine.sync_engine, "commit", fail)
    done = await asyncio.gather(*(write(engine, word) for word in "abc"), return_exceptions=True)
    assert [type(one) for one in done] == [OSError] * 3
    event.remove(engine.sync_engine, "commit", fail)
    assert await written(engine) == []
    await write(engine, "d")
    assert await written(engine) == ["d"]


async def test_whoever_gives_up_waiting_leaves_nobody_behind(engine: AsyncEngine) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        async with transaction(engine) as session:
            await session.execute(text("INSERT INTO words VALUES ('a')"))
            inside.set()
            await go_on.wait()

    first = asyncio.create_task(slowly())
    await inside.wait()
    second = asyncio.create_task(write(engine, "b"))
    await asyncio.sleep(0)
    go_on.set()
    # The first hands its turn to the second, which is cancelled just then.
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait_for(first, 5)
    assert second.cancelled() or second.done()
    assert "a" in await asyncio.wait_for(written(engine), 5)


@pytest.mark.parametrize("turns", range(30))
async def test_cancelled_at_any_moment_nothing_hangs_and_who_was_told_so_is_on_the_disk(
    engine: AsyncEngine, turns: int
) -> None:
    tasks = {word: asyncio.create_task(write(engine, word)) for word in "abcd"}
    for _ in range(turns):
        await asyncio.sleep(0)
    tasks["b"].cancel()
    tasks["d"].cancel()
    done = await asyncio.wait_for(asyncio.gather(*tasks.values(), return_exceptions=True), 5)
    # Whoever shares a transaction with somebody cancelled inside it may have to come again, and is told so.
    assert all(one is None or isinstance(one, (OperationalError, asyncio.CancelledError)) for one in done), done
    kept = set(await asyncio.wait_for(written(engine), 5))
    for word, one in zip(tasks, done, strict=True):
        assert one is not None or word in kept
        assert not isinstance(one, OperationalError) or word not in kept
    await asyncio.wait_for(write(engine, "e"), 5)


async def test_a_transaction_inside_another_is_refused(engine: AsyncEngine) -> None:
    async with transaction(engine):
        with pytest.raises(RuntimeError):
            await write(engine, "a")
    await write(engine, "b")
    assert await written(engine) == ["b"]
