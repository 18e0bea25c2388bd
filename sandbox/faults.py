"""故障 — faults injected into Bot API calls: refusals, broken answers, hanging and dropped connections."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from sandbox.apierror import ApiError, bad_request, forbidden, too_many_requests

JSON = dict[str, Any]
AFTER = "accept-then-"
PLAIN = (
    "429",
    "403",
    "401",
    "404",
    "409",
    "500",
    "502",
    "503",
    "504",
    "502html",
    "200html",
    "200notok",
    "empty",
    "truncated",
    "429html",
    "timeout",
    "drop",
    "reset",
    "slow",
)
_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
HANG_FOR = 120.0


@dataclass(slots=True)
class Fault:
    """One rule. It spares the first `after` matching calls, then takes each `every`-th, `times` times (0: always).

    `retry_after` and `seconds` (how long "slow" waits) are in seconds.
    """

    method: str = "*"
    kind: str = "500"
    chat_id: int | None = None
    retry_after: Any = 1
    times: int = 0
    after: int = 0
    every: int = 1
    seconds: float = 2.0
    met: int = 0
    done: int = 0

    @classmethod
    def read(cls, table: JSON) -> Fault:
        """Check a rule given as JSON; raises ValueError."""
        unknown = set(table) - {"method", "kind", "chat_id", "retry_after", "times", "after", "every", "seconds"}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        fault = cls(**{key: value for key, value in table.items() if value is not None})
        counts = (fault.times, fault.after, fault.every)
        texts = (fault.kind, fault.method)
        if (
            not all(isinstance(text, str) for text in texts)
            or not isinstance(fault.seconds, int | float)
            or not all(isinstance(count, int) for count in counts)
        ):
            raise ValueError("method and kind are text; times, after and every are whole numbers")
        plain = fault.plain
        if plain not in PLAIN and not plain.startswith(("400:", "403:")):
            raise ValueError(f"kind must be one of {', '.join(PLAIN)}, 400:<text>, 403:<text>, each also after {AFTER}")
        return fault

    @property
    def is_after(self) -> bool:
        """Whether the call takes effect before the fault."""
        return self.kind.startswith(AFTER)

    @property
    def plain(self) -> str:
        """The kind without its timing."""
        return self.kind.removeprefix(AFTER)

    def as_table(self) -> JSON:
        """The rule and how often it was met and done."""
        return asdict(self)

    def refusal(self) -> ApiError | None:
        """The Bot API error this fault stands for, if it is one."""
        plain = self.plain
        if plain == "429":
            if self.retry_after in (None, ""):
                return ApiError(429, "Too Many Requests")
            refusal = too_many_requests(self.retry_after)
            return refusal
        if plain == "403":
            return forbidden("bot was blocked by the user")
        if plain.startswith("403:"):
            return ApiError(403, plain[4:] if plain[4:].startswith("Forbidden") else f"Forbidden: {plain[4:]}")
        if plain.startswith("400:"):
            words = plain[4:].strip()
            return ApiError(400, words) if words.startswith("Bad Request") else bad_request(words)
        named = {
            "401": "Unauthorized",
            "404": "Not Found",
            "500": "Internal Server Error",
            "502": "Bad Gateway",
            "503": "Service Unavailable",
            "504": "Gateway Timeout",
            "409": "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        }
        return ApiError(int(plain), named[plain]) if plain in named else None


class Faults:
    """The rules in force, the first matching one wins."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self.closing = asyncio.Event()

    def match(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault for this call, counted as done."""
        if not self.rules:
            return None
        for fault in self.rules:
            if fault.method not in ("*", method) or fault.chat_id not in (None, chat_id):
                continue
            if fault.times and fault.done >= fault.times:
                continue
            fault.met += 1
            if fault.met > fault.after and (fault.met - fault.after - 1) % max(1, fault.every) == 0:
                fault.done += 1
                return fault
        return None

    async def answer(self, fault: Fault, request: web.Request, body: bytes) -> web.Response:
        """What the client gets instead of `body`, or nothing at all on a closed connection."""
        kind = fault.plain
        if kind == "slow":
            await self._hang(request, fault.seconds)
            return web.Response(body=body, content_type="application/json")
        if kind in ("timeout", "drop", "reset"):
            if kind == "timeout":
                await self._hang(request, HANG_FOR)
            if request.transport is not None:
                request.transport.abort() if kind == "reset" else request.transport.close()
            return web.Response(status=500)
        if kind == "truncated":
            return web.Response(body=body[: len(body) // 2], content_type="application/json")
        if kind == "empty":
            return web.Response(body=b"")
        if kind == "200notok":
            return web.json_response({"ok": False, "description": "Internal Server Error"})
        status = {"502html": 502, "200html": 200, "429html": 429}[kind]
        return web.Response(status=status, text=_HTML, content_type="text/html")

    async def _hang(self, request: web.Request, seconds: float) -> None:
        """Wait, but not for a client that has gone nor past the end of the server."""
        until = asyncio.get_running_loop().time() + seconds
        while (left := until - asyncio.get_running_loop().time()) > 0:
            if request.transport is None or request.transport.is_closing():
                return
            try:
                await asyncio.wait_for(self.closing.wait(), min(0.25, left))
                return
            except TimeoutError:
                continue
