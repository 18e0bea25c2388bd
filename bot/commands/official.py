"""监管人员 — appointed, listed and ended from the command line; the first head comes from here, by a code."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

import typer

from bot.settings import read_settings
from bot.wiring import ask_username, open_office
from content.catalogue import Catalogue
from domain.authority import OfficeEnded, OfficeRole
from domain.contact import Jurisdiction, NotYours
from outreach.people import appointing

app = typer.Typer(no_args_is_help=True, help="Officials and their one-time codes.")


@app.callback()
def group() -> None:
    """Officials and their one-time codes."""


@app.command()
def add(
    name: Annotated[str, typer.Option(help="The official's name as others will see it.")],
    street: Annotated[str, typer.Option(help="Their street; empty for the whole district.")] = "",
    grid: Annotated[str, typer.Option(help="Their grid within the street; empty for all of it.")] = "",
    role: Annotated[OfficeRole, typer.Option(help="What they may do; the first one must be a head.")] = OfficeRole.HEAD,
    until: Annotated[str, typer.Option(help="The last day, as 2026-12-31; empty for no end.")] = "",
    industry: Annotated[
        list[str] | None, typer.Option(help="An officer's trade, by id or name; repeat for more.")
    ] = None,
    code_only: Annotated[bool, typer.Option(help="Print the code alone, for scripts.")] = False,
) -> None:
    """Appoint an official and print the link with which they take office, once, within 48 hours."""
    settings = read_settings()
    until_on = _day(until)

    async def work() -> tuple[str, str]:
        # Asked first: a code that nobody was shown would be an official whom nobody can become.
        username = "" if code_only else await ask_username(settings)
        async with open_office(settings) as office, office.desk() as desk:
            industries = tuple(_industry(desk.catalogue, said) for said in industry or ())
            code = await appointing.appoint(
                desk, name, Jurisdiction(street, grid), role=role, industries=industries, until_on=until_on
            )
            return code, username

    code, username = asyncio.run(work())
    typer.echo(f"o-{code}" if code_only else f"https://t.me/{username}?start=o-{code}")


@app.command("list")
def show(every: Annotated[bool, typer.Option("--all", help="Also those whose appointment is over.")] = False) -> None:
    """List the appointments: number, name, office, place, trades, days, and whether they are in the chat."""
    settings = read_settings()

    async def work() -> list[str]:
        async with open_office(settings) as office, office.desk() as desk:
            lines = []
            for line in await appointing.all_offices(desk):
                who = line.official
                if not every and not who.is_serving(desk.today):
                    continue
                bounds = f"{who.jurisdiction.street or '*'}/{who.jurisdiction.grid or '*'}"
                trades = ",".join(who.industries) or "*"
                days = f"{who.from_on}..{who.until_on or ''}"
                state = "in the chat" if line.is_taken else "link not opened"
                lines.append("\t".join((str(who.id), who.name, who.role.value, bounds, trades, days, state)))
            return lines

    for line in asyncio.run(work()):
        typer.echo(line)


@app.command()
def end(number: Annotated[int, typer.Argument(help="The number that `official list` shows.")]) -> None:
    """End an appointment at once; what the person did is kept."""
    settings = read_settings()

    async def work() -> str:
        async with open_office(settings) as office, office.desk() as desk:
            return (await appointing.end_by_command(desk, number)).name

    try:
        name = asyncio.run(work())
    except NotYours:
        raise typer.BadParameter(f"there is no appointment {number}") from None
    except OfficeEnded:
        raise typer.BadParameter(f"appointment {number} is over already") from None
    typer.echo(f"ended: {name}")


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise typer.BadParameter(f"{said} is no day such as 2026-12-31") from None


def _industry(catalogue: Catalogue, said: str) -> str:
    found = catalogue.industry_named(said)
    if found is None:
        raise typer.BadParameter(f"there is no industry {said}")
    return found.id
