"""运行 — starting the product, bringing the database up to date, and looking at the settings."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer
from telegram.error import InvalidToken, TelegramError

from bot import processes
from bot.settings import Settings, SettingsWrong, read_settings
from bot.wiring import open_office
from outreach import backing_up
from outreach.storage import migrating


def run() -> None:
    """Run the bot until it is told to stop (SIGTERM or Ctrl-C)."""
    settings = read_settings()
    try:
        status = asyncio.run(processes.run(settings))
    except InvalidToken:
        raise SettingsWrong(
            "ANSHAO_BOT_TOKEN is wrong: Telegram does not know it. Copy it again from @BotFather; "
            "if it was revoked, the new one is there."
        ) from None
    except TelegramError as fault:
        raise SettingsWrong(
            f"Telegram cannot be reached at {settings.bot_api_url} ({fault}). From mainland China a proxy is needed: "
            "set ANSHAO_PROXY=http://host:port. For a local Bot API server or the sandbox check ANSHAO_BOT_API_URL."
        ) from None
    sys.exit(status)


def migrate(to: Annotated[str, typer.Option(help="A revision such as 0001; head is the newest.")] = "head") -> None:
    """Bring the database's schema up (or down) to a revision, after a backup of what is there."""
    settings = read_settings()

    async def work() -> str | None:
        async with open_office(settings) as office:
            at = await migrating.current(office.engine)
            if at is not None and at != (migrating.newest() if to == "head" else to):
                made = await backing_up.back_up(office, settings.data_dir / "backups")
                typer.echo(f"backed up first: {made.file}")
            await migrating.migrate(office.engine, to)
            return await migrating.current(office.engine)

    typer.echo(f"database at revision {asyncio.run(work())}")


def check_settings() -> None:
    """Show every setting with its value (secrets hidden) and what it means; fails when one is wrong."""
    settings = read_settings()
    for name, field in Settings.model_fields.items():
        typer.echo(f"ANSHAO_{name.upper()} = {getattr(settings, name)}\n    {field.description}")
