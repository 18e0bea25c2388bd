"""Webhook — the route that Telegram calls: authentic updates only, empty answers only."""

from __future__ import annotations

import asyncio
import hmac
import json
from typing import Any

import structlog
from aiohttp import web

from bot.intake import Intake, Taken

LOG = structlog.get_logger("webhook")
HEADER = "X-Telegram-Bot-Api-Secret-Token"
BODY_LIMIT = 1_000_000
RETRY_AFTER_SECONDS = "5"
PATH = "/telegram"


class WebhookDoor:
    """Answers 200, 401, 415 or 503, always with an empty body: Telegram would execute a JSON one.

    What is too large or no JSON at all, but carries the secret, is quarantined with 200: anything else would make
    Telegram send it again for a day, before everything that its chat says after it.
    """

    def __init__(self, intake: Intake, secret: str) -> None:
        self._intake = intake
        self._secret = secret.encode()
        self.is_open = True
        self._busy = 0

    async def answer(self, request: web.Request) -> web.Response:
        # Compared as bytes: compare_digest refuses non-ASCII str, and a header may hold anything.
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not self._secret or not hmac.compare_digest(given, self._secret):
            return web.Response(status=401)
        if request.content_type != "application/json":
            return web.Response(status=415)
        if not self.is_open:
            return _come_again()
        self._busy += 1
        try:
            try:
                body = await request.read()
            except web.HTTPRequestEntityTooLarge:
                LOG.warning("oversized_update", bytes=request.content_length)
                taken = await self._intake.take(f"over {BODY_LIMIT} bytes")
            else:
                taken = await self._intake.take(_parsed(body))
        finally:
            self._busy -= 1
        return web.Response() if taken is Taken.ACKNOWLEDGE else _come_again()

    async def close(self, within_seconds: float) -> None:
        """Take nothing more and let what is under way end."""
        self.is_open = False
        for _ in range(int(within_seconds / 0.05)):
            if not self._busy:
                return
            await asyncio.sleep(0.05)


def _come_again() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})


def _parsed(body: bytes) -> Any:
    """The JSON value, or the text itself when it is none: intake keeps that in quarantine."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
