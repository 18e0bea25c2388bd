"""进程 — what runs until the operating system says stop: the intake's door, the pump, the photographer, the clock."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy import text
from telegram import BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.poller import ALLOWED, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, Poller
from bot.settings import Mode, Settings, SettingsWrong
from bot.webhook import BODY_LIMIT, PATH, WebhookDoor
from bot.wiring import POLL_SECONDS, House, open_house
from console.health import add_health
from handlers.home import commands_of
from outreach.amending import Amender
from outreach.delivery.claims import TOKEN
from outreach.evidencing import EvidencePhotographer
from outreach.photographing import Photographer
from outreach.picturing import ActivityPhotographer
from outreach.storage.migrating import must_be_newest
from scheduler.clockwork import Clockwork

LOG = structlog.get_logger("process")
CLOSE_SECONDS = 10.0


async def run(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status. Raises what `open_house` raises."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with open_house(settings) as house:
        await must_be_newest(house.office.engine)
        return await _serve(house, stop)


async def _serve(house: House, stop: asyncio.Event) -> int:
    settings = house.settings
    # A start with a token that Telegram takes ends the stop that a refused token began.
    await house.pump.claims.lift(TOKEN)
    if settings.database.startswith("sqlite"):
        await house.pump.claims.rescue(house.office.clock(), sole=True)
    door = WebhookDoor(house.intake, settings.webhook_secret.get_secret_value())
    runner = await _listen(house, door)
    clockwork = Clockwork(house.office, settings.data_dir, settings.backup_every_hours)
    clockwork.start()
    work: list[Coroutine[Any, Any, None]] = [
        Photographer(house.office, house.gateway.fetch).run(),
        EvidencePhotographer(house.office, house.gateway.fetch).run(),
        ActivityPhotographer(house.office, house.gateway.fetch).run(),
        house.courier.run(),
        Amender(house.office, house.gateway, house.pump.claims, house.pump.pacer).run(),
    ]
    if settings.mode is Mode.POLLING:
        work.append(Poller(house.bot, house.poll_request, house.intake, POLL_SECONDS).run())
    pumping = asyncio.create_task(house.pump.run())
    tasks: list[asyncio.Task[None]] = [pumping, *(asyncio.create_task(job) for job in work)]
    announcing = asyncio.create_task(_announce(house))
    stopping = asyncio.create_task(_until(stop))
    done, _ = await asyncio.wait([*tasks, announcing, stopping], return_when=asyncio.FIRST_COMPLETED)
    if done == {announcing} and announcing.exception() is None:
        LOG.info("ready", mode=settings.mode.value, bot=house.bot.username)
        done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    house.pump.stop()
    await asyncio.gather(door.close(CLOSE_SECONDS), asyncio.wait([pumping], timeout=CLOSE_SECONDS))
    clockwork.stop()
    for task in (*tasks, announcing, stopping):
        task.cancel()
    await asyncio.gather(*tasks, announcing, stopping, return_exceptions=True)
    await runner.cleanup()
    failed = [task for task in done if task is not stopping and (task is not announcing or task.exception())]
    for task in failed:
        if isinstance(task.exception(), SettingsWrong | InvalidToken):
            task.result()
        LOG.critical("stopped_by_fault", fault=repr(task.exception()))
    LOG.info("stopped")
    return 1 if failed else 0


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()


async def _listen(house: House, door: WebhookDoor) -> web.AppRunner:
    app = web.Application(client_max_size=BODY_LIMIT)
    if house.settings.mode is Mode.WEBHOOK:
        app.router.add_post(PATH, door.answer)
    add_health(app, _readiness(house, door))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    host, port = house.settings.host_and_port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as fault:
        await runner.cleanup()
        raise SettingsWrong(
            f"ANSHAO_LISTEN is wrong: {house.settings.listen} cannot be listened on ({fault.strerror}). "
            "Another program may hold the port; choose a free one."
        ) from None
    return runner


def _readiness(house: House, door: WebhookDoor) -> Callable[[], Awaitable[bool]]:
    async def is_ready() -> bool:
        try:
            async with asyncio.timeout(5), house.office.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:
            return False
        return door.is_open

    return is_ready


async def _announce(house: House) -> None:
    """Tell Telegram where to call, however often it takes, and which commands to show.

    Raises SettingsWrong when Telegram will never call that address. Without the commands the work goes on.
    """
    words = house.office.texts.words("zh-CN")
    commands = [BotCommand(name, about) for name, about in commands_of(words, None)]
    if house.settings.mode is Mode.WEBHOOK:
        wait = FIRST_WAIT_SECONDS
        while not await _is_webhook_set(house):
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
    try:
        await house.bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats())
    except TelegramError as fault:
        LOG.error("commands_not_shown", fault=type(fault).__name__, words=str(fault)[:200])


async def _is_webhook_set(house: House) -> bool:
    settings = house.settings
    try:
        return await house.bot.set_webhook(
            settings.webhook_url,
            secret_token=settings.webhook_secret.get_secret_value(),
            allowed_updates=ALLOWED,
            drop_pending_updates=False,
        )
    except BadRequest as fault:
        raise SettingsWrong(
            f"ANSHAO_WEBHOOK_URL is wrong: Telegram refuses {settings.webhook_url} ({fault.message}). It must be an "
            "https address on port 443, 80, 88 or 8443 that can be reached from outside."
        ) from None
    except InvalidToken:
        raise
    except TelegramError as fault:
        LOG.error("webhook_not_set", fault=type(fault).__name__, words=str(fault)[:200])
        return False
