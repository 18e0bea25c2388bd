"""One clock: what time it is, the product learns from the office's clock; who asks another is named here, with why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.tree import PRODUCT, docstrings, modules, syntax

# Dotted names that say what time it is, or when something else was told so.
SOURCES = {
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
    *(f"time.{name}" for name in (
        "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "clock_gettime",
        "localtime", "gmtime", "ctime", "asctime", "strftime",
    )),
    "os.path.getmtime", "os.path.getctime", "os.path.getatime", "uuid.uuid1", "email.utils.formatdate",
    "structlog.processors.TimeStamper", "outreach.desk.utc_now",
}  # fmt: skip
FILE_TIMES = {f"st_{kind}time{unit}" for kind in "mac" for unit in ("", "_ns")}
SQL_NAMES = {
    "now", "current_timestamp", "current_time", "current_date", "localtime", "localtimestamp", "clock_timestamp",
    "statement_timestamp", "transaction_timestamp", "timeofday", "julianday", "unixepoch",
}  # fmt: skip
SQL_WORDS = re.compile(
    r"\b(current_(timestamp|time|date)|localtimestamp)\b|\b(now|(clock|statement|transaction)_timestamp|timeofday)\s*\(\)"
    r"|\b(datetime|date|time|julianday|unixepoch|strftime)\s*\([^)]*'now'",
    re.IGNORECASE,
)
# What waits: in the loops that run as long as the process, on the wire and in the database, never in a deed or a talk.
WAITS = {*(f"asyncio.{name}" for name in ("sleep", "timeout", "timeout_at", "wait_for")), "time.sleep",
         "threading.Timer"}  # fmt: skip
LOOP_WAITS = {"call_later", "call_at"}
MAY_WAIT = ("bot/", "handlers/adapter/", "outreach/delivery/", "outreach/storage/")

# Who asks another clock or waits all the same, and why.
NAMED = {
    "outreach/desk.py utc_now": "the office's clock, where the process has no other",
    "bot/wiring.py open_office": "the office's clock, where the process has no other",
    "bot/wiring.py open_house": "the office's clock, where the process has no other",
    "bot/commands/restore.py restore": "how long it took and how much is lost is for the operator to read",
    "bot/watching.py Watch.__init__": "that the clock jumped is seen by the seconds that pass, whatever the clock says",
    "bot/faults.py set_up_logging": "a line of the log says when it was written",
    "outreach/delivery/pacing.py Pacer.now": "the limit is in seconds that pass, whatever the clock says",
    "outreach/delivery/telegram/line.py _now": "how long a call takes, and for how long a connection was not used",
    "outreach/delivery/speaking_time.py _in": "hosts' clocks may differ, and what is lent to one ends for all at once",
    "outreach/storage/common_clock.py _ask": "hosts' clocks may differ, and a lease must mean the same to all of them",
    "bot/watchdog.py Watchdog.__init__": "how long the loop has stood still, whatever the clock says",
    "bot/watchdog.py Watchdog.run": "how long the loop has stood still, whatever the clock says",
    "bot/watchdog.py Watchdog.longest_block": "how long the loop has stood still, whatever the clock says",
    "bot/watchdog.py Watchdog._watch": "how long the loop has stood still, whatever the clock says",
    "outreach/storage/on_loop.py LoopCursor._run.whole": "how long a statement took says where it runs next time",
    "outreach/storage/write_ahead.py LoggedConnection.empty_log": "what is erased leaves the log within a minute",
    "outreach/storage/write_ahead.py LoggedConnection._is_to_be_emptied": "the same minute, by the seconds that pass",
    "outreach/storage/database.py _ping_after_a_rest.rested": "for how long a connection has not been used",
    "outreach/storage/database.py _ping_after_a_rest.ping": "for how long a connection has not been used",
    "outreach/storage/baton.py _Watch.__init__": "another host's clock may be wrong: this process's own time counts",
    "outreach/storage/baton.py _Watch.is_stuck": "another host's clock may be wrong: this process's own time counts",
    "console/timing.py timed.answer": "how long a request took",
    "console/health.py Readiness.failing": "how old the last look is",
    "console/health.py Readiness._look": "a probe is answered, also when the database is not",
    "console/metrics.py add_metrics.metrics": "a scrape is answered, also when the database is not",
    "outreach/upkeep/restoring.py _put_in_place": "a restore works on files; the instant is part of a name",
    "outreach/storage/photos.py _is_older": "when a file was written, compared with an instant of the office's clock",
    "outreach/upkeep/backing_up.py rotate": "when a file was written, compared with an instant of the office's clock",
    "outreach/broadcasts/amending.py Amender.run": "the loop that corrects cards looks again later",
    "outreach/fallback/forwarding.py Forwarder.run": "the loop of the fallback channel looks again after a while",
}


class Asking(ast.NodeVisitor):
    """Finds every place in a module that asks a clock or waits, as `module function: what`."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.found: list[tuple[str, str]] = []
        self._may_wait = name.startswith(MAY_WAIT)
        self._module = name
        self._inside: list[str] = []
        self._known: dict[str, str] = {}
        self._documented = docstrings(tree)
        self.visit(tree)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._known[alias.asname or alias.name.split(".")[0]] = (
                alias.name if alias.asname else alias.name.split(".")[0]
            )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._known[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._enter(node, node.name)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node, node.name)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node, node.name)

    def visit_Name(self, node: ast.Name) -> None:
        self._judge(self._known.get(node.id, ""))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = self._dotted(node)
        owner = ast.unparse(node.value)
        if node.attr in FILE_TIMES:
            self._note(f"a file's {node.attr}")
        elif node.attr in SQL_NAMES and owner.split(".")[-1] == "func":
            self._note(f"the database's {node.attr}")
        elif node.attr == "time" and "loop" in owner.lower():
            self._note("the loop's time")
        elif node.attr in LOOP_WAITS and not self._may_wait:
            self._note(node.attr)
        else:
            self._judge(dotted)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        # A sleep of no seconds only lets others run.
        if self._dotted(node.func) == "asyncio.sleep" and ast.unparse(node.args[0]) == "0":
            return
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and id(node) not in self._documented and SQL_WORDS.search(node.value):
            self._note(f"the database's own clock: {node.value[:60]!r}")

    def _enter(self, node: ast.AST, name: str) -> None:
        self._inside.append(name)
        self.generic_visit(node)
        self._inside.pop()

    def _dotted(self, node: ast.expr) -> str:
        """`dt.datetime.now` as `datetime.datetime.now`, whatever it was imported as; empty for what is no name."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id, "")
        if isinstance(node, ast.Attribute) and (owner := self._dotted(node.value)):
            return f"{owner}.{node.attr}"
        return ""

    def _judge(self, dotted: str) -> None:
        if dotted in SOURCES or (dotted in WAITS and not self._may_wait):
            self._note(dotted)

    def _note(self, what: str) -> None:
        self.found.append((f"{self._module} {'.'.join(self._inside)}".strip(), what))


def asked() -> Iterator[tuple[str, str]]:
    for name in modules(*PRODUCT):
        yield from Asking(name, syntax(name)).found


def test_nobody_asks_another_clock_than_the_offices() -> None:
    assert [f"{where}: {what}" for where, what in asked() if where not in NAMED] == []


def test_whoever_is_excused_still_needs_to_be() -> None:
    assert NAMED.keys() - {where for where, _ in asked()} == set()


@pytest.mark.parametrize(
    "planted",
    [
        "from datetime import datetime, UTC\ndef deed():\n    return datetime.now(UTC)",
        "from datetime import datetime\nclass Row:\n    made = field(default_factory=datetime.utcnow)",
        "from datetime import date\ndef deed():\n    return date.today()",
        "import datetime as dt\ndef deed():\n    return dt.datetime.now(dt.UTC)",
        "import time\ndef deed():\n    return time.time()",
        "import time as clockwork\nstart = clockwork.monotonic",
        "from time import perf_counter as ticks\nbegun = ticks()",
        "import asyncio\ndef deed():\n    return asyncio.get_running_loop().time()",
        "def deed(loop):\n    return loop.time()",
        "def deed(self):\n    self._loop.call_later(5, print)",
        "from sqlalchemy import func\nquery = rows.where(row.due_at <= func.now())",
        "import sqlalchemy as sa\nquery = sa.func.current_timestamp()",
        "query = text('SELECT 1 FROM reminders WHERE due_at < CURRENT_TIMESTAMP')",
        "column = mapped_column(server_default=text('now()'))",
        "query = \"SELECT datetime('now', '-1 day')\"",
        "def deed(path, before):\n    return path.stat().st_mtime < before",
        "import os\ndef deed(path):\n    return os.path.getmtime(path)",
        "from outreach.desk import utc_now\ndef deed():\n    return utc_now()",
        "import asyncio\nasync def deed():\n    await asyncio.sleep(5)",
        "import asyncio\nasync def deed(work):\n    async with asyncio.timeout(5):\n        await work",
    ],
)
def test_a_planted_clock_is_found(planted: str) -> None:
    assert Asking("outreach/planted.py", ast.parse(planted)).found


@pytest.mark.parametrize(
    "innocent",
    [
        "from datetime import time\nquiet = time(21)",
        "from datetime import datetime\nday = datetime.combine(on, at, zone)",
        "def deed(office):\n    return office.clock()",
        "import asyncio\nasync def deed():\n    await asyncio.sleep(0)",
        "def deed(local):\n    return local.time()",
        "def deed(desk):\n    '''Not what CURRENT_TIMESTAMP says.'''\n    return desk.now",
    ],
)
def test_what_only_reckons_with_time_is_let_pass(innocent: str) -> None:
    assert Asking("outreach/planted.py", ast.parse(innocent)).found == []
