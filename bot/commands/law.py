"""查法条 — the texts of laws that can be looked up in chat: importing one, and listing what is there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import read_settings
from bot.wiring import open_office
from content.loading.law_text import read_law_text
from domain.law import Law
from outreach import consulting

app = typer.Typer(no_args_is_help=True, help="Texts of laws to look up in chat.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A text (.txt or .md).")],
    name: Annotated[str, typer.Option(help="The short name to look it up by; else from the head of the file.")] = "",
    version: Annotated[str, typer.Option(help="The version, as people should read it; else from the head.")] = "",
) -> None:
    """Import the text of a law: each article begins a line with 第几条. A law of that name is replaced whole."""
    text = read_law_text(file.name, file.read_bytes(), name, version)
    settings = read_settings()

    async def work() -> int:
        async with open_office(settings) as office, office.desk() as desk:
            return await consulting.import_law(desk, text)

    typer.echo(f"{text.short}: {asyncio.run(work())} articles, {text.version}")


@app.command("list")
def list_() -> None:
    """Every law that can be looked up, with its version and where its text comes from."""
    settings = read_settings()

    async def work() -> tuple[Law, ...]:
        async with open_office(settings) as office, office.desk() as desk:
            return await consulting.laws(desk)

    for law in asyncio.run(work()):
        typer.echo(f"{law.short}\t{law.version}\t{law.origin}{'' if law.is_whole else ', excerpts'}")
