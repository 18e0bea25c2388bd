"""邀请 — an invitation from the command line, for the first contacts of a district or a test."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from bot.settings import read_settings
from bot.wiring import ask_username, open_office
from domain.contact import Role
from outreach.people.invitees import enterprise_of_code
from outreach.people.inviting import invite as issue


def invite(
    credit_code: Annotated[str, typer.Option(help="The enterprise's unified social credit code, as on the register.")],
    role: Annotated[Role, typer.Option(help="The post that the invitation is for.")] = Role.SAFETY_OFFICER,
    token_only: Annotated[bool, typer.Option(help="Print what follows ?start= alone, for scripts.")] = False,
) -> None:
    """Print a link that brings a person to a post of an enterprise; it expires after 14 days."""
    settings = read_settings()

    async def work() -> tuple[str | None, str]:
        username = "" if token_only else await ask_username(settings)
        async with open_office(settings) as office, office.desk() as desk:
            enterprise_id = await enterprise_of_code(desk, credit_code)
            return await issue(desk, enterprise_id, role, None) if enterprise_id is not None else None, username

    token, username = asyncio.run(work())
    if token is None:
        sys.stderr.write(
            f"No enterprise on the register has the credit code {credit_code}. "
            "Import the register first (python -m bot register import FILE.xlsx), or check the code.\n"
        )
        raise typer.Exit(1)
    typer.echo(token if token_only else f"https://t.me/{username}?start={token}")
