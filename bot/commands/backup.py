"""备份 — a copy of everything, read back and found whole before it is called one; the bot may go on meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError

from bot.settings import read_settings
from bot.wiring import open_office
from outreach.upkeep import backing_up
from outreach.upkeep.backing_up import BackedUp


def backup(
    to: Annotated[
        Path | None,
        typer.Option(help="One file that holds database and photos; without it, into the backups folder."),
    ] = None,
) -> None:
    """Back up database and photos. Safe while the bot runs; a file under a backup's name is always whole."""
    settings = read_settings()

    async def work() -> BackedUp:
        async with open_office(settings) as office:
            made = await backing_up.back_up(office, settings.data_dir / "backups", to)
            if to is None:
                backing_up.rotate(settings.data_dir / "backups", office.clock(), backing_up.database_file(office))
            return made

    try:
        made = asyncio.run(work())
    except (backing_up.CopyFault, OperationalError) as fault:
        typer.echo(f"no backup was made: {_words(fault)}", err=True)
        raise typer.Exit(2) from None
    manifest = made.manifest
    rows = manifest.tables
    typer.echo(str(made.file))
    typer.echo(
        f"read back and whole: {rows.get('enterprises', 0)} enterprises, {rows.get('contacts', 0)} contacts, "
        f"{rows.get('inspections', 0)} inspections, {manifest.photos - manifest.photos_missing} photos, "
        f"{sum(rows.values())} rows in all, {made.file.stat().st_size:,} bytes"
    )
    if manifest.photos_missing:
        typer.echo(f"{manifest.photos_missing} photos that records name are not on the disk or are damaged", err=True)
    if not manifest.photos_inside:
        typer.echo(f"photos lie beside it in {made.file.parent / 'photos'}: carry the whole folder, or use --to FILE")


def _words(fault: Exception) -> str:
    """What went wrong, without the driver's decoration."""
    return str(fault.orig).strip() if isinstance(fault, OperationalError) else str(fault)
