"""A Bot API that costs next to nothing, so that who calls it is what is measured: with latency and with a limit.

Run as `fast_wire.py PORT [LATENCY_MS [LIMIT]]`. With a limit it counts a sliding second over all chats, as strictly as
it can be done: one send too many is refused, and so is everything in the penalty that follows.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import deque

PENALTY_SECONDS = 3.0
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
ME = {"id": 123456, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
# As long as Telegram's own answer to a notice of two lines with a button.
MESSAGE = {
    "message_id": 777777777, "from": ME, "date": 1700000000,
    "chat": {"id": 7, "first_name": "Wang", "last_name": "Fang", "type": "private"},
    "text": "【安全提示】今天下午有雷阵雨和大风，请检查脚手架、临时用电和户外广告牌，人员不要在高处作业。" * 2,
    "entities": [{"offset": 0, "length": 6, "type": "bold"}],
    "reply_markup": {"inline_keyboard": [[{"text": "已阅", "callback_data": "bc:ack:777777"}]]},
}  # fmt: skip


def _answer(status: str, told: object) -> bytes:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


YES, WHO = _answer("200 OK", {"ok": True, "result": True}), _answer("200 OK", {"ok": True, "result": ME})
SENT_BEFORE, SENT_AFTER = _answer("200 OK", {"ok": True, "result": MESSAGE}).split(b"777777777")


class Telegram:
    """What all connections share."""

    def __init__(self, latency: float, limit: int) -> None:
        self.latency = latency
        self.limit = limit
        self.window: deque[float] = deque()
        self.penalty_until = 0.0
        self.reset()

    def reset(self) -> None:
        self.sent = self.refused = 0
        self.first = self.last = 0.0

    def send(self) -> bytes:
        now = time.monotonic()
        if self.limit:
            while self.window and self.window[0] <= now - 1.0:
                self.window.popleft()
            if now >= self.penalty_until and len(self.window) >= self.limit:
                self.penalty_until = now + PENALTY_SECONDS
            if now < self.penalty_until:
                self.refused += 1
                wait = int(self.penalty_until - now) + 1
                return _answer("429 Too Many Requests", {
                    "ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {wait}",
                    "parameters": {"retry_after": wait},
                })  # fmt: skip
            self.window.append(now)
        self.sent += 1
        self.first = self.first or now
        self.last = now
        return b"%s%d%s" % (SENT_BEFORE, 100_000_000 + self.sent, SENT_AFTER)

    def stats(self) -> bytes:
        told = {"sent": self.sent, "refused": self.refused, "seconds": self.last - self.first}
        self.reset()
        return _answer("200 OK", told)


class Connection(asyncio.Protocol):
    """HTTP/1.1, as much of it as these clients speak."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[: end + 4]
            if b"100-continue" in head:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if (found := LENGTH.search(head)) is not None:
                whole = end + 4 + int(found[1])
            elif b"chunked" in head.lower():
                last = self.buffer.find(b"0\r\n\r\n", end)
                whole = last + 5 if last >= 0 else len(self.buffer) + 1
            else:
                whole = end + 4
            if len(self.buffer) < whole:
                return
            self.buffer = self.buffer[whole:]
            self.answer(head.split(b" ", 2)[1].rpartition(b"/")[2].lower())

    def answer(self, method: bytes) -> None:
        if method == b"stats":
            self.transport.write(self.telegram.stats())
            return
        said = self.telegram.send() if method.startswith((b"send", b"edit")) else WHO if method == b"getme" else YES
        if self.telegram.latency:
            asyncio.get_running_loop().call_later(self.telegram.latency, self.transport.write, said)
        else:
            self.transport.write(said)


async def main(port: int, latency_ms: float = 0.0, limit: int = 0) -> None:
    telegram = Telegram(latency_ms / 1000, limit)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(telegram), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *(float(word) for word in sys.argv[2:3]), *(int(word) for word in sys.argv[3:])))
