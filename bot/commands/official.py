"""监管人员 — the first official comes from here, by a code that works once."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.settings import read_settings
from bot.wiring import ask_username, open_office
from domain.contact import Jurisdiction
from outreach import appointing

app = typer.Typer(no_args_is_help=True, help="Officials and their one-time codes.")


@app.callback()
def group() -> None:
    """Officials and their one-time codes."""


@app.command()
def add(
    name: Annotated[str, typer.Option(help="The official's name as others will see it.")],
    street: Annotated[str, typer.Option(help="Their street; empty for the whole district.")] = "",
    grid: Annotated[str, typer.Option(help="Their grid within the street; empty for all of it.")] = "",
    code_only: Annotated[bool, typer.Option(help="Print the code alone, for scripts.")] = False,
) -> None:
    """Appoint an official and print the link with which they take office, once, within 48 hours."""
    settings = read_settings()

    async def work() -> tuple[str, str]:
        # Asked first: a code that nobody was shown would be an official whom nobody can become.
        username = "" if code_only else await ask_username(settings)
        async with open_office(settings) as office, office.desk() as desk:
            return await appointing.appoint(desk, name, Jurisdiction(street, grid)), username

    code, username = asyncio.run(work())
    typer.echo(f"o-{code}" if code_only else f"https://t.me/{username}?start=o-{code}")
