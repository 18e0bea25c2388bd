"""The peers' durable work through SQLAlchemy's ORM: what an answer to a checklist reads and writes, and no more."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import ForeignKey, event, select
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.util import await_only

from outreach.storage.sqlite_build import TAKEN_OVER, has_sound_wal, sqlite

ITEMS = 21
CHATS = 280
# It flushes one thing after the other.
_DISK = threading.Lock()


class Base(DeclarativeBase):
    pass


class Seen(Base):
    __tablename__ = "seen"

    update_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Person(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    meaning: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime | None]


class Post(Base):
    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    enterprise: Mapped[str]


class Inspection(Base):
    __tablename__ = "inspections"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class Answer(Base):
    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspections.id"), index=True)
    item: Mapped[int]
    verdict: Mapped[str]
    answered_at: Mapped[datetime]


def slow(connection: type[sqlite.Connection]) -> type[sqlite.Connection]:
    """The same on a disk that takes longer for each flush, by as many milliseconds as the environment says.

    A commit to the log is one flush, and one more with which a log begins anew; carrying the log over is one of the log
    and one of the file.
    """
    more = float(os.environ.get("BENCH_FLUSH_MS", "0")) / 1000
    # The product flushes by itself what it has committed; where SQLite does, each commit is a flush.
    is_by_itself = hasattr(connection, "_flush_log")

    class SlowDisk(connection):  # type: ignore[valid-type, misc]
        def commit(self) -> None:
            if self.in_transaction and not is_by_itself:
                _flush(more)
            super().commit()

        def write(self) -> None:
            before = self._written
            super().write()
            if before and self._written and before[0] != self._written[0]:
                _flush(more)

        def _flush_log(self, log: int) -> None:
            _flush(more)
            super()._flush_log(log)

        def execute(self, statement: str, *given: Any) -> sqlite.Cursor:
            if "wal_checkpoint" in statement and "NOOP" not in statement:
                _flush(more)
                _flush(more)
            return super().execute(statement, *given)

    return SlowDisk


def _flush(seconds: float) -> None:
    with _DISK:
        time.sleep(seconds)


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """aiosqlite as it comes, on the build of SQLite that the product speaks through."""

    def __init__(self) -> None:
        super().__init__(sqlite, sqlite)
        self.has_stop = True

    def _init_dbapi_attributes(self) -> None:
        for name in TAKEN_OVER:
            setattr(self, name, getattr(sqlite, name))

    def connect(self, path: str, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        # The peers' own: the product does without.
        import aiosqlite

        options |= {"factory": slow(sqlite.Connection)}
        connection = aiosqlite.Connection(partial(sqlite.connect, path, **options), iter_chunk_size=64)
        connection._thread.daemon = True
        return AsyncAdapt_aiosqlite_connection(self, await_only(connection))


async def open_database(where: str) -> AsyncEngine:
    """where: the address of a PostgreSQL database, or the folder for a SQLite file."""
    if where.startswith("postgresql"):
        # As many connections as the product keeps.
        engine = create_async_engine(
            where.replace("postgresql://", "postgresql+psycopg://", 1), pool_size=8, max_overflow=0, pool_timeout=300
        )
    else:
        engine = _open_file(f"{where}/peer.db")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session, session.begin():
        session.add_all([Person(id=n, name=f"P{n}") for n in range(1, CHATS + 1)])
        await session.flush()
        for n in range(1, CHATS + 1):
            session.add_all([Post(person_id=n, enterprise=f"E{n}"), Inspection(id=n, person_id=n)])
    return engine


def _open_file(path: str) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", module=Driver(), pool_size=1, max_overflow=0, pool_timeout=300
    )

    def prepare(connection, _) -> None:  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        cursor = connection.cursor()
        # The product's choice, whichever it is.
        cursor.execute(f"PRAGMA journal_mode={'WAL' if has_sound_wal() else 'TRUNCATE'}")
        cursor.execute(f"PRAGMA synchronous={'FULL' if has_sound_wal() else 'EXTRA'}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


async def remember(engine: AsyncEngine, update_id: int) -> None:
    """The least a bot must do that may not lose an update or take it twice."""
    async with AsyncSession(engine) as session, session.begin():
        session.add(Seen(update_id=update_id))


async def judge(engine: AsyncEngine, update_id: int, person_id: int, press: str) -> str:
    """One item answered, and what the card shows next: the reads and the writes of the product's own answer."""
    _, _, inspection_id, item, verdict = press.split(":")
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        session.add(Seen(update_id=update_id))
        person = await session.get_one(Person, person_id)
        post = (await session.scalars(select(Post).where(Post.person_id == person_id))).one()
        inspection = await session.get_one(Inspection, int(inspection_id))
        answers = (await session.scalars(select(Answer).where(Answer.inspection_id == inspection.id))).all()
        given = {answer.item for answer in answers}
        if int(item) not in given:
            now = datetime.now(UTC).replace(tzinfo=None)
            session.add(Answer(inspection_id=inspection.id, item=int(item), verdict=verdict, answered_at=now))
        person.meaning, person.asked_at = f"inspection:{inspection.id}", datetime.now(UTC).replace(tzinfo=None)
        return f"<b>{post.enterprise}</b> {len(given)}/{ITEMS} {person.name}"
