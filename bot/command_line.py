"""命令行 — the commands of `python -m bot`: running the product and everything an operator does beside it."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import typer
from sqlalchemy.exc import OperationalError
from telegram.error import InvalidToken, TelegramError

from bot.faults import masked, set_up_logging
from bot.settings import SettingsWrong
from content.fault import ContentFault
from outreach.storage.database import DatabaseTaken
from outreach.storage.migrating import SchemaMismatch

# Each with its module below `bot.commands` and its name there. A start loads the one that is asked for.
COMMANDS = {
    "run": ("operate", "run"),
    "migrate": ("operate", "migrate"),
    "check-settings": ("operate", "check_settings"),
    "proof": ("content", "proof"),
    "preview": ("preview", "preview"),
    "demo": ("demonstrate", "demo"),
    "demo-load": ("demo", "load"),
    "invite": ("invite", "invite"),
    "alerts": ("alerts", "alerts"),
    "journal": ("journal", "journal"),
    "backup": ("backup", "backup"),
    "restore": ("restore", "restore"),
    "release": ("release", "release"),
}
# These have commands of their own; the module is called as they are.
GROUPS = ("register", "official", "content", "law", "campaign", "quarantine", "fallback")


def app_for(word: str = "") -> typer.Typer:
    """The command line as far as that first word needs it: one command, or all when it names none."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

    # Without it, one command alone would be taken for the whole line.
    @app.callback()
    def anshao() -> None:
        """Anshao: a chat bot for enterprise-safety outreach."""

    for name in [word] if word in COMMANDS else [] if word in GROUPS else COMMANDS:
        module, command = COMMANDS[name]
        app.command(name)(getattr(import_module(f"bot.commands.{module}"), command))
    for name in [word] if word in GROUPS else [] if word in COMMANDS else GROUPS:
        app.add_typer(import_module(f"bot.commands.{name}").app, name=name)
    return app


def obey(app: typer.Typer) -> None:
    """Run the command that this process was started with.

    An expected failure is a sentence on standard error and an exit status.
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
