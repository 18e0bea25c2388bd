"""额度 — how many sends may begin when, by Telegram's limits and by what it has let us learn of them."""

from __future__ import annotations

from collections import OrderedDict, deque

# How much longer than a second the limit is spread over. What leaves in order may arrive crowded; the margin covers
# that, and a sender under a high limit is a busy one, whose own delays are longer.
LEAST_MARGIN, MOST_MARGIN, HIGHEST_LIMIT = 0.02, 0.05, 1000
# Of the margin, what the sliding second keeps under all circumstances; the rest is room for a timer that rings late.
KEPT_OF_MARGIN = 0.6
# One message a second to a chat; a conversation may run ahead by a few, as Telegram lets it. A notice never does.
CHAT_SECONDS = 1.05
CHAT_BURST = 5
GROUP_SENDS, GROUP_SECONDS = 20, 60.5
# While people are talking, this part of the limit is kept free for replies; under a high limit a slot is soon free.
SHARE_OF, MOST_SHARE = 15, 4
TALKING_SECONDS = 10.0
# Learned: by how much the rate falls when Telegram is stricter than it says, and how it comes back.
FALL, LEAST_PACE, RECOVERY_PER_SECOND = 0.8, 0.1, 0.0005
REMEMBER_SECONDS = 600.0


class Start:
    """One send that has begun; its instant is corrected when it is known to have begun later."""

    __slots__ = ("at", "is_reply")

    def __init__(self, at: float, is_reply: bool) -> None:
        self.at = at
        self.is_reply = is_reply


class Allowance:
    """The arithmetic of pacing. `limit` is Telegram's, in sends a second; instants are seconds of a monotonic clock.

    Memory is bounded by what can be sent within a minute, however many chats there are.
    """

    def __init__(self, limit: int, *, per_chat: bool = True) -> None:
        self._limit = limit
        # Until when that is so, where it is a part that is lent; nothing begins after it.
        self._good_until = float("inf")
        self._margin = LEAST_MARGIN + (MOST_MARGIN - LEAST_MARGIN) * min(1.0, limit / HIGHEST_LIMIT)
        self._is_per_chat = per_chat
        self._starts: deque[Start] = deque()
        self._replies = 0
        self._last_reply = float("-inf")
        # When the next bulk send is due if they are spread evenly.
        self._even_at = float("-inf")
        # Of each chat lately sent to: its last send, and until when its messages are spoken for at one a second.
        self._chats: OrderedDict[int, tuple[float, float]] = OrderedDict()
        self._groups: OrderedDict[int, list[float]] = OrderedDict()
        # Chats that Telegram has slowed down: since when, and until when nothing goes there.
        self._slowed: dict[int, tuple[float, float]] = {}
        self._pace = 1.0
        self._paced_at = 0.0
        self._fell_at = float("-inf")

    def limit_to(self, limit: int, until: float) -> None:
        """From now on `limit` sends a second, which may be none, and none at all from `until` on."""
        self._limit = limit
        self._good_until = until if limit > 0 else float("-inf")

    def pace(self, now: float) -> float:
        """The part of the limit that is used: 1 unless Telegram has refused what the limit allows."""
        return min(1.0, self._pace + (now - self._paced_at) * RECOVERY_PER_SECOND)

    def slot_at(self, now: float, *, is_reply: bool, is_owed: bool = False) -> float:
        """When the second of all chats has room: `now` or later. What is owed need not keep the even spacing.

        Infinity while there is no limit to speak under.
        """
        if now >= self._good_until:
            return float("inf")
        window = (1.0 + self._margin * KEPT_OF_MARGIN) / self.pace(now)
        self._forget_starts(now, window)
        kept = 0 if is_reply or is_owed else self._kept_free(now)
        over = len(self._starts) - (self._limit - kept)
        at = self._starts[over].at + window if over >= 0 else now
        return max(now, at) if is_reply or is_owed else max(now, at, self._even_at)

    def chat_at(self, now: float, chat_id: int, *, is_reply: bool, is_edit: bool = False) -> float:
        """When this chat may be sent to again: `now` or later. An edit in a private chat is no message of its own."""
        at = now
        if is_reply and chat_id in self._slowed:
            # The row of a notice knows for itself how long its chat is to be left alone.
            at = max(at, self._slowed[chat_id][1])
        if not self._is_per_chat or chat_id == 0 or (is_edit and chat_id > 0):
            return at
        if chat_id in self._chats:
            last, spoken_for = self._chats[chat_id]
            at = max(at, spoken_for - (CHAT_BURST - 1) * CHAT_SECONDS if is_reply else last + CHAT_SECONDS)
        if len(group := self._groups.get(chat_id, [])) >= GROUP_SENDS:
            at = max(at, group[0] + GROUP_SECONDS)
        return at

    def take(self, now: float, chat_id: int, *, is_reply: bool, is_edit: bool = False) -> Start:
        """Count one send that begins now."""
        start = Start(now, is_reply)
        self._starts.append(start)
        spacing = (1.0 + self._margin) / (self._limit * self.pace(now))
        # A send that is a little late does not make all that follow late as well.
        self._even_at = max(self._even_at, now - self._margin / 2) + spacing
        if is_reply:
            self._replies += 1
            self._last_reply = now
        self._forget_chats(now)
        if self._is_per_chat and chat_id != 0 and not (is_edit and chat_id > 0):
            _, spoken_for = self._chats.pop(chat_id, (now, now))
            self._chats[chat_id] = now, max(spoken_for, now) + CHAT_SECONDS
            if chat_id < 0:
                # A list is a tenth of a deque, and it is short.
                self._groups[chat_id] = [*self._groups.pop(chat_id, [])[1 - GROUP_SENDS :], now]
        return start

    def late(self, now: float) -> None:
        """A send was held up on its way, as by a new connection: it counts once more, from now."""
        self._starts.append(Start(now, False))

    def flooded(self, now: float, chat_id: int, seconds: float) -> None:
        """Telegram refused a send for `seconds` although the limit was kept.

        The first may be that chat's own limit, and so is another of the same chat. A second chat within ten minutes
        means that all of us are too fast.
        """
        for known, (since, until) in list(self._slowed.items()):
            if max(since + REMEMBER_SECONDS, until) < now:
                del self._slowed[known]
        is_known = chat_id in self._slowed
        is_everybody = any(now < since + REMEMBER_SECONDS for since, _ in self._slowed.values())
        self._slowed[chat_id] = now, now + seconds
        if is_everybody and not is_known and now >= self._fell_at:
            self._pace = max(LEAST_PACE, self.pace(now) * FALL)
            self._paced_at = now
            # What was under way with it may be refused too; that is the same news.
            self._fell_at = now + max(1.0, seconds)

    def _kept_free(self, now: float) -> int:
        if now > self._last_reply + TALKING_SECONDS:
            return 0
        return max(0, min(self._limit // SHARE_OF, MOST_SHARE) - self._replies)

    def _forget_starts(self, now: float, window: float) -> None:
        while self._starts and self._starts[0].at + window <= now:
            self._replies -= self._starts.popleft().is_reply

    def _forget_chats(self, now: float) -> None:
        # Oldest first, since each use puts a chat at the end.
        while self._chats:
            chat_id = next(iter(self._chats))
            if self._chats[chat_id][1] > now:
                break
            del self._chats[chat_id]
        while self._groups:
            chat_id = next(iter(self._groups))
            if self._groups[chat_id][-1] + GROUP_SECONDS > now:
                break
            del self._groups[chat_id]
