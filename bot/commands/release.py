"""恢复发送 — after a restore nothing is sent until somebody has decided; here the operator does, by number."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.settings import Settings, read_settings
from bot.wiring import open_office
from domain.hold import EVERYTHING, FALLBACKS, LETTERS, NOTICES, Held, HeldChanged, NotHeld
from outreach.upkeep import releasing


class What(StrEnum):
    """What becomes of notices whose delivery is unknown."""

    SEND = "send"
    LEAVE = "leave"


def release(
    what: Annotated[What | None, typer.Argument(help="send: again; leave: unknown for good; nothing: look.")] = None,
    only: Annotated[
        str, typer.Option(help="One broadcast by its number, or one of the words; sending stays paused.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the count.")] = False,
) -> None:
    """Say what becomes of the notices that a restore held back; with all of them decided, sending goes on."""
    settings = read_settings()
    try:
        asyncio.run(_release(settings, what, only, yes))
    except NotHeld:
        typer.echo("nothing is held: notices are being sent")
    except HeldChanged as changed:
        typer.echo(f"somebody has decided meanwhile: {changed.facts['count']} are left; look again", err=True)
        raise typer.Exit(2) from None


async def _release(settings: Settings, what: What | None, only: str, yes: bool) -> None:
    async with open_office(settings) as office:
        async with office.desk() as desk:
            held = await releasing.held(desk)
        if held is None:
            raise NotHeld
        typer.echo(_described(settings, held))
        if what is None:
            return
        which = _which(held, only)
        count = held.count_of(which)
        if not yes and typer.prompt(f"{count} to {what.value}. Type the number", type=int) != count:
            typer.echo("that is not the number; nothing was decided", err=True)
            raise typer.Exit(2)
        async with office.desk() as desk:
            if count:
                await releasing.decide(desk, None, which, count, again=what is What.SEND)
            if which == EVERYTHING:
                await releasing.release(desk, None, 0)
        done = "will be sent again" if what is What.SEND else "stay unknown"
        typer.echo(f"{count} {done}; " + ("sending goes on" if which == EVERYTHING else "sending is still paused"))


def _which(held: Held, only: str) -> str:
    if not only:
        return EVERYTHING
    found = next((group for group in held.groups if only in (group.number, group.which)), None)
    if found is None or not only:
        typer.echo(f"nothing of {only} is held", err=True)
        raise typer.Exit(2)
    return found.which


def _described(settings: Settings, held: Held) -> str:
    zone = ZoneInfo(settings.timezone)
    named = {
        NOTICES: "reminders, receipts and the like", LETTERS: "letters to anonymous reporters",
        FALLBACKS: "notices to enterprises' other addresses",
    }  # fmt: skip
    lines = [
        f"restored to {held.made_at.astimezone(zone):%Y-%m-%d %H:%M} ({settings.timezone}); sending is paused. "
        f"Of {held.count} notices it is unknown whether they were sent after that:"
    ]
    lines += [f"  {group.count:>8}  {group.number or named.get(group.which, group.which)}" for group in held.groups]
    return "\n".join(lines)
