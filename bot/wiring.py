"""接线 — settings become an office, a bot, an intake and a pump; nothing here decides anything."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from telegram import Bot

from bot.intake import Intake
from bot.settings import Settings, make_folder
from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from outreach import papering
from outreach.delivery.courier import Courier
from outreach.delivery.pacing import Pacer
from outreach.delivery.pump import Pump, at_once_for, window_for
from outreach.delivery.telegram.gateway import Gateway
from outreach.delivery.telegram.transport import AiohttpRequest
from outreach.delivery.uploads import Uploads
from outreach.desk import Clock, Office, utc_now
from outreach.storage.ciphering import ArchiveKey
from outreach.storage.common_clock import CommonClock
from outreach.storage.database import OnlyProcess, open_engine
from outreach.storage.photos import PhotoStore
from outreach.storage.sealing import Seal, route_key

# A long poll waits this long for news; its connections are apart so that it never holds up a send.
POLL_SECONDS = 25
POLL_ANSWER_LIMIT = 20_000_000
CONNECTIONS = 40


class QuietBot(Bot):
    """The framework's Bot, which does not say its token when it is printed."""

    def __repr__(self) -> str:
        return "Bot[token=***]"


@dataclass(slots=True)
class House:
    """Everything that runs, wired together."""

    settings: Settings
    office: Office
    bot: Bot
    poll_request: AiohttpRequest
    gateway: Gateway
    intake: Intake
    pump: Pump
    only: OnlyProcess
    courier: Courier


def make_poll_request(settings: Settings) -> AiohttpRequest:
    """The pool that only polling uses; a full batch of long messages is larger than any other answer."""
    return AiohttpRequest(4, POLL_SECONDS + 15, settings.proxy.get_secret_value() or None, POLL_ANSWER_LIMIT)


def make_request(settings: Settings, pacer: Pacer | None = None) -> AiohttpRequest:
    """The pool for everything but polling; what answers a person waits for its turn at the pacer."""
    # One for each notice under way, and as many again as a bureau needs for everybody else.
    connections = at_once_for(settings.sends_per_second) + CONNECTIONS
    return AiohttpRequest(connections, proxy=settings.proxy.get_secret_value() or None, pacer=pacer)


def make_bot(
    settings: Settings, poll_request: AiohttpRequest | None = None, request: AiohttpRequest | None = None
) -> Bot:
    """The framework's Bot over our transport, pointed at the configured Bot API."""
    poll_request = poll_request or make_poll_request(settings)
    request = request or make_request(settings)
    return QuietBot(
        settings.bot_token.get_secret_value(),
        base_url=f"{settings.bot_api_url}/bot",
        base_file_url=f"{settings.bot_api_url}/file/bot",
        request=request,
        get_updates_request=poll_request,
    )


async def ask_username(settings: Settings) -> str:
    """The bot's user name, for links. Raises telegram's InvalidToken and NetworkError."""
    async with make_bot(settings) as bot:
        return str(bot.username)


def archive_key(settings: Settings) -> ArchiveKey | None:
    """The key under which backups are sealed, if one is set."""
    secret = settings.backup_key.get_secret_value()
    return ArchiveKey(secret) if secret else None


@asynccontextmanager
async def open_office(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Office]:
    """The office alone, for commands that speak with nobody."""
    make_folder(settings)
    engine = open_engine(settings.database)
    try:
        if clock is utc_now:
            clock = CommonClock(utc_now)
            await clock.compare(engine)
        yield Office(
            engine,
            Catalogue.shipped(),
            Texts.shipped(settings.timezone),
            PhotoStore(settings.data_dir / "photos"),
            Privacy.shipped(),
            clock=clock,
            zone=settings.timezone,
            # Beside the database, in no backup: without it nobody learns who made an anonymous report.
            seal=Seal(route_key(settings.data_dir / "route.key")),
            archive_key=archive_key(settings),
        )
    finally:
        await engine.dispose()


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock = utc_now, pacer: Pacer | None = None) -> AsyncIterator[House]:
    """The whole product, connected, at the pace of its settings or another.

    Raises DatabaseTaken, SchemaMismatch or telegram's InvalidToken.
    """
    make_folder(settings)
    only = OnlyProcess(settings.database)
    only.take()
    try:
        async with open_office(settings, clock) as office:
            poll_request = make_poll_request(settings)
            pacer = pacer or Pacer(settings.sends_per_second)
            request = make_request(settings, pacer)
            bot = make_bot(settings, poll_request, request)
            try:
                await bot.initialize()
                office.bot_username = bot.username
                gateway = Gateway(bot, pacer)
                # What a token says before the colon is the bot, whichever token it has.
                uploads = Uploads(office.engine, int(bot.token.partition(":")[0]), office.clock)
                owner = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"
                pump = Pump(
                    office.engine,
                    gateway,
                    papering.maker(office),
                    office.notice_bell,
                    office.clock,
                    owner=owner,
                    pacer=pacer,
                    almanac=office.almanac,
                    window=window_for(settings.sends_per_second),
                    at_once=at_once_for(settings.sends_per_second),
                    uploads=uploads,
                )
                yield House(
                    settings, office, bot, poll_request, gateway, Intake(office, bot, gateway.fetch, uploads),
                    pump, only,
                    Courier(office.engine, gateway, office.seal, office.letter_bell, office.clock, pacer),
                )  # fmt: skip
            finally:
                await bot.shutdown()
    finally:
        only.let_go()
