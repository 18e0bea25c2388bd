"""告警 — what is wrong now, and a test that goes down every path."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.settings import Settings, read_settings
from bot.watching import open_robots
from bot.wiring import open_office
from content.wording import say
from domain.alert import Change
from outreach.delivery.alarms import Alarms
from outreach.delivery.outcomes import Kind
from outreach.delivery.robot import Robot
from outreach.desk import Office
from outreach.upkeep import alerting


def alerts(
    test: Annotated[bool, typer.Option("--test", help="Send a test alert down every path.")] = False,
) -> None:
    """Show the alerts that are raised now, oldest first; with --test let every path prove that it works."""
    settings = read_settings()

    async def work() -> bool:
        robots = await open_robots(settings)
        async with open_office(settings) as office:
            async with office.desk() as desk:
                raised = await alerting.raised(desk)
            words = office.texts.words("zh-CN")
            for name, figure, since in raised:
                began = Change(name, figure, since, is_over=False)
                typer.echo(f"{since.astimezone(office.zone):%Y-%m-%d %H:%M}  {words.label(f'alert.{name}.title')}")
                typer.echo(f"    {alerting.what(words, began)}\n    {alerting.advice(words, began)}")
            if not raised:
                typer.echo(say("alerts-none"))
            return not test or await _is_proved(office, settings, robots)

    if not asyncio.run(work()):
        raise typer.Exit(1)


async def _is_proved(office: Office, settings: Settings, robots: list[Robot]) -> bool:
    async with office.desk() as desk:
        strangers = await alerting.tell_test(desk, settings.operator_chats)
    typer.echo(say("alerts-queued", count=len(settings.operator_chats) - len(strangers)))
    for chat in strangers:
        typer.echo(say("alerts-stranger", chat=chat))
    words = office.texts.words("zh-CN")
    said = await Alarms(office.engine, robots).say_now(words.label("alert.test"), words.label("alert.test_do"))
    for way, (service, outcome) in enumerate(said, 1):
        typer.echo(f"{way}  {service}: {outcome.kind.value} {outcome.reason}".rstrip())
    if not settings.operator_chats or not robots:
        typer.echo(say("alerts-one-path"))
    return not strangers and all(outcome.kind is Kind.SENT for _, outcome in said)
