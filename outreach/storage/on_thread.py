"""线程连接 — one connection of SQLite and the thread that works for it, as SQLAlchemy's adapter asks.

aiosqlite does the same for the build of SQLite that Python was linked to, and so loads that one as well.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any

from outreach.storage.sqlite_build import sqlite

# Who waits for it, if anybody does, and what is to be done; nothing to be done is the end.
Work = tuple[asyncio.Future[Any] | None, Callable[[], Any] | None]


class ThreadConnection:
    """Await it once to connect. What is asked of it is done in that order, also when whoever asked waits no more."""

    def __init__(self, connect: Callable[[], sqlite.Connection]) -> None:
        self._connect = connect
        self._connection: sqlite.Connection | None = None
        self._running = True
        self._tx: SimpleQueue[Work] = SimpleQueue()
        # A process that ends does not wait for it.
        self._thread = Thread(target=_work_off, args=(self._tx,), name="sqlite", daemon=True)
        # What is done beside: it begins with the first that is asked of it.
        self._beside: SimpleQueue[Work] | None = None

    def __await__(self) -> Generator[Any, None, ThreadConnection]:
        return self._open().__await__()

    def __del__(self) -> None:
        if self._connection is not None:
            warnings.warn(f"{self!r} was not closed", ResourceWarning, source=self, stacklevel=1)
            self.stop()

    @property
    def _conn(self) -> sqlite.Connection:
        if self._connection is None:
            raise ValueError("no active connection")
        return self._connection

    @property
    def in_transaction(self) -> bool:
        return self._conn.in_transaction

    @property
    def isolation_level(self) -> str | None:
        return self._conn.isolation_level

    async def create_function(self, *given: Any, **options: Any) -> None:
        await self._execute(self._conn.create_function, *given, **options)

    async def commit(self) -> None:
        await self._execute(self._conn.commit)

    async def rollback(self) -> None:
        await self._execute(self._conn.rollback)

    async def close(self) -> None:
        """After what was asked before. Closing twice is closing once. Raises sqlite3.Error."""
        if self._connection is None:
            return
        try:
            await self._execute(self._connection.close)
        finally:
            self._connection = None
            self.stop()

    def stop(self) -> None:
        """Close as soon as what was asked before is done, and wait for nothing."""
        self._running = False
        if self._connection is not None:
            self._tx.put((None, self._connection.close))
            self._connection = None
        self._tx.put((None, None))
        if self._beside is not None:
            self._beside.put((None, None))

    async def beside(self, work: Callable[[], Any]) -> Any:
        """Do it on a second thread, in the order of being asked, while the first does what the connection is asked."""
        if not self._running:
            return work()
        if self._beside is None:
            self._beside = SimpleQueue()
            Thread(target=_work_off, args=(self._beside,), name="flush", daemon=True).start()
        return await _ask(self._beside, work)

    async def _open(self) -> ThreadConnection:
        self._thread.start()
        try:
            self._connection = await _ask(self._tx, self._connect)
        except BaseException:
            self.stop()
            raise
        return self

    async def _execute(self, work: Callable[..., Any], *given: Any, **options: Any) -> Any:
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")
        return await _ask(self._tx, partial(work, *given, **options))


async def _ask(queue: SimpleQueue[Work], work: Callable[[], Any]) -> Any:
    future = asyncio.get_running_loop().create_future()
    queue.put((future, work))
    return await future


def _work_off(queue: SimpleQueue[Work]) -> None:
    while True:
        future, work = queue.get()
        if work is None:
            return
        result, fault = None, None
        try:
            result = work()
        except BaseException as raised:
            fault = raised
        if future is not None:
            # The loop may have ended: then nobody waits any more.
            with suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(_settle, future, result, fault)
        # Nothing of it is held while the thread waits for more: a cursor kept alive keeps its transaction open.
        del future, work, result, fault


def _settle(future: asyncio.Future[Any], result: Any, fault: BaseException | None) -> None:
    if future.done():
        return
    if fault is None:
        future.set_result(result)
    else:
        future.set_exception(fault)
