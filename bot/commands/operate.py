"""运行 — starting the product, bringing the database up to date, and looking at the settings."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.settings import ProcessRole, Settings, read_settings
from bot.starting import start
from bot.wiring import open_office
from outreach.storage import migrating
from outreach.upkeep import backing_up


def run(
    role: Annotated[
        ProcessRole | None,
        typer.Option(
            help="What this process does: all, or on PostgreSQL one of web, pump, clock. Default: ANSHAO_ROLE."
        ),
    ] = None,
) -> None:
    """Run the bot until it is told to stop (SIGTERM or Ctrl-C)."""
    start(role)


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
