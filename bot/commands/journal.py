"""留痕 — whether the journal is as it was written."""

from __future__ import annotations

import asyncio

import typer

from bot.settings import read_settings
from bot.wiring import open_office
from content.wording import say
from outreach.upkeep import chaining


def journal() -> None:
    """Go through the whole journal and its chain; fails when a stretch is not what it was when it was closed."""
    settings = read_settings()

    async def work() -> bool:
        async with open_office(settings) as office:
            lines, newest, broken = await chaining.verify(office)
            for link in broken:
                assert link.broken_at is not None
                at = f"{link.broken_at.astimezone(office.zone):%Y-%m-%d %H:%M}"
                typer.echo(say("journal-broken", through=link.through_id, lines=link.lines, at=at))
            if not broken:
                typer.echo(say("journal-whole", lines=lines, digest=newest))
            return not broken

    if not asyncio.run(work()):
        raise typer.Exit(1)
