"""起步 — the product is started, and how any command ends: a failure is a sentence on standard error and a status.

Nothing here knows of a command line: what parses one is two megabytes that a running process never needs.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError
from telegram.error import InvalidToken, TelegramError

from bot import processes
from bot.faults import masked, set_up_logging
from bot.settings import ProcessRole, SettingsWrong, read_settings
from content.fault import ContentFault
from outreach.storage.database import DatabaseTaken, NoPlace, is_no_database, is_unusable
from outreach.storage.migrating import SchemaMismatch


def start(role: ProcessRole | None = None) -> None:
    """Run the bot until it is told to stop, in this role or in that of the settings."""
    settings = read_settings() if role is None else read_settings(role=role)
    sys.exit(asyncio.run(processes.run(settings)))


def obey(command: Callable[[], None]) -> None:
    """Run the command that this process was started with.

    An expected failure is a sentence on standard error and an exit status.
    2: somebody must change something first. 75: what is needed does not answer now, so a later start may do.
    """
    set_up_logging()
    try:
        command()
    except (SettingsWrong, DatabaseTaken, NoPlace, SchemaMismatch, ContentFault) as fault:
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
    except DBAPIError as fault:
        if is_no_database(fault):
            sys.stderr.write(
                f"The SQLite file is damaged or is no database ({_line(fault.orig)}). Put a backup in its place with "
                "`python -m bot restore`, or name another file in ANSHAO_DATABASE_URL or ANSHAO_DATA_DIR.\n"
            )
            sys.exit(2)
        if not is_unusable(fault):
            raise
        sys.stderr.write(
            f"The database cannot be used now ({_line(fault.orig)}). Check ANSHAO_DATABASE_URL and whether its "
            "server runs, or for SQLite ANSHAO_DATA_DIR and the space on its disk.\n"
        )
        sys.exit(os.EX_TEMPFAIL)


def _line(fault: BaseException | None) -> str:
    return masked(" ".join(str(fault).split()))
