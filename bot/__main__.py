"""命令行 — `python -m bot …`: running the product and everything an operator does beside it."""

from __future__ import annotations

import os
import sys

import typer
from sqlalchemy.exc import OperationalError
from telegram.error import InvalidToken, TelegramError

from bot.commands import campaign, demo, demonstrate, law, official, operate, quarantine, register
from bot.commands import content as content_commands
from bot.commands import fallback as fallback_commands
from bot.commands import invite as invite_command
from bot.commands.alerts import alerts
from bot.commands.backup import backup
from bot.commands.preview import preview
from bot.commands.release import release
from bot.commands.restore import restore
from bot.faults import masked, set_up_logging
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
app.command("preview")(preview)
app.command("demo")(demonstrate.demo)
app.command("demo-load")(demo.load)
app.command("invite")(invite_command.invite)
app.command("alerts")(alerts)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("release")(release)
app.add_typer(register.app, name="register")
app.add_typer(official.app, name="official")
app.add_typer(content_commands.app, name="content")
app.add_typer(law.app, name="law")
app.add_typer(campaign.app, name="campaign")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(fallback_commands.app, name="fallback")


def main() -> None:
    """Run a command. An expected failure is a sentence on standard error and an exit status.

    2: somebody must change something first. 75: what is needed does not answer now, so a later start may do.
    """
    set_up_logging()
    try:
        app()
    except (SettingsWrong, DatabaseTaken, SchemaMismatch, ContentFault) as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(2)
    except InvalidToken:
        sys.stderr.write(
            "ANSHAO_BOT_TOKEN is wrong: Telegram does not know it. Copy it again from @BotFather; "
            "if it was revoked, the new one is there.\n"
        )
        sys.exit(2)
    except TelegramError as fault:
        sys.stderr.write(
            f"Telegram cannot be reached ({_line(fault)}). From mainland China a proxy is needed: set "
            "ANSHAO_PROXY=http://host:port. For a local Bot API server or the sandbox check ANSHAO_BOT_API_URL.\n"
        )
        sys.exit(os.EX_TEMPFAIL)
    except OperationalError as fault:
        sys.stderr.write(
            f"The database cannot be used now ({_line(fault.orig)}). Check ANSHAO_DATABASE_URL and whether its "
            "server runs, or for SQLite ANSHAO_DATA_DIR and the space on its disk.\n"
        )
        sys.exit(os.EX_TEMPFAIL)


def _line(fault: BaseException | None) -> str:
    return masked(" ".join(str(fault).split()))


if __name__ == "__main__":
    main()
