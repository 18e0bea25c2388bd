"""演示 — loads the invented district into the database, so that there is something to try things on."""

from __future__ import annotations

import asyncio

import typer

from bot.settings import read_settings
from bot.wiring import open_office
from content.demo import demo_district
from content.workbooks import industry_ids
from outreach.desk import Office
from outreach.register import registering
from outreach.register.registering import Batch, ImportOutcome


def load() -> None:
    """Load the demo district; a second time changes nothing."""
    settings = read_settings()

    async def work() -> ImportOutcome:
        async with open_office(settings) as office:
            return await load_district(office)

    outcome = asyncio.run(work())
    typer.echo(f"demo district: {outcome.added} enterprises added")


async def load_district(office: Office) -> ImportOutcome:
    """Enter the demo district's enterprises that are not there yet; what was changed since stays changed."""
    district = demo_district(industry_ids(office.catalogue))
    async with office.desk() as desk:
        return await registering.import_register(desk, Batch(await registering.newcomers(desk, district)), None)
