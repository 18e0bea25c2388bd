"""发文件 — a file of a reply: what will be asked for again goes up once, and from then on by Telegram's id of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import BadRequest

from handlers.adapter.methods import inline
from handlers.turn import File

# How Telegram says that it does not know the id of a file.
WRONG_FILE = (
    "wrong file identifier", "wrong remote file", "wrong file_id", "can't use file of type", "file reference",
    "file_reference",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What came of one send."""

    file_id: str = ""
    is_wrong_file: bool = False


class Keeper(Protocol):
    """Remembers what Telegram calls a file; given by the process, which shares it with the pump."""

    async def reply(self, kind: str, data: bytes, put: Callable[[bytes | str], Awaitable[Given]]) -> Given:
        """Have the file put before somebody, by its id or itself."""


async def send(said: File, put: Callable[[File], Awaitable[Given]], keeper: Keeper | None) -> None:
    """Send a file in whichever way is shorter. Raises what `put` raises."""
    if keeper is None or not said.is_kept or not isinstance(said.data, bytes):
        await put(said)
        return
    await keeper.reply(
        "photo" if said.as_photo else "document", said.data, lambda file: put(replace(said, data=file))
    )  # fmt: skip


async def put(bot: Bot, chat_id: int, said: File) -> Given:
    """One send. Raises TelegramError, but for an id of ours that Telegram does not know."""
    method = bot.send_photo if said.as_photo else bot.send_document
    try:
        message = await method(
            chat_id, said.data, caption=said.caption or None, parse_mode="HTML", filename=said.name,
            reply_markup=InlineKeyboardMarkup.de_json(keys, bot) if (keys := inline(said.rows)) else None,
        )  # fmt: skip
    except BadRequest as fault:
        if isinstance(said.data, str) and any(sign in fault.message.lower() for sign in WRONG_FILE) and said.is_kept:
            return Given(is_wrong_file=True)
        raise
    if said.as_photo:
        return Given(message.photo[-1].file_id if message.photo else "")
    return Given(message.document.file_id if message.document is not None else "")
