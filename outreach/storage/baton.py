"""接力棒 — what one process of several may do at a time: it holds a lock of PostgreSQL, and the next takes over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

LOG = structlog.get_logger("baton")
LOOK_SECONDS = 1.0
ANSWER_SECONDS = 5.0
# The lower bits say what is held, the upper ones that it is ours.
CLOCK = 0x616E0010
POLLING = 0x616E0011
SPEAKING = 0x616E0012
# A host that lost its power never says so: after these seconds of silence the server ends its session by itself.
# A server reached by a Unix socket ignores them, for there the kernel tells it at once.
SILENCE = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 2")
TAKE = text("SELECT pg_try_advisory_lock(:key)")
END_HOLDER = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND classid = 0 AND objid = :key AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
Sign = Callable[[], Awaitable[object]]


class Baton:
    """One lock, held by a session of its own for as long as the process lives. On SQLite there is one process anyway.

    A pooler in transaction mode has no sessions: give such a process the server's own address.

    sign: something that changes while whoever holds the lock does its work. When it has not changed for
    `stuck_seconds` of this process's own time, the holder is stopped or hangs, and its session is ended.
    """

    def __init__(self, engine: AsyncEngine, key: int, sign: Sign | None = None, stuck_seconds: float = 90.0) -> None:
        self._key = key
        self._sign = sign
        self._stuck_seconds = stuck_seconds
        self._engine: AsyncEngine | None = None
        if engine.dialect.name == "postgresql":
            self._engine = create_async_engine(
                engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
            )
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Return once this process holds it, however long another one does. The database may come and go meanwhile."""
        if self._engine is None:
            return
        watch = _Watch(self._sign, self._stuck_seconds)
        while True:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    if await self._try(watch):
                        return
            except (DBAPIError, OSError, TimeoutError) as fault:
                LOG.warning("baton_not_asked", key=hex(self._key), fault=type(fault).__name__)
                await self._hang_up()
            await asyncio.sleep(LOOK_SECONDS)

    async def is_held(self) -> bool:
        """Whether this process holds it at this moment, asked of the database."""
        if self._engine is None:
            return True
        async with self._turn:
            if self._connection is None:
                return False
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._connection.execute(text("SELECT 1"))
            except (DBAPIError, OSError, TimeoutError):
                await self._hang_up()
                return False
            return True

    async def lost(self) -> None:
        """Return once this process holds it no more."""
        while True:
            if not await self.is_held():
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Let go."""
        async with self._turn:
            await self._hang_up()
        if self._engine is not None:
            await self._engine.dispose()

    async def _try(self, watch: _Watch) -> bool:
        assert self._engine is not None
        if self._connection is None:
            self._connection = await self._engine.connect()
            for setting in SILENCE:
                await self._connection.execute(text(f"SET {setting}"))
        if (await self._connection.execute(TAKE, {"key": self._key})).scalar_one():
            return True
        if await watch.is_stuck():
            ended = (await self._connection.execute(END_HOLDER, {"key": self._key})).scalar_one()
            LOG.error("holder_ended", key=hex(self._key), sessions=ended)
        return False

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await connection.invalidate()
                    await connection.close()
            except (DBAPIError, OSError, TimeoutError) as fault:
                LOG.info("session_gone", fault=type(fault).__name__)


class _Watch:
    """Whether a sign has stood still for too long, by this process's own time: other hosts' clocks may be wrong."""

    def __init__(self, sign: Sign | None, stuck_seconds: float) -> None:
        self._sign = sign
        self._stuck_seconds = stuck_seconds
        self._last: object = None
        self._since = time.monotonic()

    async def is_stuck(self) -> bool:
        if self._sign is None:
            return False
        now, seen = time.monotonic(), await self._sign()
        if seen != self._last:
            self._last, self._since = seen, now
        if now - self._since < self._stuck_seconds:
            return False
        self._since = now
        return True
