"""演示 — the demo as `make demo` runs it, and pages of it in Chromium."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.journeys.processes import ROOT, free_port

CHROMIUM = Path("/usr/bin/chromium")
OpenPage = Callable[[int, int], Page]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """The demo as `make demo` runs it, in a folder of its own; ended by Ctrl-C, which must leave nothing running."""
    port = free_port()
    # Into a file: a pipe that nobody reads is full one day, and then whoever writes into it stands still.
    said = tmp_path / "said.txt"
    with said.open("wb") as paper:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", str(port)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=paper,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while "runs as process" not in said.read_text(encoding="utf-8"):
        assert process.poll() is None, said.read_text(encoding="utf-8")
        time.sleep(0.05)
    yield re.findall(r"http://\S+:\d+", said.read_text(encoding="utf-8"))[-1]
    os.killpg(process.pid, signal.SIGINT)
    process.wait(20)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert "Traceback" not in said.read_text(encoding="utf-8")


@pytest.fixture
def open_page(demo: str) -> Iterator[OpenPage]:
    """Opens the demo's page at a width and a height, each time as on a device of its own."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])

        def opened(width: int, height: int) -> Page:
            page = browser.new_context(viewport={"width": width, "height": height}).new_page()
            page.goto(demo)
            page.wait_for_selector("html[data-ready]")
            return page

        yield opened
        browser.close()
