"""听话的对岸 — a Telegram without a wire that takes whatever it is told, and counts whom it was told for."""

from __future__ import annotations

import json
from collections import Counter
from itertools import count
from typing import Any

from telegram.request import BaseRequest, RequestData

ME = {"id": 123456, "is_bot": True, "first_name": "安哨", "username": "anshao_sandbox_bot"}
# What shows somebody something.
SPEAKING = ("sendMessage", "editMessageText", "sendPhoto", "sendDocument", "sendPoll")
NO_FILE = (
    b'{"ok":false,"error_code":400,"description":"Bad Request: wrong file_id or the file is temporarily unavailable"}'
)
TOO_OLD = b'{"ok":false,"error_code":400,"description":"Bad Request: query is too old and response timeout expired"}'


class QuietTelegram(BaseRequest):
    """Answers at once, in memory. `said` counts by chat what was shown there."""

    def __init__(self) -> None:
        self.said: Counter[int] = Counter()
        self.calls: Counter[str] = Counter()
        self._ids = count(1000)

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        self.calls[name] += 1
        asked = request_data.parameters if request_data is not None else {}
        if name == "getMe":
            return _taken(ME)
        if name == "getFile":
            return 400, NO_FILE
        if name == "answerCallbackQuery":
            return 400, TOO_OLD
        if name == "getChatMember":
            return _taken({"user": ME, "status": "member"})
        if name not in SPEAKING:
            return _taken(True)
        chat_id = int(asked.get("chat_id", 0))
        self.said[chat_id] += 1
        message = {
            "message_id": asked.get("message_id") or next(self._ids), "date": 1780277400,
            "chat": {"id": chat_id, "type": "private"},
        }  # fmt: skip
        if name == "sendPoll":
            message["poll"] = {"id": str(next(self._ids)), "question": "?", "options": [], "total_voter_count": 0,
                               "is_closed": False, "is_anonymous": False, "type": "quiz",
                               "allows_multiple_answers": False, "allows_revoting": False,
                               "members_only": False}  # fmt: skip
        return _taken(message)


def _taken(result: Any) -> tuple[int, bytes]:
    return 200, json.dumps({"ok": True, "result": result}).encode()
