"""地基 — the database and the photo folder that outlive a dead house: kept, wound back, and read without it."""

from __future__ import annotations

import shutil
import sqlite3
from itertools import count
from pathlib import Path
from typing import Any

Kept = tuple[str, Path]


class Ground:
    """What is on disk. `rows` reads what is committed, through a connection that no house knows of."""

    name: str
    url: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        self._kept = folder / "kept"
        self._numbers = count(1)
        self._reading: Any = None
        (self.folder / "photos").mkdir(parents=True)

    def keep(self) -> Kept:
        """Remember the ground as it is."""
        number = next(self._numbers)
        photos = self._kept / f"photos{number}"
        shutil.copytree(self.folder / "photos", photos)
        return self._keep_database(number), photos

    def wind_back(self, kept: Kept) -> None:
        """Be again as it was kept, whatever a dead house left lying about."""
        self.look_away()
        shutil.rmtree(self.folder / "photos", ignore_errors=True)
        shutil.copytree(kept[1], self.folder / "photos")
        self._restore_database(kept[0])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query finds among what is committed."""
        if self._reading is None:
            self._reading = self._connect()
        return list(self._reading.execute(sql).fetchall())

    def look_away(self) -> None:
        """Let the reading connection go."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _connect(self) -> Any:
        raise NotImplementedError

    def _keep_database(self, number: int) -> str:
        raise NotImplementedError

    def _restore_database(self, kept: str) -> None:
        raise NotImplementedError


class SqliteGround(Ground):
    """A file. A journal that a killed process left hot belongs to it and is wound back with it."""

    name = "SQLite"

    def __init__(self, folder: Path, empty: Path) -> None:
        super().__init__(folder)
        self._file = self.folder / "anshao.db"
        shutil.copy(empty, self._file)
        self.url = f"sqlite:///{self._file}"

    def _connect(self) -> Any:
        return sqlite3.connect(self._file)

    def _keep_database(self, number: int) -> str:
        kept = self._kept / f"{number}.db"
        shutil.copy(self._file, kept)
        return str(kept)

    def _restore_database(self, kept: str) -> None:
        for ending in ("-journal", "-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        shutil.copy(kept, self._file)


class PostgresGround(Ground):
    """A database of a running server; copies are made with it as the template."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, admin: str, empty: str) -> None:
        super().__init__(folder)
        self._kept.mkdir()
        self._admin, self._database = admin, f"ground_{folder.name}".replace("-", "_")
        self.url = admin.replace("/postgres?", f"/{self._database}?")
        self._made: list[str] = []
        self._restore_database(empty)

    def _connect(self) -> Any:
        import psycopg

        return psycopg.connect(self.url, autocommit=True)

    def _execute(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(sql.encode())

    def _keep_database(self, number: int) -> str:
        kept = f"{self._database}_{number}"
        self.look_away()
        self._execute(f"CREATE DATABASE {kept} TEMPLATE {self._database}")
        self._made.append(kept)
        return kept

    def _restore_database(self, kept: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")
        self._execute(f"CREATE DATABASE {self._database} TEMPLATE {kept}")

    def close(self) -> None:
        """Give the server back as it was."""
        self.look_away()
        for name in (self._database, *self._made):
            self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
