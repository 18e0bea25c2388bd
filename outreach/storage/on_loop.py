"""就地执行 — a SQLite driver that runs quick statements on the event loop and everything else on a thread.

To hand each step of a statement to a thread and wait for the answer costs ten times what a look-up by key takes. Here a
statement that has proved quick runs where it is asked; one that is new, has been slow, waits for a lock or flushes a
commit to the disk goes to the connection's thread, so that the loop goes on turning.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import await_only

from outreach.storage.on_thread import ThreadConnection
from outreach.storage.prepared import MOST_PREPARED
from outreach.storage.sqlite_build import TAKEN_OVER, sqlite
from outreach.storage.write_ahead import LoggedConnection

QUICK_SECONDS = 0.001
# How much of its slowest time a statement is still held to after the next run.
MEMORY = 0.9
MOST_KNOWN = 4096
MOST_ROWS = 20
LOCK_WAIT_MS = 10_000


class Pace:
    """How long each statement took: the slowest of late. What is not known counts as slow."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def is_quick(self, statement: str) -> bool:
        return self._seconds.get(statement, QUICK_SECONDS) < QUICK_SECONDS

    def took(self, statement: str, seconds: float) -> None:
        if len(self._seconds) >= MOST_KNOWN and statement not in self._seconds:
            # Lists of many lengths make many texts; what matters is soon known again.
            self._seconds.clear()
        self._seconds[statement] = max(seconds, self._seconds.get(statement, 0.0) * MEMORY)


class _Nothing:
    """Awaited at once; SQLAlchemy insists that whoever asks it for async work gets some."""

    def __await__(self) -> Any:
        return iter(())


NOTHING = _Nothing()


class LoopCursor(AsyncAdapt_aiosqlite_cursor):
    """Reads all its rows with the statement, in one go, on the loop or on the thread."""

    __slots__ = ()
    _awaitable_cursor_close = False
    _adapt_connection: LoopConnection

    def _make_new_cursor(self, connection: Any) -> Any:
        return connection._conn.cursor()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        given = () if parameters is None else parameters
        self._run(operation, lambda: self._cursor.execute(operation, given))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        given: Sequence[Any] = list(seq_of_parameters)
        self._run(operation, lambda: self._cursor.executemany(operation, given), is_short=len(given) <= MOST_ROWS)

    def _run(self, operation: str, step: Callable[[], object], *, is_short: bool = True) -> None:
        connection = self._adapt_connection
        pace = connection.dbapi.pace

        def whole() -> None:
            began = perf_counter()
            step()
            if self._cursor.description is not None:
                # sqlite3 steps through the rows only as they are fetched.
                self._rows = deque(self._cursor.fetchall())  # type: ignore[call-overload]
            pace.took(operation, perf_counter() - began)

        connection.run(whole, on_loop=is_short and pace.is_quick(operation))


class LoopConnection(AsyncAdapt_aiosqlite_connection):
    """One connection with its thread, whose sqlite3 connection is used from the loop too, never from both at once."""

    __slots__ = ("_logged", "_on_thread", "is_flushed_later")
    _cursor_cls = LoopCursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        # Work handed to the thread and not yet done: whoever was cancelled has stopped waiting for it, not it.
        self._on_thread = 0
        self._logged: LoggedConnection = connection._conn
        # Whoever commits now sees to it that the log is flushed before anybody is told.
        self.is_flushed_later = False

    def run(self, work: Callable[[], None], *, on_loop: bool) -> None:
        """Do it here if it is quick and no other process holds a lock, else on the thread. Raises sqlite3.Error."""
        try:
            if on_loop and not self._on_thread:
                try:
                    work()
                except sqlite.OperationalError as fault:
                    if fault.sqlite_errorcode & 0xFF != sqlite.SQLITE_BUSY:
                        raise
                else:
                    await_only(NOTHING)
                    return
            self._on_thread += 1
            await_only(self._connection._execute(self._patiently, work))
        except Exception as fault:
            self._handle_exception(fault)

    def _patiently(self, work: Callable[[], None]) -> None:
        """On the thread: wait for whoever holds a lock, which on the loop nobody may."""
        try:
            try:
                work()
            except sqlite.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite.SQLITE_BUSY:
                    raise
                self._wait_and_do(work)
        finally:
            self._on_thread -= 1

    def _wait_and_do(self, work: Callable[[], None]) -> None:
        # Only for whoever met a lock: each statement asks the loop's thread for the interpreter and may wait for it.
        connection: sqlite.Connection = self._connection._conn
        connection.execute(f"PRAGMA busy_timeout={self.dbapi.lock_wait_ms:d}")
        try:
            work()
        finally:
            connection.execute("PRAGMA busy_timeout=0")

    def commit(self) -> None:
        """Flush on the thread. Raises sqlite.OperationalError when the database has undone the transaction by itself.

        On a full or failing disk SQLite may do that; sqlite3's own commit would then say nothing.
        """
        if self._connection._connection is None:
            return
        if not self._connection.in_transaction:
            self._handle_exception(sqlite.OperationalError("the database has undone the transaction"))
        if self.is_flushed_later and self._end_unchanged():
            return
        self.run(self._logged.write if self.is_flushed_later else self._logged.commit, on_loop=False)

    def _end_unchanged(self) -> bool:
        """Commit here what has changed nothing: whoever only looked waits for no thread and no disk."""
        try:
            if self._on_thread or not self._logged.end_unchanged():
                return False
        except sqlite.Error:
            # What is wrong shows again on the thread, which may wait for whoever holds a lock.
            return False
        await_only(NOTHING)
        return True

    async def flush(self) -> None:
        """Bring to the disk all that was committed here, also after this was closed, while others write.

        Raises NotFlushed, then and ever after.
        """
        if not self.is_on_disk:
            await self._connection.beside(self._logged.flush)

    @property
    def is_on_disk(self) -> bool:
        """Whether all that was committed here is on the disk."""
        return self._logged.is_on_disk

    @property
    def is_in_doubt(self) -> bool:
        """Whether a flush has failed: only a new connection knows what is in the log."""
        return self._logged.is_in_doubt

    def keep_log(self) -> None:
        """The journal mode is WAL from now on: look after the log."""
        self.run(self._connection._conn.keep_log, on_loop=False)

    def empty_log(self) -> bool:
        """Leave nothing of the past in the log, between two transactions; False while somebody else reads it.

        Raises nothing but a lost connection.
        """
        is_empty = False

        def empty() -> None:
            nonlocal is_empty
            is_empty = self._connection._conn.empty_log()

        if self._connection._connection is not None:
            self.run(empty, on_loop=False)
        return is_empty

    def rollback(self) -> None:
        """Undo the transaction, if there is one: SQLAlchemy asks for it whenever a connection is handed back."""
        if self._on_thread or (self._connection._connection is not None and self._connection.in_transaction):
            super().rollback()
        else:
            await_only(NOTHING)


class LoopDriver(AsyncAdapt_aiosqlite_dbapi):
    """The DBAPI that `create_async_engine(..., module=LoopDriver())` takes for a sqlite+aiosqlite URL.

    lock_wait_ms: how long to wait for another process that holds a lock, in milliseconds.
    """

    def __init__(self, lock_wait_ms: int = LOCK_WAIT_MS) -> None:
        super().__init__(sqlite, sqlite)
        self.has_stop = True
        self.lock_wait_ms = lock_wait_ms
        self.pace = Pace()

    def _init_dbapi_attributes(self) -> None:
        for name in TAKEN_OVER:
            setattr(self, name, getattr(sqlite, name))

    def connect(self, *arguments: Any, **options: Any) -> LoopConnection:
        usual = {"factory": LoggedConnection, "cached_statements": MOST_PREPARED}
        given = usual | options | {"check_same_thread": False}
        return LoopConnection(self, await_only(ThreadConnection(partial(sqlite.connect, *arguments, **given))))
