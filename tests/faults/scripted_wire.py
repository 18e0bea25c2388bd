"""剧本线路 — a bare TCP port in front of the sandbox: what comes back is the sandbox's answer, or whatever is scripted.

No HTTP framework stands between the script and the socket, so it can do what such a framework would not.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

CRLF = b"\r\n"
CHAT = re.compile(rb'name="chat_id"\r\n(?:[^\r\n]+\r\n)*\r\n(-?\d+)')
CHAT_IN_JSON = re.compile(rb'"chat_id":(-?\d+)')


@dataclass(slots=True)
class Call:
    """One request as it came over the wire; `is_taken` once the sandbox has carried it out."""

    method: str
    chat_id: int
    head: bytes
    body: bytes
    is_taken: bool = False


@dataclass(slots=True)
class Exchange:
    """One request in a script's hands."""

    wire: ScriptedWire
    call: Call
    writer: asyncio.StreamWriter
    is_over: bool = False

    async def forward(self) -> tuple[bytes, bytes]:
        """Let the sandbox carry it out; head and body of its answer, which nobody has seen yet."""
        return await self.wire.forward(self.call)

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, status: int, body: bytes, kind: str = "application/json", *more: str) -> None:
        """A whole answer, and the connection stays."""
        await self.write(head(status, len(body), kind, *more) + body)

    def hang_up(self) -> None:
        """End the connection in good order."""
        self.is_over = True
        self.writer.close()

    def reset(self) -> None:
        """End it with a RST: what lies unread on the way is lost."""
        self.is_over = True
        found: socket.socket = self.writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def stand_still(self) -> None:
        """Say nothing until the other side has had enough."""
        self.is_over = True
        await self.wire.closing.wait()


Script = Callable[[Exchange], Awaitable[None]]


def head(status: int, length: int | None, kind: str = "application/json", *more: str) -> bytes:
    """The head of an answer; without a length the end of the connection ends it."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", *more]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class ScriptedWire:
    """`arm` a method with a script; all else goes through to the sandbox. `calls` is all that arrived, in order."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self.port = 0
        self.calls: list[Call] = []
        self.closing = asyncio.Event()
        self._armed: dict[str, Script] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def arm(self, method: str, script: Script) -> None:
        """From now on this method meets this script."""
        self._armed = {method: script}

    def mend(self) -> None:
        """Everything goes through again; whoever stands still lets go."""
        self._armed = {}
        self.closing.set()
        self.closing = asyncio.Event()

    async def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more and drop every connection: the next one is refused."""
        if self._server is not None:
            self._server.close()
        self.closing.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while (call := await _read(reader)) is not None:
                    self.calls.append(call)
                    exchange = Exchange(self, call, writer)
                    script = self._armed.get(call.method)
                    if script is None:
                        await exchange.write(b"".join(await exchange.forward()))
                    else:
                        await script(exchange)
                    if exchange.is_over:
                        break
        finally:
            self._tasks.discard(task)
            writer.close()

    async def forward(self, call: Call) -> tuple[bytes, bytes]:
        """The sandbox's answer to a call."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._behind)
        first, _, rest = call.head.partition(CRLF)
        kept = [line for line in rest.split(CRLF) if line and not line.lower().startswith(_OWN)]
        own = [b"Host: localhost", b"Connection: close", b"Content-Length: %d" % len(call.body)]
        writer.write(CRLF.join([first, *kept, *own]) + CRLF * 2 + call.body)
        answered = await reader.read()
        writer.close()
        call.is_taken = b" 200 " in answered[:20]
        top, _, body = answered.partition(CRLF * 2)
        kind = re.search(rb"(?i)content-type: ([^\r]+)", top)
        return head(int(top[9:12]), len(body), kind[1].decode() if kind else "text/plain"), body


_OWN = (b"host:", b"connection:", b"content-length:", b"transfer-encoding:", b"accept-encoding:")


async def _read(reader: asyncio.StreamReader) -> Call | None:
    try:
        top = await reader.readuntil(CRLF * 2)
    except asyncio.IncompleteReadError:
        return None
    lower = top.lower()
    if found := re.search(rb"content-length: (\d+)", lower):
        body = await reader.readexactly(int(found[1]))
    elif b"transfer-encoding: chunked" in lower:
        body = b""
        while size := int((await reader.readline()).strip(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        body = b""
    path = urlsplit(top.split(b" ", 2)[1].decode())
    method = "downloadFile" if path.path.startswith("/file/") else path.path.rpartition("/")[2]
    asked = parse_qs(path.query) | (parse_qs(body.decode("utf-8", "replace")) if b"urlencoded" in lower else {})
    chat = asked.get("chat_id", ["0"])[0]
    if named := CHAT.search(body) or CHAT_IN_JSON.search(body):
        chat = named[1].decode()
    return Call(method, int(chat) if chat.lstrip("-").isdigit() else 0, top.removesuffix(CRLF * 2), body)


@asynccontextmanager
async def open_wire(behind: int) -> AsyncIterator[ScriptedWire]:
    """A wire in front of the sandbox that listens on `behind`."""
    wire = ScriptedWire(behind)
    await wire.open()
    try:
        yield wire
    finally:
        await wire.close()
