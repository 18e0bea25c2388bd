"""What the checks of the house look at: the files that are committed, and the syntax trees of the product."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("bot", "handlers", "scheduler", "console", "outreach", "content", "domain")
ROOMS = (*PRODUCT, "sandbox")
FROZEN = "outreach/storage/migrations/versions/"  # a step that was shipped is never edited again


@cache
def tracked() -> tuple[str, ...]:
    """The path of every committed file that still exists, with forward slashes, relative to the checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def modules(*rooms: str) -> list[str]:
    """The committed Python files of these rooms."""
    return [name for name in tracked() if name.endswith(".py") and name.split("/")[0] in rooms]


@cache
def syntax(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), name)


@cache
def in_use() -> tuple[str, ...]:
    """The modules that a door or the wiring leads to, storage and delivery aside.

    What is built from the rules upwards is on its way until a talk, a sweep or a command reaches it: nobody can meet
    its refusals yet, and its words and its place on the map come with its door.
    """
    known = set(modules(*PRODUCT))
    waiting = modules("handlers", "scheduler", "console", "bot")
    found = set(waiting)
    while waiting:
        for node in ast.walk(syntax(waiting.pop())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            fresh = {f"{name.replace('.', '/')}.py" for name in names} & known - found
            fresh = {name for name in fresh if not name.startswith(("outreach/storage/", "outreach/delivery/"))}
            found |= fresh
            waiting += fresh
    return tuple(sorted(found))


def docstrings(tree: ast.Module) -> set[int]:
    """The identities of the constants that document a module, class or function, or a value above them."""
    found = set()
    for node in ast.walk(tree):
        for statement in getattr(node, "body", ()) if not isinstance(node, ast.Lambda | ast.IfExp) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                found.add(id(statement.value))
    return found
