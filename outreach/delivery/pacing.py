"""节流 — everything that is said to Telegram waits here for its turn; what answers a person goes first."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque

from outreach.delivery.allowance import Allowance, Start

# When replies alone fill the limit, every fifth send is a notice all the same: one of them may be an evacuation.
REPLIES_IN_A_ROW = 4
# A new connection takes longer than this; a used one is there at once.
LATE_SECONDS = 0.008


class _Waiter:
    __slots__ = ("chat_id", "future", "is_edit", "is_reply")

    def __init__(self, chat_id: int, is_reply: bool, is_edit: bool, future: asyncio.Future[Start]) -> None:
        self.chat_id = chat_id
        self.is_reply = is_reply
        self.is_edit = is_edit
        self.future = future


class Pacer:
    """One for all who speak through one bot token: at most `limit` sends begin in any second, one a second to a chat.

    limit: Telegram's limit in sends a second, 1 to 1,000. per_chat: False leaves out the limits of a single chat.
    Time is the running event loop's.
    """

    def __init__(self, limit: int, *, per_chat: bool = True) -> None:
        self._allowance = Allowance(limit, per_chat=per_chat)
        self._replies: deque[_Waiter] = deque()
        self._notices: deque[_Waiter] = deque()
        # Those whose chat has to wait longer than the rest, by when it may go on.
        self._held: list[tuple[float, int, _Waiter]] = []
        self._number = 0
        self._in_a_row = 0
        self._timer: asyncio.TimerHandle | None = None
        self._taken = 0

    async def wait(self, chat_id: int = 0, *, is_reply: bool = False, is_edit: bool = False) -> None:
        """Return when one more send may begin, and count it. `chat_id` 0 is no chat in particular."""
        loop = asyncio.get_running_loop()
        if self._may_at_once(self.now(), chat_id, is_reply=is_reply, is_edit=is_edit):
            return
        waiter = _Waiter(chat_id, is_reply, is_edit, loop.create_future())
        (self._replies if is_reply else self._notices).append(waiter)
        self._grant(loop)
        if not waiter.future.done():
            start = await waiter.future
            # Between being let go and running again lies whatever else the loop had to do.
            start.at = self.now()

    def limit_to(self, limit: int, until: float) -> None:
        """Begin at most `limit` sends a second from now on, and none from this instant of `now` on."""
        self._allowance.limit_to(limit, until)
        self._grant(asyncio.get_running_loop())

    def demand(self) -> tuple[int, bool]:
        """How many sends have begun since this was asked last, and whether any waits for more than its own chat."""
        taken, self._taken = self._taken, 0
        return taken, bool(self._replies or self._notices)

    def now(self) -> float:
        """Seconds of the loop's clock."""
        return asyncio.get_running_loop().time()

    def late(self, began_at: float) -> None:
        """A send that began at this instant of `now` leaves only now. If that is late, it counts from now as well."""
        now = self.now()
        if now - began_at > LATE_SECONDS:
            self._allowance.late(now)

    def flooded(self, chat_id: int, seconds: float) -> None:
        """Telegram answered a send to this chat with 429 and asked for `seconds` of quiet."""
        self._allowance.flooded(self.now(), chat_id, seconds)

    def quiet_for(self, chat_id: int) -> float:
        """Seconds until a reply may go to this chat, by what is known of the chat alone."""
        now = self.now()
        return self._allowance.chat_at(now, chat_id, is_reply=True) - now

    def _may_at_once(self, now: float, chat_id: int, *, is_reply: bool, is_edit: bool) -> bool:
        """Whether nobody is in line and one more send may begin now; then it is counted."""
        if self._replies or self._notices or (self._held and self._held[0][0] <= now):
            return False
        if self._allowance.chat_at(now, chat_id, is_reply=is_reply, is_edit=is_edit) > now:
            return False
        if self._allowance.slot_at(now, is_reply=is_reply) > now:
            return False
        self._allowance.take(now, chat_id, is_reply=is_reply, is_edit=is_edit)
        self._taken += 1
        self._in_a_row = 0
        return True

    def _grant(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let go whoever may, and look again when the next one may."""
        now = self.now()
        while self._held and self._held[0][0] <= now:
            waiter = heapq.heappop(self._held)[2]
            (self._replies if waiter.is_reply else self._notices).append(waiter)
        at = self._grant_ready(now)
        if self._held:
            at = min(at, self._held[0][0])
        if at == float("inf") or (self._timer is not None and self._timer.when() <= at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(at, self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._grant(loop)

    def _grant_ready(self, now: float) -> float:
        """When the next in line has a turn; infinity when nobody is in line."""
        while True:
            reply, notice = self._head(self._replies, now), self._head(self._notices, now)
            is_owed = notice is not None and self._in_a_row >= REPLIES_IN_A_ROW
            queue = self._notices if reply is None or is_owed else self._replies
            if not queue:
                return float("inf")
            waiter = queue[0]
            at = self._allowance.slot_at(now, is_reply=waiter.is_reply, is_owed=is_owed)
            if at > now:
                return at
            queue.popleft()
            self._taken += 1
            start = self._allowance.take(now, waiter.chat_id, is_reply=waiter.is_reply, is_edit=waiter.is_edit)
            self._in_a_row = self._in_a_row + 1 if waiter.is_reply and notice is not None else 0
            waiter.future.set_result(start)

    def _head(self, queue: deque[_Waiter], now: float) -> _Waiter | None:
        """The first in line whose chat may be sent to; those before it stand aside until theirs may."""
        while queue:
            waiter = queue[0]
            if waiter.future.done():
                queue.popleft()
                continue
            at = self._allowance.chat_at(now, waiter.chat_id, is_reply=waiter.is_reply, is_edit=waiter.is_edit)
            if at <= now:
                return waiter
            queue.popleft()
            self._number += 1
            heapq.heappush(self._held, (at, self._number, waiter))
        return None
