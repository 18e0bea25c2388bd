"""分身 — a clean process that forks one child per life: the child opens the real house and dies by a real SIGKILL.

Reads one JSON order per line, writes the end per line: `killed`, `lived`, or what went wrong.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.killing import Killer, Point, fall_for_good
from tests.faults.lives import live, quicken
from tests.faults.story import Step

ROOT = Path(__file__).parents[2]


class Forkery:
    """The process that forks, seen from the test."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept

    def __enter__(self) -> Forkery:
        command = [sys.executable, "-m", "tests.faults.forking", str(self._kept)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)

    def live(self, url: str, folder: Path, port: int, step: Step, point: Point) -> bool:
        """Let a child live and die. Whether it was killed; False when it never came to the point."""
        return self._order(url, folder, port, step, point) == "killed"

    def warm(self, url: str, folder: Path, port: int, step: Step) -> None:
        """Go through the step unharmed, so that no child has to word statements and templates for the first time."""
        assert self._order(url, folder, port, step, None) == "lived"

    def _order(self, url: str, folder: Path, port: int, step: Step, point: Point | None) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        order = {"url": url, "folder": str(folder), "port": port, "now": step.at.isoformat(),
                 "sweeps": step.sweeps, "point": point and (point.kind, point.n)}  # fmt: skip
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        end = self._process.stdout.readline().strip()
        assert end in ("killed", "lived"), f"the child ended with {end!r}"
        return end


def _live(order: dict[str, Any]) -> None:
    killer = Killer(order["point"] and Point(*order["point"]), fall_for_good)
    now = datetime.fromisoformat(order["now"])
    asyncio.run(live(order["url"], Path(order["folder"]), order["port"], now, killer, order["sweeps"]))


def _main() -> None:
    """Fork for every order. Whatever the child logs goes to standard error: standard output is for answers."""
    answers = os.dup(1)
    os.dup2(2, 1)
    with pytest.MonkeyPatch.context() as patch:
        quicken(patch, Path(sys.argv[1]))
        for line in sys.stdin:
            order = json.loads(line)
            end = _forked(order) if order["point"] else _unharmed(order)
            os.write(answers, f"{end}\n".encode())


def _unharmed(order: dict[str, Any]) -> str:
    _live(order)
    # A child that tidies up what it shares with its parent would have to copy it first.
    gc.collect()
    gc.freeze()
    return "lived"


def _forked(order: dict[str, Any]) -> str:
    child = os.fork()
    if not child:
        try:
            _live(order)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == 9
    return "killed" if is_killed else "lived" if status == 0 else f"status {status}"


if __name__ == "__main__":
    _main()
