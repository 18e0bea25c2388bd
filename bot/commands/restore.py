"""恢复 — an archive takes the place of the database; what was there before is kept aside."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic import SecretStr

from bot.settings import Settings, read_settings
from bot.wiring import archive_key, open_office
from outreach.desk import Office, utc_now
from outreach.storage.archives import Manifest
from outreach.storage.database import sqlite_file
from outreach.storage.photos import PhotoStore
from outreach.upkeep import restoring
from outreach.upkeep.restoring import Restored


def restore(
    file: Annotated[Path, typer.Argument(help="A backup made by `backup`.", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of the present database, which is kept aside. Stop the bot first."""
    settings = read_settings()
    try:
        manifest = restoring.look_into(file, archive_key(settings))
        _describe(settings, file, manifest)
        if not yes:
            typer.confirm("Put it in the place of the present database?", abort=True)
        began = utc_now()
        restored = asyncio.run(_restore(settings, file))
    except restoring.CopyFault as fault:
        typer.echo(f"nothing was restored: {fault}", err=True)
        raise typer.Exit(2) from None
    _report(settings, restored)
    took_for, lost_for = (utc_now() - began).total_seconds(), began - manifest.made_at
    typer.echo(f"RTO {took_for:.1f} s to restore; RPO: the last {_spoken(lost_for)} are not in it")


def _spoken(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


async def _restore(settings: Settings, file: Path) -> Restored:
    def office_on(url: str) -> AbstractAsyncContextManager[Office]:
        return open_office(settings.model_copy(update={"database_url": SecretStr(url)}))

    backups, database = settings.data_dir / "backups", sqlite_file(settings.database)
    if database is None:
        return await restoring.restore_postgresql(file, settings.database, backups, office_on, archive_key(settings))
    photos = PhotoStore(settings.data_dir / "photos")
    return await restoring.restore_sqlite(file, database, photos, backups, office_on, archive_key(settings))


def _describe(settings: Settings, file: Path, manifest: Manifest) -> None:
    rows = manifest.tables
    typer.echo(
        f"{file.name}: made {_local(settings, manifest)}, whole; {rows.get('enterprises', 0)} enterprises, "
        f"{rows.get('contacts', 0)} contacts, {rows.get('inspections', 0)} inspections, {manifest.photos} photos"
    )


def _report(settings: Settings, restored: Restored) -> None:
    typer.echo(f"restored to {_local(settings, restored.manifest)}; what happened after that is gone")
    typer.echo(
        f"{restored.notices_unknown} notices were waiting then and may have been sent since: they are unknown. "
        "Nothing is sent, but replies, until an official of the whole area (on the bot's home screen) "
        "or `python -m bot release` has said what becomes of them"
    )
    if restored.erased_again:
        typer.echo(f"{restored.erased_again} people who had their data erased after it was made were erased again")
    typer.echo(f"{restored.photos_restored} photos brought back, {restored.photos_missing} missing")
    if restored.aside is not None:
        typer.echo(f"the database as it was is {restored.aside}; it holds personal data, delete it when all is well")


def _local(settings: Settings, manifest: Manifest) -> str:
    return f"{manifest.made_at.astimezone(ZoneInfo(settings.timezone)):%Y-%m-%d %H:%M} ({settings.timezone})"
