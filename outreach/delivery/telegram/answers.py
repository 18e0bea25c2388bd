"""答复 — what stands in Telegram's answers, read without trusting them and without building what nobody looks at."""

from __future__ import annotations

import json
from typing import Any

from outreach.delivery.outcomes import Kind, Outcome, flood
from outreach.delivery.refusals import HARMLESS_TO_AN_EDIT, UNREADABLE, refused

# The longest id of a file that there is room for.
LONGEST_ID = 255
# How an answer of success begins as Telegram writes it.
SUCCESS = b'{"ok":true,"result":'


def parsed(body: bytes) -> dict[str, Any]:
    """The answer as a table; empty when it is none."""
    try:
        made = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return made if isinstance(made, dict) else {}


def flood_in(body: bytes) -> Outcome:
    """A wait that the framework can take: it takes no zero, and fails at a text or at more than fits a timedelta."""
    parameters = parsed(body).get("parameters")
    return flood(parameters.get("retry_after") if isinstance(parameters, dict) else None)


def has_result(body: bytes) -> bool:
    """Whether an answer of success holds what was asked for."""
    # Whether the rest is whole is found out by whoever reads it.
    if body.startswith(SUCCESS):
        return True
    answer = parsed(body)
    return answer.get("ok") is True and "result" in answer


def is_proxys(status: int, body: bytes) -> bool:
    """Whether a proxy on the way refused: Telegram refuses in JSON. A 429 counts whoever says it."""
    # Without this, a proxy's "403" would mark every contact as having blocked the bot and its "404" would stop the
    # process for a wrong token.
    return 400 <= status < 500 and status != 429 and not body.lstrip().startswith(b"{")


def _file_id(message: Any) -> str:
    """Telegram's id of the document in a message; empty when there is none."""
    document = message.get("document")
    file_id = document.get("file_id") if isinstance(document, dict) else None
    return file_id if isinstance(file_id, str) and len(file_id) <= LONGEST_ID else ""


def outcome_of(status: int, body: bytes, *, is_edit: bool = False) -> Outcome:
    """The outcome of a send that was answered so."""
    told = parsed(body)
    if 200 <= status < 300:
        result = told.get("result") if told.get("ok") is True else None
        if isinstance(result, list):
            # An album: as many messages as pictures, the first of which has the words.
            result = result[0] if result else None
        message_id = result.get("message_id") if isinstance(result, dict) else None
        if not isinstance(message_id, int):
            return UNREADABLE
        return Outcome(Kind.SENT, message_id=message_id, file_id=_file_id(result))
    description, parameters = told.get("description"), told.get("parameters")
    words = description if isinstance(description, str) else ""
    if is_edit and status == 400 and any(sign in words.lower() for sign in HARMLESS_TO_AN_EDIT):
        return Outcome(Kind.SENT)
    return refused(status, words, parameters if isinstance(parameters, dict) else {})
