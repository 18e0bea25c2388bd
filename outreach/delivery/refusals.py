"""拒绝 — what Telegram's refusal of a send means: error codes and the words that go with them, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outreach.delivery.outcomes import WRONG_FILE, Kind, Outcome, flood


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: an error code, a sign in the description that Telegram gives, and what they mean."""

    code: int
    sign: str
    kind: Kind
    reason: str


# The first line that fits counts. What no line fits may have been sent for all we know.
REFUSALS = (
    Line(403, "blocked", Kind.CONTACT_GONE, "blocked"),
    Line(403, "deactivated", Kind.CONTACT_GONE, "deactivated"),
    Line(403, "", Kind.CONTACT_GONE, "never_started"),
    Line(400, "chat not found", Kind.CONTACT_GONE, "chat_not_found"),
    Line(400, "peer_id_invalid", Kind.CONTACT_GONE, "chat_not_found"),
    Line(400, "user is deactivated", Kind.CONTACT_GONE, "chat_not_found"),
    Line(400, "user not found", Kind.CONTACT_GONE, "chat_not_found"),
    Line(400, "have no rights to send", Kind.CONTACT_GONE, "chat_not_found"),
    Line(400, "wrong file identifier", Kind.CONTENT_REFUSED, WRONG_FILE),
    Line(400, "wrong remote file", Kind.CONTENT_REFUSED, WRONG_FILE),
    Line(400, "wrong file_id", Kind.CONTENT_REFUSED, WRONG_FILE),
    Line(400, "can't use file of type", Kind.CONTENT_REFUSED, WRONG_FILE),
    Line(400, "file reference", Kind.CONTENT_REFUSED, WRONG_FILE),
    Line(400, "file_reference", Kind.CONTENT_REFUSED, WRONG_FILE),
    Line(400, "", Kind.CONTENT_REFUSED, "content_refused"),
    Line(401, "", Kind.TOKEN_REFUSED, "bad_token"),
    Line(404, "", Kind.TOKEN_REFUSED, "bad_token"),
    Line(409, "", Kind.NOT_SENT, "conflict"),
)
NOT_CONNECTED = Outcome(Kind.NOT_SENT, "not_connected")
NO_ANSWER = Outcome(Kind.AMBIGUOUS, "no_answer")
UNREADABLE = Outcome(Kind.AMBIGUOUS, "unreadable_answer")
# What an edit is told when there is nothing to be changed, or nothing any more: as good as done.
HARMLESS_TO_AN_EDIT = ("not modified", "not found", "can't be edited", "message_id_invalid")


def refused(code: int, description: str, parameters: Mapping[str, Any]) -> Outcome:
    """What Telegram's refusal of a send means; `parameters` as in the Bot API's ResponseParameters."""
    if code == 429 or parameters.get("retry_after"):
        return flood(parameters.get("retry_after"))
    moved_to = parameters.get("migrate_to_chat_id")
    if isinstance(moved_to, int) and moved_to:
        return Outcome(Kind.MIGRATED, chat_id=moved_to)
    words = description.lower()
    for line in REFUSALS:
        if line.code == code and line.sign in words:
            return Outcome(line.kind, line.reason)
    return NO_ANSWER
