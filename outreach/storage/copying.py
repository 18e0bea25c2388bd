"""复制 — a consistent copy of a database that is being written to, and the proof that a copy is whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from outreach.storage.sqlite_build import sqlite

# A writer may hold the file for as long as its own disk is slow.
BUSY_SECONDS = 60.0


class CopyFault(Exception):
    """The database could not be copied, or the copy is not whole; the message says why and what to do."""


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a live database with SQLite's online backup, in one step: never `cp`, which can tear it.

    Raises:
        CopyFault: the source cannot be read, or there is no room.
    """
    if not source.is_file():
        raise CopyFault(f"there is no database at {source} yet; run `python -m bot migrate` first")
    try:
        with closing(sqlite.connect(source, timeout=BUSY_SECONDS)) as live, closing(sqlite.connect(target)) as copy:
            # Without a WAL writers wait meanwhile, so nothing is flushed here: the archive is, once it is proved.
            copy.execute("PRAGMA synchronous=OFF")
            live.backup(copy)
            # A copy stands alone: it must not need a journal file beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite.Error as fault:
        raise CopyFault(f"{source} could not be copied: {fault}") from fault


def count_sqlite(path: Path) -> dict[str, int]:
    """Rows per table of a database file, after `PRAGMA integrity_check`.

    Raises:
        CopyFault: the file is damaged or is no database.
    """
    try:
        with closing(_opened(path)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            if said != ["ok"]:
                raise CopyFault(f"{path.name} is damaged: {'; '.join(said)}")
            tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name"
            names = [row[0] for row in connection.execute(tables).fetchall()]
            return {name: _count(connection, name) for name in names}
    except sqlite.Error as fault:
        raise CopyFault(f"{path.name} is not a whole database: {fault}") from fault


def rows_of(path: Path, statement: str) -> list[tuple[object, ...]]:
    """The rows of a query on a database file; none when the file or the table is not there or cannot be read."""
    try:
        with closing(_opened(path)) as connection:
            return [tuple(row) for row in connection.execute(statement)]
    except sqlite.Error:
        return []


def _opened(path: Path) -> sqlite.Connection:
    """To read only; but not read-only: what such a connection lays beside a database in WAL mode it may not remove."""
    connection = sqlite.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _count(connection: sqlite.Connection, table: str) -> int:
    # The name comes from the file's own schema; a quote in it is doubled.
    quoted = table.replace('"', '""')
    return int(connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608


def run_postgresql(tool: str, url: str, *arguments: str) -> None:
    """Run pg_dump or pg_restore on the database of that URL; the password goes by environment, never by argument.

    Raises:
        CopyFault: the tool is not installed, or it failed.
    """
    made = make_url(url)
    name = made.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    program = shutil.which(tool)
    if program is None:
        raise CopyFault(
            f"PostgreSQL is copied with its own tool {tool}, which is not installed here. Install the PostgreSQL "
            f"client of the server's version, or run where it is: {tool} --dbname='{name}' {' '.join(arguments)}"
        )
    # With a file to write to, pg_restore speaks to no database.
    to = [] if any(argument.startswith("--file=") and tool == "pg_restore" for argument in arguments) else [name]
    environment = dict(os.environ) | ({"PGPASSWORD": str(made.password)} if made.password else {})
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments without a shell
        [program, *(f"--dbname={one}" for one in to), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CopyFault(f"{tool} failed: {done.stderr.strip()[:500]}")


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_durable(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk when this returns."""
    flags = os.O_RDONLY | (os.O_DIRECTORY if path.is_dir() else 0)
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
