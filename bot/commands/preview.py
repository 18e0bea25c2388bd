"""预览 — any piece of content as chat would say it, in the terminal or in the sandbox's page."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import urllib.request
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.demonstrate import keep_running, sandbox_with
from bot.previewing import Wanted, find, known, lines_of, open_scene, said
from bot.settings import read_settings
from bot.terminal import Screen
from bot.wiring import make_bot
from content.catalogue import Catalogue
from content.proof import proof
from content.proofing.report import Finding
from content.wording import say
from domain.checklist import Checklist
from handlers.adapter.speaking import speak
from handlers.screen import below
from handlers.turn import Person, Reply, Text, Turn

# 王芳 in the sandbox's cast.
READER = 1002


def preview(
    id_: Annotated[str, typer.Argument(metavar="ID", help="An item, checklist, question, topic, lesson … or a date.")],
    content: Annotated[
        Path | None, typer.Option("--content", exists=True, file_okay=False, help="Another content folder.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Show it in the sandbox's page as well, in a chat.")] = False,
    port: Annotated[int, typer.Option(help="Where the page is; the next free port if it is taken.")] = 9000,
) -> None:
    """Show a piece of content as chat would say it, with its buttons, its length, and what the proof says of it.

    Exit status 0: nothing to mend; 1: something is; 2: there is no such id, or the content cannot be loaded.
    """
    catalogue = Catalogue.load(content, keep_pages=True)
    pieces = find(catalogue, id_)
    if not pieces:
        typer.echo(say("preview-unknown", id=id_), err=True)
        if near := _near(catalogue, id_):
            typer.echo(say("preview-near", ids=" ".join(near)), err=True)
        raise typer.Exit(2)
    replies = asyncio.run(_replies(catalogue, pieces))
    screen = Screen(sys.stdout.isatty())
    for wanted, reply in zip(pieces, replies, strict=True):
        for line in (*_head(wanted), *(screen.lines(reply) if reply.says else _silent(wanted)), ""):
            typer.echo(line)
    findings = [found for found in proof(catalogue).findings if any(_concerns(found, wanted) for wanted in pieces)]
    for found in findings:
        typer.echo(f"{found.file}:{found.line}: {found.message} [{found.code}]")
    if not findings:
        typer.echo(say("preview-clean"))
    if send:
        _send(replies, port)
    if findings or screen.is_too_long:
        raise typer.Exit(1)


async def _replies(catalogue: Catalogue, pieces: list[Wanted]) -> list[Reply]:
    async with open_scene(catalogue) as scene:
        return [below(await said(scene, wanted)) for wanted in pieces]


def _head(wanted: Wanted) -> list[str]:
    piece = wanted.piece
    line = piece.page.line((*piece.steps, "id"))
    told = say("preview-place", kind=say(f"kind-{piece.kind}"), id=piece.id, file=piece.page.name, line=line)
    return [told, say("preview-retired")] if piece.is_retired else [told]


def _silent(wanted: Wanted) -> list[str]:
    return [say("preview-silent"), *(text for _, text in wanted.piece.texts)]


def _concerns(found: Finding, wanted: Wanted) -> bool:
    """Whether a finding stands among the lines of a piece; those of a list's items are the list's too."""
    piece = wanted.piece
    if found.file != piece.page.name:
        return False
    return isinstance(piece.thing, Checklist) or found.line in lines_of(wanted)


def _near(catalogue: Catalogue, id_: str) -> list[str]:
    ids = known(catalogue)
    holding = [one for one in ids if id_ and id_ in one]
    return list(dict.fromkeys(get_close_matches(id_, ids, 5, 0.6) + holding))[:8]


def _send(replies: list[Reply], port: int) -> None:
    """Start a sandbox and a bot on data of their own, say it to somebody there, and stay until Ctrl-C."""
    with tempfile.TemporaryDirectory() as folder, sandbox_with(Path(folder), port) as base:
        _begin(base)
        asyncio.run(_speak(replies))
        typer.echo(say("preview-sent"))
        keep_running(base)


def _begin(base: str) -> None:
    """Nobody can be written to who has not begun the talk."""
    request = urllib.request.Request(  # noqa: S310 - our own sandbox on this machine
        f"{base}/sandbox/people/{READER}/text",
        json.dumps({"text": "/start"}).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=5).close()  # noqa: S310


async def _speak(replies: list[Reply]) -> None:
    heard = Turn(0, Person(READER, READER, "", ""), Text(""), None, None)
    async with make_bot(read_settings(_env_file=None)) as bot:
        for reply in replies:
            for one in reply.says:
                await speak(bot, heard, replace(reply, says=(one,)), None)
