"""合并提交 — one transaction after another on PostgreSQL; on SQLite whoever waits meanwhile shares the next commit.

SQLite has one writer, and what it commits waits for the disk. What queued while somebody wrote goes into one commit
together, each in a savepoint of its own: a fault undoes its own work only. While the log is flushed the next ones write
and commit, and share the flush after it. Nobody goes on before their commit is on the disk, nor before all is that they
may have read. There is no timer: alone, nobody waits for anybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, AsyncTransaction

from outreach.storage.on_loop import LoopConnection
from outreach.storage.sqlite_build import sqlite

# What a session says (`session.info`) whose transaction must leave nothing of what it removed in SQLite's log.
MUST_EMPTY = "must_empty_log"
# A commit is at most this far away from whoever boarded first.
MOST_ABOARD = 64


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session in a transaction that is durable when the block has ended, and undone when it raises.

    Raises what the commit raises, to everybody who shared it.
    """
    if engine.dialect.name != "sqlite":
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            yield session
        return
    ferry = _ferry_of(engine)
    async with ferry.aboard() as session:
        yield session


class _Crossing:
    """A transaction that several share, and the moment at which it is on the disk."""

    def __init__(self, connection: AsyncConnection, begun: AsyncTransaction) -> None:
        made: Any = connection.sync_connection
        self.log: LoopConnection = made.connection.dbapi_connection
        self.connection = connection
        self.begun = begun
        self.aboard = 0
        self.must_empty = False
        self.landed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Those aboard look at it; when all of them were cancelled nobody does, and that is no fault of its own.
        self.landed.add_done_callback(lambda landed: landed.exception())


class _Ferry:
    """One at a time writes; the last one of those who came while the disk was busy has it committed for all."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.loop = asyncio.get_running_loop()
        self._engine = engine
        self._turn = asyncio.Lock()
        self._writer: asyncio.Task[Any] | None = None
        self._waiting = 0
        self._left: asyncio.Task[None] | None = None
        self._crossing: _Crossing | None = None
        # Committed and not yet on the disk.
        self._committed: list[_Crossing] = []
        self._flushing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def aboard(self) -> AsyncIterator[AsyncSession]:
        if self._writer is asyncio.current_task():
            raise RuntimeError("a transaction was begun inside another: it would wait for itself")
        await self._wait_for_turn()
        self._writer = asyncio.current_task()
        try:
            crossing = self._crossing or await self._open()
            is_first = not crossing.aboard
            try:
                async with (
                    AsyncSession(
                        crossing.connection,
                        expire_on_commit=False,
                        join_transaction_mode="rollback_only" if is_first else "create_savepoint",
                    ) as session,
                    session.begin(),
                ):
                    yield session
            except BaseException as fault:
                # Whoever boards first needs no savepoint: with them everything goes back. It also does where SQLite
                # gives up a transaction by itself, as on a full disk, and where somebody is cancelled in the middle
                # of a statement, which costs the connection: then it went wrong for everybody aboard.
                if is_first or not await _is_under_way(crossing):
                    await self._abandon(crossing, fault)
                raise
            crossing.aboard += 1
            crossing.must_empty |= MUST_EMPTY in session.info
        finally:
            self._writer = None
            if self._crossing is None or (self._waiting and self._crossing.aboard < MOST_ABOARD):
                self._turn.release()
            else:
                # Whoever is cancelled meanwhile must not take the others' commit along.
                await asyncio.shield(self._land(self._crossing))
        await asyncio.shield(crossing.landed)

    async def _wait_for_turn(self) -> None:
        self._waiting += 1
        try:
            await self._turn.acquire()
        except BaseException:
            if self._waiting == 1 and self._crossing is not None:
                # Those aboard were left to somebody who does not come any more.
                self._left = asyncio.create_task(self._land_what_is_left())
            raise
        finally:
            self._waiting -= 1

    async def _land_what_is_left(self) -> None:
        await self._turn.acquire()
        if self._crossing is None or self._waiting:
            self._turn.release()
        else:
            await self._land(self._crossing)

    async def _open(self) -> _Crossing:
        connection = await self._engine.connect()
        try:
            begun = await connection.begin()
        except BaseException:
            await connection.close()
            raise
        self._crossing = _Crossing(connection, begun)
        return self._crossing

    async def _abandon(self, crossing: _Crossing, fault: BaseException) -> None:
        self._crossing = None
        crossing.landed.set_exception(
            OperationalError("COMMIT", None, sqlite.OperationalError(f"given up by another: {type(fault).__name__}"))
        )
        try:
            if crossing.connection.get_transaction() is not None:
                await crossing.begun.rollback()
        finally:
            await crossing.connection.close()

    async def _land(self, crossing: _Crossing) -> None:
        """Commit for everybody aboard, and only then let the next one board; who was aboard waits for the disk."""
        self._crossing = None
        try:
            try:
                crossing.log.is_flushed_later = True
                await crossing.begun.commit()
            except BaseException:
                # Without this the connection would go back to the pool as if nothing were open on it.
                await crossing.begun.rollback()
                raise
            else:
                if crossing.must_empty:
                    await crossing.connection.run_sync(_empty_log)
            finally:
                crossing.log.is_flushed_later = False
                await crossing.connection.close()
        except BaseException as fault:
            crossing.landed.set_exception(fault)
        else:
            if not self._committed and crossing.log.is_on_disk:
                crossing.landed.set_result(None)
                return
            self._committed.append(crossing)
            if self._flushing is None or self._flushing.done():
                self._flushing = asyncio.create_task(self._flush())
        finally:
            self._turn.release()

    async def _flush(self) -> None:
        """One flush after the other, each for all that was committed before it began."""
        while self._committed:
            committed, self._committed = self._committed, []
            fault: Exception | None = None
            try:
                # One connection has one log, unless it was lost and made anew in between.
                for log in {crossing.log for crossing in committed}:
                    await log.flush()
            except asyncio.CancelledError:
                for crossing in committed:
                    crossing.landed.cancel()
                raise
            except Exception as raised:
                fault = OperationalError("COMMIT", None, raised)
            for crossing in committed:
                if fault is None:
                    crossing.landed.set_result(None)
                else:
                    crossing.landed.set_exception(fault)


def _empty_log(connection: Connection) -> None:
    """What is committed stays so, whatever becomes of this; the log is emptied again and again after later commits."""
    log: Any = connection.connection.dbapi_connection
    with suppress(connection.dialect.loaded_dbapi.Error):
        log.empty_log()


async def _is_under_way(crossing: _Crossing) -> bool:
    if crossing.connection.invalidated:
        return False
    connection = await crossing.connection.get_raw_connection()
    return bool(connection.driver_connection is not None and connection.driver_connection.in_transaction)


_FERRIES: WeakKeyDictionary[AsyncEngine, _Ferry] = WeakKeyDictionary()


def _ferry_of(engine: AsyncEngine) -> _Ferry:
    ferry = _FERRIES.get(engine)
    if ferry is None or ferry.loop is not asyncio.get_running_loop():
        ferry = _FERRIES[engine] = _Ferry(engine)
    return ferry
