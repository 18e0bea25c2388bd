"""命令行 — `python -m bot …`: running the product and everything an operator does beside it."""

from __future__ import annotations

import sys

import typer

from bot.commands import content as content_commands
from bot.commands import demo, demonstrate, official, operate, quarantine, register
from bot.commands import invite as invite_command
from bot.commands.backup import backup
from bot.commands.restore import restore
from bot.faults import set_up_logging
from bot.settings import SettingsWrong
from content.fault import ContentFault
from outreach.storage.database import DatabaseTaken
from outreach.storage.migrating import SchemaMismatch

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Anshao: a chat bot for enterprise-safety outreach.",
)  # fmt: skip
app.command("run")(operate.run)
app.command("migrate")(operate.migrate)
app.command("check-settings")(operate.check_settings)
app.command("proof")(content_commands.proof)
app.command("demo")(demonstrate.demo)
app.command("demo-load")(demo.load)
app.command("invite")(invite_command.invite)
app.command("backup")(backup)
app.command("restore")(restore)
app.add_typer(register.app, name="register")
app.add_typer(official.app, name="official")
app.add_typer(quarantine.app, name="quarantine")


def main() -> None:
    """Run a command; an expected failure is one sentence on standard error and exit status 2."""
    set_up_logging()
    try:
        app()
    except (SettingsWrong, DatabaseTaken, SchemaMismatch, ContentFault) as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
