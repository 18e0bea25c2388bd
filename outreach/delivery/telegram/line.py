"""专线 — HTTP/1.1 for the one call that is made a hundred thousand times: JSON is posted, a short answer is read.

A request of aiohttp costs 140 µs of processor time for what it can do besides; this one costs a third of that. It
knows one method, no redirect, no cookie and no proxy: whoever needs those takes the other way.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from telegram.error import NetworkError, TelegramError, TimedOut

from outreach.delivery.pacing import Pacer
from outreach.delivery.telegram.mishaps import NeverSent
from outreach.delivery.telegram.reading import Answer

# A connection that was not used for longer is closed: the other side is about to do the same.
KEPT_SECONDS = 50.0
# How long one of an address's families is tried before the other is tried as well.
NEXT_ADDRESS_SECONDS = 0.25
MOST_URLS = 64


class _Place(NamedTuple):
    """Where a URL leads."""

    host: str
    port: int
    is_encrypted: bool


class _Connection(asyncio.Protocol):
    """One connection: one request at a time, and nothing that nobody asked for."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.free_since = 0.0
        self._answer: Answer | None = None
        self._waiter: asyncio.Future[Answer] | None = None

    @property
    def is_open(self) -> bool:
        return not self.transport.is_closing()

    def ask(self, request: bytes, limit: int, waiter: asyncio.Future[Answer]) -> None:
        """From here on the other side may have seen the request."""
        self._answer, self._waiter = Answer(limit), waiter
        self.transport.write(request)

    def give_up(self, fault: TelegramError) -> None:
        """No answer to what was asked will be read any more."""
        self.transport.abort()
        self._tell(fault)

    def time_out(self) -> None:
        """Nobody waits any longer."""
        self.give_up(TimedOut("no answer in time"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            # The answer to nothing, which must not become the answer to the next request.
            self.transport.abort()
            return
        try:
            is_whole = self._answer.feed(data)
        except NetworkError as fault:
            self.give_up(fault)
        else:
            if is_whole:
                self._tell(None)

    def eof_received(self) -> None:
        try:
            is_whole = self._answer is not None and self._answer.end()
        except NetworkError as fault:
            self.give_up(fault)
        else:
            self._tell(None if is_whole else NetworkError("connection lost: it was ended"))

    def connection_lost(self, fault: Exception | None) -> None:
        self._tell(NetworkError(f"connection lost: {type(fault).__name__}"))

    def _tell(self, fault: TelegramError | None) -> None:
        answer, waiter, self._answer, self._waiter = self._answer, self._waiter, None, None
        if waiter is None or answer is None or waiter.done():
            return
        if fault is None:
            waiter.set_result(answer)
        else:
            waiter.set_exception(fault)


class Line:
    """Connections that are kept and used again, the last one first.

    connections: how many requests may be under way at once. connect_seconds: the longest it may take to have one.
    limit: the most bytes of an answer.
    """

    def __init__(self, connections: int, connect_seconds: float, limit: int, pacer: Pacer | None) -> None:
        self._room = asyncio.Semaphore(connections)
        self._connect = connect_seconds
        self._limit = limit
        self._pacer = pacer
        self._free: dict[_Place, deque[_Connection]] = {}
        self._heads: dict[str, tuple[_Place, bytes]] = {}
        self._encryption: ssl.SSLContext | None = None
        self._is_closed = False

    async def post(self, url: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """Post JSON: status and body of the answer. All phases together take `seconds` at most.

        Raises NeverSent when nothing left this machine, TimedOut or NetworkError when that is not certain.
        """
        loop = asyncio.get_running_loop()
        began_at = _now()
        place, head = self._heads.get(url) or self._head_for(url)
        connection = await self._connection(place, began_at, seconds)
        waiter: asyncio.Future[Answer] = loop.create_future()
        timer = loop.call_at(began_at + seconds, connection.time_out)
        try:
            connection.ask(b"%b%d\r\n\r\n%b" % (head, len(body), body), self._limit, waiter)
            answer = await waiter
        except BaseException:
            # Also whoever is cancelled: what is still to come must not be taken for the answer to somebody else.
            connection.transport.abort()
            raise
        finally:
            timer.cancel()
            self._room.release()
        if answer.keeps and connection.is_open and not self._is_closed:
            connection.free_since = _now()
            self._free[place].append(connection)
        else:
            connection.transport.close()
        return answer.status, answer.body

    async def close(self) -> None:
        """Close what is kept. Requests under way come to their end."""
        self._is_closed = True
        for free in self._free.values():
            for connection in free:
                connection.transport.abort()
            free.clear()
        # A transport that was aborted is closed with the next turn of the loop.
        await asyncio.sleep(0)

    def _head_for(self, url: str) -> tuple[_Place, bytes]:
        """Where to, and all of the request that is the same every time; the length of the body is still to follow."""
        parts = urlsplit(url)
        is_encrypted = parts.scheme == "https"
        place = _Place(parts.hostname or "", parts.port or (443 if is_encrypted else 80), is_encrypted)
        lines = (
            f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}", "Accept-Encoding: identity",
            "Content-Type: application/json", "Content-Length: ",
        )  # fmt: skip
        if len(self._heads) >= MOST_URLS:
            self._heads.clear()
        self._heads[url] = place, "\r\n".join(lines).encode()
        self._free.setdefault(place, deque())
        return self._heads[url]

    async def _connection(self, place: _Place, began_at: float, seconds: float) -> _Connection:
        """One that is free or a new one; the caller gives its room back."""
        if not self._room.locked() and (kept := self._kept(place)) is not None:
            await self._room.acquire()
            return kept
        failure: NeverSent | None = None
        connection: _Connection | None = None
        try:
            async with asyncio.timeout(min(self._connect, seconds)):
                await self._room.acquire()
                try:
                    connection = self._kept(place) or await self._opened(place)
                finally:
                    if connection is None:
                        self._room.release()
        except Exception as fault:
            failure = NeverSent(f"could not connect: {type(fault).__name__}")
        if connection is None:
            # Outside the handler, so that a fault that names an address is not even its context.
            raise failure or NeverSent("could not connect")
        if self._pacer is not None:
            self._pacer.late(began_at)
        return connection

    def _kept(self, place: _Place) -> _Connection | None:
        free, now = self._free[place], _now()
        while free:
            connection = free.pop()
            if connection.is_open and now - connection.free_since < KEPT_SECONDS:
                return connection
            connection.transport.abort()
        return None

    async def _opened(self, place: _Place) -> _Connection:
        if place.is_encrypted and self._encryption is None:
            # Reading all the certificates takes a while.
            self._encryption = await asyncio.to_thread(ssl.create_default_context)
        _, connection = await asyncio.get_running_loop().create_connection(
            _Connection, place.host, place.port, ssl=self._encryption if place.is_encrypted else None,
            happy_eyeballs_delay=NEXT_ADDRESS_SECONDS,
        )  # fmt: skip
        return connection


def _now() -> float:
    """Seconds of the loop's clock, by which its timers ring."""
    return asyncio.get_running_loop().time()
