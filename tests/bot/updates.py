"""更新 — updates as Telegram writes them, made by hand."""

from __future__ import annotations

from itertools import count

IDS = count(500_000)


def update(person: int = 1002, text: str = "/help", **more: object) -> dict[str, object]:
    """What Telegram sends for a text, or whatever `more` says instead."""
    face = {"id": person, "first_name": "王芳", "is_bot": False, "language_code": "zh-hans"}
    message = {"message_id": 7, "date": 1780277400, "chat": {"id": person, "type": "private"}, "from": face,
               "text": text}  # fmt: skip
    return {"update_id": next(IDS), "message": message} | more


def pressed(person: int, message_id: int, data: str, **more: object) -> dict[str, object]:
    """What Telegram sends for a button."""
    face = {"id": person, "first_name": "王芳", "is_bot": False, "language_code": "zh-hans"}
    under = {"message_id": message_id, "date": 1780277400, "chat": {"id": person, "type": "private"}, "text": "…"}
    query = {"id": str(next(IDS)), "from": face, "message": under, "chat_instance": "1", "data": data}
    return {"update_id": next(IDS), "callback_query": query} | more
