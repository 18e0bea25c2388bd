"""来讯 — the queue of updates for the bot: kept until confirmed, handed out by long polling or by webhook."""

from __future__ import annotations

import asyncio
import json
import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.apierror import conflict

JSON = dict[str, Any]
_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
REMEMBERED = 20_000
NOT_BY_DEFAULT = frozenset(("chat_member", "message_reaction", "message_reaction_count"))


@dataclass(slots=True)
class Pending:
    """One undelivered update. `raw` is its JSON; `lane` the chat whose order it keeps; `at` Unix seconds.

    `is_odd` marks an update whose id does not follow the sequence (a redelivery, an injected one).
    """

    n: int
    update_id: Any
    lane: str
    raw: str
    at: int
    subject: tuple[int, int] | None
    is_odd: bool
    was_delivered: bool = False


class Updates:
    """All pending updates in order of arrival; `on_new` and `on_done` tell the webhook pusher and the page."""

    def __init__(self) -> None:
        self.pending: OrderedDict[int, Pending] = OrderedDict()
        self.past: OrderedDict[int, tuple[str, str]] = OrderedDict()
        self.next_id = random.randrange(100_000_000, 900_000_000)
        self.next_n = 1
        self.on_new: Callable[[Pending], None] | None = None
        self._waiter: asyncio.Future[None] | None = None

    def restore(self, record: JSON) -> Pending:
        """Queue a recorded update; the record carries everything."""
        subject, update = record.get("subject"), record["update"]
        update_id = update.get("update_id") if isinstance(update, dict) else None
        pending = Pending(
            record["n"],
            update_id,
            record["lane"],
            _dumps(update),
            record["at"],
            tuple(subject) if subject else None,
            record["odd"],
        )
        self.pending[pending.n] = pending
        self.next_n = max(self.next_n, pending.n + 1)
        if not pending.is_odd:
            self.next_id = pending.update_id + 1
        return pending

    def announce(self, pending: Pending) -> None:
        """Wake whoever waits for updates."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self.on_new is not None:
            self.on_new(pending)

    def done(self, n: int) -> Pending | None:
        """Forget a confirmed update (but remember it for redelivery); None if it was gone already."""
        pending = self.pending.pop(n, None)
        if pending is not None and isinstance(pending.update_id, int):
            self.past[pending.update_id] = (pending.lane, pending.raw)
            if len(self.past) > REMEMBERED:
                self.past.popitem(last=False)
        return pending

    def confirmed_by(self, offset: int) -> list[int]:
        """Numbers of the updates that a getUpdates call with this offset confirms."""
        if offset < 0:
            return list(self.pending)[:offset]
        confirmed: list[int] = []
        is_plausible = offset <= self.next_id
        for pending in self.pending.values():
            is_before = not isinstance(pending.update_id, int) or pending.update_id < offset
            if is_before and (pending.was_delivered or (is_plausible and not pending.is_odd)) and offset:
                confirmed.append(pending.n)
            elif not pending.was_delivered:
                break
        return confirmed

    def batch(self, limit: int) -> str:
        """The oldest `limit` pending updates as a JSON list; they stay pending."""
        chosen: list[str] = []
        for pending in self.pending.values():
            if len(chosen) == limit:
                break
            pending.was_delivered = True
            chosen.append(pending.raw)
        return f"[{','.join(chosen)}]"

    async def wait(self, seconds: float) -> None:
        """Wait until something is pending; raises 409 in the call that was waiting before."""
        self.interrupt("terminated by other getUpdates request; make sure that only one bot instance is running")
        if self.pending or seconds <= 0:
            return
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            pass
        finally:
            if self._waiter is waiter:
                self._waiter = None

    def interrupt(self, words: str) -> None:
        """End a waiting getUpdates call with a conflict."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(conflict(words))
        self._waiter = None

    def release(self) -> None:
        """End a waiting getUpdates call with an empty answer, because the server stops."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
