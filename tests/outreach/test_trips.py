"""PostgreSQL asked in as few trips as it can be: held writes, foreseen answers, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
from sqlalchemy import Float, bindparam, column, func, insert, select, table, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from outreach.storage.database import open_engine
from outreach.storage.sharing import transaction
from outreach.storage.straight import Straight, ask, foresee, write
from tests.conftest import DATABASES

WORDS = table("words", column("word"))
SAY = Straight(insert(WORDS).values(word=bindparam("word")))
TALES = table("tales", column("tale"))
TELL = Straight(insert(TALES).values(tale=bindparam("tale")).returning(TALES.c.tale))
ALL = Straight(select(WORDS.c.word).order_by(WORDS.c.word))
SLEEP = Straight(select(func.pg_sleep(bindparam("seconds", type_=Float))))


pytestmark = pytest.mark.skipif("postgresql" not in DATABASES, reason="PostgreSQL is left out of this run")


@pytest.fixture
async def engine(postgresql: str) -> AsyncIterator[AsyncEngine]:
    import psycopg

    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS trips WITH (FORCE)")
        connection.execute("CREATE DATABASE trips")
    opened = open_engine(postgresql.replace("/postgres?", "/trips?"))
    async with opened.begin() as made:
        await made.execute(text("CREATE TABLE words (word TEXT NOT NULL UNIQUE)"))
        await made.execute(text("CREATE TABLE tales (tale TEXT)"))
    yield opened
    await opened.dispose()


async def said(engine: AsyncEngine) -> list[str]:
    """What is committed, by SQLAlchemy's own way."""
    async with engine.connect() as connection:
        return list((await connection.scalars(text("SELECT word FROM words ORDER BY word"))).all())


async def driver(session: AsyncSession) -> Any:
    return (await (await session.connection()).get_raw_connection()).driver_connection


@contextmanager
def trips(connection: Any, file: Path) -> Iterator[list[str]]:
    """What PostgreSQL's own library sends meanwhile, by kind: a Sync ends a trip, a Query is one by itself."""
    sent: list[str] = []
    with file.open("w+") as trace:
        connection.pgconn.trace(trace.fileno())
        yield sent
        connection.pgconn.untrace()
        trace.seek(0)
        # Time, direction, length, kind, what is in it; a statement may go over several lines.
        said = [line.split("\t") for line in trace]
        sent += [line[3].strip() for line in said if len(line) > 3 and line[1] == "F"]


async def test_what_is_held_goes_with_the_next_trip_and_with_the_commit(engine: AsyncEngine, tmp_path: Path) -> None:
    with ExitStack() as overheard:
        async with transaction(engine) as session:
            connection = await driver(session)
            with trips(connection, tmp_path / "first") as first:
                await write(session, (SAY, {"word": "a"}))
                await write(session, (SAY, {"word": "b"}))
                assert await ask(session, (ALL, {}), (ALL, {})) == [[("a",), ("b",)]] * 2
            last = overheard.enter_context(trips(connection, tmp_path / "last"))
            await write(session, (SAY, {"word": "c"}))
    assert first.count("Sync") == last.count("Sync") == 1
    assert "Query" not in first + last
    assert await said(engine) == ["a", "b", "c"]


async def test_whoever_asks_in_another_way_sees_what_is_held(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        await write(session, (SAY, {"word": "a"}))
        assert (await session.scalars(text("SELECT word FROM words"))).all() == ["a"]
        await session.execute(text("INSERT INTO words VALUES ('b')"))
        assert await ask(session, (ALL, {})) == [[("a",), ("b",)]]


async def test_a_session_that_has_ended_leaves_nothing_for_the_garbage_collector(engine: AsyncEngine) -> None:
    await _say(engine, "a")
    gc.collect()
    gc.disable()
    try:
        async with transaction(engine) as session:
            await write(session, (SAY, {"word": "b"}))
            assert await ask(session, (ALL, {})) == [[("a",), ("b",)]]
            held = ref(session.sync_session)
        del session
        assert held() is None
    finally:
        gc.enable()


async def test_what_is_held_when_it_all_goes_back_is_gone(engine: AsyncEngine) -> None:
    with suppress(ZeroDivisionError):
        async with transaction(engine) as session:
            await write(session, (SAY, {"word": "a"}))
            raise ZeroDivisionError
    await asyncio.gather(*(_say(engine, word) for word in "bcd"))
    assert await said(engine) == ["b", "c", "d"]


async def _say(engine: AsyncEngine, word: str) -> None:
    async with transaction(engine) as session:
        await write(session, (SAY, {"word": word}))


async def test_a_fault_of_what_is_held_comes_up_with_the_commit_and_undoes_it_all(engine: AsyncEngine) -> None:
    await _say(engine, "a")
    with pytest.raises(IntegrityError):
        async with transaction(engine) as session:
            await write(session, (SAY, {"word": "b"}))
            await write(session, (SAY, {"word": "a"}))
    assert await said(engine) == ["a"]
    await _say(engine, "c")
    assert await said(engine) == ["a", "c"]


async def test_a_commit_that_undoes_says_so(engine: AsyncEngine) -> None:
    with pytest.raises(OperationalError, match="undone"):
        async with transaction(engine) as session:
            await write(session, (SAY, {"word": "a"}))
            with pytest.raises(DBAPIError):
                await session.execute(text("SELECT 1 / 0"))
    assert await said(engine) == []


async def test_what_was_foreseen_costs_no_trip_and_is_asked_anew_after_a_write(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    async with transaction(engine) as session:
        foresee(session, (ALL, {}))
        await ask(session, (SAY, {"word": "a"}))
        with trips(await driver(session), tmp_path / "none") as none:
            assert await ask(session, (ALL, {})) == [[("a",)]]
        assert none == []
        foresee(session, (ALL, {}))
        await ask(session, (SAY, {"word": "b"}))
        await write(session, (SAY, {"word": "c"}))
        assert await ask(session, (ALL, {})) == [[("a",), ("b",), ("c",)]]
        foresee(session, (ALL, {}))
        await ask(session, (SAY, {"word": "d"}))
        await session.execute(text("DELETE FROM words WHERE word < 'c'"))
        assert await ask(session, (ALL, {})) == [[("c",), ("d",)]]


async def test_a_savepoint_takes_back_what_was_held_in_it_and_nothing_before(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        await write(session, (SAY, {"word": "a"}))
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await write(session, (SAY, {"word": "b"}))
                await ask(session, (SAY, {"word": "a"}))
        await write(session, (SAY, {"word": "c"}))
    assert await said(engine) == ["a", "c"]


async def test_after_faults_and_rollbacks_a_connection_still_knows_its_statements(engine: AsyncEngine) -> None:
    for at in range(20):
        with suppress(ZeroDivisionError, DBAPIError):
            async with transaction(engine) as session:
                # psycopg prepares what it has seen five times, and has all forgotten when something is undone.
                await session.execute(text("SELECT word FROM words"))
                await ask(session, (ALL, {}))
                if at % 3 == 1:
                    await ask(session, (SAY, {"word": None}))
                if at % 3 == 2:
                    raise ZeroDivisionError
                await ask(session, (SAY, {"word": f"{at:02}"}))
    assert await said(engine) == [f"{at:02}" for at in range(0, 20, 3)]


async def test_a_value_that_cannot_be_written_is_refused_before_anything_is_sent(engine: AsyncEngine) -> None:
    async with transaction(engine) as session:
        await write(session, (SAY, {"word": "a"}))
        with pytest.raises(DataError):
            await ask(session, (SAY, {"word": "b\x00c"}))
    assert await said(engine) == ["a"]


async def test_what_is_larger_than_any_buffer_arrives_and_comes_back(engine: AsyncEngine) -> None:
    tales = ["".join(f"{at}{letter}" for at in range(700_000)) for letter in "ab"]
    async with transaction(engine) as session:
        found = await ask(session, *((TELL, {"tale": tale}) for tale in tales))
    assert found == [[(tale,)] for tale in tales]


@pytest.mark.parametrize("turns", range(12))
async def test_cancelled_at_any_moment_nothing_hangs_and_who_was_told_so_is_on_the_disk(
    engine: AsyncEngine, turns: int
) -> None:
    tasks = {word: asyncio.create_task(_say(engine, word)) for word in "abcdefghij"}
    await asyncio.sleep(turns / 1000)
    for word in "bdfj":
        tasks[word].cancel()
    done = await asyncio.wait_for(asyncio.gather(*tasks.values(), return_exceptions=True), 10)
    assert all(one is None or isinstance(one, asyncio.CancelledError) for one in done), done
    kept = await said(engine)
    assert all(word in kept for word, one in zip(tasks, done, strict=True) if one is None)


async def test_cancelled_while_the_server_works_the_connection_is_given_up(engine: AsyncEngine) -> None:
    async def sleeping() -> None:
        async with transaction(engine) as session:
            await ask(session, (SAY, {"word": "a"}), (SLEEP, {"seconds": 30}))

    task = asyncio.create_task(sleeping())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    await asyncio.wait_for(_say(engine, "b"), 5)
    assert await said(engine) == ["b"]


async def test_a_connection_that_the_server_ends_is_an_outage_and_the_next_one_is_new(engine: AsyncEngine) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with transaction(engine) as session:
            [[(process,)]] = await ask(session, (Straight(select(func.pg_backend_pid())), {}))
            async with engine.connect() as other:
                await other.execute(text(f"SELECT pg_terminate_backend({process}, 1000)"))
            await ask(session, (ALL, {}))
    assert raised.value.connection_invalidated
    await _say(engine, "a")
    assert await said(engine) == ["a"]


async def test_many_at_once_each_get_their_own_answers(engine: AsyncEngine) -> None:
    await asyncio.gather(*(_say(engine, f"{at:03}") for at in range(200)))
    assert await said(engine) == [f"{at:03}" for at in range(200)]
