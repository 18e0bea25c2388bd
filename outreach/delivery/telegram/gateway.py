"""网关 — one send, one outcome: Telegram's answers and silences read by the one table of RELIABILITY."""

from __future__ import annotations

import json
from dataclasses import dataclass

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from domain.files import FileTooLarge, FileUnavailable
from outreach.delivery.outcomes import FLOOD_WITHOUT_A_NUMBER, Kind, Outcome, flood_seconds

PREVIEW = LinkPreviewOptions(is_disabled=True)
DOWNLOAD_LIMIT = 20_000_000
GONE = ("chat not found", "peer_id_invalid", "user is deactivated", "user not found", "have no rights to send")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a notice, its text then being the caption."""

    name: str
    data: bytes


class Gateway:
    """Sends notices and fetches files through one `telegram.Bot`."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(
        self,
        chat_id: int,
        text: str,
        buttons: str,
        attachment: Attachment | None,
        media_kind: str = "",
        media_file_id: str = "",
    ) -> Outcome:
        """Send one notice; `buttons` is the row's JSON: rows of [label, press]. Never raises TelegramError.

        media_kind, media_file_id: "photo" or "document" and Telegram's id of a file it has; the text is its caption.
        """
        markup = _keyboard(buttons)
        try:
            if media_kind == "photo":
                message = await self._bot.send_photo(
                    chat_id, media_file_id, caption=text, parse_mode="HTML", reply_markup=markup
                )
            elif media_kind == "document":
                message = await self._bot.send_document(
                    chat_id, media_file_id, caption=text, parse_mode="HTML", reply_markup=markup
                )
            elif attachment is None:
                message = await self._bot.send_message(
                    chat_id, text, parse_mode="HTML", reply_markup=markup, link_preview_options=PREVIEW
                )
            else:
                message = await self._bot.send_document(
                    chat_id, attachment.data, filename=attachment.name, caption=text, parse_mode="HTML",
                    reply_markup=markup,
                )  # fmt: skip
        except Exception as fault:
            return classify(fault)
        return Outcome(Kind.SENT, message_id=message.message_id)

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: str, *, is_caption: bool) -> Outcome:
        """Give a message that was sent other words and buttons. Doing it twice is harmless; never raises.

        A message that the person has deleted counts as edited: there is nothing left to put right.
        """
        markup = _keyboard(buttons)
        try:
            if is_caption:
                await self._bot.edit_message_caption(
                    chat_id, message_id, caption=text, parse_mode="HTML", reply_markup=markup
                )
            else:
                await self._bot.edit_message_text(
                    text, chat_id, message_id, parse_mode="HTML", reply_markup=markup, link_preview_options=PREVIEW
                )
        except BadRequest as fault:
            words = fault.message.lower()
            if any(sign in words for sign in ("not modified", "not found", "can't be edited", "message_id_invalid")):
                return Outcome(Kind.SENT, message_id=message_id)
            return classify(fault)
        except Exception as fault:
            return classify(fault)
        return Outcome(Kind.SENT, message_id=message_id)

    async def fetch(self, file_id: str, limit: int) -> bytes:
        """The bytes of a file a person sent; raises FileTooLarge or FileUnavailable."""
        if limit > DOWNLOAD_LIMIT:
            limit = DOWNLOAD_LIMIT
        try:
            file = await self._bot.get_file(file_id)
            if file.file_size is not None and file.file_size > limit:
                raise FileTooLarge(limit_mb=limit // 1_000_000)
            data = bytes(await file.download_as_bytearray())
        except FileTooLarge:
            raise
        except BadRequest as fault:
            if "too big" in fault.message.lower():
                raise FileTooLarge(limit_mb=limit // 1_000_000) from fault
            raise FileUnavailable from fault
        except Exception as fault:
            # Also what the framework makes of an answer that describes no file.
            raise FileUnavailable from fault
        if len(data) > limit:
            raise FileTooLarge(limit_mb=limit // 1_000_000)
        if len(data) < (file.file_size or 0):
            # Cut short, or a page of somebody on the way who answers for Telegram.
            raise FileUnavailable
        return data


def _keyboard(buttons: str) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(label, callback_data=press) for label, press in row] for row in json.loads(buttons)]
    return InlineKeyboardMarkup(rows) if rows else None


def classify(fault: Exception) -> Outcome:
    """The outcome that an exception of a send means. What is not in the table is ambiguous: it may have been sent."""
    if isinstance(fault, RetryAfter):
        wait = fault.retry_after
        return Outcome(
            Kind.FLOOD, seconds=flood_seconds(wait.total_seconds() if hasattr(wait, "total_seconds") else wait)
        )
    if isinstance(fault, ChatMigrated):
        return Outcome(Kind.MIGRATED, chat_id=fault.new_chat_id)
    if isinstance(fault, Forbidden):
        words = fault.message.lower()
        known = next((sign for sign in ("blocked", "deactivated") if sign in words), "never_started")
        return Outcome(Kind.CONTACT_GONE, known)
    if isinstance(fault, InvalidToken):
        return Outcome(Kind.TOKEN_REFUSED, "bad_token")
    if isinstance(fault, BadRequest):
        words = fault.message.lower()
        if any(sign in words for sign in GONE):
            return Outcome(Kind.CONTACT_GONE, "chat_not_found")
        return Outcome(Kind.CONTENT_REFUSED, "content_refused")
    if isinstance(fault, TimedOut):
        return Outcome(Kind.AMBIGUOUS, "no_answer")
    if isinstance(fault, Conflict):
        return Outcome(Kind.NOT_SENT, "conflict")
    if isinstance(fault, NetworkError):
        if getattr(fault, "never_sent", False):
            return Outcome(Kind.NOT_SENT, "not_connected")
        if "too many requests" in fault.message.lower():
            return Outcome(Kind.FLOOD, seconds=FLOOD_WITHOUT_A_NUMBER)
        return Outcome(Kind.AMBIGUOUS, "no_answer")
    return Outcome(Kind.AMBIGUOUS, "unreadable_answer")
