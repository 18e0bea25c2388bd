"""投递结果 — what can come of one send, and what each means for the row (the table of RELIABILITY)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The nine outcomes. Only `sent` reached the person for certain; only `ambiguous` may have."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    AMBIGUOUS = "ambiguous"
    FLOOD = "flood"
    MIGRATED = "migrated"
    CONTACT_GONE = "contact_gone"
    CONTENT_REFUSED = "content_refused"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a name, not a secret
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Outcome:
    """reason: a word a person's list can show; seconds: how long a flood pause lasts; chat_id: the new chat."""

    kind: Kind
    reason: str = ""
    message_id: int | None = None
    seconds: float = 0.0
    chat_id: int | None = None


FLOOD_WITHOUT_A_NUMBER = 30.0
LONGEST_FLOOD = 86_400.0


def flood_seconds(asked: object) -> float:
    """A pause of `retry_after` seconds; nonsense (zero, negative, no number) means 30 s, and a day is the most."""
    try:
        seconds = float(asked)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return FLOOD_WITHOUT_A_NUMBER
    if not seconds > 0:
        return FLOOD_WITHOUT_A_NUMBER
    return min(seconds, LONGEST_FLOOD)
