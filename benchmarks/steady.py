"""Updates that arrive by the clock, whatever became of those before them, each timed from the instant it was due."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.rig import SECRET

HEAD = (
    "POST /telegram HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    + "".join(f"{name}: {value}\r\n" for name, value in SECRET.items())
    + "Content-Length: "
)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
# A timer of the event loop rings up to a millisecond late, which would count as the bot's.
LEAD_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from the instant an update was due until it was acknowledged, its reply being said by then."""

    p50: float
    p99: float
    longest: float


def written(update: dict[str, Any]) -> bytes:
    """The whole request; worded before it is due, so that the pace is kept."""
    body = json.dumps(update).encode()
    return f"{HEAD}{len(body)}\r\n\r\n".encode() + body


class Line(asyncio.Protocol):
    """One connection kept alive; as many as wait at once, as Telegram's own servers do it."""

    def __init__(self, idle: list[Line]) -> None:
        self._idle = idle
        self._buffer = b""
        self.answered: asyncio.Future[float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not found or len(body) < (int(length[1]) if length else 0):
            return
        assert head.startswith(b"HTTP/1.1 200"), head
        assert self.answered is not None
        self._buffer = b""
        self.answered.set_result(time.perf_counter())
        self.answered = None
        self._idle.append(self)


class Caller:
    """Whoever calls the webhook."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[Line] = []

    async def post(self, request: bytes) -> float:
        """The instant at which the answer was there."""
        loop = asyncio.get_running_loop()
        if self._idle:
            line = self._idle.pop()
        else:
            _, line = await loop.create_connection(lambda: Line(self._idle), "127.0.0.1", self._port)
        line.answered = loop.create_future()
        line.transport.write(request)
        return await line.answered


async def race(port: int, requests: list[bytes], at_once: int) -> None:
    """As fast as it goes, so many under way at once."""
    caller, queue = Caller(port), iter(requests)

    async def worker() -> None:
        for request in queue:
            await caller.post(request)

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def at_a_pace(port: int, requests: list[bytes], per_second: float) -> Waits:
    """One request after the other, evenly, without waiting for any answer."""
    loop, caller = asyncio.get_running_loop(), Caller(port)
    tasks: list[asyncio.Task[float]] = []
    began = time.perf_counter() + LEAD_SECONDS
    due = [began + n / per_second for n in range(len(requests))]
    all_sent = asyncio.Event()

    def send(n: int) -> None:
        tasks.append(asyncio.create_task(caller.post(requests[n])))
        if n == len(requests) - 1:
            all_sent.set()

    ringing = threading.Thread(target=_ring, args=(due, lambda n: loop.call_soon_threadsafe(send, n)), daemon=True)
    with _no_collector():
        ringing.start()
        await all_sent.wait()
        answered = await asyncio.gather(*tasks)
    took = [(at - then) * 1000 for at, then in zip(answered, due, strict=True)]
    return Waits(statistics.median(took), statistics.quantiles(took, n=100)[98], max(took))


@contextmanager
def _no_collector() -> Iterator[None]:
    """Looking for garbage among thousands of requests takes whoever measures 14 ms, which would count as the bot's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _ring(due: list[float], send: Callable[[int], object]) -> None:
    """A thread sleeps to a twentieth of a millisecond; an event loop does not."""
    for n, at in enumerate(due):
        time.sleep(max(0.0, at - time.perf_counter()))
        send(n)
