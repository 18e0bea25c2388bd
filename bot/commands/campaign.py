"""宣传活动 — an edition of a campaign rolled on to another year, as a file for an editor to look over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from content.catalogue import Catalogue
from content.rolling import rolled

app = typer.Typer(no_args_is_help=True, help="Editions of campaigns, such as June.")


@app.callback()
def group() -> None:
    """Editions of campaigns, such as June."""


@app.command("roll")
def roll(
    edition_id: Annotated[str, typer.Argument(help="The edition to go by, such as 2026-june.")],
    year: Annotated[int, typer.Option(min=2000, max=2100, help="The year of the new one.")],
    folder: Annotated[
        Path | None, typer.Option(help="A content folder; else the one shipped.", file_okay=False)
    ] = None,
) -> None:
    """Write the edition of another year: the same days in the same order, tasks on workdays, without a theme.

    Exit status 2: there is no such edition, it cannot be rolled, or the file is there already.
    """
    catalogue = Catalogue.load(folder)
    edition = catalogue.editions.get(edition_id)
    if edition is None:
        typer.echo(f"There is no edition {edition_id}. There are: {', '.join(catalogue.editions)}", err=True)
        raise typer.Exit(2)
    text = catalogue.pages[f"campaigns/{edition_id}.toml"].text
    try:
        new_id, written = rolled(text, edition, year, catalogue.calendar)
    except ValueError:
        typer.echo(
            f"{edition_id} cannot be rolled to {year}: it plans no day, or its id does not name its year.", err=True
        )
        raise typer.Exit(2) from None
    path = catalogue.folder / "campaigns" / f"{new_id}.toml"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(written)
    except FileExistsError:
        typer.echo(f"{path} is there already; nothing was written.", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{path} written. Look over each day, fill in the theme once it is published, then run proof.")
