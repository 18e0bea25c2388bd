"""投递结果 — what can come of one send, and what each means for the row (the table of RELIABILITY)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.notice import DeliveryState


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


class Again(StrEnum):
    """When a row is tried again."""

    NEVER = "never"
    AT_ONCE = "at_once"
    SOON = "soon"
    EVER_LATER = "ever_later"
    AS_TOLD = "as_told"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an outcome does to its row: one line of the table.

    has_tried: whether it counts as one of the row's tries. stops_chat: it is the outcome of whatever else is in hand
    for that chat too. stops_all: nothing else begins, in any chat. word: the reason, where the outcome gives none.
    """

    state: DeliveryState
    again: Again = Again.NEVER
    has_tried: bool = True
    stops_chat: bool = False
    stops_all: bool = False
    word: str = ""


# An urgent notice of unknown fate is the one exception: it goes out once more.
MEANINGS: Mapping[Kind, Meaning] = {
    Kind.SENT: Meaning(DeliveryState.SENT),
    Kind.NOT_SENT: Meaning(DeliveryState.RETRY, Again.EVER_LATER),
    Kind.AMBIGUOUS: Meaning(DeliveryState.UNKNOWN),
    Kind.FLOOD: Meaning(
        DeliveryState.RETRY, Again.AS_TOLD, has_tried=False, stops_chat=True, stops_all=True, word="flood"
    ),
    Kind.MIGRATED: Meaning(DeliveryState.RETRY, Again.AT_ONCE, has_tried=False, stops_chat=True, word="migrated"),
    Kind.CONTACT_GONE: Meaning(DeliveryState.REFUSED, stops_chat=True),
    Kind.CONTENT_REFUSED: Meaning(DeliveryState.REFUSED),
    Kind.TOKEN_REFUSED: Meaning(
        DeliveryState.RETRY, Again.AT_ONCE, has_tried=False, stops_chat=True, stops_all=True, word="token_refused"
    ),
    Kind.NOT_READY: Meaning(DeliveryState.RETRY, Again.SOON, has_tried=False, word="not_ready"),
}

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
