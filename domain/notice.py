"""通知 — something said to a person who did not ask just now, or a receipt; kept until it is settled."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where one delivery stands. `sent`, `refused`, `unknown` and `skipped` are settled."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    RETRY = "retry"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class NoticeButton:
    """A button under a notice: the label's key in the words, and what pressing it means (at most 64 bytes).

    facts: what the label mentions, by name.
    """

    label: str
    press: str
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell, once per key.

    kind: the moment of its words (`notices/<kind>`).
    facts: what the words mention.
    key: unique for ever; telling the same key again does nothing.
    attachment: a recipe such as `inspection:17` that is made into a file when the notice is sent.
    media_kind, media_file_id: "photo" or "document", and Telegram's id of a file it has already.
    is_push: nobody waits for it, so quiet hours and the weekly push budget apply; a receipt is never one.
    about: what it reminds of, such as `occurrence:17`; it is not sent once all of that is over.
    due_at, expires_at: UTC instants; not sent before the one, refused as expired after the other.
    """

    kind: str
    facts: dict[str, object]
    key: str
    buttons: tuple[tuple[NoticeButton, ...], ...] = ()
    attachment: str = ""
    media_kind: str = ""
    media_file_id: str = ""
    is_urgent: bool = False
    is_push: bool = False
    broadcast_id: int | None = None
    about: tuple[str, ...] = ()
    due_at: datetime | None = None
    expires_at: datetime | None = None
