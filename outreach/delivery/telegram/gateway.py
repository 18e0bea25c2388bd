"""网关 — one send, one outcome: Telegram's answers and silences read by the one table of RELIABILITY."""

from __future__ import annotations

import json
import mimetypes
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import FormData
from telegram import Bot
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
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.refusals import NO_ANSWER, NOT_CONNECTED, UNREADABLE, refused
from outreach.delivery.telegram.answers import outcome_of
from outreach.delivery.telegram.transport import AiohttpRequest

NO_PREVIEW = ',"link_preview_options":{"is_disabled":true}'
METHODS = {"photo": "sendPhoto", "document": "sendDocument"}
DOWNLOAD_LIMIT = 20_000_000
# Made once: `json.dumps` makes an encoder for each call that wants anything but ASCII.
WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# The framework's exceptions, as the codes they are made from.
CODES = ((Forbidden, 403), (InvalidToken, 401), (BadRequest, 400), (Conflict, 409))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a notice, its text then being the caption."""

    name: str
    data: bytes
    # Whether Telegram's id of it is worth remembering: the same file may be asked for again.
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Album:
    """Two to ten pictures in one message, by Telegram's ids of files it has; the text stands below the first."""

    photos: tuple[str, ...]


class Gateway:
    """Sends notices and fetches files. What it sends is written by hand, and of the answer only what counts is read.

    pacer: told when Telegram refuses a send as too fast; None when nobody has to know. Waiting for a turn is up to
    whoever sends.
    """

    def __init__(self, bot: Bot, pacer: Pacer | None = None) -> None:
        self._bot = bot
        self._pacer = pacer

    async def send(
        self,
        chat_id: int,
        text: str,
        buttons: str,
        attachment: Attachment | Album | None,
        media_kind: str = "",
        media_file_id: str = "",
    ) -> Outcome:
        """Send one notice; `buttons` is the row's JSON: rows of [label, press]. Never raises TelegramError.

        media_kind, media_file_id: "photo" or "document" and Telegram's id of a file it has; the text is its caption.
        """
        outcome = await self._call(*_post(chat_id, text, buttons, attachment, media_kind, media_file_id))
        if outcome.kind is Kind.FLOOD and self._pacer is not None:
            self._pacer.flooded(chat_id, outcome.seconds)
        return outcome

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: str, *, is_caption: bool) -> Outcome:
        """Give a message that was sent other words and buttons. Doing it twice is harmless; never raises.

        A message that the person has deleted counts as edited: there is nothing left to put right.
        """
        method, name = ("editMessageCaption", "caption") if is_caption else ("editMessageText", "text")
        preview = "" if is_caption else NO_PREVIEW
        body = f'{{"chat_id":{chat_id},"message_id":{message_id},{_words(name, text)}{preview}{_markup(buttons)}}}'
        outcome = await self._call(method, _encoded(body), is_edit=True)
        if outcome.kind is Kind.FLOOD and self._pacer is not None:
            self._pacer.flooded(chat_id, outcome.seconds)
        return outcome

    async def _call(self, method: str, body: bytes | FormData, *, is_edit: bool = False) -> Outcome:
        request = self._bot.request
        assert isinstance(request, AiohttpRequest)
        try:
            status, answer = await request.do_request(f"{self._bot.base_url}/{method}", "POST", body)
        except Exception as fault:
            return classify(fault)
        return outcome_of(status, answer, is_edit=is_edit)

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


def _post(
    chat_id: int, text: str, buttons: str, attachment: Attachment | Album | None, media_kind: str, media_file_id: str
) -> tuple[str, bytes | FormData]:
    """The method and the body of one notice."""
    if isinstance(attachment, Album):
        captions = (f",{_words('caption', text)}", *[""] * (len(attachment.photos) - 1))
        pictures = ",".join(
            f'{{"type":"photo","media":{json.dumps(id_)}{caption}}}'
            for id_, caption in zip(attachment.photos, captions, strict=True)
        )
        return "sendMediaGroup", _encoded(f'{{"chat_id":{chat_id},"media":[{pictures}]}}')
    if media_kind in METHODS:
        media = f'"{media_kind}":{json.dumps(media_file_id)},'
        body = f'{{"chat_id":{chat_id},{media}{_words("caption", text)}{_markup(buttons)}}}'
        return METHODS[media_kind], _encoded(body)
    if attachment is None:
        return "sendMessage", _encoded(f'{{"chat_id":{chat_id},{_words("text", text)}{NO_PREVIEW}{_markup(buttons)}}}')
    # Unquoted: Telegram shows a percent-encoded Chinese name as it stands.
    form = FormData(quote_fields=False)
    form.add_field("chat_id", str(chat_id))
    form.add_field("caption", text)
    form.add_field("parse_mode", "HTML")
    if markup := _markup(buttons):
        form.add_field("reply_markup", markup.partition(":")[2])
    kind = mimetypes.guess_type(attachment.name)[0] or "application/octet-stream"
    form.add_field("document", attachment.data, filename=attachment.name, content_type=kind)
    return "sendDocument", form


def _words(name: str, text: str) -> str:
    return f'"{name}":{WRITTEN(text)},"parse_mode":"HTML"'


def _markup(buttons: str) -> str:
    if buttons == "[]":
        return ""
    rows = [[{"text": label, "callback_data": press} for label, press in row] for row in json.loads(buttons)]
    return f',"reply_markup":{WRITTEN({"inline_keyboard": rows})}' if rows else ""


def _encoded(body: str) -> bytes:
    # Half a surrogate pair is no UTF-8; Telegram is given the body to refuse, and the row says so.
    return body.encode("utf-8", "surrogatepass")


def classify(fault: Exception) -> Outcome:
    """The outcome that an exception of a send means, the transport's or the framework's, by the same table."""
    if isinstance(fault, RetryAfter):
        wait = None if getattr(fault, "is_untold", False) else fault.retry_after
        return refused(429, "", {"retry_after": wait.total_seconds() if isinstance(wait, timedelta) else wait})
    if isinstance(fault, ChatMigrated):
        return refused(400, "", {"migrate_to_chat_id": fault.new_chat_id})
    for kind, code in CODES:
        if isinstance(fault, kind):
            return refused(code, fault.message, {})
    if isinstance(fault, TimedOut):
        return NO_ANSWER
    if isinstance(fault, NetworkError):
        if getattr(fault, "never_sent", False):
            return NOT_CONNECTED
        return refused(429, "", {}) if "too many requests" in fault.message.lower() else NO_ANSWER
    return UNREADABLE
