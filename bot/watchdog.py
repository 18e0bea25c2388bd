"""看门狗 — notices when the event loop does not turn, says where it stands, and tells systemd as long as it does."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import time
import traceback

import structlog

LOG = structlog.get_logger("watchdog")
BEAT_SECONDS = 0.5
LIMIT_SECONDS = 5.0
FRAMES = 8


class Watchdog:
    """`run` beats on the loop; a thread of its own looks whether it did. A blocked loop can say nothing itself."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._limit = limit_seconds
        self._turned_at = time.monotonic()
        self._loop_thread = threading.get_ident()
        self._ended = threading.Event()
        self._longest = 0.0
        self.blocked = 0

    async def run(self) -> None:
        """Until cancelled."""
        watching = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._turned_at = time.monotonic()
        watching.start()
        try:
            while True:
                await asyncio.sleep(BEAT_SECONDS)
                now = time.monotonic()
                self._longest = max(self._longest, now - self._turned_at - BEAT_SECONDS)
                self._turned_at = now
                tell_systemd("WATCHDOG=1")
        finally:
            self._ended.set()

    def longest_block(self) -> float:
        """For how many seconds at most the loop stood still since this was last asked."""
        longest, self._longest = self._longest, 0.0
        return max(longest, time.monotonic() - self._turned_at - BEAT_SECONDS, 0.0)

    def _watch(self) -> None:
        is_told = False
        while not self._ended.wait(self._limit / 4):
            seconds = time.monotonic() - self._turned_at
            if seconds <= self._limit:
                is_told = False
            elif not is_told:
                is_told = True
                self.blocked += 1
                LOG.error("loop_blocked", seconds=round(seconds, 1), at=self._where())

    def _where(self) -> list[str]:
        """The innermost frames of the thread in which the loop runs: files, lines and names, no values."""
        frame = sys._current_frames().get(self._loop_thread)
        frames = traceback.extract_stack(frame)[-FRAMES:] if frame is not None else []
        return [f"{one.filename}:{one.lineno} {one.name}" for one in frames]


def tell_systemd(state: str) -> None:
    """Say READY=1, WATCHDOG=1 or STOPPING=1 to the service manager that started this process, if one listens.

    Source: sd_notify(3). A manager that does not listen any more is no reason to stop working.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.setblocking(False)
        try:
            out.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError as fault:
            LOG.debug("systemd_not_told", fault=type(fault).__name__)
