"""投递结果 — what can come of one send, and what each means for the row (the table of RELIABILITY)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.notice import DeliveryState
from outreach.delivery.uploads import Upload

WRONG_FILE = "wrong_file"


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
    """reason: a word a person's list can show; seconds: how long a flood pause lasts; chat_id: the new chat.

    is_untold: Telegram did not say how long, so it is longer each time; `seconds` is the shortest it may be.
    """

    kind: Kind
    reason: str = ""
    message_id: int | None = None
    seconds: float = 0.0
    chat_id: int | None = None
    is_untold: bool = False
    # What Telegram calls the file that was sent, and what is to be remembered of it.
    file_id: str = ""
    upload: Upload | None = None

    @property
    def is_wrong_file(self) -> bool:
        """Whether Telegram did not know the id of a file."""
        return self.reason == WRONG_FILE


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

FLOOD_WITHOUT_A_NUMBER = 30
# Doubled each time, it is soon long enough for an alert, and never so long that nobody would learn of the end.
LONGEST_UNTOLD = 3_600
LONGEST_FLOOD = 86_400.0


def flood(asked: object) -> Outcome:
    """A pause of `retry_after` seconds, a day at most; nonsense (zero, negative, no number) is no answer at all."""
    try:
        seconds = float(asked)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        seconds = 0.0
    if not seconds > 0:
        return Outcome(Kind.FLOOD, seconds=FLOOD_WITHOUT_A_NUMBER, is_untold=True)
    return Outcome(Kind.FLOOD, seconds=min(seconds, LONGEST_FLOOD))


def untold_seconds(last: int) -> int:
    """How long to wait when Telegram does not say: twice as long as the last time, which is 0 if it went well since."""
    return min(max(2 * last, FLOOD_WITHOUT_A_NUMBER), LONGEST_UNTOLD)
