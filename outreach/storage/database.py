"""数据库 — opening SQLite or PostgreSQL so that a commit means what it says."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from outreach.storage.on_loop import LoopDriver
from outreach.storage.prepared import SteadyCompiler
from outreach.storage.sqlite_build import has_sound_wal, sqlite
from outreach.storage.write_ahead import NotFlushed

LOG = structlog.get_logger("database")
# After this long without work a connection to PostgreSQL may have been cut by somebody on the way.
REST_SECONDS = 5.0
# What SQLite says of a file or a disk: locked, read-only, an error of the disk, damaged, full, not to be opened, no
# database.
UNUSABLE = frozenset({5, 6, 8, 10, 11, 13, 14, 26})
# Of these, what no waiting mends: damaged, no database.
DAMAGED = frozenset({11, 26})


class DatabaseTaken(Exception):
    """Another process already runs on this SQLite database; only one may."""


class NoPlace(Exception):
    """The folder of a SQLite database cannot be made, or nothing may be written there."""


class DatabaseGone(sqlite.OperationalError):
    """The file of the database, or its log, was taken away or replaced while the process ran."""


def async_url(url: str) -> URL:
    """The SQLAlchemy URL with the asynchronous driver filled in.

    >>> str(async_url("sqlite:///a.db"))
    'sqlite+aiosqlite:///a.db'
    """
    made = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    return made.set(drivername=drivers.get(made.drivername, made.drivername))


def open_engine(url: str) -> AsyncEngine:
    """An engine with the pragmas of RELIABILITY asserted. PostgreSQL needs the `postgresql` extra.

    The message of a fault never holds what was written: names, phones and texts do not belong in a log.
    """
    made = async_url(url)
    if made.get_backend_name() != "sqlite":
        # Here alone: a bureau on SQLite need not have psycopg.
        from outreach.storage.trips import TripConnection

        engine = create_async_engine(
            made, connect_args={"async_creator_fn": TripConnection.connect},
            pool_size=8, max_overflow=0, hide_parameters=True,
        )  # fmt: skip
        _ping_after_a_rest(engine)
        return engine
    # One connection: SQLite has one writer anyway, and waiting in our pool is fairer than SQLITE_BUSY.
    engine = create_async_engine(
        made, module=LoopDriver(), pool_size=1, max_overflow=0, pool_timeout=60, hide_parameters=True
    )
    engine.dialect.statement_compiler = SteadyCompiler
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    if (file := sqlite_file(url)) is not None:
        _keep_to_the_file(engine, file)
    # A transaction that may write takes the write lock at once: a deferred one fails half-way through.
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def journal_mode() -> str:
    """The journal mode that is safe with this build of SQLite: WAL or TRUNCATE."""
    # A journal that is emptied, not removed, keeps its place in the folder: a flush less for each commit, and no file
    # made and taken away. Nothing of what it held stays in it, unlike in one whose header alone is cleared (PERSIST).
    return "WAL" if has_sound_wal() else "TRUNCATE"


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    # Nobody waits on the loop; the thread of the driver does, as long as it takes.
    for pragma in ("foreign_keys=ON", "busy_timeout=0", "secure_delete=ON", "trusted_schema=OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    # The answer is the mode that it is in now: a disk of the network, say, has no memory to share for a WAL.
    cursor.execute(f"PRAGMA journal_mode={journal_mode()}")
    is_logged = cursor.fetchone()[0] == "wal"
    if not is_logged:
        cursor.execute("PRAGMA journal_mode=TRUNCATE")
    # With a rollback journal FULL would leave a journal that comes back after a loss of power.
    cursor.execute(f"PRAGMA synchronous={'FULL' if is_logged else 'EXTRA'}")
    cursor.close()
    if is_logged:
        connection.keep_log()


def _ping_after_a_rest(engine: AsyncEngine) -> None:
    """Ask a connection that has rested whether it still lives, and never one that was in use a moment ago.

    SQLAlchemy's own pre-ping asks each time, which was a tenth of an update. Whoever meets a server that has just gone
    is told so by the statement itself, and comes again.
    """

    def rested(_: object, record: Any) -> None:
        record.info["rested_at"] = time.monotonic()

    def ping(connection: Any, record: Any, _: object) -> None:
        if time.monotonic() - record.info.get("rested_at", time.monotonic()) < REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as fault:
            raise InvalidatePoolError from fault

    event.listen(engine.sync_engine, "checkin", rested)
    event.listen(engine.sync_engine, "checkout", ping)


def _keep_to_the_file(engine: AsyncEngine, file: Path) -> None:
    """Raise OperationalError at the begin of a transaction when the file or its log is gone or another one is there.

    SQLite would go on writing to what was removed, and what was acknowledged since would exist nowhere. What is
    committed already is carried over first: into the file that was moved, or into the file whose log is gone.
    """
    log = file.with_name(f"{file.name}-wal")
    was_there = False

    def must_be_there(*_: object) -> None:
        if was_there and not file.exists():
            raise DatabaseGone(f"{file} was removed")

    def remember(_: object, record: Any) -> None:
        nonlocal was_there
        was_there = True
        record.info["file"], record.info["log"] = _identity(file), _identity(log)

    def gone(path: Path) -> OperationalError:
        LOG.error("database_gone", path=str(path))
        return OperationalError("BEGIN", None, DatabaseGone(f"{path} was removed or replaced"))

    def compare(connection: Connection) -> None:
        made: Any = connection.connection.dbapi_connection
        if made.is_in_doubt:
            connection.invalidate()
            raise OperationalError("BEGIN", None, NotFlushed())
        if connection.info["file"] != _identity(file):
            made.empty_log()
            connection.invalidate()
            raise gone(file)
        if connection.info["log"] is not None and connection.info["log"] != _identity(log):
            # While somebody reads what only we still see of it, it is tried again, and nothing is begun.
            if made.empty_log():
                log.unlink(missing_ok=True)
                connection.invalidate()
            raise gone(log)

    event.listen(engine.sync_engine, "do_connect", must_be_there)
    event.listen(engine.sync_engine, "connect", remember)
    event.listen(engine.sync_engine, "begin", compare, insert=True)


def is_unusable(fault: BaseException | None) -> bool:
    """Whether it is the database that is gone or cannot be used, and not what was asked of it."""
    cause = fault.orig if isinstance(fault, DBAPIError) else fault
    if isinstance(cause, sqlite.Error):
        return isinstance(cause, DatabaseGone) or _kind_of(cause) in UNUSABLE
    # Of PostgreSQL: no connection, or one that the server ends, has no room for or cannot serve.
    said = str(getattr(cause, "sqlstate", None) or "08")
    return isinstance(fault, OperationalError) and said.startswith(("08", "53", "57P", "58"))


def is_no_database(fault: DBAPIError) -> bool:
    """Whether SQLite says that its file is damaged or is something else."""
    return _kind_of(fault.orig) in DAMAGED


def _kind_of(fault: BaseException | None) -> int:
    """SQLite's own number of the kind of a fault; 0 for one that is not SQLite's.

    The low byte is the kind, the rest says more: https://sqlite.org/rescode.html
    """
    return int(getattr(fault, "sqlite_errorcode", 0)) & 0xFF


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def sqlite_file(url: str) -> Path | None:
    """The database file of a SQLite URL; None for PostgreSQL and for an in-memory database."""
    made = make_url(url)
    if made.get_backend_name() != "sqlite" or not made.database or made.database == ":memory:":
        return None
    return Path(made.database)


class OnlyProcess:
    """Holds a SQLite database for one running process; the operating system lets go when the process dies."""

    def __init__(self, url: str) -> None:
        self._file = sqlite_file(url)
        self._handle: int | None = None

    def take(self) -> None:
        """PostgreSQL is meant to be shared: nothing happens.

        Raises DatabaseTaken when another process holds it, NoPlace when its folder cannot be used.
        """
        if self._file is None:
            return
        lock = self._file.with_name(self._file.name + ".lock")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise NoPlace(
                f"ANSHAO_DATABASE_URL is wrong, or ANSHAO_DATA_DIR where that is not set: {self._file} cannot lie "
                f"there ({fault.strerror}). Name a folder that this user may write to."
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise DatabaseTaken(
                f"{self._file} is already in use by another Anshao process (pid {holder}). "
                "Stop that one first, or give this one its own ANSHAO_DATA_DIR; "
                "several processes on one database need PostgreSQL (ANSHAO_DATABASE_URL)."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle

    def let_go(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
