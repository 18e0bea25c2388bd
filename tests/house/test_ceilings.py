"""Files die of success: no module grows past what one reads in one go, none is a place for everything."""

from __future__ import annotations

import ast
import re
from pathlib import PurePath

import pytest

from tests.house.tree import FROZEN, ROOMS, ROOT, docstrings, modules, syntax, tracked

CEILING = 300
CATCH_ALL = re.compile(r"_*(utils?|helpers?|commons?|consts?|constants|callbacks?|managers?|misc|shared|tools)")
LEFT_BEHIND = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
BANNER = re.compile(r"\s*(#|//)\s*[-=*#~]{4,}|\s*#+\s*[-=]{3,}.*[-=]{3,}\s*$")
DOCUMENTED = re.compile(r"[^\n]*\S+ — \S")


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_longer_than_one_reads_in_one_go(room: str) -> None:
    sources = [name for name in tracked() if name.startswith(f"{room}/") and name.endswith((".py", ".js", ".css"))]
    assert sources
    lengths = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in sources
        if not name.startswith(FROZEN)
    }
    assert {name: lines for name, lines in lengths.items() if lines > CEILING} == {}


def test_no_module_is_a_place_for_everything() -> None:
    names = [name for name in modules(*ROOMS, "tests") if CATCH_ALL.fullmatch(PurePath(name).stem)]
    folders = [name for name in tracked() if any(CATCH_ALL.fullmatch(part) for part in PurePath(name).parts[:-1])]
    assert names + folders == []


def test_every_module_of_the_product_says_what_it_is() -> None:
    """A Chinese term, a dash, one sentence; a package may do with the sentence."""
    silent = []
    for name in modules(*ROOMS):
        said = ast.get_docstring(syntax(name)) or ""
        brief = name.endswith("__init__.py") or name.startswith("outreach/storage/migrations/")
        if not said or not (brief or DOCUMENTED.match(said)):
            silent.append(name)
    assert silent == []


def test_nothing_is_left_to_be_done_later() -> None:
    found = []
    for name in modules(*ROOMS):
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            if LEFT_BEHIND.search(line) or BANNER.match(line):
                found.append(f"{name}:{number}: {line.strip()}")
    assert found == []


def test_nothing_is_a_stub() -> None:
    """A function says what it does and does it; an abstract one belongs to a Protocol."""
    found = []
    for name in modules(*ROOMS):
        tree = syntax(name)
        documented = docstrings(tree)
        protocols = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Protocol" for base in node.bases)
            for part in node.body
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or id(node) in protocols:
                continue
            is_group = any("callback" in ast.unparse(decorator) for decorator in node.decorator_list)
            body = [part for part in node.body if not (isinstance(part, ast.Expr) and id(part.value) in documented)]
            is_empty = all(
                isinstance(part, ast.Pass)
                or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and part.value.value is ...)
                or (isinstance(part, ast.Raise) and "NotImplementedError" in ast.unparse(part))
                for part in body
            )
            if is_empty and not is_group:
                found.append(f"{name}:{node.lineno} {node.name}")
    assert found == []


def test_fakes_stand_only_at_the_wire() -> None:
    """Nothing of ours is patched in a test: what is tested is what runs."""
    found = []
    for name in modules("tests"):
        for node in ast.walk(syntax(name)):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            source = getattr(node, "module", "") or ""
            if any("mock" in part.split(".") for part in [*imported, source]):
                found.append(name)
    assert found == []
