"""名录 — importing the enterprise register from the command line, its empty template, and a sample to try."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import read_settings
from bot.wiring import open_office
from content.catalogue import Catalogue
from content.demo import demo_register
from content.workbooks import (
    RegisterReading,
    industry_ids,
    read_register,
    register_template,
    register_words,
    write_problem_workbook,
)
from domain.refusal import Refusal
from outreach.desk import Office
from outreach.register import registering
from outreach.register.registering import Batch, ImportOutcome

app = typer.Typer(no_args_is_help=True, help="The enterprise register as a workbook.")


@app.callback()
def group() -> None:
    """The enterprise register as a workbook."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A workbook (.xlsx).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do and write nothing.")] = False,
) -> None:
    """Import a register. Rows with a problem are written beside FILE with the reason; the others are imported.

    Exit status 0: every row was good; 1: some rows had a problem; 2: the workbook was not taken at all.
    """
    settings = read_settings()

    async def work() -> tuple[RegisterReading, ImportOutcome]:
        async with open_office(settings) as office:
            reading = _read(office, file)
            async with office.desk() as desk:
                batch = Batch.of(reading)
                if dry_run:
                    return reading, await registering.compare(desk, batch)
                return reading, await registering.import_register(desk, batch, None)

    reading, outcome = asyncio.run(work())
    typer.echo(
        f"{reading.total} rows: {outcome.added} added, {outcome.updated} updated, "
        f"{outcome.unchanged} unchanged, {reading.bad_rows} with a problem" + (" (dry run)" if dry_run else "")
    )
    for sheet in reading.skipped_sheets:
        typer.echo(f"sheet not read: {sheet}")
    if reading.problems:
        beside = file.with_name(f"{file.stem}-{register_words().problem_heading}.xlsx")
        beside.write_bytes(write_problem_workbook(reading))
        typer.echo(f"problems: {beside}")
        raise typer.Exit(1)


@app.command()
def template(out: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write it (.xlsx).")]) -> None:
    """Write an empty register to fill in."""
    out.write_bytes(register_template(_industry_names()))
    typer.echo(str(out))


@app.command("demo-sample")
def demo_sample(out: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write it (.xlsx).")]) -> None:
    """Write a register of twelve invented enterprises, three of them with a problem, to try an import with."""
    out.write_bytes(demo_register(_industry_names()))
    typer.echo(str(out))


def _read(office: Office, file: Path) -> RegisterReading:
    try:
        return read_register(file.read_bytes(), industry_ids(office.catalogue))
    except Refusal as refusal:
        typer.echo(office.texts.words("zh-CN").plain(refusal.moment, **refusal.facts), err=True)
        raise typer.Exit(2) from None


def _industry_names() -> list[str]:
    return [industry.name for industry in Catalogue.shipped().industries.values()]
