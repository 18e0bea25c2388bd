"""闪失 — what can go wrong on the way to Telegram, told apart by whether it may have seen the request.

The token is part of every URL, so no message here carries a URL or a fault that names one.
"""

from __future__ import annotations

from telegram.error import NetworkError, RetryAfter, TelegramError


class NeverSent(NetworkError):
    """The connection did not open, so Telegram cannot have seen the request: trying again is safe."""

    never_sent = True


class NotTelegram(NetworkError):
    """A proxy on the way refused the request with a page of its own, so Telegram has not seen it."""

    never_sent = True


class UntoldFlood(RetryAfter):
    """A 429 that says no number of seconds; what it carries is the shortest pause."""

    is_untold = True


class AnswerTooLarge(NetworkError):
    """The answer grew over the bound and was cut off; what became of the request is unknown."""


class AnswerBroken(NetworkError):
    """What came back is no whole HTTP answer; what became of the request is unknown."""


class Unreadable(TelegramError):
    """The call succeeded, they say, but the answer is none of the Bot API: what became of the request is unknown."""
