"""内容 — proof-reading what an editor changed, before anybody reads it in chat."""

from __future__ import annotations

import typer

from content.catalogue import Catalogue
from content.fault import ContentFault
from content.proof import proof as read_proof
from content.proof import render


def proof() -> None:
    """Proof-read all content; every flaw with its file and line, and counts by kind."""
    try:
        report = read_proof(Catalogue.load())
    except ContentFault as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    typer.echo(render(report))
    if report.findings:
        raise typer.Exit(1)
