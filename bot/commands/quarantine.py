"""隔离 — updates that could not be handled: look at them, and replay them once the fault is mended."""

from __future__ import annotations

import asyncio
import json

import typer

from bot.intake import Taken
from bot.settings import read_settings
from bot.wiring import open_house, open_office
from outreach import receiving

app = typer.Typer(no_args_is_help=True, help="Updates that could not be handled.")


@app.command("list")
def list_() -> None:
    """List what waits in quarantine, oldest first."""
    settings = read_settings()

    async def work() -> list[tuple[str, object]]:
        async with open_office(settings) as office, office.desk() as desk:
            return await receiving.quarantined(desk)

    for reference, body in asyncio.run(work()):
        typer.echo(f"{reference}\t{json.dumps(body, ensure_ascii=False)[:200]}")


@app.command()
def replay() -> None:
    """Let every update in quarantine be handled again; what fails goes back. Stop the bot first on SQLite."""
    settings = read_settings()

    async def work() -> tuple[int, int, int]:
        handled = failed = unreadable = 0
        async with open_house(settings) as house:
            async with house.office.desk() as desk:
                waiting = await receiving.quarantined(desk)
            for reference, body in waiting:
                if body is None:
                    unreadable += 1
                    continue
                before = house.intake.quarantined
                async with house.office.desk() as desk:
                    await receiving.release(desk, reference)
                taken = await house.intake.take(body)
                good = taken is Taken.ACKNOWLEDGE and house.intake.quarantined == before
                handled, failed = handled + good, failed + (not good)
                if taken is Taken.ACKNOWLEDGE:
                    async with house.office.desk() as desk:
                        await receiving.mark_replayed(desk, reference)
        return handled, failed, unreadable

    handled, failed, unreadable = asyncio.run(work())
    typer.echo(f"{handled} handled, {failed} back in quarantine, {unreadable} are no JSON and stay where they are")
