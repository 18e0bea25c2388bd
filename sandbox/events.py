"""动静 — Server-Sent Events: what just happened, for the page and for tests, resumable by number."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

from aiohttp import web

JSON = dict[str, Any]
KEPT = 5_000
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Events:
    """The last `KEPT` events and those who listen. Numbers grow over restarts, as they start at the time."""

    def __init__(self, first: int) -> None:
        self.seq = first
        self.recent: deque[tuple[int, JSON]] = deque(maxlen=KEPT)
        self._listeners: set[asyncio.Event] = set()
        self._is_closing = False

    def emit(self, kind: str, chat_id: int | None, **more: Any) -> None:
        """Tell everybody. A value may be a function without arguments: it is called when somebody reads it."""
        self.seq += 1
        self.recent.append((self.seq, {"seq": self.seq, "chat_id": chat_id, "kind": kind, **more}))
        for listener in self._listeners:
            listener.set()

    def close(self) -> None:
        """End every stream, because the server stops."""
        self._is_closing = True
        for listener in self._listeners:
            listener.set()

    def after(self, seq: int) -> list[JSON]:
        """Events with a higher number; a `reset` first if some were forgotten."""
        if self.recent and self.recent[-1][0] <= seq:
            return []
        missed: list[JSON] = []
        for number, event in reversed(self.recent):
            if number <= seq:
                break
            missed.append({key: value() if callable(value) else value for key, value in event.items()})
        if missed and missed[-1]["seq"] > seq + 1:
            missed.append({"seq": missed[-1]["seq"] - 1, "chat_id": None, "kind": "reset"})
        return missed[::-1]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET /sandbox/events; resumes after `Last-Event-ID` or `?after=`, otherwise from now."""
        asked = request.headers.get("Last-Event-ID") or request.query.get("after") or ""
        last = int(asked) if asked.isdigit() else self.seq
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        woken = asyncio.Event()
        self._listeners.add(woken)
        try:
            await response.write(b"retry: 500\n\n")
            while not self._is_closing:
                woken.clear()
                events = self.after(last)
                if events:
                    last = events[-1]["seq"]
                    lines = [f"id: {event['seq']}\ndata: {_dumps(event)}\n\n" for event in events]
                    await response.write("".join(lines).encode("utf-8", "replace"))
                    continue
                try:
                    await asyncio.wait_for(woken.wait(), 15)
                except TimeoutError:
                    await response.write(b": still here\n\n")
        except ConnectionError:
            pass
        finally:
            self._listeners.discard(woken)
        return response
