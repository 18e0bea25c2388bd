"""地基 — the database and the files that outlive a dead house: kept, wound back, and read without it."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from outreach.storage.sqlite_build import sqlite


@dataclass(frozen=True)
class Laid:
    """A ground as it lay at one instant: its files by name, and the tables of a database that is no file."""

    files: dict[str, bytes]
    tables: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def digest(self) -> bytes:
        """The same for the same content, and for no other."""
        made = hashlib.blake2b(digest_size=16)
        for name, content in (*sorted(self.files.items()), *sorted(self.tables.items())):
            made.update(f"{name}:{len(content)}:".encode())
            made.update(content)
        return made.digest()


def holds_uncommitted(laid: Laid) -> bool:
    """Whether a journal or a log holds what was not committed: whoever comes back has to undo or to pass over it."""
    if laid.files.get("anshao.db-journal"):
        return True
    log = laid.files.get("anshao.db-wal", b"")
    # https://sqlite.org/fileformat2.html#the_write_ahead_log: a page of the log is valid while it bears the salt of the
    # log's head, and the last one of a commit says how long the database is now.
    step, salt = 24 + int.from_bytes(log[8:12], "big"), log[16:24]
    frames = [log[at : at + 24] for at in range(32, len(log) - step + 1, step)]
    valid = [frame for frame in frames if frame[8:16] == salt]
    return bool(valid) and valid[-1][4:8] == bytes(4)


class Ground:
    """What is on disk. `rows` reads what is committed, through a connection that no house knows of."""

    name: str
    url: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        self._reading: Any = None
        (self.folder / "photos").mkdir(parents=True)

    def keep(self) -> Laid:
        """The ground as it lies here and now, in the midst of whatever is being written."""
        files = (
            file for file in self.folder.rglob("*") if file.is_file() and not file.name.endswith((".lock", "-shm"))
        )
        return Laid({str(file.relative_to(self.folder)): file.read_bytes() for file in files}, self._tables())

    def lay(self, laid: Laid) -> None:
        """Be as it lay then, whatever a dead house left about since."""
        self.look_away()
        for file in self.folder.iterdir():
            if file.is_dir():
                shutil.rmtree(file)
            else:
                file.unlink()
        (self.folder / "photos").mkdir()
        for name, content in laid.files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        self._lay_tables(laid.tables)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query finds among what is committed."""
        self._look()
        return list(self._reading.execute(sql).fetchall())

    def _look(self) -> None:
        if self._reading is None:
            self._reading = self._connect()

    def read(self, asked: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
        """What each of these queries finds."""
        return {name: self.rows(sql) for name, sql in asked.items()}

    def look_away(self) -> None:
        """Let the reading connection go."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    @property
    def version(self) -> str:
        """Which database this is, to be printed beside what was found."""
        raise NotImplementedError

    def _connect(self) -> Any:
        raise NotImplementedError

    def _tables(self) -> dict[str, bytes]:
        return {}

    def _lay_tables(self, tables: dict[str, bytes]) -> None:
        pass


class SqliteGround(Ground):
    """A file. The journal or log that a killed process left beside it belongs to it."""

    name = "SQLite"

    def __init__(self, folder: Path, empty: Path) -> None:
        super().__init__(folder)
        self.file = self.folder / "anshao.db"
        shutil.copy(empty, self.file)
        self.url = f"sqlite:///{self.file}"

    @property
    def version(self) -> str:
        return f"SQLite {sqlite.sqlite_version}"

    def _connect(self) -> Any:
        return sqlite.connect(self.file)

    def settle(self) -> Laid:
        """Let SQLite undo what has to be undone, and carry over what is committed. The ground as it lies then."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        self.rows("SELECT count(*) FROM sqlite_master")
        self.look_away()
        return self.keep()


class PostgresGround(Ground):
    """A database of a running server; kept and laid table by table, only those that differ."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, admin: str, empty: str) -> None:
        super().__init__(folder)
        self._admin, self._database = admin, f"ground_{folder.name}".replace("-", "_")
        self.url = admin.replace("/postgres?", f"/{self._database}?")
        self._execute(f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")
        self._execute(f"CREATE DATABASE {self._database} TEMPLATE {empty}")
        names = self.rows("SELECT relname, relkind FROM pg_class WHERE relkind IN ('r', 'S')"
                          " AND relnamespace = 'public'::regnamespace ORDER BY relname")  # fmt: skip
        self._names = [name for name, kind in names if kind in ("r", b"r")]
        self._sequences = [name for name, kind in names if kind not in ("r", b"r")]
        # Each table as it was last copied, what it was like then, and in which snapshot.
        self._copied: dict[str, bytes] = {}
        self._stands: dict[str, str | None] = {}
        self._snapshot = ""

    @property
    def version(self) -> str:
        return f"PostgreSQL {self.rows('SHOW server_version')[0][0].split()[0]}"

    def _connect(self) -> Any:
        import psycopg

        return psycopg.connect(self.url, autocommit=True)

    def _execute(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(sql.encode())

    def read(self, asked: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
        """What each of these queries finds: all are asked at once, and the answers come in one go."""
        self._look()
        with self._reading.pipeline():
            found = {name: self._reading.execute(sql.encode()) for name, sql in asked.items()}
            return {name: cursor.fetchall() for name, cursor in found.items()}

    def look_away(self) -> None:
        """The connection stays: it holds nothing between two questions, and a new one would know no table yet."""

    def _tables(self) -> dict[str, bytes]:
        if not hasattr(self, "_names"):
            return {}
        # One snapshot of all tables; where the sequences stand belongs to no transaction.
        self._look()
        with self._reading.transaction(), self._reading.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for name in self._changed(cursor):
                with cursor.copy(f"COPY {name} TO STDOUT".encode()) as copying:
                    self._copied[name] = b"".join(bytes(part) for part in copying)
            stand = " UNION ALL ".join(f"SELECT last_value, is_called FROM {name}" for name in self._sequences)
            cursor.execute(stand.encode())
            return {name: self._copied[name] for name in self._names} | {"": repr(cursor.fetchall()).encode()}

    def _changed(self, cursor: Any) -> list[str]:
        """The tables that are otherwise than when they were copied; none while the server shows the same snapshot."""
        cursor.execute("SELECT pg_current_snapshot()::text")
        snapshot = cursor.fetchone()[0]
        if snapshot == self._snapshot:
            return []
        # Two rows that trade places count as a change too: so the table would be copied.
        digests = ", ".join(f"(SELECT md5(string_agg(t::text, chr(10))) FROM {name} t)" for name in self._names)
        cursor.execute(f"SELECT {digests}".encode(), prepare=True)
        stands = dict(zip(self._names, cursor.fetchone(), strict=True))
        changed = [name for name in self._names if name not in self._copied or stands[name] != self._stands[name]]
        self._snapshot, self._stands = snapshot, stands
        return changed

    def _lay_tables(self, tables: dict[str, bytes]) -> None:
        # Whatever a dead process had open the server undoes as soon as it notices, or now.
        self.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  " WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
        stands = self._tables()
        with self._reading.transaction(), self._reading.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for name in self._names:
                if stands[name] == tables[name]:
                    continue
                cursor.execute(f"DELETE FROM {name}".encode())
                with cursor.copy(f"COPY {name} FROM STDIN".encode()) as copying:
                    copying.write(tables[name])
            if stands[""] != tables[""]:
                import ast

                for name, (value, is_called) in zip(
                    self._sequences, ast.literal_eval(tables[""].decode()), strict=True
                ):
                    cursor.execute("SELECT setval(%s::regclass, %s, %s)", (name, value, is_called))

    def close(self) -> None:
        """Give the server back as it was."""
        super().look_away()
        self._execute(f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")
