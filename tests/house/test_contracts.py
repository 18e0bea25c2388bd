"""The floors of the house: an import may only point down. The contracts hold, and they bite."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.house.tree import PRODUCT, ROOMS, ROOT, modules, syntax

LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

# Pure calculation on values. Nothing that waits, looks at the clock, touches a file or a socket, or comes from outside.
PURE = frozenset({
    "__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib",
    "itertools", "json", "math", "operator", "re", "string", "types", "typing", "unicodedata",
})  # fmt: skip
CLOCKS = frozenset({"now", "utcnow", "today", "fromtimestamp"})

# One fault for each contract of pyproject.toml, in the words of the contract.
PLANTED = {
    "An import may only point down": {"domain/planted_up.py": "import content.texts"},
    "the doors are deaf to each other": {"console/planted_door.py": "import handlers.turn"},
    "The rule book imports no framework": {"domain/planted_wait.py": "import asyncio"},
    "Desk, then delivery, then storage": {"outreach/storage/planted_up.py": "import outreach.desk"},
    "Doors reach neither storage nor delivery": {"handlers/planted_record.py": "import outreach.storage.base"},
    "The product never imports the sandbox": {"bot/planted_stranger.py": "import sandbox.world"},
    "The sandbox never imports the product": {"sandbox/planted_stranger.py": "import domain.phone"},
    "Only the adapters and the wiring know Telegram": {"handlers/planted_wire.py": "from telegram import Bot"},
    "No circle at any depth": {
        "content/planted_a.py": "import content.planted_b",
        "content/planted_b.py": "import content.planted_a",
    },
}


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def planted_tree(folder: Path, faults: dict[str, str]) -> Path:
    """A copy of the eight rooms as they are committed, with these files added."""
    for name in [*modules(*ROOMS), "pyproject.toml"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for name, line in faults.items():
        (folder / name).write_text(f"{line}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    sys.path.insert(0, str(ROOT))
    try:
        return grimp.build_graph(*PRODUCT, include_external_packages=True, cache_dir=None)
    finally:
        sys.path.remove(str(ROOT))


def test_the_contracts_hold() -> None:
    status, told = lint(ROOT)
    assert status == 0, told
    assert "0 broken" in told, told


@pytest.mark.parametrize("contract", PLANTED)
def test_each_contract_catches_a_planted_fault(contract: str, tmp_path: Path) -> None:
    status, told = lint(planted_tree(tmp_path, PLANTED[contract]))
    assert status == 1, told
    broken = [line for line in told.splitlines() if line.endswith(" BROKEN")]
    assert any(contract in line for line in broken), told


def test_deeds_stand_above_the_desk_and_the_desk_above_delivery_and_storage(graph: grimp.ImportGraph) -> None:
    below = {"outreach.desk", "outreach.delivery", "outreach.storage"}
    deeds = graph.find_children("outreach") - below
    assert len(deeds) > 10
    upward = [
        f"{importer} imports {deed}"
        for deed in deeds
        for importer in graph.find_modules_that_directly_import(deed)
        if any(importer == floor or importer.startswith(f"{floor}.") for floor in below)
    ]
    assert upward == []


def test_domain_imports_itself_and_pure_parts_of_python_only(graph: grimp.ImportGraph) -> None:
    imported = {
        (module, name.split(".")[0])
        for module in graph.find_descendants("domain")
        for name in graph.find_modules_directly_imported_by(module)
    }
    assert {pair for pair in imported if pair[1] not in PURE | {"domain"}} == set()


def test_domain_awaits_nothing_and_asks_no_clock() -> None:
    found = []
    for name in modules("domain"):
        for node in ast.walk(syntax(name)):
            waits = isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith)
            asks = isinstance(node, ast.Attribute) and node.attr in CLOCKS
            if waits or asks:
                found.append(f"{name}:{node.lineno}")  # type: ignore[attr-defined]
    assert found == []


def test_everybody_takes_sqlite_from_one_place() -> None:
    """Two builds in one process that open the same file drop each other's locks on it, and neither would say so."""
    # The laws are a file of a package that nobody writes to and nobody else opens.
    allowed = {"outreach/storage/sqlite_build.py", "content/statutes.py"}
    found = [
        f"{name}:{node.lineno}"
        for name in modules(*ROOMS, "tests", "benchmarks")
        if name not in allowed
        for node in ast.walk(syntax(name))
        if (isinstance(node, ast.Import) and any(one.name in ("sqlite3", "pysqlite3") for one in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("sqlite3", "pysqlite3"))
    ]
    assert found == []


def test_only_the_office_commits() -> None:
    """A deed that commits would acknowledge half of what the person did."""
    allowed = re.compile(r"outreach/(desk|delivery/.*|storage/.*)\.py")
    found = [
        f"{name}:{node.lineno}"
        for name in modules("handlers", "outreach", "scheduler", "console")
        if not allowed.fullmatch(name)
        for node in ast.walk(syntax(name))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("commit", "rollback")
    ]
    assert found == []
