"""内容 — proof-reading what an editor changed, and questions and checklists out to Excel and in again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from content.authoring import apply, compare, export, problem_workbook, read_rows
from content.authoring.sheets import Sheetful
from content.catalogue import Catalogue
from content.fault import ContentFault
from content.proof import proof as read_proof
from content.proof import render
from content.texts import Texts
from domain.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="Questions and checklists as a workbook: out, and in again.")
Folder = Annotated[Path | None, typer.Option("--content", exists=True, file_okay=False, help="Another content folder.")]


def proof() -> None:
    """Proof-read all content; every flaw with its file and line, and counts by kind."""
    try:
        report = read_proof(Catalogue.load(keep_pages=True))
    except ContentFault as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    typer.echo(render(report))
    if report.findings:
        raise typer.Exit(1)


@app.command("export")
def export_(
    kind: Annotated[Literal["questions", "checklists"], typer.Argument(help="What to write.")],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write it (.xlsx).")],
    content: Folder = None,
) -> None:
    """Write all questions, or the items of all checklists, as a workbook to edit, a row each."""
    file.write_bytes(export(Catalogue.load(content, keep_pages=True), kind))
    typer.echo(str(file))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The edited workbook.")],
    content: Folder = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do and write nothing.")] = False,
) -> None:
    """Take an edited workbook back into the content files. A row with a problem is written beside FILE with the reason.

    The others are written to the files, of which only the changed values change. A row that is not in the workbook
    stays as it is. Exit status 0: every row was good; 1: some had a problem; 2: the workbook was not taken at all.
    """
    catalogue = Catalogue.load(content, keep_pages=True)
    sheetful = _read(file)
    outcome = compare(catalogue, sheetful)
    if not dry_run:
        apply(catalogue, outcome)
    typer.echo(
        f"{len(sheetful.rows)} rows: {outcome.added} added, {outcome.changed} changed, {outcome.unchanged} unchanged, "
        f"{len(outcome.problems)} with a problem; {outcome.left_out} not in the workbook, left as they are"
        + (" (dry run)" if dry_run else "")
    )
    for name in outcome.texts:
        typer.echo(f"file: {name}")
    for note in outcome.notes:
        typer.echo(f"the proof now says: {note}")
    if outcome.problems:
        beside = file.with_name(f"{file.stem}-{sheetful.form.problem_heading}.xlsx")
        beside.write_bytes(problem_workbook(sheetful, outcome.problems))
        typer.echo(f"problems: {beside}")
    if outcome.problems or outcome.notes:
        raise typer.Exit(1)


def _read(file: Path) -> Sheetful:
    try:
        return read_rows(file.name, file.read_bytes())
    except Refusal as refusal:
        typer.echo(Texts().words("zh-CN").plain(refusal.moment, **refusal.facts), err=True)
        raise typer.Exit(2) from None
