"""击杀 — counts every point at which a process may die, and lets it die at a chosen one."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.wiring import House
from outreach.delivery.telegram.transport import AiohttpRequest
from outreach.storage.on_thread import ThreadConnection
from outreach.storage.photos import PhotoStore

# So few pages are kept in memory that SQLite writes to the file in the midst of a transaction: whoever dies there
# leaves a hot journal behind, or a log that ends in the midst of a transaction, and whoever comes back passes it over.
FEW_PAGES = "PRAGMA cache_size=2"


class Killed(BaseException):
    """The process died here. No `except Exception` may live through it."""


@dataclass(frozen=True, order=True, slots=True)
class Point:
    """The n-th time that one kind of thing happens, from 1."""

    kind: str
    n: int


def fall() -> None:
    """Die inside this process: whoever is on the stack is thrown away, and no hook lets anything pass again."""
    raise Killed


def fall_for_good() -> None:
    """Die as an operating system kills: no `finally`, no flush, no goodbye to the database or to Telegram."""
    os.kill(os.getpid(), signal.SIGKILL)


class Killer:
    """Watches one house. Dies at `at`; without it only counts, into `log`, in the order of happening."""

    def __init__(self, at: Point | None = None, die: Callable[[], None] = fall) -> None:
        self.at = at
        self.die = die
        self.is_armed = False
        self.is_dead = False
        self.counts: Counter[str] = Counter()
        self.log: list[Point] = []
        self.method = ""
        self.connections: list[Any] = []
        self._undo: list[Callable[[], object]] = []
        self.on_reach: Callable[[Point], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def reach(self, kind: str) -> None:
        """Something may die here. After death everything does: a dead process commits, sends and writes nothing."""
        if self.is_dead:
            raise Killed
        if not self.is_armed:
            return
        self.counts[kind] += 1
        point = Point(kind, self.counts[kind])
        self.log.append(point)
        if self.on_reach is not None:
            self._look(point)
        if point == self.at:
            self.is_dead = True
            self.die()

    def _look(self, point: Point) -> None:
        """Call `on_reach` on the loop while nobody writes: a file operation comes from a thread beside it."""
        assert self.on_reach is not None and self._loop is not None
        if threading.get_ident() == self._loop._thread_id:  # type: ignore[attr-defined]
            self._be_still()
            self.on_reach(point)
            return

        async def look() -> None:
            self._look(point)

        asyncio.run_coroutine_threadsafe(look(), self._loop).result(60)

    def _be_still(self) -> None:
        """Wait until the thread of each SQLite connection has done what it has in hand."""
        for connection in self.connections:
            if isinstance(connection, ThreadConnection) and connection._running:
                is_still = threading.Event()
                connection._tx.put_nowait((None, is_still.set))
                is_still.wait(60)

    def _reach_in_transaction(self, kind: str) -> None:
        try:
            self.reach(kind)
        except Killed:
            # SQLite keeps a closed connection's transaction while anybody still refers to one of its cursors, and a
            # traceback does. So it is undone by name, before anything else can be asked of that connection.
            for connection in self.connections:
                if isinstance(connection, ThreadConnection):
                    asked = connection.rollback()
                    with suppress(ValueError):
                        asked.send(None)
                    asked.close()
            raise

    def watch(self, house: House) -> None:
        """Put the hooks on a house: its database, both its ways to Telegram, its photos on disk."""
        engine = house.office.engine.sync_engine
        self._loop = asyncio.get_running_loop()
        self._listen(engine, "connect", self._connected)
        self._listen(engine, "before_cursor_execute", lambda *_: self._reach_in_transaction("before statement"))
        self._listen(engine, "after_cursor_execute", lambda *_: self._reach_in_transaction("after statement"))
        dialect, commit = engine.dialect, engine.dialect.do_commit

        def do_commit(connection: Any) -> None:
            self._reach_in_transaction("before commit")
            commit(connection)
            self.reach("after commit")

        dialect.do_commit = do_commit  # type: ignore[method-assign]
        self._undo.append(lambda: setattr(dialect, "do_commit", commit))
        for request in (house.bot.request, house.poll_request):
            assert isinstance(request, AiohttpRequest)
            self._watch_request(request)
        house.office.photos = PhotoStore(_watched(house.settings.data_dir / "photos", self))

    def _connected(self, made: Any, _: object) -> None:
        self.connections.append(made.driver_connection)
        if isinstance(made.driver_connection, ThreadConnection):
            cursor = made.cursor()
            cursor.execute(FEW_PAGES)
            cursor.close()

    def _listen(self, engine: Engine, name: str, heard: Callable[..., object]) -> None:
        event.listen(engine, name, heard)
        self._undo.append(lambda: event.remove(engine, name, heard))

    def let_go(self) -> None:
        """Take the hooks off the database again."""
        for undo in self._undo:
            undo()
        self._undo.clear()

    def _watch_request(self, request: AiohttpRequest) -> None:
        ask = request.do_request

        async def do_request(url: str, *rest: Any, **more: Any) -> tuple[int, bytes]:
            self.method = url.rpartition("/")[2].partition("?")[0]
            self.reach("before request")
            answer = await ask(url, *rest, **more)
            # Telegram has done it, and we do not know yet.
            self.reach("before answer")
            return answer

        request.do_request = do_request  # type: ignore[method-assign]


def _watched(folder: Path, killer: Killer) -> Path:
    """A path whose file operations, and those of every path made from it, are points to die at."""

    class Watched(type(folder)):  # type: ignore[misc]
        def open(self, mode: str = "r", *rest: Any, **more: Any) -> Any:
            killer.reach("before file")
            return _WatchedFile(super().open(mode, *rest, **more), killer)

        def replace(self, target: Path) -> Path:
            killer.reach("before rename")
            super().replace(target)
            killer.reach("after rename")
            return target

        def unlink(self, missing_ok: bool = False) -> None:
            killer.reach("before unlink")
            super().unlink(missing_ok)

    return Watched(folder)


class _WatchedFile:
    def __init__(self, file: Any, killer: Killer) -> None:
        self._file, self._killer = file, killer

    def __enter__(self) -> _WatchedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: bytes) -> int:
        """Half of it, a chance to die, the rest."""
        half = len(content) // 2
        self._file.write(content[:half])
        self._file.flush()
        self._killer.reach("half a file")
        self._file.write(content[half:])
        return len(content)
