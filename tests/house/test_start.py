"""A start: what is large and needed late is not loaded, and what runs at rest stays small."""

from __future__ import annotations

import subprocess
import sys

from alembic.config import Config
from alembic.script import ScriptDirectory

from outreach.storage.migrating import FOLDER, newest
from tests.conftest import Figure
from tests.house.tree import ROOT

# For workbooks, papers, pictures, migrations, phones, sorting, metrics and the second way of an alert.
LATE = (
    "openpyxl", "xlsxwriter", "typst", "resvg_py", "segno", "PIL", "alembic", "numpy", "phonenumbers", "pypinyin",
    "prometheus_client", "apprise", "psycopg",
)  # fmt: skip
LOOK = """
import resource, sys, time
import bot.__main__
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
    assert float(megabytes) < 140


def test_the_newest_step_is_the_one_that_the_chain_of_migrations_ends_with() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == newest()
