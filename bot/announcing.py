"""报到 — Telegram is told where to call and which commands to show, and asked each minute what it holds back."""

from __future__ import annotations

import asyncio

import structlog
from telegram import BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.poller import ALLOWED, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS
from bot.settings import Mode, SettingsWrong
from bot.wiring import House
from handlers.home import commands_of
from outreach.upkeep import pulses

LOG = structlog.get_logger("process")
LOOK_SECONDS = 60.0


async def announce(house: House) -> None:
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


async def watch_inbox(house: House) -> None:
    """Until cancelled: what Telegram holds back for us, whether it last failed to deliver, whether it calls us at all.

    What it cannot deliver it drops after 24 hours.
    """
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await look_at_inbox(house)
        except Exception as fault:
            LOG.warning("inbox_not_seen", fault=type(fault).__name__)


async def look_at_inbox(house: House) -> None:
    """One such look. Raises telegram's TelegramError and what the database raises."""
    info = await house.bot.get_webhook_info()
    is_ours = info.url == (house.settings.webhook_url if house.settings.mode is Mode.WEBHOOK else "")
    if not is_ours:
        LOG.error("webhook_not_ours", advice="somebody else set or removed it with this token; restart to set it again")
    async with house.office.desk() as desk:
        await pulses.wait(desk, pulses.INBOX, info.pending_update_count)
        await pulses.wait(desk, pulses.WEBHOOK_LOST, 0 if is_ours else 1)
        if info.last_error_date is not None:
            await pulses.beat(desk, pulses.INBOX_FAULT, at=info.last_error_date)
