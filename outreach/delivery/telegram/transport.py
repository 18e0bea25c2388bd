"""传输 — HTTP to Telegram through aiohttp, four times as fast as the framework's default and bounded in every phase."""

from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import timedelta
from io import BytesIO
from typing import Any

import aiohttp
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from outreach.delivery.outcomes import Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.telegram.answers import flood_in, has_result, is_proxys, parsed
from outreach.delivery.telegram.line import Line
from outreach.delivery.telegram.mishaps import AnswerTooLarge, NeverSent, NotTelegram, Unreadable, UntoldFlood

# Telegram's answers are small; anything larger is not Telegram's. A file download has its own bound.
ANSWER_LIMIT = 1_000_000
DOWNLOAD_LIMIT = 21_000_000
CHUNK = 65_536
# Methods that put something before somebody's eyes; Telegram's limits are on these.
COUNTED = ("send", "edit", "copy", "forward")
UNCOUNTED = ("sendchataction",)
# No answer waits longer than this for its chat to be free again: the person can simply ask once more.
PATIENCE_SECONDS = 5.0


class _Trip:
    """How far one request has come. Until it has a connection, nothing of it can have left this machine."""

    __slots__ = ("began_at", "is_connected", "pacer")

    def __init__(self, pacer: Pacer | None) -> None:
        self.is_connected = False
        self.pacer = pacer
        self.began_at = pacer.now() if pacer is not None else 0.0

    def connected(self) -> None:
        self.is_connected = True
        if self.pacer is not None:
            self.pacer.late(self.began_at)


# aiohttp connects in the task that asks, so each request finds its own here.
_TRIP: ContextVar[_Trip | None] = ContextVar("trip", default=None)


class _Connector(aiohttp.TCPConnector):
    """Tells a request when it has its connection, new or used before."""

    async def connect(self, *of: Any, **more: Any) -> Any:
        connection = await super().connect(*of, **more)
        if (trip := _TRIP.get()) is not None:
            trip.connected()
        return connection


class AiohttpRequest(BaseRequest):
    """A `telegram.request.BaseRequest` over one aiohttp session; JSON goes by a line of its own.

    connections: how many requests may be under way at once, on each of the two.
    total_seconds: the longest any request may take, all phases together (a long poll adds its own wait).
    proxy: an http(s) proxy URL, or None.
    answer_limit: the most bytes an answer may have, after decompression.
    pacer: what the framework says through this transport answers a person, and has its turn here; None for no limit.
    connect_seconds: the longest it may take to find the address, connect and agree on encryption.
    """

    def __init__(
        self,
        connections: int = 64,
        total_seconds: float = 30.0,
        proxy: str | None = None,
        answer_limit: int = ANSWER_LIMIT,
        pacer: Pacer | None = None,
        connect_seconds: float = 10.0,
    ) -> None:
        self._answer_limit = answer_limit
        self._connections = connections
        self._total = total_seconds
        self._connect = connect_seconds
        self._proxy = proxy
        self._pacer = pacer
        self._session: aiohttp.ClientSession | None = None
        self._line: Line | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._total

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            connector = _Connector(limit=self._connections, keepalive_timeout=50)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers={"Accept-Encoding": "identity"}
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._line is not None:
            await self._line.close()
            self._line = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """As the framework does it, but without logging what was answered: it may be about somebody."""
        made = parsed(payload)
        if not made:
            raise Unreadable("the answer is not readable")
        return made

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | bytes | aiohttp.FormData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Raises NeverSent when nothing left this machine, TimedOut or NetworkError when that is not certain.

        A flood wait raises RetryAfter with a sane wait whoever says it and however; an answer of success that holds no
        result raises Unreadable.
        request_data: the framework's, or a body made by hand: JSON as bytes, or a form; whoever makes one has had
        its turn at the pacer.
        The token is part of the URL, so no message here may carry the URL or an aiohttp error that names it.
        """
        chat_id: int | None = None
        data: Any = request_data
        if isinstance(request_data, RequestData):
            chat_id = await self._wait_for_turn(url, request_data)
            data = _body(request_data)
        limit = DOWNLOAD_LIMIT if "/file/" in url else self._answer_limit
        seconds = self._total + (read_timeout if isinstance(read_timeout, (int, float)) else 0.0)
        if isinstance(data, bytes) and self._proxy is None:
            if self._line is None:
                self._line = Line(self._connections, self._connect, self._answer_limit, self._pacer)
            status, answer = await self._line.post(url, data, seconds)
        else:
            status, answer = await self._ask(method, url, data, seconds, limit)
        if is_proxys(status, answer):
            raise NotTelegram(f"a proxy answered {status}")
        if status == 429:
            raise self._flooded(chat_id, flood_in(answer))
        # What was made by hand is read by hand.
        is_read_here = not isinstance(request_data, bytes) and limit is not DOWNLOAD_LIMIT
        if is_read_here and status < 300 and not has_result(answer):
            raise Unreadable("the answer holds no result")
        return status, answer

    async def _ask(self, method: str, url: str, data: Any, seconds: float, limit: int) -> tuple[int, bytes]:
        if self._session is None:
            await self.initialize()
        assert self._session is not None
        headers = {"Content-Type": "application/json"} if isinstance(data, bytes) else None
        bounds = aiohttp.ClientTimeout(total=seconds, connect=self._connect, sock_connect=self._connect)
        trip = _Trip(self._pacer)
        _TRIP.set(trip)
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, timeout=bounds, proxy=self._proxy,
                allow_redirects=False,
            ) as response:  # fmt: skip
                return response.status, await _read(response, limit)
        except TelegramError:
            raise
        except Exception as fault:
            failure = _failure(fault, trip)
        # Outside the handler, so that what aiohttp said, which may hold the URL, is not even its context.
        raise failure

    async def _wait_for_turn(self, url: str, data: RequestData) -> int | None:
        """Wait until a reply may go; the chat it goes to, or None for what counts towards no limit.

        Raises NeverSent instead of waiting for longer than anybody waits for an answer.
        """
        method = url.rpartition("/")[2].lower()
        if self._pacer is None or not method.startswith(COUNTED) or method in UNCOUNTED:
            return None
        asked = data.parameters.get("chat_id")
        chat_id = asked if isinstance(asked, int) else 0
        if self._pacer.quiet_for(chat_id) > PATIENCE_SECONDS:
            # No flood: that chat alone has to wait, and nobody else because of it.
            raise NeverSent("this chat has to wait")
        await self._pacer.wait(chat_id, is_reply=True, is_edit=method.startswith("edit"))
        return chat_id

    def _flooded(self, chat_id: int | None, flood: Outcome) -> RetryAfter:
        """A 429. When a reply meets one, the pacer is told; a notice's is told by whoever sent it."""
        if chat_id is not None and self._pacer is not None:
            self._pacer.flooded(chat_id, flood.seconds)
        return (UntoldFlood if flood.is_untold else RetryAfter)(timedelta(seconds=flood.seconds))


def _failure(fault: Exception, trip: _Trip) -> TelegramError:
    """What to raise for a request that brought no answer: the phase decides whether it may have been sent."""
    if not trip.is_connected:
        return NeverSent(f"could not connect: {type(fault).__name__}")
    if isinstance(fault, TimeoutError):
        return TimedOut("no answer in time")
    return NetworkError(f"connection lost: {type(fault).__name__}")


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    if (response.content_length or 0) > limit:
        raise AnswerTooLarge(f"the answer is over {limit} bytes")
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(CHUNK):
        size += len(part)
        if size > limit:
            raise AnswerTooLarge(f"the answer is over {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def _body(data: RequestData) -> aiohttp.FormData | bytes | None:
    if not data.contains_files:
        # One document, not a form with a document in each field: a third of the work, and Telegram takes both.
        given = data.parameters
        written = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
        return written.encode("utf-8", "surrogatepass") if given else None
    files = data.multipart_data
    # Unquoted: Telegram shows a percent-encoded Chinese name as it stands.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, part in files.items():
        filename, content, mime = part
        form.add_field(
            name, BytesIO(content) if isinstance(content, bytes) else content, filename=filename, content_type=mime
        )
    return form
