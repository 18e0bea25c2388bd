"""往返 — a connection to PostgreSQL that sends several statements at once and waits for all their answers together.

psycopg begins, asks and commits each in a trip of its own, and its pipeline takes a turn of the event loop and a cursor
for each statement. Here what does not wait for an earlier answer goes in one write and comes back in one read: the
BEGIN with the first statement, writes that nobody asks back with the next statement or with the COMMIT.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import AsyncConnection, OperationalError
from psycopg._preparing import PrepareManager
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
_FAULTS = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)


class Sent(NamedTuple):
    """A statement with $1, $2 … and its values as PostgreSQL reads them."""

    text: bytes
    values: Sequence[Any] = ()


_COMMIT = Sent(b"COMMIT")


class _Prepared(PrepareManager):
    """psycopg forgets what it has prepared by having the server forget everything, which is ours too."""

    def __init__(self, names: dict[bytes, bytes]) -> None:
        super().__init__()
        self._ours = names

    def clear(self) -> bool:
        is_forgotten = super().clear()
        if is_forgotten:
            self._ours.clear()
        return is_forgotten


class TripConnection(AsyncConnection[Row]):
    """psycopg's own connection for whoever asks it as such; `trip` and `hold` are the shorter way.

    What is held is sent before anything else that anybody asks, so nobody sees a database without it.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._names: dict[bytes, bytes] = {}
        self._named = 0
        self._prepared = _Prepared(self._names)
        self._held: list[Sent] = []
        self._foreseen: list[tuple[Sent, list[Row]]] = []
        self._adapting: Any = None

    def worded(self, text: bytes, values: Sequence[Any]) -> Sent:
        """The statement with its values made ready. Raises psycopg.DataError for a value that cannot be written."""
        # As text and without types: what a value is the statement says, which so is prepared once whatever comes.
        return Sent(text, self._transformer.dump_sequence(values, [PyFormat.TEXT] * len(values)) if values else ())

    async def trip(self, *sent: Sent, along: Sequence[Sent] = ()) -> list[list[Row]]:
        """The rows of each statement, in order; raises what psycopg raises, for the first that failed.

        along: what will probably be asked next. It is obeyed after the others and answered by `foreseen`.
        """
        async with self.lock:
            held, self._held = self._held, []
            found = (await self._go([*held, *sent, *along]))[len(held) :]
        self._foreseen = list(zip(along, found[len(sent) :], strict=True))
        return found[: len(sent)]

    def foreseen(self, sent: Sequence[Sent]) -> list[list[Row]] | None:
        """Answers that came along with the last trip, once; None unless all are there and nothing was asked since."""
        found = [rows for one in sent for known, rows in self._foreseen if known == one]
        if len(found) != len(sent):
            return None
        self._foreseen = [(known, rows) for known, rows in self._foreseen if known not in sent]
        return found

    def hold(self, *sent: Sent) -> None:
        """Send them with whatever is asked next, or with the COMMIT. A fault of theirs comes up there."""
        self._foreseen = []
        self._held += sent

    async def wait(self, gen: Any, *given: Any, **more: Any) -> Any:
        """Every way of psycopg's own comes by here, with the lock held."""
        self._foreseen = []
        if self._held:
            held, self._held = self._held, []
            await self._go(held)
        return await super().wait(gen, *given, **more)

    async def commit(self) -> None:
        """Have it all on the disk. Raises psycopg.OperationalError when the database has undone the transaction."""
        async with self.lock:
            self._foreseen = []
            held, self._held = self._held, []
            if not held and self.pgconn.transaction_status == TransactionStatus.IDLE:
                return
            await self._go([*held, _COMMIT])

    async def rollback(self) -> None:
        """Undo the transaction, if there is one, and forget what was held for it."""
        self._held, self._foreseen = [], []
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            await super().rollback()

    @property
    def _transformer(self) -> Any:
        # Not before whoever has connected has said how values are written.
        if self._adapting is None:
            self._adapting = Transformer(self)
        return self._adapting

    async def _go(self, sent: list[Sent]) -> list[list[Row]]:
        """Send, and wait until the server has answered it all; the rows of each.

        Whoever is stopped half-way closes the connection: what is still on its way belongs to no other question.
        """
        self._check_connection_ok()
        is_idle = self.pgconn.transaction_status == TransactionStatus.IDLE
        begin = [Sent(self._get_tx_start_command())] if is_idle and not self.autocommit else []
        try:
            self.pgconn.enter_pipeline_mode()
            prepared = [self._send(one) for one in (*begin, *sent)]
            self.pgconn.pipeline_sync()
            results = await self._results()
            self.pgconn.exit_pipeline_mode()
        except BaseException:
            self.pgconn.finish()
            raise
        return self._read([*begin, *sent], prepared, results)[len(begin) :]

    def _send(self, one: Sent) -> bytes | None:
        """The name under which it is prepared now, None if it was before."""
        if (known := self._names.get(one.text)) is not None:
            self.pgconn.send_query_prepared(known, one.values)
            return None
        self._named += 1
        name = b"straight_%d" % self._named
        self.pgconn.send_prepare(name, one.text)
        self.pgconn.send_query_prepared(name, one.values)
        return name

    async def _results(self) -> list[PGresult]:
        """Everything up to the end of the pipeline."""
        pgconn, is_full, was_none = self.pgconn, bool(self.pgconn.flush()), False
        found: list[PGresult] = []
        while True:
            while pgconn.is_busy():
                await _ready(pgconn.socket, is_full)
                pgconn.consume_input()
                is_full = is_full and bool(pgconn.flush())
            result = pgconn.get_result()
            if result is None:
                # One after each statement; two mean that nothing comes any more.
                if was_none:
                    raise OperationalError("the server stopped answering")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return found
            else:
                found.append(result)
            was_none = result is None

    def _read(self, sent: list[Sent], prepared: list[bytes | None], results: list[PGresult]) -> list[list[Row]]:
        rest, read = iter(results), []
        for one, name in zip(sent, prepared, strict=True):
            if name is not None:
                _must_be_well(next(rest))
                self._names[one.text] = name
            result = next(rest)
            _must_be_well(result)
            if result.status == ExecStatus.TUPLES_OK:
                self._transformer.set_pgresult(result)
                read.append(self._transformer.load_rows(0, result.ntuples, tuple))
            else:
                read.append([])
            if one is _COMMIT and result.command_status != b"COMMIT":
                raise OperationalError("the database has undone the transaction")
        return read


def _must_be_well(result: PGresult) -> None:
    if result.status in _FAULTS:
        raise error_from_result(result)


async def _ready(socket: int, is_full: bool) -> None:
    """Wait for what the server says, and with `is_full` for room to say more to it."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(socket, wake)
    if is_full:
        loop.add_writer(socket, wake)
    try:
        await ready
    finally:
        loop.remove_reader(socket)
        if is_full:
            loop.remove_writer(socket)
