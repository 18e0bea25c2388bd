"""A start: what is large and needed late is not loaded, and what runs at rest stays small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from outreach.storage.migrating import FOLDER, newest
from tests.conftest import Figure
from tests.house.tree import ROOT

# For workbooks, papers, pictures, migrations, phones, sorting, metrics, the second way of an alert, what is sealed, the
# other database, other commands, and what libraries would bring along.
LATE = (
    "openpyxl", "xlsxwriter", "typst", "resvg_py", "segno", "PIL", "alembic", "numpy", "phonenumbers", "pypinyin",
    "prometheus_client", "apprise", "psycopg", "cryptography", "sqlalchemy.dialects.postgresql", "content.proof",
    "bot.commands.demonstrate", "rich", "click", "pygments", "typer", "defusedxml",
)  # fmt: skip
LOOK = """
import resource, sys, time
from bot.__main__ import load
run = load(["run"])
from content.catalogue import Catalogue
from content.texts import Texts
kept = Catalogue.load(), Texts()
pages = int(open("/proc/self/statm").read().split()[1])
print(" ".join(sorted(set(sys.argv[1:]) & set(sys.modules))), end="|")
print(pages * resource.getpagesize() / 1e6, time.process_time(), sep="|")
"""


def test_what_is_needed_late_is_not_loaded_at_the_start(figure: Figure) -> None:
    done = subprocess.run([sys.executable, "-c", LOOK, *LATE], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded, megabytes, seconds = done.stdout.strip().split("|")
    figure(f"all code and content loaded: {float(megabytes):.0f} MB resident, {float(seconds):.2f} s of CPU")
    assert loaded == ""
    # `benchmarks/resting.py` measures the whole process; a connection and what a start reads is 3 more.
    assert float(megabytes) < 107


BACKUP = """
import asyncio, sys
from pathlib import Path
from bot.settings import Settings
from bot.wiring import open_office
from outreach.upkeep import backing_up
folder = Path(sys.argv[1])
async def back_up():
    async with open_office(Settings(bot_token="123456:invented-token", data_dir=folder)) as office:
        await backing_up.back_up(office, folder / "backups")
asyncio.run(back_up())
print(sorted({"alembic", "mako"} & set(sys.modules)))
"""


def test_a_backup_of_this_version_is_proved_without_what_migrates(sqlite_url: str, tmp_path: Path) -> None:
    """Fifteen megabytes that every process would hold from its first minute on."""
    done = subprocess.run(
        [sys.executable, "-c", BACKUP, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert sqlite_url.endswith("/anshao.db") and [*(tmp_path / "backups").glob("anshao-*.tar")]
    assert done.stdout.strip() == "[]"


def test_the_newest_step_is_the_one_that_the_chain_of_migrations_ends_with() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == newest()
