"""备用渠道 — the operator gives an enterprise an address of any kind, mail or an SMS gateway too, or takes it away."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.settings import read_settings
from bot.wiring import open_office
from domain.fallback import Address, Service
from outreach.delivery.outcomes import Kind
from outreach.delivery.robot import AddressUnread, RobotsMissing, robot_at
from outreach.desk import Office
from outreach.fallback import addressing, forwarding

app = typer.Typer(no_args_is_help=True, help="Where an enterprise is told when nobody there can be told in the chat.")
Code = Annotated[str, typer.Argument(help="The enterprise's 18-character unified social credit code.")]


@app.command("set")
def set_(
    code: Code,
    address: Annotated[
        str, typer.Option(prompt=True, hide_input=True, help="As apprise writes it, such as mailtos://… (asked for).")
    ],
) -> None:
    """Send a test message to an address, and keep it when that has arrived."""
    settings = read_settings()

    async def work() -> str:
        async with open_office(settings) as office:
            enterprise_id, name = await _enterprise(office, code)
            try:
                robot = await robot_at(address)
            except RobotsMissing as missing:
                raise typer.BadParameter(str(missing)) from None
            except AddressUnread:
                raise typer.BadParameter("apprise cannot send to this over a network; nothing was kept") from None
            outcome = await robot.send(*forwarding.words_of_test(office))
            if outcome.kind is not Kind.SENT:
                raise typer.BadParameter(f"the test message did not arrive ({outcome.reason}); nothing was kept")
            async with office.desk() as desk:
                await addressing.keep(desk, enterprise_id, Address(Service.OTHER, address.strip()))
            return f"{name}: the test message by {robot.service} has arrived, the address is kept"

    typer.echo(asyncio.run(work()))


@app.command()
def remove(code: Code) -> None:
    """Take an enterprise's other address away."""
    settings = read_settings()

    async def work() -> str:
        async with open_office(settings) as office:
            enterprise_id, name = await _enterprise(office, code)
            async with office.desk() as desk:
                await addressing.drop(desk, enterprise_id)
            return name

    typer.echo(f"{asyncio.run(work())}: nothing goes there any more")


async def _enterprise(office: Office, code: str) -> tuple[int, str]:
    async with office.desk() as desk:
        found = await addressing.enterprise_of(desk, code)
    if found is None:
        raise typer.BadParameter(f"no enterprise on the register has the code {code}")
    return found
